"""The bath of cold electrons: pairs of states a Mott length apart, and how many are thermal."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.special import erfc

from .._inputs import require_finite, require_nonnegative
from .._quadrature import FloatOrArray, Floats, like_input
from .systems import Continuum, Wire, cold, require_wire


def mott_length(par: Continuum, omega: ArrayLike) -> FloatOrArray:
    """l_M = 2 xi_c ln(Delta_c/|omega|): how far apart resonant pairs of states are (B eq 7).

    Parameters
    ----------
    omega : array_like
        Energy transfer, 0 < |omega| < Delta_c; T for thermal pairs.

    Raises
    ------
    InvalidInput
        For omega outside of that.

    Examples
    --------
    >>> round(mott_length(Wire(5.0), 0.05), 6)
    59.783392
    """
    _, depth = cold(par, abs(require_finite("omega", omega, "it is an energy transfer")))
    return like_input(2 * par.xi_c * depth)


def S_mott(par: Wire, x: ArrayLike, omega: ArrayLike) -> FloatOrArray:
    """Asymptotic spectral function of the cold bath, for |x| >> xi_c, |omega| << Delta_c (B eq 5).

    -(1/2) rho^2 sqrt(xi_c/(pi l_M)) exp[-(|x| - l_M)^2/(4 xi_c l_M)]: two Gaussians of area -rho^2
    xi_c. The positive peak at x = 0, with which S integrates to zero, is not in it.

    Raises
    ------
    InvalidInput
        For a film, or omega as in `mott_length`.

    Examples
    --------
    >>> S_mott(Wire(5.0), 40.0, 0.05)
    -0.00099248...
    """
    par = require_wire(par)
    length = np.asarray(mott_length(par, omega))
    x = require_finite("x", x, "it is a distance")
    rho = float(np.exp(par.ln_density(np.asarray(par.eps_F))))
    return like_input(mott_peaks(x, length, par.xi_c, rho))


def mott_peaks(x: Floats, length: Floats, xi_c: float, rho: float) -> Floats:
    height = 0.5 * rho**2 * np.sqrt(xi_c / (np.pi * length))
    return np.asarray(-height * np.exp(-((abs(x) - length) ** 2) / (4 * xi_c * length)))


def n_T(par: Continuum, T: ArrayLike) -> FloatOrArray:
    """Density of thermal pairs, per length^D.

    Wire: (2 pi^2/3) (T/Delta_c)^2/xi_c (B eq 6). Film: (l_M/xi_c^3) (T/Delta_c)^2 (B eq 22).

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(n_T(Wire(5.0), 0.05), 12)
    0.001666666667
    """
    return like_input(np.exp(ln_n_T(par, *cold(par, T))))


def ln_n_T(par: Continuum, T: Floats, depth: Floats) -> Floats:
    if par.dim == 1:
        return np.asarray(np.log(2 * np.pi**2 / 3) - par.ln_xi_c - 2 * depth)
    return np.asarray(np.log(2 * depth) - 2 * par.ln_xi_c - 2 * depth)


def n_T_integral(par: Wire, T: float, cut: float = 0.0) -> float:
    """n_T from the integral over the Mott spectral function beyond |x| > cut (B eq 3).

    (6/pi^2) int_0^(Delta_c/T) dz z/(e^z - 1) erfc[(c - l)/(2 sqrt l)]/2 of `n_T`, c = cut/xi_c and
    l = -2 ln(T z/Delta_c); it goes to `n_T` as T -> 0.

    Parameters
    ----------
    cut : float, >= 0
        Length below which pairs are left out.

    Raises
    ------
    InvalidInput
        For a film, T that is not in (0, Delta_c), or a negative cut.

    Examples
    --------
    >>> wire = Wire(5.0)
    >>> round(n_T_integral(wire, 0.1 * wire.Delta_c) / n_T(wire, 0.1 * wire.Delta_c), 6)
    0.922159
    """
    par = require_wire(par)
    depth = cold(par, T)[1]
    c = float(require_nonnegative("cut", cut, "it is a length")) / par.xi_c

    def integrand(fraction: float) -> float:
        """Over t = ln z, where all scales are of order one."""
        z = np.exp(fraction)
        l = max(2 * (float(depth) - fraction), 0.0)  # noqa: E741
        tail = erfc((c - l) / (2 * np.sqrt(l))) / 2 if l > 0 else float(c == 0) / 2
        return float(z**2 / np.expm1(z) * tail)

    top = float(depth)
    points = [p for p in (-20.0, -5.0, 0.0, 3.0, 5.0) if p < top]
    # Beyond z = e^6 nothing is left of z/(e^z - 1).
    edges = [-40.0, *points, min(top, 6.0)]
    total = sum(
        quad(integrand, low, high, epsrel=1e-12, epsabs=1e-15, limit=200)[0]
        for low, high in pairwise(edges)
    )
    return float(n_T(par, T) * 6 / np.pi**2 * total)
