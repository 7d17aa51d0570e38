"""Common rim of the solvers that run on one rank: share the result, or the error, with all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..comm import Rows, together
from ..operators import Operator
from .base import Eigenpairs
from .verify import orthonormality, residuals

Computed = tuple[np.ndarray, np.ndarray, dict[str, Any]]


def on_rank_zero(
    op: Operator, comm: Any, compute: Callable[[], Computed], *, complete: str, solver: str
) -> Eigenpairs:
    """Run a one-rank `compute` (energies, vectors, stats) and hand every rank its rows."""

    def work() -> tuple[Any, np.ndarray | None]:
        if comm.rank != 0:
            return None, None
        energies, vectors, stats = compute()
        return (energies, residuals(op, energies, vectors), stats), vectors

    shared, vectors = together(comm, work)
    energies, norms, stats = comm.bcast(shared)
    rows = Rows(op.dimension, comm)
    local = rows.scatter(vectors)
    return Eigenpairs(
        operator=op,
        energies=energies,
        vectors=local,
        residuals=norms,
        complete=complete,
        solver=solver,
        rows=rows,
        stats={**stats, "orthonormality": orthonormality(local, rows)},
    )
