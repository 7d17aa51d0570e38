"""Bare reduced coupling of an l-bit to a random-matrix grain, without a fit (docs/physics.md, T18).

Source: Crowley and Chandran, "Mean field theory of failed thermalizing avalanches", eq 3.
"""

from __future__ import annotations

import numpy as np

from mbltn.errors import InvalidInput

from ._inputs import one_number

__all__ = ["semicircle_coupling"]

_POINTS = 200


def semicircle_coupling(
    strength: float,
    splitting: float,
    radius: float,
    grain_dimension: int,
    norm: float = 0.5,
) -> float:
    """g_{n,0} = J (2 d_g b/pi)^(1/2) int p_0(E) p_0(E + 2h) dE, docs/physics.md (T18).

    D eq 3, g = rho [|V_ab|], for J B (x) sigma^-_n + h.c. next to a GOE grain, averaged over its
    levels a: Gaussian elements of variance J^2 b/d_g, the density d_g p_0 of the levels b, p_0 the
    semicircle. For l-bits so many that any level of the grain has partners of total energy 0.

    Parameters
    ----------
    strength : float
        J >= 0.
    splitting : float
        2h, the energy to flip the l-bit.
    radius : float
        R > 0 of the semicircle, twice the RMS level.
    grain_dimension : int
        d_g.
    norm : float
        b = tr B^+ B/d_g: 1/2 for ``pm`` (B = sigma^+), 1 for ``xx``.

    Returns
    -------
    float
        0 for a splitting beyond the bandwidth 2R.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(semicircle_coupling(0.41, 2.0, 3.0, 8), 6)    # paper D's grain
    0.079617
    """
    strength = one_number("strength", strength, "it is a coupling constant", zero=True)
    radius = one_number("radius", radius, "it is half a bandwidth")
    norm = one_number("norm", norm, "it is the mean square of an operator")
    if not np.isfinite(splitting):
        raise InvalidInput(f"splitting={splitting!r} must be a finite energy")
    if grain_dimension < 1:
        raise InvalidInput(f"grain_dimension={grain_dimension!r} must be a dimension >= 1")
    half = abs(splitting) / 2
    if half >= radius:
        return 0.0
    # E = -h + (R - h) sin(x): the square roots at both ends of the overlap turn smooth
    x, weights = np.polynomial.legendre.leggauss(_POINTS)
    x, weights = np.pi / 2 * x, np.pi / 2 * weights
    centred = (radius - half) * np.sin(x)
    density = [
        2 / (np.pi * radius**2) * np.sqrt(np.maximum(radius**2 - (centred + sign * half) ** 2, 0.0))
        for sign in (1, -1)
    ]
    overlap = float(weights @ (density[0] * density[1] * (radius - half) * np.cos(x)))
    return float(strength * np.sqrt(2 * grain_dimension * norm / np.pi) * overlap)
