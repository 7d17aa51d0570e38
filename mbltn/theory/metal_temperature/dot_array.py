"""The parameters of an array of dots, and what follows from them at a temperature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import (
    levels_of_a_dot,
    require_branching,
    require_entropy,
    require_positive,
    space_dimension,
)
from .._quadrature import FloatOrArray, Floats, like_input


def temperature(T: ArrayLike) -> Floats:
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
    T, Delta = temperature(T), require_positive("Delta", Delta, "it is a level spacing")
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
    ln_strength = np.log(hottest(Delta, g, lam)) - np.log(temperature(T))
    with np.errstate(divide="ignore"):
        return like_input(np.where(ln_strength > 0, 0.5 / np.maximum(ln_strength, 0.0), np.inf))


def hottest(Delta: ArrayLike, g: ArrayLike, lam: ArrayLike) -> Floats:
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
    return like_input(hottest(Delta, g, lam) / np.sqrt(require_branching(K)))


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
    T, T_s = temperature(T), require_positive("T_s", T_s, "it is a temperature")
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
        levels_of_a_dot(self.N)
        space_dimension(self.d)
        if not callable(self.entropy):
            require_positive("entropy", self.entropy, "it is the temperature of s = T/(T + T_s)")

    def s(self, T: ArrayLike) -> Floats:
        """Entropy per l-bit at these temperatures."""
        T = temperature(T)
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
        exact = 2 * np.log(temperature(T) / self.T0) / np.log(self.K)
        return np.asarray(np.minimum(exact, 1.0))

    def ln_n_c(self, T: ArrayLike) -> Floats:
        """ln of n_c = s N d^d (A eq C3)."""
        return np.asarray(np.log(self.s(T) * self.N) + self.d * np.log(self.d))
