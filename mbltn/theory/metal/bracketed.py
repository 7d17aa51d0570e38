"""Roots between given ends, for many points at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize.elementwise import find_root

from .._quadrature import Floats
from .equation import Equation

# A root of 1e6 has no digit at 1e-13: it is sought in vain without the rounding of x.
_ROUNDING = 4 * float(np.finfo(float).eps)
_TOLERANCES = {"xatol": 1e-13, "xrtol": _ROUNDING, "fatol": 0.0, "frtol": 0.0}


def bracketed_root(
    value: Callable[[Floats, Equation], Floats], low: Floats, high: Floats, eq: Equation
) -> Floats:
    """x with value(x, eq) = 0 at each point; nan where the ends are of one sign."""

    def of_arrays(x: Floats, *arrays: Floats) -> Floats:
        return value(x, eq.having(arrays))

    found = find_root(of_arrays, (low, high), args=eq.arrays, tolerances=_TOLERANCES)
    return np.asarray(found.x)
