"""Where the metal begins: F(0+) = 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from .._quadrature import FloatOrArray, Floats, like_input
from .bracketed import bracketed_root
from .equation import Equation, equation
from .self_consistency import ln_F

_LOWEST_EPS = -40.0


def critical_Xi(
    gamma: ArrayLike,
    K: ArrayLike,
    N: int,
    s: ArrayLike,
    d: int,
    method: str = "sum",
    variant: str = "full",
    weight: str = "mu",
) -> FloatOrArray:
    """Localization length in Fock space from which on there is a metal: F(0+) = 1.

    F(0+) grows with Xi. inf where it stays below 1 at any Xi.

    Raises
    ------
    InvalidInput
        As for `log_F`.

    Examples
    --------
    >>> round(critical_Xi(0.1, K=3.0, N=10, s=0.5, d=1), 8)
    0.77852986
    """
    eq = equation(gamma, K, N, s, d, 0.0, None, method, variant, weight)
    eps = _reaches_one(
        lambda eq, eps: eq._replace(eps=eps),
        _LOWEST_EPS,
        0.0 if method == "integral_inf" else 1.0,
        eq,
    )
    with np.errstate(divide="ignore"):
        return like_input(np.where(np.isinf(eps), np.inf, 1 / ((1 - eps) * eq.ln_K)))


def critical_gamma(
    Xi: ArrayLike,
    K: ArrayLike,
    N: int,
    s: ArrayLike,
    d: int,
    method: str = "sum",
    variant: str = "full",
    weight: str = "mu",
) -> FloatOrArray:
    """Coupling gamma <= 1 from which on there is a metal: F(0+) = 1.

    inf where F(0+) < 1 at gamma = 1; 0 for "integral_inf" with Xi ln K >= 1, always metallic.

    Raises
    ------
    InvalidInput
        As for `log_F`.

    Examples
    --------
    >>> Xi = critical_Xi(0.1, K=3.0, N=10, s=0.5, d=1)
    >>> round(critical_gamma(Xi, K=3.0, N=10, s=0.5, d=1), 8)
    0.1
    """
    eq = equation(1.0, K, N, s, d, None, Xi, method, variant, weight)
    always = (eq.eps >= 0) & (method == "integral_inf")
    found = _reaches_one(
        lambda eq, ln_gamma: eq._replace(ln_gamma=ln_gamma),
        -20.0,
        0.0,
        eq._replace(eps=np.where(always, -1.0, eq.eps)),
    )
    return like_input(np.where(always, 0.0, np.exp(found)))


def _reaches_one(
    having: Callable[[Equation, Floats], Equation], low: float, high: float, eq: Equation
) -> Floats:
    """x at which F(0+) of having(eq, x), which grows with x, is 1; inf if there is none below high.

    `low` is doubled until F(0+) < 1 there.
    """

    def value(x: Floats, other: Equation) -> Floats:
        at_zero = ln_F(np.full_like(x, -np.inf), having(other, x))
        return np.minimum(at_zero, 1e300)

    bottom, top = np.full(eq.shape, low), np.full(eq.shape, high)
    while (short := value(bottom, eq) > 0).any():
        bottom = np.where(short, 2 * bottom, bottom)
    found = bracketed_root(value, bottom, top, eq)
    return np.asarray(np.where(value(top, eq) < 0, np.inf, found))
