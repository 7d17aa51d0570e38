"""Eigenstates of one realization that many starts led to: a table, and who holds which state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...comm import together
from ...errors import InvalidInput, SolverFailure
from ...machine import available_bytes, size
from ...operators import Operator
from ...rows import Rows
from ..base import Eigenpairs
from ..verify import orthonormality
from .result import MpsState
from .starts import ProductState


@dataclass(frozen=True, eq=False)
class MpsStates:
    """What became of every start; all but `own` is equal on every rank.

    Attributes
    ----------
    operator : Operator
    starts : the n product states
    outcomes : those of `MpsState`, or "failed": an error ended the search, and `reasons` has it
    reasons : why it is not converged and what to do; empty if it is
    energies, variances, overlaps : (n,) of `MpsState`; nan if failed
    variance_floor : rounding error of the variances
    max_bonds : (n,) largest bond dimension; 0 if failed
    seconds : (n,) time it took
    same_as : (n,) number of the start whose eigenstate this is too, else its own number. Of
        those with one eigenstate the first that converged stands for all.
    same_overlaps : (n,) overlap^2 with that state, above 1/2; 1 with itself
    ranks : (n,) rank that holds the state
    own : this rank's states by number
    comm : communicator
    """

    operator: Operator
    starts: tuple[ProductState, ...]
    outcomes: tuple[str, ...]
    reasons: tuple[str, ...]
    energies: np.ndarray
    variances: np.ndarray
    overlaps: np.ndarray
    variance_floor: float
    max_bonds: np.ndarray
    seconds: np.ndarray
    same_as: np.ndarray
    same_overlaps: np.ndarray
    ranks: np.ndarray
    own: Mapping[int, MpsState]
    comm: Any

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def converged(self) -> np.ndarray:
        """(n,) whether the variance is below the tolerance."""
        return np.array([outcome == "converged" for outcome in self.outcomes])

    @property
    def distinct(self) -> np.ndarray:
        """(n,) whether this is a state, and not that of another start: averages are over these."""
        return np.isfinite(self.energies) & (self.same_as == np.arange(len(self)))

    @property
    def residuals(self) -> np.ndarray:
        """(n,) ``||H psi - E psi||``, at least its rounding error: a level lies this near to E."""
        return np.sqrt(np.maximum(self.variances, self.variance_floor))

    @property
    def unresolved(self) -> np.ndarray:
        """(n,) whether another of the distinct states has the same energy within the residuals
        of both: these may be mixtures of each other's levels."""
        gaps = abs(self.energies[:, None] - self.energies)
        near = gaps <= self.residuals[:, None] + self.residuals
        both = self.distinct[:, None] & self.distinct
        np.fill_diagonal(both, False)
        return np.asarray((near & both).any(axis=1))

    def state(self, number: int) -> MpsState:
        """The state of this start on every rank; collective.

        Raises
        ------
        SolverFailure
            On all ranks, if it failed.
        """
        if not 0 <= number < len(self):
            raise InvalidInput(f"number={number} must be that of one of {len(self)} starts, from 0")
        if not np.isfinite(self.energies[number]):
            raise SolverFailure(f"start {number} led to no state: {self.reasons[number]}")
        found: MpsState = self.comm.bcast(self.own.get(number), root=int(self.ranks[number]))
        return found

    def require(self, max_variance: float | None = None) -> MpsStates:
        """Return these states, or raise `SolverFailure` unless all have converged.

        With `max_variance`, what counts is only that no variance is above it.
        """
        enough = self.converged if max_variance is None else self.variances <= max_variance
        if not enough.all():
            worst = int(np.argmin(enough))
            raise SolverFailure(
                f"{int((~enough).sum())} of {len(self)} starts did not come to an eigenstate; "
                f"start {worst} ({self.outcomes[worst]}) has a variance of "
                f"{self.variances[worst]:.3g}: "
                f"{self.reasons[worst] or 'lower variance_tol'}"
            )
        return self

    def eigenpairs(self) -> Eigenpairs:
        """The distinct states as `Eigenpairs` with dense vectors, for spaces that allow it.

        Energies ascend; nobody has counted levels, so `complete` is "unknown". Collective.

        Raises
        ------
        InvalidInput
            On all ranks, if D numbers a state and rank are more than is free, or all failed.
        """
        chosen = np.flatnonzero(self.distinct)
        chosen = chosen[np.argsort(self.energies[chosen], kind="stable")]
        rows = Rows(self.operator.dimension, self.comm)
        together(self.comm, lambda: _require_memory(rows, len(chosen)))
        vectors = np.empty((rows.stop - rows.start, len(chosen)))
        for column, number in enumerate(chosen):
            mine = self.own.get(int(number))
            whole = None if mine is None else mine.mps.to_dense().ravel()
            whole = self.comm.bcast(whole, root=int(self.ranks[number]))
            vectors[:, column] = whole[rows.start : rows.stop]
        return Eigenpairs(
            operator=self.operator,
            energies=self.energies[chosen],
            vectors=vectors,
            residuals=self.residuals[chosen],
            complete="unknown",
            solver="dmrgx",
            rows=rows,
            stats={"orthonormality": orthonormality(vectors, rows)},
        )


def _require_memory(rows: Rows, count: int) -> None:
    if not count:
        raise InvalidInput("no start led to a state, so there are no pairs: see `reasons`")
    needed, free = 8 * (count * (rows.stop - rows.start) + 3 * rows.dimension), available_bytes()
    if needed > free:
        raise InvalidInput(
            f"{count} dense vectors of D={rows.dimension} need {size(needed, up=True)} a rank and "
            f"{size(free)} are free: measure the matrix product states themselves"
        )
