"""From the space that Lanczos on the filter found to pairs of H, and what is known about them."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from ...comm import agreed, together
from ...machine import available_memory
from ...operators.chebyshev import BlockOperator
from ...streams import Streams
from ..base import Eigenpairs, Target, empty_window
from ..certify import Certificate
from ..krylov import RitzPairs, rayleigh_ritz
from ..krylov_basis import rotate_columns
from ..spectrum import enclosing_energies
from ..verify import orthonormality, residual_norms
from ..watch import Watch
from .delta_filter import DeltaFilter, Scale
from .kpm import Density, certify_by_kpm, density_of_states
from .plan import FilterPlan, Options, plan_filter

log = logging.getLogger(__name__)

NAME = "filtered"
# Share of the half bandwidth that a residual may be for the pair to count as found.
_ACCEPTED = 1e-10
# Residual of p(H) below which a Ritz vector holds its level but for 1e-4 of its weight.
_CAPTURED = 1e-3
# The first moments, to place the window; more where the window is narrower than they resolve.
_MOMENTS = 256
_MOST_MOMENTS = 8192
_MOST_MOMENTS_OF_AN_ORDER = 200
# The second attempt is for so many times the levels, with so many times the vectors.
_MORE = 1.4


@dataclass(frozen=True, eq=False)
class FilterProblem:
    """One attempt: the density of states, the sizes that follow from it, and the filter."""

    h: BlockOperator
    target: Target
    sigma: float
    density: Density
    plan: FilterPlan
    filter: DeltaFilter

    @classmethod
    def prepare(cls, options: Options, h: BlockOperator, target: Target) -> FilterProblem:
        streams = Streams(options.seed, 0)
        sigma = target.energy_for(h.op)
        scale = Scale(*enclosing_energies(h, streams))
        density = density_of_states(h, scale, _MOMENTS, streams)
        problem = cls._with(options, h, target, sigma, density, 1.0)
        low, high = problem.plan.interval
        needed = int(8 * np.pi * scale.half / max(high - low, 1e-12))
        if needed > _MOMENTS and problem.plan.max_vectors < h.dimension:
            density = density_of_states(h, scale, min(needed, _MOST_MOMENTS), streams)
            problem = cls._with(options, h, target, sigma, density, 1.0)
        return problem

    def again(self, options: Options) -> FilterProblem:
        """For more levels, with more vectors."""
        return self._with(options, self.h, self.target, self.sigma, self.density, _MORE)

    @classmethod
    def _with(
        cls,
        options: Options,
        h: BlockOperator,
        target: Target,
        sigma: float,
        density: Density,
        more: float,
    ) -> FilterProblem:
        memory = options.max_memory
        if memory is None:
            memory = available_memory(h.deal.comm)

        def plan() -> FilterPlan:
            return plan_filter(options, h, target, sigma, density, memory, more)

        shared = together(h.deal.comm, plan)
        p = DeltaFilter.over(*shared.interval, density.scale, shared.stretch)
        p = replace(p, order=max(2, round(options.order_factor * p.order)))
        if h.deal.comm.rank == 0:
            log.info("filtered: %s, order %d", shared, p.order)
        return cls(h, target, sigma, density, shared, p)

    def count(self, values: np.ndarray) -> int:
        """How many of the largest Ritz values of p(H) must converge."""
        scale = self.density.scale
        ends = [e for e in self.plan.interval if scale.low < e < scale.high]
        edge = float(self.filter(np.array(ends)).min()) if ends else -np.inf
        # Two levels beyond the interval show that it holds no more.
        return min(int((values >= edge).sum()) + 2, self.h.dimension)


@dataclass(frozen=True, eq=False)
class Harvest:
    """Ritz pairs of H in the space that Lanczos on p(H) found; it overwrites those of p(H).

    Attributes
    ----------
    energies, vectors, residuals : all pairs, also those that are not accurate yet
    accurate : which of them are
    known : between these energies every level is among the pairs
    """

    problem: FilterProblem
    ritz: RitzPairs
    energies: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    accurate: np.ndarray
    known: tuple[float, float]

    @classmethod
    def of(cls, problem: FilterProblem, ritz: RitzPairs) -> Harvest:
        h = problem.h
        good = ritz.residuals <= _CAPTURED
        chosen = np.zeros((len(good), int(good.sum())))
        chosen[good] = np.eye(chosen.shape[1])
        rotate_columns(ritz.vectors, chosen)  # the memory of the basis serves to the end
        vectors = ritz.vectors[:, : chosen.shape[1]]
        energies, rotation = rayleigh_ritz(h.apply, vectors, h.sum, h.decide)
        rotate_columns(vectors, rotation)
        residuals = residual_norms(h.apply, energies, vectors, h.sum)
        scale = problem.filter.scale
        rounding = 1e-14 * max(abs(scale.low), abs(scale.high))
        accurate = residuals <= max(_ACCEPTED * scale.half, rounding)
        # Every level with a larger p than the first pair that lacks must be among the found.
        bad = np.flatnonzero(~good)
        lowest = ritz.values[bad[0]] if len(bad) else ritz.values[-1]
        known = problem.filter.lobe_above(float(lowest))
        if int(good.sum()) == h.dimension:
            known = (-np.inf, np.inf)
        return cls(problem, ritz, energies, vectors, residuals, accurate, known)

    def chosen(self) -> tuple[np.ndarray, int, tuple[float, float]]:
        """Numbers of the target's pairs, how many lack for sure, and the window that they fill."""
        problem, sigma, energies = self.problem, self.problem.sigma, self.energies
        if problem.target.interval is not None:
            a, b = problem.target.interval
            inside = np.flatnonzero((energies >= a) & (energies <= b))
            numbers = inside[self.accurate[inside]]
            lack = len(inside) - len(numbers)
            if not (self.known[0] <= a and b <= self.known[1]):
                lack = max(1, lack, round(problem.density.count(a, b)[0]) - len(numbers))
            return numbers, lack, (a, b)
        k = problem.target.count(problem.h.dimension)
        reach = min(sigma - self.known[0], self.known[1] - sigma)
        distance = abs(energies - sigma)
        order = np.argsort(distance, kind="stable")
        order = order[distance[order] <= reach]
        nearest = np.sort(order[:k])
        numbers = nearest[self.accurate[nearest]]
        if not len(nearest):
            return numbers, k, (sigma - 1.0, sigma + 1.0)
        last = float(distance[order[min(k, len(order)) - 1]])
        after = float(distance[order[k]]) if len(order) > k else reach
        end = 0.5 * (last + after) if np.isfinite(after) else 2.0 * last + 1e-12
        return numbers, k - len(numbers), (sigma - end, sigma + end)

    def eigenpairs(self, options: Options, watch: Watch, attempt: int) -> Eigenpairs:
        problem, h = self.problem, self.problem.h
        numbers, lack, window = self.chosen()
        reason = ""
        if lack:
            spent = "the Krylov vectors allowed were used up: raise krylov_factor or max_memory"
            reason = watch.reason if watch.expired() else spent
        elif not len(numbers):
            raise agreed(empty_window(window, self.energies))
        certificate = None
        complete = f"missing {lack}" if lack else "unknown"
        if len(self.energies) == h.dimension and not lack:
            complete = "certified"
        elif options.certify and not lack and not watch.expired():
            with watch.phase("certificate"):
                certificate = self._certificate(numbers, window, options.seed, attempt)
            complete = certificate.verdict
            if certificate.missing:
                reason = "a count by random vectors found more levels: try another seed"
        vectors = h.deal.to_public(self.vectors[:, numbers])
        plan, p = problem.plan, problem.filter
        return Eigenpairs(
            operator=h.op,
            energies=self.energies[numbers],
            vectors=vectors,
            residuals=self.residuals[numbers],
            complete=complete,
            solver=NAME,
            rows=h.deal.public,
            certificate=certificate,
            reason=reason,
            stats={
                "target": problem.sigma,
                "order": p.order,
                "krylov_vectors": plan.max_vectors,
                "filtered_vectors": self.ritz.applies,
                "applications": self.ritz.applies * p.order,
                "restarts": self.ritz.restarts,
                "memory_bytes": plan.memory,
                "energy_bounds": (p.scale.low, p.scale.high),
                "orthonormality": orthonormality(vectors, h.deal.public),
            },
        )

    def _certificate(
        self, numbers: np.ndarray, window: tuple[float, float], seed: int, attempt: int
    ) -> Certificate:
        problem, p = self.problem, self.problem.filter
        return certify_by_kpm(
            problem.h, p.scale, self.vectors, self.energies[numbers], window, self.known,
            problem.density.at(0.5 * sum(window))[0], _MOST_MOMENTS_OF_AN_ORDER * p.order,
            Streams(seed, attempt),
        )  # fmt: skip
