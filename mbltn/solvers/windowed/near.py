"""The states P near the target, and the Schur complement of H on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...comm import together
from ...errors import SolverFailure
from .frame import Frame, TailCoupling, outer_owners


@dataclass(frozen=True, eq=False)
class Near:
    """Product states with |E_a + e_s - centre| < omega; Q is all the rest.

    For every outer configuration they are consecutive core levels ``low[s] <= a < high[s]``. They
    are numbered rank by rank, so that those of one rank follow each other.
    """

    frame: Frame
    centre: float
    omega: float
    low: np.ndarray  # (S,)
    high: np.ndarray
    offset: np.ndarray  # number of the first state of each outer configuration
    count: int

    @classmethod
    def around(cls, frame: Frame, centre: float, omega: float) -> Near:
        shifted = centre - frame.tail.outer_energies
        low = np.searchsorted(frame.core_energies, shifted - omega, side="right")
        high = np.searchsorted(frame.core_energies, shifted + omega, side="left")
        high = np.maximum(low, high)
        owners = np.concatenate(outer_owners(frame.n_outer, frame.comm.size))
        sizes = (high - low)[owners]
        offset = np.empty_like(low)
        offset[owners] = np.cumsum(sizes) - sizes
        return cls(frame, centre, omega, low, high, offset, int(sizes.sum()))

    def part(self, s: int) -> slice:
        """Numbers of the states of outer configuration s."""
        return slice(int(self.offset[s]), int(self.offset[s] + self.high[s] - self.low[s]))

    def levels(self, s: int) -> slice:
        return slice(int(self.low[s]), int(self.high[s]))

    @property
    def own(self) -> slice:
        """Numbers of the states on this rank."""
        own = self.frame.own
        if not len(own):
            return slice(0, 0)
        return slice(self.part(int(own[0])).start, self.part(int(own[-1])).stop)

    @cached_property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Core level and own outer configuration (by position) of this rank's states."""
        levels = [np.arange(self.low[s], self.high[s]) for s in self.frame.own]
        positions = [np.full(len(a), i) for i, a in enumerate(levels)]
        empty = np.empty(0, dtype=int)
        return np.concatenate([*levels, empty]), np.concatenate([*positions, empty])

    @cached_property
    def rows_of_ranks(self) -> list[int]:
        """Near states of every rank."""
        widths = self.high - self.low
        owners = outer_owners(self.frame.n_outer, self.frame.comm.size)
        return [int(widths[owned].sum()) for owned in owners]

    def mask(self) -> np.ndarray:
        """Whether each product state of this rank is near; (A, own S)."""
        a = np.arange(self.frame.n_levels)[:, None]
        own = self.frame.own
        return (a >= self.low[own][None, :]) & (a < self.high[own][None, :])

    def far_weights(self, energy: float) -> np.ndarray:
        """``(D_Q - energy)^-1``, and 0 on the near states; (A, own S)."""
        far = ~self.mask()
        return np.where(far, 1.0 / np.where(far, self.frame.diagonal - energy, 1.0), 0.0)

    def far_sign_margin(self, energy: float) -> float:
        """Distance from `energy` to the nearest far state; must exceed the tail norm."""
        return self.omega - abs(energy - self.centre)


def schur_complement(near: Near, energy: float) -> np.ndarray:
    """``S0 = H_PP - energy - W_PQ (D_Q - energy)^-1 W_QP``, (n, n), on every rank."""
    return _assemble(near, energy, slope=False)


def slope(near: Near, energy: float) -> np.ndarray:
    """``N = W_PQ (D_Q - energy)^-2 W_QP``: S0 changes by -(1 + N) per unit of energy."""
    return _assemble(near, energy, slope=True)


def _assemble(near: Near, energy: float, slope: bool) -> np.ndarray:
    own = together(near.frame.comm, lambda: _own_part(near, energy, slope))
    return near.frame.sum(own)


def _own_part(near: Near, energy: float, slope: bool) -> np.ndarray:
    """What this rank's outer configurations contribute."""
    frame = near.frame
    result = np.zeros((near.count, near.count))
    core, outer = frame.core_energies, frame.tail.outer_energies
    if not slope and frame.comm.rank == 0:
        _add_near_block(near, energy, result)
    for r in frame.own:
        sources, columns = _columns(near, int(r))
        if not columns.shape[1]:
            continue
        gaps = core + outer[r] - energy
        below, above = slice(0, int(near.low[r])), slice(int(near.high[r]), None)
        if np.any(gaps[below] >= 0) or np.any(gaps[above] <= 0):
            raise SolverFailure(
                f"the energy {energy:.6g} lies outside the window of half width "
                f"{near.omega:.4g} around {near.centre:.6g}"
            )
        block = np.zeros((columns.shape[1], columns.shape[1]))
        for rows, sign in ((below, 1.0), (above, -1.0)):
            weights = 1.0 / gaps[rows] if slope else 1.0 / np.sqrt(abs(gaps[rows]))
            scaled = columns[rows] * weights[:, None]
            block += (1.0 if slope else sign) * (scaled.T @ scaled)
        _scatter(near, sources, block, result)
    return result


def _columns(near: Near, r: int) -> tuple[list[int], np.ndarray]:
    """Outer configurations that W joins with r, and ``<b, r| W |P>`` for all core levels b."""
    frame = near.frame
    parts: dict[int, np.ndarray] = {}
    for coupling in frame.couplings:
        begin, end = coupling.whole.indptr[r], coupling.whole.indptr[r + 1]
        for s, strength in zip(
            coupling.whole.indices[begin:end], coupling.whole.data[begin:end], strict=True
        ):
            piece = strength * _core_columns(near, coupling, int(s))
            parts[int(s)] = parts[int(s)] + piece if int(s) in parts else piece
    sources = list(parts)
    if not sources:
        return [], np.empty((frame.n_levels, 0))
    return sources, np.concatenate([parts[s] for s in sources], axis=1)


def _core_columns(near: Near, coupling: TailCoupling, s: int) -> np.ndarray:
    levels = near.levels(s)
    if coupling.matrix is None:
        return np.eye(near.frame.n_levels)[:, levels]
    return near.frame.levels_of(coupling, levels, np.float64, mirror=True).T


def _add_near_block(near: Near, energy: float, result: np.ndarray) -> None:
    """H_PP - energy."""
    frame = near.frame
    for r in range(frame.n_outer):
        sources, columns = _columns(near, r)
        rows, start = near.part(r), 0
        for s in sources:
            part = near.part(s)
            width = part.stop - part.start
            result[rows, part] += columns[near.levels(r), start : start + width]
            start += width
        own = np.arange(rows.start, rows.stop)
        energies = frame.core_energies[near.levels(r)] + frame.tail.outer_energies[r]
        result[own, own] += energies - energy


def _scatter(near: Near, sources: list[int], block: np.ndarray, result: np.ndarray) -> None:
    index = np.concatenate([np.arange(near.part(s).start, near.part(s).stop) for s in sources])
    result[np.ix_(index, index)] += block
