"""A slice that was solved: its levels, and the ends between which every level is among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...operators import Operator
from ...operators.operator import norm_bound
from ..base import Target
from .polish import Polished

# Gaps that a count is tried in; levels at the edge of a slice among which its border is chosen.
_ENDS = 3
EDGE = 8


@dataclass(frozen=True, eq=False)
class Piece:
    """Levels of one slice and of its buffer.

    Attributes
    ----------
    energies, residuals : (n,) ascending
    rows : (own rows in kron order, n), Fortran order; columns below `first` and from `last` on
        were not kept
    first, last : the kept columns
    low_ends, high_ends : energies in gaps beyond the kept levels, widest gap first; none where the
        block did not reach
    """

    energies: np.ndarray
    residuals: np.ndarray
    rows: np.ndarray
    first: int
    last: int
    low_ends: list[float]
    high_ends: list[float]
    passes: int
    iterations: int

    @property
    def kept(self) -> slice:
        return slice(self.first, self.last)

    def without_rows(self) -> Piece:
        return replace(self, rows=self.rows[:, :0])


def ends_beyond(
    found: Polished,
    first: int,
    last: int,
    known: tuple[float, float],
    target: Target,
    op: Operator,
) -> tuple[list[float], list[float]]:
    """Ends outside of what the target needs; every level in `known` is among those found."""
    energies, beyond = found.energies, 1e-9 * norm_bound(op)
    low, high = bounds(energies[first:last], target, op)
    low_ends = _gaps(found, 0, first, known[0], low)
    high_ends = _gaps(found, max(last - 1, 0), len(energies), high, known[1])
    if not low_ends and energies[0] > low > known[0]:
        low_ends = [low - beyond]
    if not high_ends and energies[-1] < high < known[1]:
        high_ends = [high + beyond]
    return low_ends, high_ends


def ends_within(
    found: Polished, first: int, last: int, known: tuple[float, float], centre: float
) -> tuple[list[float], list[float]]:
    """Ends in gaps at the outermost wanted levels, ``first <= i < last``.

    Where the block found nothing beyond them, as at the edge of the spectrum, the end is that of
    what is `known`; where nothing is wanted at all it is the `centre`, far from what is not wanted.
    """
    energies, half = found.energies, (first + last) // 2
    if first == 0 and known[0] < energies[0]:
        low_ends = [known[0]]
    elif first == last:
        low_ends = [centre]
    else:
        low_ends = _gaps(found, max(first - 1, 0), min(first + 2 * EDGE, half), known[0], centre)
    if last == len(energies) and known[1] > energies[-1]:
        high_ends = [known[1]]
    elif first == last:
        high_ends = [centre]
    else:
        high_ends = _gaps(found, max(half, last - 1 - 2 * EDGE), last, centre, known[1])
    return low_ends, high_ends


def at_borders(
    low_ends: list[float],
    high_ends: list[float],
    known: tuple[float, float],
    low_border: float | None,
    high_border: float | None,
) -> tuple[list[float], list[float]]:
    """The ends of a piece beside others: it ends at their borders, if what is known goes so far."""
    if low_border is not None:
        low_ends = [low_border] if known[0] < low_border else []
    if high_border is not None:
        high_ends = [high_border] if known[1] > high_border else []
    return low_ends, high_ends


def _gaps(found: Polished, start: int, stop: int, above: float, below: float) -> list[float]:
    """Middles of the widest gaps (i, i + 1), start <= i < stop, that residuals cannot close."""
    energies, residuals, part = found.energies, found.residuals, slice(start, stop)
    middles = (0.5 * (energies[1:] + energies[:-1]))[part]
    spaces = np.diff(energies)[part]
    clear = spaces > 4.0 * (residuals[1:] + residuals[:-1])[part]
    clear &= (middles < below) & (middles > above)
    order = [i for i in np.argsort(-spaces, kind="stable") if clear[i]]
    return [float(middles[i]) for i in order[:_ENDS]]


def bounds(energies: np.ndarray, target: Target, op: Operator) -> tuple[float, float]:
    """What a count must hold, so that no nearer level than these is missed."""
    if target.interval is not None:
        return target.interval
    sigma = target.energy_for(op)
    reach = float(abs(energies - sigma).max(initial=0.0))
    return sigma - reach, sigma + reach


def wanted_levels(energies: np.ndarray, target: Target, op: Operator) -> np.ndarray:
    """Mask of what the target asks for among these levels, of which there may be too few."""
    if target.interval is None:
        return nearest(energies, target.energy_for(op), target.k or 0)
    return between(energies, *target.interval)


def nearest(energies: np.ndarray, sigma: float, count: int) -> np.ndarray:
    mask = np.zeros(len(energies), dtype=bool)
    mask[np.argsort(abs(energies - sigma), kind="stable")[:count]] = True
    return mask


def between(energies: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.asarray((energies >= low) & (energies <= high))
