"""POLFED: block Lanczos on a polynomial of H that is large only near the target."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ...comm import together
from ...errors import InvalidInput
from ...operators import Operator
from ...operators.chebyshev import BlockOperator
from ...streams import Streams
from ..base import Eigenpairs, Target
from ..krylov import block_lanczos, largest
from ..threads import threads_of_rank
from ..watch import Watch
from .harvest import NAME, FilterProblem, Harvest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Filtered:
    """Polynomially filtered exact diagonalisation, matrix-free, over ranks and threads.

    A delta-like Chebyshev polynomial of H (`DeltaFilter`) makes the wanted levels the largest of
    p(H), which block Lanczos with full reorthogonalisation then finds; Rayleigh-Ritz with H tells
    apart what p does not (Sierant, Lewenstein and Zakrzewski, Phys. Rev. Lett. 125, 156601, 2020).
    With n Krylov vectors and order K the work is n K applications of H; K falls as 1/k and n grows
    as 1.7 k + 20 b, so many pairs cost hardly more than few. Memory is about 8 n D bytes.

    Parameters
    ----------
    block : int
        Vectors filtered at once, a multiple of 8 up to 32.
    tol : float
        Residuals of p(H), whose norm is 1, at which Lanczos ends.
    order_factor : float
        Multiplies the order of the polynomial that reaches the window of the wanted levels.
    krylov_factor : float
        Multiplies the Krylov vectors after which Lanczos restarts, 24 block + 2.5 k (about the
        defaults of Polfed.jl).
    max_memory : float, optional
        Bytes for all ranks together, by default what the nodes have available; fewer Krylov
        vectors and more restarts, or `InvalidInput`.
    time_limit : float, optional
        Seconds after which the pairs found so far are returned.
    certify : bool
        Count the levels that may have been missed (about a fifth of the time at 200 pairs).
    seed : int
        Of the random vectors.
    threads : int, optional
        For every rank; by default what numba and OMP_NUM_THREADS allow, at most the cores of the
        node divided by its ranks.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=6, alpha=0.8)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> pairs = mb.eigenpairs(op, mb.Target.middle(20), Filtered())
    >>> len(pairs), bool(pairs.residuals.max() < 1e-9), pairs.complete
    (20, True, 'estimated')
    """

    name: ClassVar[str] = NAME
    parallel: ClassVar[bool] = True
    block: int = 8
    tol: float = 1e-11
    order_factor: float = 1.0
    krylov_factor: float = 1.0
    max_memory: float | None = None
    time_limit: float | None = None
    certify: bool = True
    seed: int = 0
    threads: int | None = None

    def require_library(self) -> None:
        """numba is always there."""

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs:
        watch = Watch(comm, self.time_limit, self.name)
        together(comm, lambda: self._check(op, target))
        with threads_of_rank(self.threads, comm) as threads, BlockOperator(op, comm) as h:
            with watch.phase("density of states"):
                problem = FilterProblem.prepare(self, h, target)
            pairs = self._found(problem, watch, attempt=0)
            if pairs.missing and not watch.expired():
                pairs = self._repaired(problem, watch, pairs)
        stats = {**pairs.stats, "threads": threads, "ranks": comm.size, "seconds": watch.phases()}
        return replace(pairs, stats=stats)

    def _check(self, op: Operator, target: Target) -> None:
        if self.block not in (8, 16, 24, 32):
            raise InvalidInput(f"block={self.block!r} must be 8, 16, 24 or 32")
        for name in ("tol", "order_factor", "krylov_factor"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise InvalidInput(f"{name}={value!r} must be a positive number")
        target.count(op.dimension)
        target.energy_for(op)

    def _repaired(self, problem: FilterProblem, watch: Watch, pairs: Eigenpairs) -> Eigenpairs:
        """Once more, with other and more vectors if they fit."""
        try:
            wider = problem.again(self)
        except InvalidInput:
            return pairs
        if problem.h.deal.comm.rank == 0:
            log.info("filtered: %s, once more with other vectors", pairs.complete)
        again = self._found(wider, watch, attempt=1)
        return again if again.missing <= pairs.missing else pairs

    def _found(self, problem: FilterProblem, watch: Watch, attempt: int) -> Eigenpairs:
        h, plan = problem.h, problem.plan
        streams = Streams(self.seed, attempt)
        p = problem.filter
        counted = 0

        def random(count: int) -> np.ndarray:
            nonlocal counted
            counted += count
            return h.deal.random(streams, "filter start", counted - count, count)

        def go_on(converged: int, applies: int) -> bool:
            watch.step(applies, plan.max_vectors, "filtered vectors")
            return not watch.expired()

        with watch.phase("lanczos"):
            ritz = block_lanczos(
                lambda x: h.series(x, p.coefficients, p.scale.centre, p.scale.half),
                random(min(self.block, h.dimension)),
                problem.count,
                max_vectors=plan.max_vectors,
                tol=self.tol,
                select=largest,
                sum=h.sum,
                decide=h.decide,
                random=random,
                returned=plan.returned,
                go_on=go_on,
            )
        with watch.phase("levels"):
            harvest = Harvest.of(problem, ritz)
        return harvest.eigenpairs(self, watch, attempt)
