"""Ends of intervals by bisection, and roots by looking along a grid."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq


def first_true(
    holds: Callable[[float], bool], low: float, high: float, within: float = 1e-14
) -> float:
    """Where a condition that holds at `high` and not at `low` begins; `low` if it holds there.

    To `within`, of the place itself where that is above 1.
    """
    if holds(low):
        return low
    while high - low > within * max(1.0, abs(high)):
        middle = 0.5 * (low + high)
        if not low < middle < high:
            break
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def first_root(value: Callable[[float], float], grid: np.ndarray) -> float:
    """The root at the first change of sign along a grid; NaN without one."""
    before = value(float(grid[0]))
    for low, high in pairwise(grid):
        now = value(float(high))
        if (before > 0) != (now > 0):
            return float(brentq(value, float(low), float(high), xtol=1e-14, rtol=1e-14))
        before = now
    return float("nan")
