"""One eigenstate as a matrix product state, and what is known about its quality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ...errors import SolverFailure
from .starts import ProductState

Outcome = Literal[
    "converged",
    "bond dimension limit reached",
    "variance did not fall",
    "start has no overlap",
    "sweep limit reached",
    "time limit reached",
]


@dataclass(frozen=True)
class Sweep:
    """One sweep: energy and variance after it, largest bond, weight cut off, smallest local
    overlap^2 of a tensor with its predecessor, applications of local Hamiltonians."""

    energy: float
    variance: float
    bond: int
    discarded: float
    overlap: float
    applies: int


@dataclass(frozen=True, eq=False)
class MpsState:
    """An eigenstate that was followed from a product state.

    Attributes
    ----------
    outcome : "converged": the variance is below the tolerance. Otherwise this is the state with
        the smallest variance that was found, and the outcome says why it is not better:
        "bond dimension limit reached", "variance did not fall" (though bonds could grow), "sweep
        limit reached", "time limit reached". "start has no overlap": the overlap is below
        `min_overlap`, whatever the variance.
    reason : the same in words, and what to do; empty if converged
    energy : <H>
    variance : ``||H psi - E psi||^2``: a level lies within its root of E
    variance_floor : rounding error of `variance`
    overlap : ``|<start|psi>|^2``
    start : ProductState
    mps : quimb.tensor.MatrixProductState, normalised, real
    bonds : bond dimensions, from the first site on
    discarded : largest weight that one division of the last sweep cut off
    sweeps : what every sweep did
    seconds : time it took
    """

    outcome: Outcome
    reason: str
    energy: float
    variance: float
    variance_floor: float
    overlap: float
    start: ProductState
    mps: Any
    bonds: tuple[int, ...]
    discarded: float
    sweeps: tuple[Sweep, ...]
    seconds: float

    @property
    def converged(self) -> bool:
        return self.outcome == "converged"

    def require(self, max_variance: float | None = None) -> MpsState:
        """Return this state, or raise `SolverFailure` unless it has converged.

        With `max_variance`, what counts is only that the variance is not above it.
        """
        enough = self.converged if max_variance is None else self.variance <= max_variance
        if not enough:
            raise SolverFailure(
                f"DMRG-X reached a variance of {self.variance:.3g}: "
                f"{self.reason or 'lower variance_tol'}"
            )
        return self
