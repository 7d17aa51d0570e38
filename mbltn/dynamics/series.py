"""The Chebyshev series of exp(-iHt): its coefficients, where it may end, and what that neglects."""

from __future__ import annotations

import numpy as np
from scipy.special import jv

# J_n(z) is below 1e-17 from n = z + 12 z^(1/3) on; for small z from 20 on.
_BEYOND, _AT_LEAST = 12.0, 20


def evolution_coefficients(phases: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of exp(-i z x) in Chebyshev polynomials, and a bound of what they neglect.

    ``exp(-i z x) = sum_n (-i)^n (2 - delta_n0) J_n(z) T_n(x)`` for -1 <= x <= 1 (Tal-Ezer and
    Kosloff, J. Chem. Phys. 81, 3967, 1984; docs/physics.md, O28). (-i)^n is real for even n and
    imaginary for odd n: ``c_n = (-1)^floor(n/2) (2 - delta_n0) J_n(z)`` multiplies T_n(x) there,
    and -i T_n(x) here. |T_n| <= 1, so the error is at most ``2 sum_{n > order} |J_n(z)|``, in the
    norm of the state; beyond the last n that is looked at, by ``J_{n+1}/J_n < z/(2n + 2 - z)``.

    Parameters
    ----------
    phases : (n_t,) z = half the bandwidth times the time, of either sign
    tolerance : what may be neglected; the order is the lowest that suffices for all phases, about
        |z| + 8 |z|^(1/3) for 1e-12

    Returns
    -------
    coefficients : (order + 1, n_t) real
    bounds : (n_t,)

    Examples
    --------
    >>> c, bounds = evolution_coefficients(np.array([3.0]), 1e-12)
    >>> x = np.array([0.3])
    >>> even, odd = c[:, 0] * (np.arange(len(c)) % 2 == 0), c[:, 0] * (np.arange(len(c)) % 2)
    >>> chebval = np.polynomial.chebyshev.chebval
    >>> found = chebval(x, even) - 1j * chebval(x, odd)
    >>> len(c), bool(abs(found - np.exp(-3j * x)).max() <= bounds[0] <= 1e-12)
    (18, True)
    """
    z = np.abs(np.asarray(phases, dtype=float))
    largest = float(z.max(initial=0.0))
    last = int(largest + _BEYOND * largest ** (1 / 3) + _AT_LEAST)
    n = np.arange(last + 1)
    bessel = jv(n[:, None], np.asarray(phases, dtype=float))
    ratio = z / (2 * last + 2 - z)
    sizes = np.abs(bessel)
    rest = sizes[-1] * ratio / (1 - ratio)
    # neglected[n]: what a series that ends with T_n lacks
    neglected = 2 * (np.cumsum(sizes[::-1], axis=0)[::-1] - sizes + rest)
    enough = (neglected <= tolerance).all(axis=1)
    order = int(np.argmax(enough)) if enough.any() else last
    signs = np.where(n == 0, 1.0, 2.0) * (-1.0) ** (n // 2)
    return (signs[:, None] * bessel)[: order + 1], neglected[order]
