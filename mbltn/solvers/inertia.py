"""Levels counted by the inertia of H - a and H - b, at ends that lie in gaps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..errors import SolverFailure
from .certify import Certificate

# In units of the norm of H: an end nearer to a level than this might be miscounted.
CLOSEST = 1e-11
_TRIES = 3

Count = Callable[[float, float], int]


class SingularShift(SolverFailure):
    """The shift is an exact level to working precision."""


def radii_beyond(distances: np.ndarray, k: int, norm: float) -> list[float]:
    """Distances from the target at which an interval with the nearest `k` levels may end.

    The widest gap first, among the gaps between `distances` from the k-th level on; where there
    is none, just beyond the last.

    Examples
    --------
    >>> radii_beyond(np.array([0.125, 0.25, 0.5, 1.0, 1.25]), 2, norm=1.0)
    [0.75, 0.375, 1.125]
    """
    distances = np.sort(distances)
    tail = distances[k - 1 :]
    gaps = np.diff(tail)
    widest = [j for j in np.argsort(-gaps, kind="stable") if gaps[j] > 2 * CLOSEST * norm]
    if widest:
        return [float(tail[j] + 0.5 * gaps[j]) for j in widest]
    beyond = max(1e-3 * distances[-1] / len(distances), 2 * CLOSEST * norm)
    return [float(distances[-1] + beyond)]


def certify(
    count: Count, energies: np.ndarray, centre: float, k: int, norm: float, method: str
) -> Certificate | None:
    """Count the levels around `centre` as far as a gap beyond the nearest `k` found.

    `method` is that of the certificate. None if every end tried is itself a level, which then has
    not been found.
    """
    for radius in radii_beyond(abs(energies - centre), k, norm)[:_TRIES]:
        try:
            counted = count(centre - radius, centre + radius)
        except SingularShift:
            continue
        return certificate(centre - radius, centre + radius, counted, energies, method)
    return None


def count_window(count: Count, low: float, high: float, norm: float) -> tuple[float, float, int]:
    """Number of levels in [low, high], a little widened so that its ends are not levels."""
    margin = CLOSEST * norm
    for tries_left in reversed(range(_TRIES)):
        low, high = low - margin, high + margin
        try:
            return low, high, count(low, high)
        except SingularShift:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def certificate(
    low: float, high: float, counted: int, energies: np.ndarray, method: str
) -> Certificate:
    """What the count says about the `energies` that were found."""
    inside = int(np.count_nonzero((energies >= low) & (energies <= high)))
    nearest = min(float(abs(energies - end).min(initial=np.inf)) for end in (low, high))
    note = f"the ends are {nearest:.2g} or more away from every level found"
    return Certificate(method, low, high, counted=counted, found=inside, note=note)
