"""U = 0, where the equations are algebraic at each frequency; solved without the iteration."""

from __future__ import annotations

import numpy as np

from .._inputs import one_number, require_finite
from .._quadrature import Floats
from .bubble import Bubble
from .grid import Complexes
from .lbits import lbit_green

_STEP = 1.5  # from one imaginary part to the next
_NEWTON, _HALVINGS = 60, 40


def semicircle_green(z: Complexes, t: float) -> Complexes:
    """G = (z - sqrt(z^2 - 4 t^2))/(2 t^2) with Im z > 0, docs/physics.md (H7): no l-bits, U = 0.

    Examples
    --------
    >>> complex(semicircle_green(np.array(0.01j), 1.0).round(6))
    -0.995012j
    """
    if t == 0:
        return np.asarray(1 / z)
    root = np.sqrt(z - 2 * t) * np.sqrt(z + 2 * t)
    # not (z - root)/(2 t^2), which cancels at large z
    return np.asarray(2 / (z + root))


def algebraic_green(bubble: Bubble, w: Floats, eta_0: float) -> Complexes:
    """G(w + i eta_0) at U = 0 by Newton's method, docs/physics.md (H7).

    Each frequency on its own, from 1/z at a large imaginary part down to eta_0. The solution with
    Im G < 0 is unique.

    Parameters
    ----------
    bubble : Bubble
        Its U is not used; memory and time are those of a (M, len(w)) array.
    w : (n,) float64
    eta_0 : float, > 0

    Returns
    -------
    (n,) complex
        nan where Newton's method did not arrive.

    Raises
    ------
    InvalidInput
        If eta_0 is not positive or a frequency not finite.

    Examples
    --------
    >>> one = Bubble(30, 1.0, 0.0, 2.0, squared_couplings=[0.0], energies=[0.0])
    >>> complex(algebraic_green(one, np.array([0.0]), 0.01)[0].round(6))
    -0.995012j
    """
    w = require_finite("w", w, "it is a frequency")
    eta_0 = one_number("eta_0", eta_0, "above the real axis the solution is unique")
    start = 20 * (bubble.reach + np.sqrt(bubble.squared_couplings.sum()) + 1)
    heights = np.geomspace(
        max(start, eta_0), eta_0, 2 + int(np.log(max(start / eta_0, 1.0)) / np.log(_STEP))
    )
    G = 1 / (w + 1j * heights[0])
    for eta in heights:
        G = _newton(G, w + 1j * eta, bubble)
    return G


def _excess(G: Complexes, z: Complexes, bubble: Bubble) -> tuple[Complexes, Complexes]:
    """h = z - D(G) - 1/G and dh/dG."""
    lbits = lbit_green(G, z, bubble.squared_couplings, bubble.energies, bubble.N)
    strengths = bubble.squared_couplings
    D = bubble.t**2 * G + bubble.c_hyb / np.sqrt(bubble.N) * (strengths @ lbits)
    slope = bubble.t**2 + bubble.c_hyb * (strengths**2 @ lbits**2)
    return np.asarray(z - D - 1 / G), np.asarray(1 / G**2 - slope)


def _newton(G: Complexes, z: Complexes, bubble: Bubble) -> Complexes:
    for _ in range(_NEWTON):
        value, slope = _excess(G, z, bubble)
        step = value / slope
        for _ in range(_HALVINGS):
            outside = (G - step).imag >= 0
            if not outside.any():
                break
            step = np.where(outside, step / 2, step)
        G = G - step
        if np.all(np.abs(step) <= 1e-13 * np.abs(G)):
            return np.asarray(G)
    return np.where(np.abs(step) <= 1e-9 * np.abs(G), G, np.nan)
