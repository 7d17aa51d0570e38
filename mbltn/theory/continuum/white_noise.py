"""A wire with white noise: exact Lyapunov exponent and number of states, by Airy functions.

With x = -2 m eps (2/g)^(2/3), g = 4 m^2 w, both follow from M^2 = Ai(x)^2 + Bi(x)^2: the number of
states is (g/2)^(1/3)/(pi^2 M^2), the exponent (g/2)^(1/3) (1/2) d ln M^2/dx.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike
from scipy.special import airy, airye

from .._inputs import require_finite, require_positive
from .._quadrature import FloatOrArray, Floats, like_input

# Ai Ai' + Bi Bi' loses e^(3/2) roundings; from here on four terms of the series lose none.
_SERIES_ABOVE = 24.0
# M^2 = (pi sqrt e)^-1 sum_k (-1)^k (1 3 5 ... (6k - 1))/(k! 96^k) e^(-3k), e = -x (DLMF 9.8.20)
_MODULUS = (1.0, -5 / 32, 1155 / 2048, -425425 / 65536, 1301375075 / 8388608)
# Airy functions of a larger x are nan. Bi'/Bi = sqrt x (sum_k v_k zeta^-k)/(sum_k u_k zeta^-k),
# zeta = (2/3) x^(3/2) (DLMF 9.7.7, 9.7.8).
_SERIES_BELOW = 1e4
_BI, _BI_SLOPE = (1.0, 5 / 72, 385 / 10368), (1.0, -7 / 72, -455 / 10368)


def lyapunov_airy(eps: ArrayLike, m: float = 1.0, w: float = 1.0) -> FloatOrArray:
    """Exact Lyapunov exponent of |psi| in white noise, any energy, negative ones included.

    (g/2)^(1/3) [Ai Ai' + Bi Bi'](-e)/[Ai^2 + Bi^2](-e) with g = 4 m^2 w, e = 2 m eps (2/g)^(2/3).
    It goes to 1/(2 xi) for eps >> (m w^2)^(1/3), and to sqrt(2 m |eps|) far below the band.

    Raises
    ------
    InvalidInput
        For m or w that are not positive, or eps that is not finite.

    Examples
    --------
    >>> lyapunov_airy([1.0, 5.0]).round(8).tolist()
    [0.20608753, 0.04981747]
    """
    e, scale = _airy_units(eps, m, w)
    pieces = (_slope_far_above, _slope_above, _slope_below, _slope_far_below)
    return like_input(scale * _piecewise(e, pieces))


def ids_airy(eps: ArrayLike, m: float = 1.0, w: float = 1.0) -> FloatOrArray:
    """Exact number of states below eps, per length, in white noise.

    (g/2)^(1/3)/(pi^2 [Ai^2 + Bi^2](-e)), g and e as in `lyapunov_airy`; 0 where it underflows.

    Raises
    ------
    InvalidInput
        As for `lyapunov_airy`.

    Examples
    --------
    >>> round(ids_airy(5.0), 8)
    1.00720504
    """
    e, scale = _airy_units(eps, m, w)
    pieces = (_states_far_above, _states_above, _states_below, _states_far_below)
    return like_input(scale / np.pi**2 * _piecewise(e, pieces))


def _airy_units(eps: ArrayLike, m: float, w: float) -> tuple[Floats, float]:
    m = float(require_positive("m", m, "it is the mass"))
    w = float(require_positive("w", w, "it is the strength of the disorder"))
    eps = require_finite("eps", eps, "it is an energy")
    g = 4 * m**2 * w
    return np.asarray(2 * m * eps * (2 / g) ** (2 / 3)), float((g / 2) ** (1 / 3))


def _piecewise(e: Floats, pieces: Sequence[Callable[[Floats], Floats]]) -> Floats:
    """Of e far above, above, below and far below the bottom of the band."""
    number = np.digitize(-e, [-_SERIES_ABOVE, 0.0, _SERIES_BELOW])
    found = np.empty_like(e)
    for i, piece in enumerate(pieces):
        found[number == i] = piece(e[number == i])
    return found


def _slope_far_above(e: Floats) -> Floats:
    t = e**-3.0
    powers = np.arange(len(_MODULUS))
    falling = -3 * polyval(t, powers * _MODULUS) / e
    return np.asarray(1 / (4 * e) - falling / (2 * polyval(t, _MODULUS)))


def _slope_above(e: Floats) -> Floats:
    ai, aip, bi, bip = airy(-e)
    return np.asarray((ai * aip + bi * bip) / (ai**2 + bi**2))


def _slope_below(e: Floats) -> Floats:
    """Airy functions scaled by exp(+-zeta): Bi alone would overflow."""
    ai, aip, bi, bip = airye(-e)
    fall = np.exp(-8 / 3 * (-e) ** 1.5)
    return np.asarray((fall * ai * aip + bi * bip) / (fall * ai**2 + bi**2))


def _slope_far_below(e: Floats) -> Floats:
    inverse = 1.5 * (-e) ** -1.5
    ratio = polyval(inverse, _BI_SLOPE)
    return np.asarray(np.sqrt(-e) * ratio / polyval(inverse, _BI))


def _states_far_above(e: Floats) -> Floats:
    return np.asarray(np.pi * np.sqrt(e) / polyval(e**-3.0, _MODULUS))


def _states_above(e: Floats) -> Floats:
    ai, _, bi, _ = airy(-e)
    return np.asarray(1 / (ai**2 + bi**2))


def _states_below(e: Floats) -> Floats:
    ai, _, bi, _ = airye(-e)
    fall = np.exp(-4 / 3 * (-e) ** 1.5)
    return np.asarray(fall / (fall**2 * ai**2 + bi**2))


def _states_far_below(e: Floats) -> Floats:
    return np.zeros_like(e)
