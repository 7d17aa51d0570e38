"""ln F, of which F(Gamma) = 1 is the self-consistency of the array (A eqs 17-20, E1, E3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import logsumexp

from .._inputs import no_nan
from .._quadrature import FloatOrArray, Floats, like_input
from .equation import Equation, equation
from .orders import most_orders, orders_and_weights

_AT_ONCE = 1 << 22


def log_F(
    ln_Gamma: ArrayLike,
    gamma: ArrayLike,
    K: ArrayLike,
    N: int,
    s: ArrayLike,
    d: int,
    eps: ArrayLike | None = None,
    Xi: ArrayLike | None = None,
    method: str = "sum",
    variant: str = "full",
    weight: str = "mu",
) -> FloatOrArray:
    """ln F(Gamma) of the self-consistency F = 1 (A eqs 17-20, E1, E3), Gamma = 0 included.

    F = gamma^2 sum_{m=2}^{2N} mu(m) K^(2 eps m) n_m / [1 + (Gamma K^m n_m)^2], with mu(m) = min(m -
    1, 2N + 1 - m) and n_m = max(1, s N [ln gamma + min(m ln K, -ln Gamma)]_+^d).

    Parameters
    ----------
    ln_Gamma : array_like
        -inf gives F(0+).
    gamma : array_like, > 0
        Coupling of two dots.
    K : array_like, > 1;  N : int;  s : array_like in (0, 1];  d : int
    eps, Xi : array_like, exactly one of them
        eps = 1 - 1/(Xi ln K) < 1.
    method : {"sum", "integral", "integral_inf"}
        "integral" is over m from 3/2 to 2N + 1/2 with the weight m - 1, "integral_inf" without an
        upper end.
    variant : {"full", "E1", "E3"}
        "E1" leaves n_m unsaturated at 1/Gamma; "E3" takes n_m = s N ln^d(gamma K^m), with its sign,
        and the weight m - 1.
    weight : {"mu", "m-1"}
        Of the sum for "full" and "E1".

    Raises
    ------
    InvalidInput
        For arguments out of range, unknown names, or not exactly one of eps and Xi.

    Examples
    --------
    >>> round(log_F(-5.0, gamma=0.1, K=3.0, N=10, s=0.5, d=1, eps=0.3), 8)
    -0.50519776
    """
    eq = equation(gamma, K, N, s, d, eps, Xi, method, variant, weight)
    x = no_nan("ln_Gamma", ln_Gamma, "give logarithms of rates, -inf for zero")
    return like_input(ln_F(x, eq))


def ln_F(ln_Gamma: Floats, eq: Equation) -> Floats:
    """`log_F` without its checks."""
    shape = np.broadcast_shapes(np.shape(ln_Gamma), eq.shape)
    x, flat = np.broadcast_to(ln_Gamma, shape).ravel(), eq.flat(shape)
    result = np.empty(x.size)
    # All orders of all points at once would not fit for a large phase diagram.
    rows = max(1, _AT_ONCE // (16 * most_orders(eq)))
    for first in range(0, x.size, rows):
        points = slice(first, first + rows)
        result[points] = _ln_F_of_rows(x[points], flat.part(points))
    return result.reshape(shape)


def _ln_F_of_rows(x: Floats, eq: Equation) -> Floats:
    m, ln_weight = orders_and_weights(x, eq)
    ln_gamma, ln_K, s, eps = (a[:, None] for a in eq.arrays)
    x = x[:, None]
    steps = m * ln_K
    reach = steps if eq.variant != "full" else np.minimum(steps, -x)
    logarithm = ln_gamma + reach
    with np.errstate(divide="ignore"):
        sign = 1.0
        if eq.variant == "E3":
            sign = np.sign(logarithm) ** eq.d
            ln_n = np.log(s * eq.N) + eq.d * np.log(abs(logarithm))
        else:
            ln_n = np.maximum(0.0, np.log(s * eq.N) + eq.d * np.log(np.maximum(logarithm, 0.0)))
    terms = 2 * (ln_gamma + eps * steps) + ln_weight + ln_n
    terms = terms - np.logaddexp(0.0, 2 * (x + steps + ln_n))
    total, signs = logsumexp(terms, axis=1, b=sign, return_sign=True)
    total = np.where(signs > 0, total, -np.inf)
    if eq.method == "integral_inf":
        total = np.where(np.isneginf(x[:, 0]) & (eq.eps >= 0), np.inf, total)
    return np.asarray(total)
