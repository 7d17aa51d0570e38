"""What is asked of a solver (Target), what it is (Solver), and what it returns (Eigenpairs)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Protocol

import numpy as np

from ..errors import InvalidInput, SolverFailure
from ..operators import Operator
from ..rows import Rows
from .certify import Certificate

_NEEDED: dict[str, tuple[str, ...]] = {
    "middle": ("k",),
    "energy": ("k", "at"),
    "density": ("k", "at"),
    "window": ("interval",),
    "rank": ("k",),
    "all": (),
}
TARGET_KINDS = tuple(_NEEDED)


def middle_by_rank(dimension: int, count: int) -> slice:
    """The `count` levels nearest the middle rank (docs/physics.md, eq O1).

    ``lo = round(D/2 - count/2)`` clipped to ``[0, D - count]``.

    Examples
    --------
    >>> middle_by_rank(64, 10)
    slice(27, 37, None)
    """
    return consecutive_levels(dimension / 2, dimension, count)


def consecutive_levels(centre: float, dimension: int, count: int) -> slice:
    """`count` levels of `dimension` around the rank `centre`: ``round(centre - count/2)`` first,
    clipped to the spectrum."""
    if not 1 <= count <= dimension:
        raise InvalidInput(f"{count} levels cannot be taken from a spectrum of {dimension}")
    low = min(max(round(centre - count / 2), 0), dimension - count)
    return slice(low, low + count)


@dataclass(frozen=True, repr=False)
class Target:
    """Where in the spectrum, and how many eigenpairs.

    Examples
    --------
    >>> Target.middle(50)          # the 50 levels nearest to tr H / D, maximum entropy
    Target(kind='middle', k=50)
    >>> Target.energy(-1.5, 10)    # the 10 levels nearest to E = -1.5
    Target(kind='energy', k=10, at=-1.5)
    >>> Target.density(0.5, 10)    # the 10 nearest to E_min + 0.5 (E_max - E_min)
    Target(kind='density', k=10, at=0.5)
    >>> Target.window(-0.1, 0.1)   # all levels in [-0.1, 0.1], however many
    Target(kind='window', interval=(-0.1, 0.1))
    >>> Target.rank(16)            # the 16 levels nearest the middle rank; dense solver only
    Target(kind='rank', k=16)
    >>> Target.all()               # the whole spectrum
    Target(kind='all')
    """

    kind: str
    k: int | None = None
    at: float | None = None
    interval: tuple[float, float] | None = None

    @classmethod
    def middle(cls, k: int) -> Target:
        return cls("middle", k)

    @classmethod
    def energy(cls, e: float, k: int) -> Target:
        return cls("energy", k, float(e))

    @classmethod
    def density(cls, x: float, k: int) -> Target:
        return cls("density", k, float(x))

    @classmethod
    def window(cls, low: float, high: float) -> Target:
        return cls("window", interval=(float(low), float(high)))

    @classmethod
    def rank(cls, k: int) -> Target:
        return cls("rank", k)

    @classmethod
    def all(cls) -> Target:
        return cls("all")

    def __post_init__(self) -> None:
        if self.kind not in TARGET_KINDS:
            raise InvalidInput(f"target kind {self.kind!r} is not one of {', '.join(TARGET_KINDS)}")
        needed = _NEEDED[self.kind]
        given_by = " and ".join(needed) or "nothing"
        for name in ("k", "at", "interval"):
            if (getattr(self, name) is not None) != (name in needed):
                raise InvalidInput(
                    f"a target of kind {self.kind!r} is given by {given_by}, not with "
                    f"{name}={getattr(self, name)!r}: use Target.{self.kind}(...)"
                )
        if self.k is not None:
            object.__setattr__(self, "k", _positive(self.k))
        if self.kind == "energy" and self.at is not None and not np.isfinite(self.at):
            raise InvalidInput(f"the target energy {self.at} must be finite")
        if self.kind == "density" and self.at is not None and not 0 <= self.at <= 1:
            raise InvalidInput(
                f"the energy density {self.at} must lie in [0, 1]: 0 is the lowest level, 1 the "
                "highest"
            )
        if self.interval is not None:
            low, high = self.interval
            if not (np.isfinite([low, high]).all() and low < high):
                raise InvalidInput(
                    f"the window [{low}, {high}] must have two finite ends, the smaller one first"
                )

    def __repr__(self) -> str:
        given = [(f.name, getattr(self, f.name)) for f in fields(self)]
        return f"Target({', '.join(f'{k}={v!r}' for k, v in given if v is not None)})"

    def count(self, dimension: int) -> int:
        """Number of pairs asked of a problem of this dimension; D at most for a window."""
        if self.k is None:
            return dimension
        if self.k > dimension:
            raise InvalidInput(
                f"k={self.k} eigenpairs were asked of a space of dimension D={dimension}: "
                "ask for at most D, or use Target.all()"
            )
        return self.k

    def energy_for(self, op: Operator) -> float:
        """The energy that the levels shall be nearest to."""
        if self.kind == "rank":
            raise InvalidInput(
                "levels can be counted from the middle rank only in the full spectrum: use "
                "solver='dense', or Target.middle(k) for the levels nearest tr H / D"
            )
        if self.kind == "density":
            raise InvalidInput("give the target to mbltn.eigenpairs, which finds E_min and E_max")
        if self.interval is not None:
            return 0.5 * sum(self.interval)
        return op.mean_energy() if self.at is None else self.at

    def nearest(self, energies: np.ndarray, op: Operator) -> np.ndarray:
        """Numbers of the wanted levels among ascending `energies`, ascending."""
        if self.interval is not None:
            low, high = self.interval
            return np.flatnonzero((energies >= low) & (energies <= high))
        k = self.count(len(energies))
        if k == len(energies):
            return np.arange(k)
        if self.kind == "rank":
            return np.arange(len(energies))[middle_by_rank(len(energies), k)]
        order = np.argsort(abs(energies - self.energy_for(op)), kind="stable")
        return np.sort(order[:k])


def empty_window(interval: tuple[float, float], energies: np.ndarray) -> InvalidInput:
    """The error of a window without levels; `energies` are levels outside of it, as far as known.

    Examples
    --------
    >>> print(empty_window((0.0, 0.1), np.array([-0.25, 0.5])))
    no level lies in the window [0, 0.1]; the nearest ones known are E=-0.25 and E=0.5: widen it, \
