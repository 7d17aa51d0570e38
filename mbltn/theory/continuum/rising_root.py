"""Root of a rising function, wherever above a point it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from mbltn.errors import InvalidInput

_HIGHEST = 300.0  # ln of the ratio of energies up to which a threshold is looked for


def rising_root(value: Callable[[float], float], low: float, problem: str) -> float:
    """Root of a function that rises from below zero at `low`, by doubling the distance; or inf."""
    step, high, before = 1.0, low, value(low)
    while before < 0:
        if high - low > _HIGHEST:
            return np.inf
        high, last = high + step, before
        before, step = value(high), 2 * step
        if before < last:
            raise InvalidInput(f"{problem}: it falls with eps; give a function that rises")
    return float(brentq(value, low, high, xtol=1e-14)) if high > low else low
