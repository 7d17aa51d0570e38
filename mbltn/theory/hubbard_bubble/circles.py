"""L-bits on circles around the bubble: their couplings."""

from __future__ import annotations

import numpy as np

from .._inputs import one_number, one_of, positive_integer
from .._quadrature import Floats

_FILLINGS = ("n", "n-1")


def circles(n_circles: int, V: float, xi: float, n_L: float = 1.0, filling: str = "n") -> Floats:
    """V_a^2 = (V/xi)^2 exp(-r_a/xi) of l-bits on circles, docs/physics.md (H2), C section IV.

    Circle n = 1, 2, ... has radius r = (n - 1)/sqrt(2 pi n_L), the innermost first.

    Parameters
    ----------
    n_circles : int, >= 1
    V : float, >= 0
        In the unit of energy.
    xi : float, > 0
        Localization length, in the unit of r.
    n_L : float, > 0
        L-bits in a unit of area.
    filling : {"n", "n-1"}
        How many l-bits circle n holds: n, or n - 1 (and one on the first), which is the areal
        density n_L exactly.

    Returns
    -------
    (M,) float64
        M = n_circles (n_circles + 1)/2 for "n", 1 + n_circles (n_circles - 1)/2 for "n-1".

    Raises
    ------
    InvalidInput
        For numbers outside of these ranges or an unknown filling.

    Examples
    --------
    >>> circles(2, V=1.5, xi=10.0).round(6).tolist()
    [0.0225, 0.02162, 0.02162]
    """
    n_circles = positive_integer("n_circles", n_circles, "it counts circles of l-bits")
    strength = one_number("V", V, "it is the coupling", zero=True)
    length = one_number("xi", xi, "it is the localization length")
    density = one_number("n_L", n_L, "it is the number of l-bits in a unit of area")
    one_of("filling", filling, _FILLINGS)
    circle = np.arange(1, n_circles + 1)
    held = circle if filling == "n" else np.maximum(circle - 1, 1)
    r = (circle - 1) / np.sqrt(2 * np.pi * density)
    return np.repeat((strength / length) ** 2 * np.exp(-r / length), held)