or ask for Target.energy(e, k)
    """
    low, high = interval
    beside = [*energies[energies < low][-1:], *energies[energies > high][:1]]
    known = " and ".join(f"E={energy:.10g}" for energy in beside)
    nearest = f"; the nearest ones known are {known}" if beside else ""
    return InvalidInput(
        f"no level lies in the window [{low:.10g}, {high:.10g}]{nearest}: widen it, or ask for "
        "Target.energy(e, k)"
    )


def _positive(k: int) -> int:
    if not isinstance(k, int | np.integer) or isinstance(k, bool) or k < 1:
        raise InvalidInput(f"k={k!r} must be a positive integer")
    return int(k)


@dataclass(frozen=True, eq=False)
class Eigenpairs:
    """Eigenpairs of one operator, and what is known about their quality.

    Attributes
    ----------
    operator : Operator
    energies : (k,) ascending, equal on every rank
    vectors : (n_rows, k), normalised columns in kron order; all D rows, or the rows
        ``rows.start <= i < rows.stop`` of this rank when ``rows.distributed``
    residuals : (k,) ``||H v - E v||``, recomputed with the operator after the solver ended
    complete : "certified" if no level of the target can be missing; "estimated" if a count with
        an error bar agrees; "missing n" if n levels lack; "unknown" if nobody counted
    solver : name of the solver that ran
    rows : Rows
    certificate : Certificate, optional
        The count behind `complete`.
    reason : why levels lack, and what to do; empty if none does
    stats : further diagnostics, among them `orthonormality` = max |V^T V - 1|
    """

    operator: Operator
    energies: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    complete: str
    solver: str
    rows: Rows
    certificate: Certificate | None = None
    reason: str = ""
    stats: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.energies)

    @property
    def missing(self) -> int:
        """Levels of the target that are known to lack."""
        return int(self.complete.split()[1]) if self.complete.startswith("missing") else 0

    def select(self, levels: Any) -> Eigenpairs:
        """Only the pairs with these numbers (or this slice)."""
        return replace(
            self,
            energies=self.energies[levels],
            vectors=self.vectors[:, levels],
            residuals=self.residuals[levels],
        )

    def require(self, max_residual: float | None = None, complete: bool = False) -> Eigenpairs:
        """Return these pairs, or raise `SolverFailure` if they are not good enough."""
        worst = float(self.residuals.max(initial=0.0))
        if max_residual is not None and not worst <= max_residual:
            raise SolverFailure(
                f"the largest residual is {worst:.3g}, above the required {max_residual:.3g}: "
                "tighten the solver's tol"
            )
        if complete and self.complete != "certified":
            raise SolverFailure(
                f"completeness of these pairs is {self.complete!r}, not 'certified'"
                + (f": {self.reason}" if self.reason else ": use a solver that counts levels")
            )
        return self

    def gather(self) -> np.ndarray:
        """All rows of the vectors, (D, k), on every rank; for small problems and tests."""
        return self.rows.gather(self.vectors)


class Solver(Protocol):
    """Options of one method, frozen."""

    name: ClassVar[str]
    parallel: ClassVar[bool]  # whether several ranks make one problem faster

    def require_library(self) -> None:
        """Raise `MissingLibrary` if what this method runs on is not installed."""

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs: ...
