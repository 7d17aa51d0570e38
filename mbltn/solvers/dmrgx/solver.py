"""DMRG-X: eigenstates deep in the spectrum as matrix product states."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from ...comm import Serial
from ...errors import InvalidInput
from ...operators import Operator
from ...operators.blocks import mpo_tensors
from ...operators.mpo import import_quimb, to_mpo
from ...operators.mps import to_mps
from ...operators.operator import norm_bound
from ..watch import Watch
from .chain import Chain, SweepOptions
from .network import overlap, residual_norm
from .result import MpsState, Outcome, Sweep
from .split import Limits
from .starts import ProductState, product_vectors

log = logging.getLogger(__name__)

NAME = "dmrgx"
# The cutoff of a sweep is this much below the variance, and falls at least tenfold each time.
_CUTOFF_PER_VARIANCE, _CUTOFF_FALL, _FIRST_CUTOFF = 1e-4, 0.1, 1e-5
# Local eigenvectors are this much better than the state.
_LOCAL_ACCURACY = 0.03
# The first sweeps follow the start, later ones the state as it is.
_SWEEPS_TO_START = 3
# So many sweeps without a fall of the variance by this factor end the search.
_PATIENCE, _FALL = 3, 0.5
# Rounding of H psi - E psi in units of eps ||H||, at least what is seen at all sizes.
_ROUNDING = 4.0


@dataclass(frozen=True)
class DmrgX:
    """Follow a product state to an eigenstate (Khemani, Pollmann and Sondhi, Phys. Rev. Lett. 116,
    247204, 2016; docs/solvers.md, X1 to X5).

    Local tensors become eigenvectors of the local Hamiltonian, always those that overlap most
    with the tensors before. For states that entangle little: l-bits that the avalanche does not
    reach. A sweep takes some 3000 chi^3 operations for each bond of full size; memory is small.

    Parameters
    ----------
    max_bond : int
        Bond dimension at most; bonds grow until the variance is small enough.
    variance_tol : float
        ``||H psi - E psi||^2`` that suffices. Energies are then right to variance_tol over the
        distance to the next level, entropies to about its root over that distance, and levels
        closer than its root are not told apart.
    max_sweeps : int
        Sweeps, outwards and back, at most.
    sites : {2, 1}
        Sites optimised together. Two, with the states that H leads to taken into the
        bases: bonds grow, resonances are found. One keeps the bonds as they are, so that a product
        state stays one; it shows what goes wrong without.
    max_applies : int
        Applications of a local Hamiltonian for one local eigenvector at most.
    min_overlap : float
        Overlap^2 with the start below which the outcome is "start has no overlap".
    time_limit : float, optional
        Seconds after which the best state so far is returned.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=20, alpha=0.3)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> (start,) = mb.solvers.product_states(op, mb.Target.energy(0.0, 1))
    >>> state = DmrgX().state(op, start)
    >>> state.outcome, state.variance < 1e-18, max(state.bonds) < 128
    ('converged', True, True)
    """

    max_bond: int = 128
    variance_tol: float = 1e-18
    max_sweeps: int = 30
    sites: int = 2
    max_applies: int = 30
    min_overlap: float = 1e-6
    time_limit: float | None = None

    def __post_init__(self) -> None:
        for name in ("max_bond", "max_sweeps", "max_applies"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
                raise InvalidInput(f"{name}={value!r} must be a positive integer")
        if self.sites not in (1, 2):
            raise InvalidInput(f"sites={self.sites!r} must be 2 or 1")
        for name in ("variance_tol", "time_limit"):
            value = getattr(self, name)
            if name == "time_limit" and value is None:
                continue
            if not isinstance(value, Real) or not 0 < float(value) < math.inf:
                raise InvalidInput(f"{name}={value!r} must be a positive number")
        if not 0 <= self.min_overlap <= 1:
            raise InvalidInput(f"min_overlap={self.min_overlap!r} must be in [0, 1]")

    def state(self, op: Operator, start: ProductState) -> MpsState:
        """The eigenstate that this product state leads to. One call is one state: nothing is
        shared between calls, so that states may be dealt to ranks.

        Raises
        ------
        MissingLibrary
            Without quimb.
        InvalidInput
            If the operator is not symmetric, a site is too large for `max_bond`, the tolerance
            is below rounding, or the start does not belong to this operator.
        """
        import_quimb()
        watch = Watch(Serial(), self.time_limit, NAME)
        self.check(op, start)
        return _Search(self, op, start, variance_floor(op), watch).run()

    def check(self, op: Operator, start: ProductState) -> None:
        """Raise `InvalidInput` if operator, start and options do not fit, before any work."""
        floor = variance_floor(op)
        if not op.is_symmetric():
            raise InvalidInput(
                "the operator is not symmetric: every pm-like term needs its transpose beside it"
            )
        product_vectors(op, start)  # refuses what belongs to another operator
        for site, d in enumerate(op.space.dims):
            needed = min(d, op.dimension // d)
            if self.sites == 2 and needed > self.max_bond:
                raise InvalidInput(
                    f"site {site} has dimension {d}, and its bonds may need {needed} states, more "
                    f"than max_bond={self.max_bond}: raise max_bond to {needed} at least, or take "
                    "a smaller grain"
                )
        if self.variance_tol < floor:
            raise InvalidInput(
                f"variance_tol={self.variance_tol:.3g} is below the rounding error {floor:.2g} of "
                "variances of this operator: raise it"
            )


def variance_floor(op: Operator) -> float:
    """Rounding error of a variance: (4 eps ||H||)^2, ||H|| by its bound from the terms."""
    return float((_ROUNDING * np.finfo(float).eps * norm_bound(op)) ** 2)


class _Search:
    """Sweeps until the variance is small enough, or does not fall."""

    def __init__(
        self, options: DmrgX, op: Operator, start: ProductState, floor: float, watch: Watch
    ) -> None:
        self.options, self.start, self.floor, self.watch = options, start, floor, watch
        # Bandwidth of a site: weights that are cut off are compared with variances in units of it.
        self.unit = 2 * norm_bound(op) / len(op.space.dims)
        self.mpo = to_mpo(op)
        self.chain = Chain(mpo_tensors(self.mpo), product_vectors(op, start))
        self.product = to_mps(self.chain.tensors)
        self.sweeps: list[Sweep] = []
        self.best = (math.inf, self.chain.energy(), self.product, 0.0)  # variance, E, mps, lost

    def run(self) -> MpsState:
        cutoff, variance = _FIRST_CUTOFF, self.unit**2
        ended: tuple[Outcome, str] | None = None
        per_variance = _CUTOFF_PER_VARIANCE / self.unit**2
        while ended is None:
            floor = per_variance * self.options.variance_tol
            cutoff = max(min(per_variance * variance, _CUTOFF_FALL * cutoff), floor)
            variance, limited = self._swept(cutoff, variance)
            ended = self._ended(limited, cutoff <= floor)
        return self._result(*ended)

    def _swept(self, cutoff: float, variance: float) -> tuple[float, bool]:
        two = self.options.sites == 2
        limits = Limits(self.options.max_bond, cutoff, math.sqrt(cutoff) if two else None)
        tol = max(_LOCAL_ACCURACY * math.sqrt(variance), 2 * math.sqrt(self.floor))
        to_start = len(self.sweeps) < _SWEEPS_TO_START
        report = self.chain.sweep(
            SweepOptions(self.options.sites, limits, tol, self.options.max_applies, to_start)
        )
        energy, mps = self.chain.energy(), to_mps(self.chain.tensors)
        variance = residual_norm(self.mpo, mps, energy) ** 2
        bond = max(self.chain.bonds, default=1)
        self.sweeps.append(
            Sweep(energy, variance, bond, report.discarded, report.overlap, report.applies)
        )
        log.debug("%s: %s", NAME, self.sweeps[-1])
        self.watch.step(len(self.sweeps), self.options.max_sweeps, "sweep")
        if variance < self.best[0]:
            self.best = variance, energy, mps, report.discarded
        return variance, report.limited

    def _ended(self, limited: bool, cutoff_is_last: bool) -> tuple[Outcome, str] | None:
        options, variances = self.options, [sweep.variance for sweep in self.sweeps]
        if self.best[0] <= options.variance_tol:
            return "converged", ""
        if self.watch.expired():
            return "time limit reached", self.watch.reason
        before = min(variances[:-_PATIENCE], default=math.inf)
        stuck = min(variances[-_PATIENCE:]) > _FALL * before
        if stuck and limited:
            return "bond dimension limit reached", (
                f"max_bond={options.max_bond} cuts off a weight of {self.sweeps[-1].discarded:.2g}:"
                " raise it, or the state is too entangled (the avalanche goes on)"
            )
        if stuck and (cutoff_is_last or options.sites == 1):
            return "variance did not fall", (
                f"it has not fallen in {_PATIENCE} sweeps: "
                + (
                    "with sites=1 no state is taken into the bases, use sites=2"
                    if options.sites == 1
                    else "the state resonates with others too closely; try max_applies="
                    f"{4 * options.max_applies}, or another start"
                )
            )
        if len(self.sweeps) >= options.max_sweeps:
            return "sweep limit reached", f"max_sweeps={options.max_sweeps} were done: raise it"
        return None

    def _result(self, outcome: Outcome, reason: str) -> MpsState:
        variance, energy, mps, discarded = self.best
        weight = overlap(self.product, mps) ** 2
        if weight < self.options.min_overlap:
            outcome, reason = (
                "start has no overlap",
                (
                    f"its overlap^2 {weight:.2g} with the start is below min_overlap="
                    f"{self.options.min_overlap:g}: take another start, or lower min_overlap"
                ),
            )
        return MpsState(
            outcome=outcome,
            reason=reason,
            energy=energy,
            variance=variance,
            variance_floor=self.floor,
            overlap=weight,
            start=self.start,
            mps=mps,
            bonds=_bonds(mps),
            discarded=discarded,
            sweeps=tuple(self.sweeps),
            seconds=self.watch.seconds,
        )


def _bonds(mps: Any) -> tuple[int, ...]:
    return tuple(int(mps.bond_size(i, i + 1)) for i in range(mps.L - 1))
