"""Rate and conductivity against temperature (A eqs 1, 28, C5, and the self-consistent metal)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import one_of
from .._quadrature import FloatOrArray, like_input
from ..metal import solve_gamma
from .dot_array import DotArray, temperature

METHODS = ("full", "integral", "integral_inf", "saddle", "28")


def log_gamma_T(T: ArrayLike, dots: DotArray, method: str = "full") -> FloatOrArray:
    """ln Gamma(T), absolute; -inf where localized.

    "full" (and "integral", "integral_inf") solves the self-consistent equation with
    gamma/delta_m(T), Xi(T) and s(T). "saddle" is A eq C5, ln(delta_m/n_c) + ln(gamma
    sqrt(n_c)/delta_m)/eps(T). "28" is A eq 28, [T0 ln K/(2 (T - T0))] ln[gamma sqrt(n_c)
    T^2/Delta^3], which drops the prefactor and linearises eps; both are -inf at and below T0, where
    they have no solution but "full" may have.

    Raises
    ------
    InvalidInput
        For T that is not positive, or another method.

    Examples
    --------
    >>> dots = DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
    >>> [round(log_gamma_T(1.2, dots, method), 6) for method in ("full", "saddle", "28")]
    [-17.665554, -22.708777, -17.350147]
    """
    one_of("method", method, METHODS)
    T = temperature(T)
    ln_spacing = np.log(dots.delta_m(T))
    if method not in ("saddle", "28"):
        rate = solve_gamma(
            dots.gamma / dots.delta_m(T),
            dots.K,
            dots.N,
            dots.s(T),
            dots.d,
            Xi=dots.Xi(T),
            method="sum" if method == "full" else method,
        )
        return like_input(np.asarray(rate.ln_Gamma + ln_spacing))
    ln_base = np.log(dots.gamma) + 0.5 * dots.ln_n_c(T) - ln_spacing
    metallic = dots.T0 < T
    above = np.where(metallic, T, 2 * dots.T0)
    if method == "saddle":
        found = ln_spacing - dots.ln_n_c(T) + ln_base / dots.eps(above)
    else:
        found = dots.T0 * np.log(dots.K) / (2 * (above - dots.T0)) * ln_base
    return like_input(np.where(metallic, found, -np.inf))


def log_sigma_T(T: ArrayLike, dots: DotArray, method: str = "full") -> FloatOrArray:
    """ln of the conductivity up to a constant: sigma is in proportion to Gamma.

    Methods of `log_gamma_T`, and "1": A eq 1, -a' T0/(T - T0) with a' = (ln K/2)
    ln[Delta^3/(gamma sqrt(n_c) T0^2)] and n_c at T0; -inf at and below T0.

    Raises
    ------
    InvalidInput
        As for `log_gamma_T`.

    Examples
    --------
    >>> dots = DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
    >>> round(log_sigma_T(1.2, dots, "1"), 4)
    -20.8466
    """
    if method != "1":
        return log_gamma_T(T, dots, method)
    T = temperature(T)
    start = np.asarray(dots.T0)
    ln_base = np.log(dots.gamma) + 0.5 * dots.ln_n_c(start) - np.log(dots.delta_m(start))
    slope = -0.5 * np.log(dots.K) * float(ln_base)
    above = np.where(dots.T0 < T, T, 2 * dots.T0)
    return like_input(np.where(dots.T0 < T, -slope * dots.T0 / (above - dots.T0), -np.inf))
