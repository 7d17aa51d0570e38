"""An array of dots, each the narrow bath of the others: the nearly localized metal.

The rate Gamma at which a dot relaxes broadens the lines of its neighbours, and these are the bath
that relaxes it. Divided by Gamma, whose root Gamma = 0 always exists, self-consistency reads
``F(Gamma) = 1``; there is a metal where F(0+) > 1.

Source: Gopalakrishnan and Nandkishore, "Mean-field theory of nearly many-body localized metals",
called A; sections IV-VII and appendices C, E. The unit of energy is the three-particle level
spacing delta_m: gamma and Gamma stand for gamma/delta_m and Gamma/delta_m. Rates are natural
logarithms; localized is -inf. All arguments but N and d broadcast.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.optimize.elementwise import find_root
from scipy.special import logsumexp, wrightomega

from mbltn.errors import InvalidInput

from ._inputs import (
    one_of,
    require_branching,
    require_entropy,
    require_positive,
    space_dimension,
)
from ._quadrature import FloatOrArray, Floats, like_input

__all__ = [
    "DotRate",
    "MetalRate",
    "Regime",
    "SaddleRate",
    "critical_Xi",
    "critical_gamma",
    "dot_rate",
    "folds",
    "gamma_roots",
    "log_F",
    "saddle_Nc",
    "saddle_gamma",
    "solve_gamma",
    "validity",
]

METHODS = ("sum", "integral", "integral_inf")
VARIANTS = ("full", "E1", "E3")
WEIGHTS = ("mu", "m-1")

_LOWEST_EPS = -40.0
_TOLERANCES = {"xatol": 1e-13, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0}
_DOUBLINGS = 10
# Steps in ln Gamma that resolve the pair of roots near a fold, and elsewhere.
_FINE, _COARSE = 0.005, 0.1
_GAUSS_POINTS = 10
_NATURAL_WIDTH = 2.0  # of a panel in m ln K, over 1 + d: n_m grows with the power d
_SETTLED = 20.0  # beyond saturation, in m ln K, where terms are exponentials
_NOTHING = 60.0  # of an exponential, in its decay lengths
_TAIL_PIECES = 35
_MOST_PIECES = 400  # of a panel; the longest are where terms hardly change
_AT_ONCE = 1 << 22


# -- one dot ---------------------------------------------------------------------------------------


class DotRate(NamedTuple):
    """ln of the rate of one dot; regime "discrete" (rate 0), "narrow", "many orders" or "wide"."""

    ln_rate: FloatOrArray
    regime: Any


def dot_rate(
    W: ArrayLike,
    gamma: ArrayLike,
    delta_m: ArrayLike,
    Xi: ArrayLike,
    K: ArrayLike,
    N: int | None = None,
) -> DotRate:
    """Relaxation of one dot by a bath of bandwidth W, in absolute units (A eq 16).

    ln[(gamma^2/W) (W/delta_m)^(2/(Xi ln K))] for N delta_m K^(-N) <= W < delta_m: "narrow", or
    "many orders" for Xi ln K >= 2, where the first order on shell does not dominate. From W =
    delta_m on gamma^2/delta_m ("wide"); below N delta_m K^(-N), if N is given, none ("discrete").

    Parameters
    ----------
    W, gamma, delta_m : array_like, > 0, energies
        Bandwidth, coupling to the bath, three-particle level spacing.
    Xi : array_like, > 0;  K : array_like, > 1
    N : int, optional
        Single-particle levels of the dot.

    Raises
    ------
    InvalidInput
        For what is not positive, K <= 1, or N < 1.

    Examples
    --------
    >>> rate = dot_rate(1e-4, gamma=1e-5, delta_m=1.0, Xi=0.8, K=3.0)
    >>> round(rate.ln_rate, 6), rate.regime
    (-34.774543, 'narrow')
    """
    W, gamma, delta_m = (
        require_positive(name, value, "it is an energy")
        for name, value in (("W", W), ("gamma", gamma), ("delta_m", delta_m))
    )
    Xi, K = require_positive("Xi", Xi, "it is a localization length"), require_branching(K)
    strength, depth = Xi * np.log(K), np.log(np.minimum(W / delta_m, 1.0))
    rate = 2 * np.log(gamma) - np.log(np.minimum(W, delta_m)) + 2 * depth / strength
    regime = np.where(delta_m <= W, "wide", np.where(strength >= 2, "many orders", "narrow"))
    if N is not None:
        discrete = np.log(W / delta_m) < np.log(check_levels(N)) - N * np.log(K)
        rate = np.where(discrete, -np.inf, rate)
        regime = np.where(discrete, "discrete", regime)
    return DotRate(like_input(rate), str(regime) if regime.ndim == 0 else regime)


def check_levels(N: int) -> int:
    """N as an int, or an InvalidInput."""
    if isinstance(N, bool) or not isinstance(N, int | np.integer) or N < 1:
        raise InvalidInput(f"N={N!r} must be an integer >= 1: it counts levels of a dot")
    return int(N)


# -- self-consistency ------------------------------------------------------------------------------


class _Equation(NamedTuple):
    """What F depends on beside Gamma; the arrays broadcast."""

    ln_gamma: Floats
    ln_K: Floats
    s: Floats
    eps: Floats
    N: int
    d: int
    method: str
    variant: str
    weight: str


def _equation(
    gamma: ArrayLike,
    K: ArrayLike,
    N: int,
    s: ArrayLike,
    d: int,
    eps: ArrayLike | None,
    Xi: ArrayLike | None,
    method: str = "sum",
    variant: str = "full",
    weight: str = "mu",
) -> _Equation:
    gamma = require_positive("gamma", gamma, "it is the coupling of two dots")
    K, s = require_branching(K), require_entropy(s)
    for name, value, known in (
        ("method", method, METHODS),
        ("variant", variant, VARIANTS),
        ("weight", weight, WEIGHTS),
    ):
        one_of(name, value, known)
    ln_K = np.log(K)
    return _Equation(
        np.log(gamma),
        ln_K,
        s,
        _eps(eps, Xi, ln_K, method),
        check_levels(N),
        space_dimension(d),
        method,
        variant,
        # E3 counts m - 1 pairs of orders throughout, and so do the integrals.
        "m-1" if variant == "E3" or method != "sum" else weight,
    )


def _eps(eps: ArrayLike | None, Xi: ArrayLike | None, ln_K: Floats, method: str) -> Floats:
    """eps = 1 - 1/(Xi ln K), given it or Xi."""
    if (eps is None) == (Xi is None):
        raise InvalidInput(
            "give exactly one of eps and Xi: they are related by eps = 1 - 1/(Xi ln K)"
        )
    if Xi is not None:
        found = 1 - 1 / (require_positive("Xi", Xi, "it is a localization length") * ln_K)
        if method == "integral_inf" and (found == 1).any():
            raise InvalidInput(
                "Xi is infinite: the integral over all orders then diverges; use method='sum'"
            )
        return np.asarray(found)
    found = np.asarray(eps, dtype=np.float64)
    if not (found < 1).all():
        raise InvalidInput("eps must be a number below 1, which it is for an infinite Xi")
    return found


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
    equation = _equation(gamma, K, N, s, d, eps, Xi, method, variant, weight)
    ln_Gamma = np.asarray(ln_Gamma, dtype=np.float64)
    if np.isnan(ln_Gamma).any():
        raise InvalidInput("ln_Gamma is not a number: give logarithms of rates, -inf for zero")
    return like_input(_log_F(ln_Gamma, equation))


def _log_F(ln_Gamma: Floats, eq: _Equation) -> Floats:
    shape = np.broadcast_shapes(*(np.shape(a) for a in (ln_Gamma, *eq[:4])))
    x, *arrays = (np.broadcast_to(a, shape).ravel().astype(np.float64) for a in (ln_Gamma, *eq[:4]))
    result = np.empty(x.size)
    # All orders of all points at once would not fit for a large phase diagram.
    orders = 2 * eq.N if eq.method == "sum" else 5 * _TAIL_PIECES * _GAUSS_POINTS
    rows = max(1, _AT_ONCE // (16 * orders))
    for first in range(0, x.size, rows):
        part = slice(first, first + rows)
        result[part] = _rows_of_log_F(x[part], _with(eq, arrays, part))
    return result.reshape(shape)


def _with(eq: _Equation, arrays: Sequence[Floats], part: Any = ...) -> _Equation:
    """The equation for a part of these ln gamma, ln K, s and eps."""
    ln_gamma, ln_K, s, eps = (array[part] for array in arrays)
    return eq._replace(ln_gamma=ln_gamma, ln_K=ln_K, s=s, eps=eps)


def _rows_of_log_F(x: Floats, eq: _Equation) -> Floats:
    m, ln_weight = _orders(x, eq)
    ln_gamma, ln_K, s, eps = (a[:, None] for a in eq[:4])
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


def _orders(x: Floats, eq: _Equation) -> tuple[Floats, Floats]:
    """Orders m of the sum, or nodes of the integral, and ln of their weights; (points, orders)."""
    if eq.method == "sum":
        m = np.arange(2.0, 2 * eq.N + 1)
        count = m - 1 if eq.weight == "m-1" else np.minimum(m - 1, 2 * eq.N + 1 - m)
        return m[None, :], np.log(count)[None, :]
    low = np.full_like(x, 1.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = -eq.ln_gamma / eq.ln_K
        one = first + (eq.s * eq.N) ** (-1 / eq.d) / eq.ln_K
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


class MetalRate(NamedTuple):
    """Solution of the self-consistent equation.

    Attributes
    ----------
    ln_Gamma : -inf where localized
    localized : whether F(0+) <= 1
    beyond_validity : whether Gamma >= gamma exp(-d/2), where folds are and the theory is not
    """

    ln_Gamma: FloatOrArray
    localized: Any
    beyond_validity: Any

    @property
    def Gamma(self) -> FloatOrArray:
        """exp(ln_Gamma), which may be 0."""
        return np.exp(self.ln_Gamma)


def solve_gamma(
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
) -> MetalRate:
    """The metallic branch, the smallest Gamma > 0 with F(Gamma) = 1 (A eqs 17-20).

    It is the one that is continuously connected to the transition, where it vanishes. A metal is
    found if and only if F(0+) > 1. A whole phase diagram is one call.

    Parameters
    ----------
    As for `log_F`.

    Raises
    ------
    InvalidInput
        As for `log_F`.

    Examples
    --------
    >>> rate = solve_gamma(0.1, K=3.0, N=10, s=0.5, d=1, eps=[0.1, 0.3, -0.9])
    >>> rate.ln_Gamma.round(6).tolist(), rate.localized.tolist()
    ([-7.221604, -5.480923, -inf], [False, False, True])
    """
    equation = _equation(gamma, K, N, s, d, eps, Xi, method, variant, weight)
    shape = np.broadcast_shapes(*(np.shape(a) for a in equation[:4]))
    arrays = [np.broadcast_to(a, shape).ravel().astype(np.float64) for a in equation[:4]]
    ln_Gamma = np.full(arrays[0].size, -np.inf)
    whole = _with(equation, arrays)
    metal = np.flatnonzero(_log_F(ln_Gamma, whole) > 0)
    if len(metal):
        low = _lower_end(_with(equation, arrays, metal))
        metal, low = metal[np.isfinite(low)], low[np.isfinite(low)]
    if len(metal):
        ln_Gamma[metal] = _smallest_root(_with(equation, arrays, metal), low)
    ln_Gamma = ln_Gamma.reshape(shape)
    localized = np.isneginf(ln_Gamma)
    beyond = ~localized & (ln_Gamma >= equation.ln_gamma - 0.5 * equation.d)
    if shape == ():
        return MetalRate(float(ln_Gamma), bool(localized), bool(beyond))
    return MetalRate(ln_Gamma, localized, beyond)


def _smallest_root(eq: _Equation, low: Floats) -> Floats:
    """ln Gamma of the metallic branch for (n,) arrays, F > 1 at `low`."""
    # Below gamma exp(-d/2) F falls with Gamma, so one sign change there is the only one.
    high = np.minimum(eq.ln_gamma - 0.5 * eq.d, eq.ln_gamma)
    later = np.flatnonzero(_log_F(high, eq) > 0)
    if len(later):
        part = _with(eq, eq[:4], later)
        low[later], high[later] = _first_change(high[later], part)

    def value(x: Floats, *arrays: Floats) -> Floats:
        return _log_F(x, _with(eq, arrays))

    found = find_root(value, (low, high), args=tuple(eq[:4]), tolerances=_TOLERANCES)
    return np.asarray(found.x)


def _lower_end(eq: _Equation) -> Floats:
    """ln Gamma so low that F > 1; -inf where F(0+) exceeds 1 by rounding alone."""
    low = np.asarray(np.minimum(-60.0, eq.ln_gamma - 20.0))
    for _ in range(_DOUBLINGS):
        short = _log_F(low, eq) <= 0
        if not short.any():
            return low
        low = np.where(short, 2 * low, low)
    return np.where(_log_F(low, eq) <= 0, -np.inf, low)


def _first_change(start: Floats, eq: _Equation) -> tuple[Floats, Floats]:
    """The first step above `start`, where F > 1, at whose end F < 1."""
    steps = _steps_above(eq.N, eq.d)
    low, high = start.copy(), start.copy()
    looking = np.arange(len(start))
    while len(looking):
        for step in steps:
            part = _with(eq, eq[:4], looking)
            low[looking] = high[looking]
            high[looking] = low[looking] + step
            looking = looking[_log_F(high[looking], part) > 0]
            if not len(looking):
                break
        steps = np.full(50, 1.0)
    return low, high


def _steps_above(N: int, d: int) -> Floats:
    """From ln gamma - d/2: fine to ln gamma + 1/2, coarse to where all roots lie below."""
    fine = np.full(int(np.ceil((0.5 * d + 0.5) / _FINE)), _FINE)
    coarse = np.full(int(np.ceil(max(5.0, np.log(N) + 1) / _COARSE)), _COARSE)
    return np.concatenate([fine, coarse])


def gamma_roots(
    gamma: float,
    K: float,
    N: int,
    s: float,
    d: int,
    eps: float | None = None,
    Xi: float | None = None,
    method: str = "sum",
    variant: str = "full",
    weight: str = "mu",
) -> Floats:
    """ln Gamma of every root of F(Gamma) = 1, ascending: three between folds, none if localized.

    Parameters
    ----------
    As for `log_F`, numbers.

    Raises
    ------
    InvalidInput
        As for `log_F`, or for arrays.

    Examples
    --------
    >>> gamma_roots(0.1, K=3.0, N=10, s=0.5, d=1, eps=0.68).round(6).tolist()
    [-3.038469, -2.576036, -2.434733]
    """
    eq = _single(_equation(gamma, K, N, s, d, eps, Xi, method, variant, weight))

    def value(x: float) -> float:
        return float(_log_F(np.array(x), eq))

    low, ln_gamma = float(_lower_end(eq)), float(eq.ln_gamma)
    if value(-np.inf) <= 0 or np.isinf(low):
        return np.empty(0)
    begin = ln_gamma - max(3.0, 0.5 * eq.d + 1.0)
    ends = [
        np.arange(low, begin, max(_COARSE, (begin - low) / 2000)),
        np.arange(begin, ln_gamma + 0.5, _FINE),
        np.arange(ln_gamma + 0.5, ln_gamma + max(5.0, np.log(eq.N) + 1) + 1.0, _COARSE),
    ]
    grid = np.concatenate(ends)
    while value(grid[-1]) > 0:
        grid = np.append(grid, grid[-1] + 1.0)
    above = _log_F(grid, eq) > 0
    changes = np.flatnonzero(above[1:] != above[:-1])
    return np.array([brentq(value, grid[i], grid[i + 1], xtol=1e-13) for i in changes])


def _single(eq: _Equation) -> _Equation:
    if any(np.ndim(a) for a in eq[:4]):
        raise InvalidInput("gamma, K, s and eps must be single numbers here")
    return eq


# -- transition and folds --------------------------------------------------------------------------


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
    eq = _equation(gamma, K, N, s, d, 0.0, None, method, variant, weight)
    arrays = [np.array(a) for a in np.broadcast_arrays(*eq[:3])]
    top = 0.0 if method == "integral_inf" else 1.0
    low, high = np.full_like(arrays[0], _LOWEST_EPS), np.full_like(arrays[0], top)

    def value(eps: Floats, *given: Floats) -> Floats:
        part = _with(eq, [*given, eps])
        return np.minimum(_log_F(np.full_like(eps, -np.inf), part), 1e300)

    while (short := value(low, *arrays) > 0).any():
        low = np.where(short, 2 * low, low)
    none = value(high, *arrays) < 0
    found = find_root(value, (low, high), args=tuple(arrays), tolerances=_TOLERANCES)
    with np.errstate(divide="ignore"):
        Xi = np.where(none, np.inf, 1 / ((1 - found.x) * eq.ln_K))
    return like_input(Xi)


def critical_gamma(
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
    """Coupling gamma <= 1 from which on there is a metal: F(0+) = 1.

    inf where F(0+) < 1 at gamma = 1; 0 for "integral_inf" with eps >= 0, which is metallic always.

    Raises
    ------
    InvalidInput
        As for `log_F`.

    Examples
    --------
    >>> Xi = critical_Xi(0.1, K=3.0, N=10, s=0.5, d=1)
    >>> round(critical_gamma(K=3.0, N=10, s=0.5, d=1, Xi=Xi), 8)
    0.1
    """
    eq = _equation(1.0, K, N, s, d, eps, Xi, method, variant, weight)
    arrays = [np.array(a) for a in np.broadcast_arrays(*eq[1:4])]
    low, high = np.full_like(arrays[0], -20.0), np.zeros_like(arrays[0])

    def value(ln_gamma: Floats, *given: Floats) -> Floats:
        part = _with(eq, [ln_gamma, *given])
        return np.minimum(_log_F(np.full_like(ln_gamma, -np.inf), part), 1e300)

    always = (arrays[2] >= 0) & (method == "integral_inf")
    while (short := ~always & (value(low, *arrays) > 0)).any():
        low = np.where(short, 2 * low, low)
    none = value(high, *arrays) < 0
    found = find_root(value, (low, high), args=tuple(arrays), tolerances=_TOLERANCES)
    return like_input(np.where(always, 0.0, np.where(none, np.inf, np.exp(found.x))))


def folds(gamma: float, K: float, N: int, s: float, d: int) -> tuple[float, float] | None:
    """(eps1, eps2) between which F(Gamma) = 1 has three roots; None where there are none.

    At eps1 the local maximum of ln F over ln Gamma, at eps2 the local minimum crosses zero. The
    metallic branch ends at eps2; beyond only a root with Gamma ~ gamma is left, outside the theory.

    Raises
    ------
    InvalidInput
        As for `log_F`, or for arrays.

    Examples
    --------
    >>> [round(eps, 6) for eps in folds(0.1, K=3.0, N=10, s=0.5, d=1)]
    [0.667558, 0.689908]
    """
    eq = _single(_equation(gamma, K, N, s, d, 0.0, None))
    ln_gamma = float(eq.ln_gamma)
    grid = np.arange(ln_gamma - 0.5 * d - _FINE, ln_gamma + _FINE, _FINE)

    def extremum(eps: float, sign: int) -> float:
        """Value of the local maximum (1) or minimum (-1) of ln F; nan where there is none."""
        part = eq._replace(eps=np.array(eps))
        values = sign * _log_F(grid, part)
        peaks = np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])) + 1
        if not len(peaks):
            return np.nan
        peak = peaks[0] if sign < 0 else peaks[-1]
        best = minimize_scalar(
            lambda x: -sign * float(_log_F(np.array(x), part)),
            bounds=(grid[peak - 1], grid[peak + 1]),
            method="bounded",
            options={"xatol": 1e-10},
        )
        return float(-sign * best.fun)

    found = []
    scanned = np.linspace(-1.0, 0.999, 200)
    for sign in (1, -1):
        values = np.array([extremum(eps, sign) for eps in scanned])
        changes = np.flatnonzero((values[:-1] < 0) & (values[1:] > 0))
        if not len(changes):
            return None
        first = changes[0]
        found.append(
            brentq(
                lambda eps, sign=sign: extremum(eps, sign), *scanned[first : first + 2], xtol=1e-12
            )
        )
    return found[0], found[1]


# -- saddle points ---------------------------------------------------------------------------------


class SaddleRate(NamedTuple):
    """ln Gamma by a saddle point, and whether its assumptions hold."""

    ln_Gamma: FloatOrArray
    in_range: Any


def saddle_Nc(
    ln_Gamma: ArrayLike, gamma: ArrayLike, K: ArrayLike, N: int, s: ArrayLike, d: int
) -> FloatOrArray:
    """Order N_c at which Gamma K^N_c n_fast(K^N_c) = 1 (A eqs C1, C2).

    {ln(1/gamma) + d W_L[(1/d) (gamma/(Gamma s N))^(1/d)]}/ln K with Lambert's function. n_fast
    there is s N d^d W_L^d, which A eq C3 takes as n_c = s N d^d. It is the right form for Gamma <=
    gamma exp(-(s N)^(-1/d)); above that a continuation.

    Raises
    ------
    InvalidInput
        For arguments out of range.

    Examples
    --------
    >>> round(saddle_Nc(np.log(1e-3), gamma=0.1, K=3.0, N=10, s=0.5, d=1), 8)
    4.10298375
    """
    eq = _equation(gamma, K, N, s, d, 0.0, None)
    return like_input(_saddle_Nc(np.asarray(ln_Gamma, dtype=np.float64), eq))


def _saddle_Nc(x: Floats, eq: _Equation) -> Floats:
    argument = (eq.ln_gamma - x - np.log(eq.s * eq.N)) / eq.d - np.log(eq.d)
    return np.asarray((eq.d * wrightomega(argument) - eq.ln_gamma) / eq.ln_K)


def saddle_gamma(
    gamma: ArrayLike,
    K: ArrayLike,
    N: int,
    s: ArrayLike,
    d: int,
    eps: ArrayLike | None = None,
    Xi: ArrayLike | None = None,
    form: str = "C5",
) -> SaddleRate:
    """ln Gamma from the order N_c alone (A eqs C4, C5).

    "C5": Gamma = (gamma sqrt(n_c))^(1/eps)/n_c with n_c = s N d^d; in range for gamma sqrt(n_c) <
    1. "C4": the largest root below gamma of Gamma = (gamma^2/2) N_c K^N_c exp(-2 N_c/Xi) with
    N_c(Gamma) of `saddle_Nc`; nan where there is none. Both need eps > 0, and are -inf otherwise.

    Raises
    ------
    InvalidInput
        For arguments out of range.

    Examples
    --------
    >>> rates = [saddle_gamma(0.1, 3.0, 10, 0.5, 1, eps=0.5, form=form) for form in ("C4", "C5")]
    >>> [round(rate.ln_Gamma, 6) for rate in rates]
    [-4.28835, -4.60517]
    """
    eq = _equation(gamma, K, N, s, d, eps, Xi)
    one_of("form", form, ("C4", "C5"))
    ln_nc = np.log(eq.s * eq.N) + eq.d * np.log(eq.d)
    collective = eq.eps > 0
    safe = np.where(collective, eq.eps, 1.0)
    closed = (eq.ln_gamma + 0.5 * ln_nc) / safe - ln_nc
    if form == "C5":
        found, fits = closed, eq.ln_gamma + 0.5 * ln_nc < 0
    else:
        found = _saddle_root(eq._replace(eps=safe), closed)
        # Above that n_fast is 1, and the order N_c but a continuation.
        fits = found <= eq.ln_gamma - (eq.s * eq.N) ** (-1 / eq.d)
    fits = collective & fits
    found = np.where(collective, found, -np.inf)
    return SaddleRate(like_input(found), bool(fits) if fits.ndim == 0 else fits)


def _saddle_root(eq: _Equation, closed: Floats) -> Floats:
    """Largest root of A eq C4 below gamma; nan where there is none."""
    shape = np.broadcast_shapes(*(np.shape(a) for a in eq[:4]))
    arrays = [np.broadcast_to(a, shape).ravel() for a in eq[:4]]

    def value(x: Floats, *given: Floats) -> Floats:
        part = _with(eq, given)
        order = _saddle_Nc(x, part)
        with np.errstate(invalid="ignore", divide="ignore"):
            gain = (2 * part.eps - 1) * order * part.ln_K + np.log(order)
        return np.asarray(2 * part.ln_gamma - np.log(2.0) + gain - x)

    ln_gamma = arrays[0]
    # Depths below ln gamma on a grid that is fine near it, and reaches far beyond the closed form.
    depth = np.geomspace(1e-6, 1.0, 2000)[:, None]
    reach = 10 * abs(np.broadcast_to(closed, shape).ravel() - ln_gamma) + 100.0
    grid = ln_gamma - depth * reach
    positive = value(grid, *arrays) > 0
    changes = positive[1:] != positive[:-1]
    some = changes.any(axis=0)
    first = changes.argmax(axis=0)
    columns = np.arange(grid.shape[1])
    ends = grid[first + 1, columns], grid[first, columns]
    found = find_root(value, ends, args=tuple(arrays), tolerances=_TOLERANCES)
    return np.asarray(np.where(some, found.x, np.nan).reshape(shape))


# -- where the theory holds ------------------------------------------------------------------------


class Regime(NamedTuple):
    """A condition as a ratio of what must be small to what must be large."""

    ratio: FloatOrArray

    @property
    def holds(self) -> NDArray[np.bool_]:
        return np.asarray(self.ratio) < 1

    @property
    def strong(self) -> NDArray[np.bool_]:
        return np.asarray(self.ratio) < 0.1


def validity(
    Gamma: ArrayLike,
    gamma: ArrayLike,
    K: ArrayLike,
    N: int,
    Xi: ArrayLike,
    z: int,
    d: int,
    s: ArrayLike,
) -> dict[str, Regime]:
    """The conditions of A (eqs 23-27, C6, C7), by their numbers there, in units of delta_m.

    "23": gamma << min(e^(-1/Xi), 1/z);  "24": gamma >> N sqrt(z) K^(-N);  "25": both;
    "26": (Gamma/gamma) ln^(2d)(gamma/Gamma) << 1;  "27_low": N K^(-N) << Gamma;  "27_high": Gamma
    << gamma;  "C6a": gamma^2 n_c << 1;  "C6b": ln(1/(gamma sqrt(s N)))/(N ln K) < eps;  "C7": 1/(2
    ln K) < eps.

    Parameters
    ----------
    Gamma : array_like, >= 0
    z : int
        Neighbours of a dot.

    Raises
    ------
    InvalidInput
        For arguments out of range.

    Examples
    --------
    >>> rate = solve_gamma(0.1, K=3.0, N=10, s=0.5, d=1, eps=0.5).Gamma
    >>> Xi = 1 / (0.5 * np.log(3.0))
    >>> regimes = validity(rate, 0.1, K=3.0, N=10, Xi=Xi, z=6, d=1, s=0.5)
    >>> round(regimes["C7"].ratio, 6), bool(regimes["C7"].holds)
    (0.910239, True)
    """
    eq = _equation(gamma, K, N, s, d, None, Xi)
    Gamma = np.asarray(Gamma, dtype=np.float64)
    if not (Gamma >= 0).all():
        raise InvalidInput("Gamma must be a number >= 0: it is a rate")
    if isinstance(z, bool) or not isinstance(z, int | np.integer) or z < 1:
        raise InvalidInput(f"z={z!r} must be an integer >= 1: it counts the neighbours of a dot")
    gamma, Xi = np.asarray(gamma, dtype=np.float64), np.asarray(Xi, dtype=np.float64)
    levels = eq.N * np.exp(-eq.N * eq.ln_K)
    with np.errstate(divide="ignore", invalid="ignore"):
        small = gamma / np.minimum(np.exp(-1 / Xi), 1 / z)
        large = np.sqrt(z) * levels / gamma
        inside = (Gamma > 0) & (Gamma < gamma)
        line = Gamma / gamma * np.log(gamma / Gamma) ** (2 * eq.d)
        positive = np.where(eq.eps > 0, eq.eps, 0.0)
        depth = -(eq.ln_gamma + 0.5 * np.log(eq.s * eq.N)) / (eq.N * eq.ln_K)
        ratios = {
            "23": small,
            "24": large,
            "25": np.maximum(small, large),
            "26": np.where(inside, line, np.inf),
            "27_low": levels / Gamma,
            "27_high": Gamma / gamma,
            "C6a": gamma**2 * eq.s * eq.N * float(eq.d) ** eq.d,
            "C6b": np.where(positive > 0, depth / positive, np.inf),
            "C7": 1 / (2 * eq.ln_K) / positive,
        }
    return {name: Regime(like_input(np.asarray(ratio))) for name, ratio in ratios.items()}
