"""Orders of a process that F adds up: those of the sum, or the nodes of the integral over them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._quadrature import FloatOrArray, Floats, like_input
from .equation import Equation, equation

_GAUSS_POINTS = 10
_NATURAL_WIDTH = 2.0  # of a panel in m ln K, over 1 + d: n_m grows with the power d
_SETTLED = 20.0  # beyond saturation, in m ln K, where terms are exponentials
_NOTHING = 60.0  # of an exponential, in its decay lengths
_TAIL_PIECES = 35
_MOST_PIECES = 400  # of a panel; the longest are where terms hardly change


def N0(gamma: ArrayLike, K: ArrayLike, N: int, s: ArrayLike, d: int) -> FloatOrArray:
    """Order from which on n_m exceeds 1, [ln(1/gamma) + (s N)^(-1/d)]/ln K (A appendix E).

    Raises
    ------
    InvalidInput
        For arguments out of range.

    Examples
    --------
    >>> round(N0(0.1, K=3.0, N=10, s=0.5, d=1), 8)
    2.27795112
    """
    return like_input(_first_of_many(equation(gamma, K, N, s, d, 0.0, None)))


def _first_of_many(eq: Equation) -> Floats:
    return np.asarray(((eq.s * eq.N) ** (-1 / eq.d) - eq.ln_gamma) / eq.ln_K)


def most_orders(eq: Equation) -> int:
    """About as many orders as `orders_and_weights` has for one point."""
    return 2 * eq.N if eq.method == "sum" else 5 * _TAIL_PIECES * _GAUSS_POINTS


def orders_and_weights(x: Floats, eq: Equation) -> tuple[Floats, Floats]:
    """Orders m of the sum, or nodes of the integral, and ln of their weights; (points, orders)."""
    if eq.method == "sum":
        m = np.arange(2.0, 2 * eq.N + 1)
        count = m - 1 if eq.weight == "m-1" else np.minimum(m - 1, 2 * eq.N + 1 - m)
        return m[None, :], np.log(count)[None, :]
    return _nodes_of_the_integral(x, eq)


def _nodes_of_the_integral(x: Floats, eq: Equation) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes on panels between the kinks of n_m and of the saturation."""
    low = np.full_like(x, 1.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = -eq.ln_gamma / eq.ln_K
        one = _first_of_many(eq)
        saturated = np.where(np.isneginf(x), one, -x / eq.ln_K)
        high = np.full_like(x, 2 * eq.N + 0.5)
        settled = np.maximum(np.maximum(one, saturated), 1.5) + _SETTLED / eq.ln_K
        if eq.method == "integral_inf":
            # Beyond saturation terms fall as K^(2 (eps - 1) m), without any as K^(2 eps m).
            rate = np.where(np.isneginf(x), -eq.eps, 1 - eq.eps)
            fall = 2 * np.where(rate > 0, rate, 1.0) * eq.ln_K
            high = settled + (_NOTHING + 10 * eq.d) / fall
    edges = np.stack([low, first, one, saturated, settled, high], axis=1)
    edges = np.sort(np.clip(edges, 1.5, high[:, None]))
    widths = np.diff(edges, axis=1)
    nodes, weights = np.polynomial.legendre.leggauss(_GAUSS_POINTS)
    parts: list[Floats] = []
    ln_shares: list[Floats] = []
    for number, width in enumerate(widths.T):
        # The last panel of an unbounded integral is a pure exponential, however long.
        tail = number == widths.shape[1] - 1 and eq.method == "integral_inf"
        steps = float((width * eq.ln_K).max()) * (1 + eq.d) / _NATURAL_WIDTH
        pieces = _TAIL_PIECES if tail else max(1, min(int(np.ceil(steps)), _MOST_PIECES))
        inside = ((np.arange(pieces)[:, None] + 0.5 * (1 + nodes)) / pieces).ravel()
        parts.append(edges[:, number, None] + width[:, None] * inside)
        with np.errstate(divide="ignore"):
            ln_width = np.log(width)[:, None]
        ln_shares.append(ln_width + np.log(np.tile(0.5 * weights, pieces) / pieces))
    orders = np.concatenate(parts, axis=1)
    return orders, np.concatenate(ln_shares, axis=1) + np.log(orders - 1)
