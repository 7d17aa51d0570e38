"""A wire with white noise: exact Lyapunov exponent and number of states, by Airy functions."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import airy, airye

from .._inputs import require_finite, require_positive
from .._quadrature import FloatOrArray, Floats, like_input


def lyapunov_airy(eps: ArrayLike, m: float = 1.0, w: float = 1.0) -> FloatOrArray:
    """Exact Lyapunov exponent of |psi| in white noise, any energy, negative ones included.

    (g/2)^(1/3) [Ai Ai' + Bi Bi'](-e)/[Ai^2 + Bi^2](-e) with g = 4 m^2 w, e = 2 m eps (2/g)^(2/3).
    It goes to 1/(2 xi) for eps >> (m w^2)^(1/3).

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
    ai, aip, bi, bip = airye(np.maximum(-e, 0.0))
    # Scaled by exp(+-zeta) below the band, where Bi alone would overflow.
    fall = np.exp(-8 / 3 * np.maximum(-e, 0.0) ** 1.5)
    below = (fall * ai * aip + bi * bip) / (fall * ai**2 + bi**2)
    ai, aip, bi, bip = airy(np.minimum(-e, 0.0))
    above = (ai * aip + bi * bip) / (ai**2 + bi**2)
    return like_input(scale * np.where(e < 0, below, above))


def ids_airy(eps: ArrayLike, m: float = 1.0, w: float = 1.0) -> FloatOrArray:
    """Exact number of states below eps, per length, in white noise.

    (g/2)^(1/3)/(pi^2 [Ai^2 + Bi^2](-e)), g and e as in `lyapunov_airy`.

    Examples
    --------
    >>> round(ids_airy(5.0), 8)
    1.00720504
    """
    e, scale = _airy_units(eps, m, w)
    ai, _, bi, _ = airye(np.maximum(-e, 0.0))
    fall = np.exp(-4 / 3 * np.maximum(-e, 0.0) ** 1.5)
    below = fall / (fall**2 * ai**2 + bi**2)
    ai, _, bi, _ = airy(np.minimum(-e, 0.0))
    return like_input(scale / np.pi**2 * np.where(e < 0, below, 1 / (ai**2 + bi**2)))


def _airy_units(eps: ArrayLike, m: float, w: float) -> tuple[Floats, float]:
    m = float(require_positive("m", m, "it is the mass"))
    w = float(require_positive("w", w, "it is the strength of the disorder"))
    eps = require_finite("eps", eps, "it is an energy")
    g = 4 * m**2 * w
    return np.asarray(2 * m * eps * (2 / g) ** (2 / 3)), float((g / 2) ** (1 / 3))
