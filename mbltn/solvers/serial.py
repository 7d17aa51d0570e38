"""Common rim of the solvers that run on one rank: share the result, or the error, with all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..comm import together
from ..operators import Operator
from ..rows import Rows
from .base import Eigenpairs
from .certify import Certificate
from .verify import orthonormality, residuals


@dataclass(frozen=True, eq=False)
class Computed:
    """What one rank has found; `complete` and `reason` as in `Eigenpairs`."""

    energies: np.ndarray
    vectors: np.ndarray
    complete: str
    reason: str = ""
    stats: dict[str, Any] = field(default_factory=dict)
    certificate: Certificate | None = None


def on_rank_zero(
    op: Operator, comm: Any, compute: Callable[[], Computed], *, solver: str
) -> Eigenpairs:
    """Run a one-rank `compute` and hand every rank its rows."""

    def work() -> tuple[Any, np.ndarray | None]:
        if comm.rank != 0:
            return None, None
        found = compute()
        norms = residuals(op, found.energies, found.vectors)
        return (replace(found, vectors=np.empty(0)), norms), found.vectors

    shared, vectors = together(comm, work)
    found, norms = comm.bcast(shared)
    rows = Rows(op.dimension, comm)
    local = rows.scatter(vectors)
    return Eigenpairs(
        operator=op,
        energies=found.energies,
        vectors=local,
        residuals=norms,
        complete=found.complete,
        certificate=found.certificate,
        reason=found.reason,
        solver=solver,
        rows=rows,
        stats={**found.stats, "orthonormality": orthonormality(local, rows)},
    )
