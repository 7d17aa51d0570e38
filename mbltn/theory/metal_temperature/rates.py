"""Rate and conductivity against temperature (A eqs 1, 28, C5, and the self-consistent metal)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import one_of, plain
from .._quadrature import FloatOrArray, Floats, like_input
from ..metal import solve_gamma
from .dot_array import DotArray, temperature

METHODS = ("full", "integral", "integral_inf", "saddle", "28")


class RateAtTemperature(NamedTuple):
    """Rate of the array at a temperature, in absolute units, and how far it is to be trusted.

    Attributes
    ----------
    ln_Gamma : -inf where localized
    localized : whether there is no metal, by "saddle" and "28" at and below T0
    beyond_validity : whether Gamma >= gamma exp(-d/2); of "saddle" and "28", which end there,
        whether gamma sqrt(n_c) >= delta_m
    Xi_infinite : whether T >= Delta sqrt(g/lam), where eps = 1; ln_Gamma of "integral_inf", which
        diverges there, is nan
    """

    ln_Gamma: FloatOrArray
    localized: Any
    beyond_validity: Any
    Xi_infinite: Any


def rate_T(T: ArrayLike, dots: DotArray, method: str = "full") -> RateAtTemperature:
    """ln Gamma(T), absolute, and its flags (A section VIII).

    "full" (and "integral", "integral_inf") solves the self-consistent equation with
    gamma/delta_m(T), Xi(T) and s(T). "saddle" is A eq C5, ln(delta_m/n_c) + ln(gamma
    sqrt(n_c)/delta_m)/eps(T). "28" is A eq 28, [T0 ln K/(2 (T - T0))] ln[gamma sqrt(n_c)
    T^2/Delta^3], which drops the prefactor delta_m/n_c, and with it the unit of energy, and
    linearises eps; both are -inf at and below T0, where
    they have no solution but "full" may have.

    Raises
    ------
    InvalidInput
        For T that is not positive, or another method.

    Examples
    --------
    >>> dots = DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
    >>> rate = rate_T([0.9, 1.2, 6.0], dots, "saddle")
    >>> rate.localized.tolist(), rate.beyond_validity.tolist(), rate.Xi_infinite.tolist()
    ([True, False, False], [False, False, True], [False, False, True])
    """
    one_of("method", method, METHODS)
    T = temperature(T)
    closed = method in ("saddle", "28")
    ln_Gamma = _closed_form(T, dots, method) if closed else _self_consistent(T, dots, method)
    localized = np.isneginf(ln_Gamma)
    if closed:
        beyond = ~localized & (_ln_base(T, dots) >= 0)
    else:
        beyond = ln_Gamma >= np.log(dots.gamma) - 0.5 * dots.d
    return RateAtTemperature(
        like_input(ln_Gamma), plain(localized), plain(beyond), plain(_Xi_infinite(T, dots))
    )


def _Xi_infinite(T: Floats, dots: DotArray) -> Any:
    # Just below the last temperature 1/(Xi ln K) is nothing beside 1, too.
    return 1 - 1 / (dots.Xi(T) * np.log(dots.K)) == 1


def _self_consistent(T: Floats, dots: DotArray, method: str) -> Floats:
    none = _Xi_infinite(T, dots) & (method == "integral_inf")
    rate = solve_gamma(
        dots.gamma / dots.delta_m(T),
        dots.K,
        dots.N,
        dots.s(T),
        dots.d,
        Xi=np.where(none, 1.0, dots.Xi(T)),
        method="sum" if method == "full" else method,
    )
    return np.where(none, np.nan, rate.ln_Gamma + np.log(dots.delta_m(T)))


def _closed_form(T: Floats, dots: DotArray, method: str) -> Floats:
    metallic = dots.T0 < T
    above = np.where(metallic, T, 2 * dots.T0)
    if method == "saddle":
        prefactor = np.log(dots.delta_m(T)) - dots.ln_n_c(T)
        found = prefactor + _ln_base(T, dots) / dots.eps(above)
    else:
        found = dots.T0 * np.log(dots.K) / (2 * (above - dots.T0)) * _ln_base(T, dots)
    return np.where(metallic, found, -np.inf)


def _ln_base(T: Floats, dots: DotArray) -> Floats:
    """ln of gamma sqrt(n_c)/delta_m."""
    return np.asarray(np.log(dots.gamma) + 0.5 * dots.ln_n_c(T) - np.log(dots.delta_m(T)))


def log_gamma_T(T: ArrayLike, dots: DotArray, method: str = "full") -> FloatOrArray:
    """ln Gamma(T) of `rate_T`, without its flags: -inf where localized.

    Raises
    ------
    InvalidInput
        As for `rate_T`.

    Examples
    --------
    >>> dots = DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
    >>> [round(log_gamma_T(1.2, dots, method), 6) for method in ("full", "saddle", "28")]
    [-17.665554, -22.708777, -17.350147]
    """
    return rate_T(T, dots, method).ln_Gamma


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
    slope = -0.5 * np.log(dots.K) * float(_ln_base(np.asarray(dots.T0), dots))
    above = np.where(dots.T0 < T, T, 2 * dots.T0)
    return like_input(np.where(dots.T0 < T, -slope * dots.T0 / (above - dots.T0), -np.inf))
