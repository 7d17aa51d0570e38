"""The nearly localized metal against temperature: rate, conductivity, and where it ends.

The dots are metallic grains: their three-particle spacing falls with temperature and their
localization length in Fock space grows, so that an array which conducts when it is warm becomes
localized on cooling.

Source: Gopalakrishnan and Nandkishore, "Mean-field theory of nearly many-body localized metals",
called A; section VIII. Absolute units of energy, hbar = k_B = 1; rates and conductivities are
natural logarithms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq, least_squares

from mbltn.errors import InvalidInput

from . import metal
from ._inputs import (
    one_of,
    require_branching,
    require_entropy,
    require_finite,
    require_positive,
    space_dimension,
)
from ._quadrature import FloatOrArray, Floats, like_input

__all__ = [
    "T0",
    "CubicRootFit",
    "DotArray",
    "Xi_T",
    "critical_temperature",
    "delta_m_T",
    "fit_cubic_root",
    "log_gamma_T",
    "log_sigma_T",
    "s_T",
]

METHODS = ("full", "integral", "integral_inf", "saddle", "28")


def _temperature(T: ArrayLike) -> Floats:
    return require_positive("T", T, "it is a temperature")


def delta_m_T(T: ArrayLike, Delta: ArrayLike) -> FloatOrArray:
    """Three-particle level spacing Delta^3/T^2 (A section VIII).

    Raises
    ------
    InvalidInput
        For what is not positive.

    Examples
    --------
    >>> delta_m_T(0.5, Delta=1.0)
    4.0
    """
    T, Delta = _temperature(T), require_positive("Delta", Delta, "it is a level spacing")
    return like_input(Delta**3 / T**2)


def Xi_T(T: ArrayLike, Delta: ArrayLike, g: ArrayLike, lam: ArrayLike) -> FloatOrArray:
    """Localization length in Fock space, 1/ln[g Delta^2/(lam T^2)] (A section VIII).

    It grows with T, and is inf from T = Delta sqrt(g/lam) on.

    Parameters
    ----------
    g : array_like, > 0
        Conductance of a dot, its Thouless energy over Delta.
    lam : array_like, > 0
        Interaction: matrix elements are lam Delta/g.

    Raises
    ------
    InvalidInput
        For what is not positive.

    Examples
    --------
    >>> Xi_T([1.0, 6.0], Delta=1.0, g=6.0, lam=0.2).round(6).tolist()
    [0.294014, inf]
    """
    ln_strength = np.log(_domain(Delta, g, lam)) - np.log(_temperature(T))
    with np.errstate(divide="ignore"):
        return like_input(np.where(ln_strength > 0, 0.5 / np.maximum(ln_strength, 0.0), np.inf))


def _domain(Delta: ArrayLike, g: ArrayLike, lam: ArrayLike) -> Floats:
    """Delta sqrt(g/lam), the temperature at which Xi diverges."""
    Delta = require_positive("Delta", Delta, "it is a level spacing")
    g = require_positive("g", g, "it is a conductance")
    return np.asarray(Delta * np.sqrt(g / require_positive("lam", lam, "it is an interaction")))


def T0(Delta: ArrayLike, g: ArrayLike, lam: ArrayLike, K: ArrayLike) -> FloatOrArray:
    """Temperature Delta sqrt(g/(lam K)) at which Xi ln K = 1 (A section VIII).

    Raises
    ------
    InvalidInput
        For what is not positive, or K <= 1.

    Examples
    --------
    >>> round(T0(Delta=1.0, g=6.0, lam=0.2, K=36.0), 8)
    0.91287093
    """
    return like_input(_domain(Delta, g, lam) / np.sqrt(require_branching(K)))


def s_T(T: ArrayLike, T_s: ArrayLike) -> FloatOrArray:
    """Entropy per l-bit T/(T + T_s): linear when cold, constant when hot.

    A leaves it open; any function with values in (0, 1] may be given to `DotArray`.

    Raises
    ------
    InvalidInput
        For what is not positive.

    Examples
    --------
    >>> s_T(1.0, T_s=3.0)
    0.25
    """
    T, T_s = _temperature(T), require_positive("T_s", T_s, "it is a temperature")
    return like_input(T / (T + T_s))


@dataclass(frozen=True)
class DotArray:
    """An array of dots in absolute units.

    Attributes
    ----------
    gamma : coupling of two dots, an energy
    Delta : single-particle level spacing
    g : conductance of a dot;  lam : interaction, matrix elements are lam Delta/g
    K : branching, g^3/6 where it is not fitted;  N : levels of a dot;  d : dimension of the array
    entropy : temperatures at which s = T/(T + entropy), or a function s(T) with values in (0, 1]

    Raises
    ------
    InvalidInput
        For arguments out of range.
    """

    gamma: float
    Delta: float
    g: float
    lam: float
    K: float
    N: int
    d: int = 1
    entropy: float | Callable[[Floats], ArrayLike] = 1.0

    def __post_init__(self) -> None:
        for name in ("gamma", "Delta", "g", "lam"):
            require_positive(name, getattr(self, name), "it sets a scale of the dots")
        require_branching(self.K)
        metal.check_levels(self.N)
        space_dimension(self.d)
        if not callable(self.entropy):
            require_positive("entropy", self.entropy, "it is the temperature of s = T/(T + T_s)")

    def s(self, T: ArrayLike) -> Floats:
        """Entropy per l-bit at these temperatures."""
        T = _temperature(T)
        given = self.entropy(T) if callable(self.entropy) else s_T(T, self.entropy)
        return np.broadcast_to(require_entropy(given), T.shape)

    def Xi(self, T: ArrayLike) -> Floats:
        return np.asarray(Xi_T(T, self.Delta, self.g, self.lam))

    def delta_m(self, T: ArrayLike) -> Floats:
        return np.asarray(delta_m_T(T, self.Delta))

    @property
    def T0(self) -> float:
        """Temperature at which Xi ln K = 1."""
        return float(T0(self.Delta, self.g, self.lam, self.K))

    def eps(self, T: ArrayLike) -> Floats:
        """1 - 1/(Xi ln K), exactly 2 ln(T/T0)/ln K up to where Xi diverges, and 1 there."""
        exact = 2 * np.log(_temperature(T) / self.T0) / np.log(self.K)
        return np.asarray(np.minimum(exact, 1.0))

    def ln_n_c(self, T: ArrayLike) -> Floats:
        """ln of n_c = s N d^d (A eq C3)."""
        return np.asarray(np.log(self.s(T) * self.N) + self.d * np.log(self.d))


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
    T = _temperature(T)
    ln_spacing = np.log(dots.delta_m(T))
    if method not in ("saddle", "28"):
        rate = metal.solve_gamma(
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
    T = _temperature(T)
    start = np.asarray(dots.T0)
    ln_base = np.log(dots.gamma) + 0.5 * dots.ln_n_c(start) - np.log(dots.delta_m(start))
    slope = -0.5 * np.log(dots.K) * float(ln_base)
    above = np.where(dots.T0 < T, T, 2 * dots.T0)
    return like_input(np.where(dots.T0 < T, -slope * dots.T0 / (above - dots.T0), -np.inf))


def critical_temperature(dots: DotArray, method: str = "sum") -> float:
    """Temperature T_c at which the metal ends: F(0+) = 1 at T_c.

    It differs from T0: below it where many orders count, above it where 2 N cuts the sum.

    Parameters
    ----------
    method : {"sum", "integral", "integral_inf"}

    Raises
    ------
    InvalidInput
        If the array is metallic, or localized, at all temperatures up to Delta sqrt(g/lam).

    Examples
    --------
    >>> dots = DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
    >>> round(critical_temperature(dots), 6), round(critical_temperature(dots, "integral_inf"), 6)
    (0.882758, 0.879322)
    """
    one_of("method", method, metal.METHODS)

    def gain(T: float) -> float:
        value = metal.log_F(
            -np.inf,
            dots.gamma / float(dots.delta_m(T)),
            dots.K,
            dots.N,
            float(dots.s(T)),
            dots.d,
            eps=float(dots.eps(T)),
            method=method,
        )
        return min(float(value), 1e300)

    ends = float(_domain(dots.Delta, dots.g, dots.lam))
    # Of the unbounded integral F(0+) is infinite from T0 on.
    high = dots.T0 if method == "integral_inf" else ends * (1 - 1e-9)
    low = 0.5 * dots.T0
    while low > 1e-12 * dots.T0 and gain(low) > 0:
        low *= 0.5
    if gain(low) > 0 or gain(high) < 0:
        state = "metallic" if gain(low) > 0 else "localized"
        raise InvalidInput(
            f"this array is {state} at every temperature up to T={ends:.4g}, where Xi diverges: "
            "there is no critical temperature; change gamma, lam or N"
        )
    # In ln T: the unit of energy must not count.
    root = brentq(lambda ln_T: gain(float(np.exp(ln_T))), np.log(low), np.log(high), xtol=1e-14)
    return float(np.exp(root))


class CubicRootFit(NamedTuple):
    """ln sigma = constant - scale/(T - T_c)^power, and the rms of what is left of ln sigma."""

    T_c: float
    scale: float
    constant: float
    power: float
    rms: float


def fit_cubic_root(
    T: ArrayLike, ln_sigma: ArrayLike, power: float = 1 / 3, constant: bool = True
) -> CubicRootFit:
    """Fit of the form that A eq 30 gives near the transition; T_c below the smallest T.

    It describes such data well, and so do other powers: it is no proof of an asymptotic law
    (docs/physics.md).

    Parameters
    ----------
    T, ln_sigma : array_like, (n,), n >= 4
        Points of the metal alone.
    power : float
    constant : bool
        Whether ln sigma may be shifted.

    Raises
    ------
    InvalidInput
        For too few points, or values that are not finite.

    Examples
    --------
    >>> T = np.linspace(1.0, 1.5, 20)
    >>> round(fit_cubic_root(T, 2.0 - 3.0 / (T - 0.9) ** (1 / 3)).T_c, 6)
    0.9
    """
    T, ln_sigma = (
        _temperature(T),
        require_finite("ln_sigma", ln_sigma, "localized points do not fit"),
    )
    if T.ndim != 1 or T.shape != ln_sigma.shape or len(T) < 4:
        raise InvalidInput(
            f"T has shape {T.shape} and ln_sigma {ln_sigma.shape}: give at least 4 points each"
        )

    def linear(below: float) -> tuple[Floats, Floats]:
        """Best scale and constant at T_c = min(T) - exp(below), and what they leave."""
        basis = [-((T - T.min() + np.exp(below)) ** -power)]
        basis += [np.ones_like(T)] * constant
        columns = np.stack(basis, axis=1)
        best = np.linalg.lstsq(columns, ln_sigma, rcond=None)[0]
        return best, columns @ best - ln_sigma

    span = float(np.ptp(T))
    starts = np.log(span * np.geomspace(1e-3, 3.0, 13))
    start = min(starts, key=lambda below: float(np.square(linear(below)[1]).sum()))
    found = least_squares(
        lambda x: linear(float(x[0]))[1], [start], xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    below = float(found.x[0])
    best, left = linear(below)
    shift = float(best[1]) if constant else 0.0
    rms = float(np.sqrt(np.mean(left**2)))
    return CubicRootFit(float(T.min() - np.exp(below)), float(best[0]), shift, power, rms)
