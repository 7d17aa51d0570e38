"""exp(-iHt) on matrix product states, by the time-dependent variational principle."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...comm import Serial
from ...errors import InvalidInput, SolverFailure
from ...operators import Operator
from ...operators.blocks import mpo_tensors
from ...operators.mpo import import_quimb, to_mpo
from ...operators.mps import mps_tensors
from ...solvers.dmrgx import ProductState, product_vectors
from ...solvers.watch import Watch
from .chain import Chain, Losses, SweepOptions
from .enrich import enrich

MpsOutcome = Literal["within the cutoff", "bond dimension limit reached"]

# Local exponentials are this much better than what a division may cut off.
_LOCAL_ACCURACY = 0.01
# A bond is poor that has less than this of the states that it had once, as near a product state
# that comes back. Nearly all of the error in the time step is made there: it is taken in parts.
_POOR = 0.7
_PARTS = (0.25, 0.25, 0.5)


@dataclass(frozen=True)
class Tdvp:
    """How a matrix product state is moved (docs/solvers.md, T1 to T5).

    Parameters
    ----------
    step : float
        Longest time step; where bases are poor it is taken in parts. Longer steps cut off less and
        take less time. No estimate holds their own error: halve the step to see it.
    cutoff : float
        Weight that a division may cut off; new states are sought down to its root.
    max_bond : int
        Bond dimension at most.
    orders : (int, int)
        Order of the series whose states enrich the bases, where these are poor and elsewhere.
        (0, 0) is plain two-site TDVP, which a star defeats: it shows what goes wrong without.
    when_full : {"cut", "one_site"}
        What follows once `max_bond` has cut: further cuts, or one-site sweeps in the bases as they
        are, which conserve norm and energy but are no less wrong.

    Examples
    --------
    >>> Tdvp(cutoff=1e-8).max_bond
    256
    """

    step: float = 0.4
    cutoff: float = 1e-10
    max_bond: int = 256
    orders: tuple[int, int] = (3, 1)
    when_full: Literal["cut", "one_site"] = "cut"

    def __post_init__(self) -> None:
        if not (math.isfinite(self.step) and self.step > 0):
            raise InvalidInput(f"step={self.step!r} must be a positive time")
        if not 1e-24 <= self.cutoff < 1:
            raise InvalidInput(
                f"cutoff={self.cutoff!r} must lie between 1e-24, where rounding begins, and 1"
            )
        counts = {"max_bond": self.max_bond, "orders": min(self.orders, default=-1)}
        for name, value in counts.items():
            least = 1 if name == "max_bond" else 0
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
                raise InvalidInput(
                    f"{name}={getattr(self, name)!r} must be integers of at least {least}"
                )
        if len(self.orders) != 2:
            raise InvalidInput(f"orders={self.orders!r} must be two: for poor bases, for others")
        if self.when_full not in ("cut", "one_site"):
            raise InvalidInput(f"when_full={self.when_full!r} must be 'cut' or 'one_site'")


@dataclass(frozen=True, eq=False)
class EvolvedMps:
    """A state at one time, and what is known about its quality (docs/solvers.md, T4).

    Attributes
    ----------
    time : float
    mps : quimb.tensor.MatrixProductState, complex, normalised up to `norm_drift`
    norm_drift : ||psi(t)||/||psi(0)|| - 1; what is cut off is made up for, so that this is
        rounding
    energy_drift : <H>(t) - <H>(0)
    error : estimate of ||psi - exact psi||: all that was cut off or left out, added up as
        distances; not a bound, the error of the time step is not in it
    discarded : weight that was cut off, added up
    bonds : bond dimensions, from the first site on
    outcome : "within the cutoff", or "bond dimension limit reached"
    limited_since : end of the first step in which `max_bond`, not the cutoff, cut; None if it never
        did
    applies : of local Hamiltonians, up to now
    seconds : up to now
    """

    time: float
    mps: Any
    norm_drift: float
    energy_drift: float
    error: float
    discarded: float
    bonds: tuple[int, ...]
    limited_since: float | None
    applies: int
    seconds: float

    @property
    def outcome(self) -> MpsOutcome:
        if self.limited_since is None:
            return "within the cutoff"
        return "bond dimension limit reached"

    def require(self, max_error: float) -> EvolvedMps:
        """Return this state, or raise `SolverFailure` if the estimated error is larger."""
        if not self.error <= max_error:
            advice = (
                "lower the cutoff"
                if self.limited_since is None
                else f"max_bond has cut since t={self.limited_since:.6g}: raise it, or the state "
                "is too entangled (the avalanche goes on)"
            )
            raise SolverFailure(
                f"the error at t={self.time:.6g} is about {self.error:.2g}, more than {max_error:g}"
                f" (weight {self.discarded:.2g} was cut off): {advice}"
            )
        return self


def evolve_mps(
    op: Operator,
    start: ProductState | Any,
    times: Sequence[float] | np.ndarray,
    method: Tdvp | None = None,
) -> Iterator[EvolvedMps]:
    """``exp(-iHt)|psi>`` at each of the times, from time 0, as a matrix product state.

    Two-site TDVP of second order, whose bases take in the states that H leads to before every step
    (docs/solvers.md, T1 to T5): for l-bits around a grain, which couple over any distance, and for
    chains. For states that entangle little; a step takes some 2000 chi^3 operations for each bond
    of full size. Exact vectors: `evolve`.

    Parameters
    ----------
    op : Operator
        Real symmetric, at least two sites.
    start : ProductState of `mbltn.solvers.product_states`, or quimb's MatrixProductState,
        normalised; is not changed
    times : (n_t,), in any order and of either sign; every step starts from the time before it
    method : Tdvp, optional

    Yields
    ------
    EvolvedMps
        With norm, energy, discarded weight and estimated error.

    Raises
    ------
    MissingLibrary
        Without quimb.
    InvalidInput
        If the operator is not symmetric or has one site, the start does not fit it, or times are
        not finite.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=20, alpha=0.3)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> (start,) = mb.solvers.product_states(op, mb.Target.energy(0.0, 1))
    >>> for now in evolve_mps(op, start, [1.0, 4.0]):
    ...     print(now.outcome, now.error < 2e-3, abs(now.energy_drift) < 1e-6, max(now.bonds) < 32)
    within the cutoff True True True
    within the cutoff True True True
    """
    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or not np.isfinite(times).all():
        raise InvalidInput(f"times={times} must be a list of finite numbers")
    import_quimb()
    if not op.is_symmetric():
        raise InvalidInput(
            "exp(-iHt) needs a symmetric H, this operator is not; is a term's transpose missing?"
        )
    if len(op.space.dims) < 2:
        raise InvalidInput("the operator has one site: use evolve")
    return _Evolution(op, _tensors(op, start), method or Tdvp()).states(times)


def _tensors(op: Operator, start: ProductState | Any) -> list[np.ndarray]:
    if isinstance(start, ProductState):
        return [vector.reshape(1, -1, 1) for vector in product_vectors(op, start)]
    dims = tuple(start.phys_dim(i) for i in range(start.L))
    if dims != op.space.dims:
        raise InvalidInput(f"the start has sites of {dims} levels, the operator {op.space.dims}")
    tensors = mps_tensors(start)
    if not all(np.isfinite(a).all() for a in tensors):
        raise InvalidInput("the start contains NaN or infinity: every entry must be finite")
    norm = float(start.norm())
    if not abs(norm - 1) < 1e-8:
        raise InvalidInput(f"the norm of the start is {norm:.10g}; normalise it first")
    return tensors


class _Evolution:
    """The chain on its way, and what it has lost."""

    def __init__(self, op: Operator, tensors: list[np.ndarray], method: Tdvp) -> None:
        self.method, self.losses = method, Losses()
        self.watch = Watch(Serial(), None, "evolution")
        self.chain = Chain(mpo_tensors(to_mpo(op)), tensors)
        self.norm, self.energy = self.chain.norm(), self.chain.energy()
        # Largest bonds so far: a state that has fewer again has forgotten where H leads.
        self.most: np.ndarray | None = None
        self.limited_since: float | None = None

    def states(self, times: np.ndarray) -> Iterator[EvolvedMps]:
        total, path, before = float(abs(np.diff(times, prepend=0.0)).sum()), 0.0, 0.0
        for time in times:
            parts = math.ceil(abs(time - before) / self.method.step)
            for part in range(1, parts + 1):
                dt = float(time - before) / parts
                self._step(dt)
                if self.losses.limited and self.limited_since is None:
                    self.limited_since = float(before + part * dt)
                path += abs(dt)
                self.watch.step(path, total, "time")
            before = time
            yield self._now(float(time))

    def _step(self, dt: float) -> None:
        of_poor_bases, later = self.method.orders
        bonds = np.array(self.chain.bonds)
        if self.most is None or (bonds < _POOR * self.most).any():
            for share in _PARTS:
                self._move(share * dt, of_poor_bases)
        else:
            self._move(dt, later)
        bonds = np.array(self.chain.bonds)
        self.most = bonds if self.most is None else np.maximum(self.most, bonds)

    def _move(self, dt: float, order: int) -> None:
        method, chain, reach = self.method, self.chain, math.sqrt(self.method.cutoff)
        full = self.limited_since is not None and method.when_full == "one_site"
        if full:
            enrich(chain, dt, 1, math.inf, method.max_bond, self.losses)
        elif order:
            enrich(chain, dt, order, reach, method.max_bond, self.losses)
        options = SweepOptions(
            1 if full else 2, method.max_bond, method.cutoff, _LOCAL_ACCURACY * reach
        )
        for _ in range(2):
            chain.sweep(0.5 * dt, options, self.losses)

    def _now(self, time: float) -> EvolvedMps:
        return EvolvedMps(
            time=time,
            mps=self.chain.mps(),
            norm_drift=self.chain.norm() / self.norm - 1,
            energy_drift=self.chain.energy() - self.energy,
            error=self.losses.error,
            discarded=self.losses.discarded,
            bonds=self.chain.bonds,
            limited_since=self.limited_since,
            applies=self.losses.applies,
            seconds=self.watch.seconds,
        )
