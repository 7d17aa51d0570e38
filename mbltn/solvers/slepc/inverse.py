"""(H - sigma)^-1 of one operator: its memory, its factor, Krylov-Schur on it, levels counted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from ...comm import together
from ...operators import Operator
from ...operators.operator import norm_bound
from ...rows import Rows
from ..watch import Watch
from .krylov import Found, Krylov, krylov, random_vector
from .memory import MemoryEstimate, estimate
from .mumps import Factor, MumpsOptions

if TYPE_CHECKING:
    from .solver import Slepc

log = logging.getLogger(__name__)


class Inverse:
    """One factor at a time, for any shift; collective over `comm`.

    Attributes
    ----------
    norm : upper bound of the norm of H
    stopped : why the last Krylov run ended early; empty if it did not
    stats : what is told about the work done
    """

    def __init__(self, SLEPc: Any, solver: Slepc, op: Operator, matrix: Any, comm: Any) -> None:
        self._SLEPc = SLEPc
        self._matrix = matrix
        self._factor: Factor | None = None
        self.solver = solver
        self.comm = comm
        self.rows = Rows(op.dimension, comm)
        self.norm = norm_bound(op)
        self.watch = Watch(comm, solver.time_limit, solver.name)
        self.stopped = ""
        self.stats: dict[str, Any] = {"ranks": comm.size, "restarts": 0, "solves": 0}
        self.stats |= {"factorisations": 0}

    @property
    def factor(self) -> Factor:
        """That of the last analysis; the solver's own options if there was none."""
        if self._factor is None:
            alone = self.comm.size == 1
            self._factor = self._analysed(self.solver.mumps, self.solver.certify and alone)
        return self._factor

    def analyse(self, options: MumpsOptions, counts: bool) -> None:
        """Begin anew with these options; the factor of before is gone."""
        self.destroy()
        self._factor = self._analysed(options, counts)

    def _analysed(self, options: MumpsOptions, counts: bool) -> Factor:
        return Factor(self._matrix, options, self.comm, counts)

    def destroy(self) -> None:
        if self._factor is not None:
            self._factor.destroy()
        self._factor = None

    def memory(self, pairs: int) -> MemoryEstimate:
        """What the factor and the vectors for `pairs` will need, and what there is."""
        sizes = together(self.comm, lambda: self.solver.sizes(pairs, self.rows.dimension))
        local = self.rows.stop - self.rows.start
        vectors = 8.0 * local * (sizes.ncv + 2 * sizes.asked)
        return estimate(self.factor, self.comm, vectors, self.solver.memory_limit)

    def require_memory(self, pairs: int) -> None:
        """Raise `SolverFailure` on all ranks if that is too much."""
        need = self.memory(pairs)
        self.stats["memory_estimate"] = max(self.stats.get("memory_estimate", 0.0), need.total)
        limited = self.solver.memory_limit is not None
        together(self.comm, lambda: need.require(self.rows.dimension, limited))

    def factorise(self, shift: float) -> None:
        if self.comm.rank == 0:
            log.info(
                *("slepc: factorising H - %.6g, D=%d, %.3g operations", shift),
                *(self.rows.dimension, self.factor.operations),
            )
        with self.watch.phase("factor"):
            self.factor.factorise(shift)
        self.stats["factorisations"] += 1
        used = 1e6 * self.factor.megabytes_used()
        self.stats["factor_memory"] = max(self.stats.get("factor_memory", 0.0), used)
        self.stats["workspace"] = self.factor.workspace

    def count(self, low: float, high: float) -> int:
        """Levels between two energies, by two factorisations."""
        below = []
        for end in (low, high):
            self.factorise(end)
            below.append(self.factor.levels_below())
        return below[1] - below[0]

    def distance_to_a_level(self) -> float:
        """From the shift, by two steps of inverse iteration."""
        x = random_vector(self._matrix, self.rows, "inverse iteration")
        y = x.duplicate()
        for _ in range(2):
            x.normalize()
            self.factor.solve(x, y)
            x, y = y, x
        growth = x.norm()
        x.destroy()
        y.destroy()
        return 1.0 / growth if np.isfinite(growth) and growth > 0 else 0.0

    def krylov(self, sizes: Krylov, start: str, known: np.ndarray | None = None) -> Found:
        """Pairs nearest the shift, orthogonal to the `known` vectors."""
        args = (self._SLEPc, self._matrix, self.factor, self.rows, sizes, self.watch)
        with self.watch.phase("krylov"):
            run = krylov(*args, start, known)
        self.stopped = run.stopped
        self.stats["restarts"] += run.restarts
        self.stats["solves"] += run.solves
        return run.found
