"""LAPACK: the whole spectrum of a dense matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import scipy.linalg

from ..operators import Operator, to_dense
from .base import Eigenpairs, Target, empty_window
from .serial import Computed, on_rank_zero


@dataclass(frozen=True)
class Dense:
    """Full diagonalisation (LAPACK ``syevd``); memory about 4 D^2 doubles, time D^3.

    Nothing can be missing, so `complete` is always "certified".
    """

    name: ClassVar[str] = "dense"
    parallel: ClassVar[bool] = False

    def require_library(self) -> None:
        """SciPy is always there."""

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs:
        def compute() -> Computed:
            energies, vectors = scipy.linalg.eigh(
                to_dense(op), driver="evd", overwrite_a=True, check_finite=False
            )
            wanted = target.nearest(energies, op)
            if target.interval is not None and not len(wanted):
                raise empty_window(target.interval, energies)
            if len(wanted) < len(energies):
                energies, vectors = energies[wanted], vectors[:, wanted]
            return Computed(energies, vectors, "certified")

        return on_rank_zero(op, comm, compute, solver=self.name)
