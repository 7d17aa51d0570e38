"""Roots of F(Gamma) = 1: the metallic branch, and all of them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from .._inputs import plain
from .._quadrature import FloatOrArray, Floats, like_input
from .bracketed import bracketed_root
from .equation import Equation, equation
from .self_consistency import ln_F

_DOUBLINGS = 200  # ln Gamma goes as gamma^(-2/(d + 2)) where the orders have no end
# Steps in ln Gamma that resolve the pair of roots near a fold, and elsewhere.
_FINE, _COARSE = 0.005, 0.1


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
    all_roots: bool = False,
) -> MetalRate:
    """The metallic branch, the smallest Gamma > 0 with F(Gamma) = 1 (A eqs 17-20).

    It is the one that is continuously connected to the transition, where it vanishes. A metal is
    found if and only if F(0+) > 1. A whole phase diagram is one call.

    Parameters
    ----------
    As for `log_F`, and
    all_roots : bool
        ln_Gamma of every root, (n,), ascending: three between folds, none if localized. For single
        numbers only.

    Raises
    ------
    InvalidInput
        As for `log_F`, or for arrays with `all_roots`.

    Examples
    --------
    >>> rate = solve_gamma(0.1, K=3.0, N=10, s=0.5, d=1, eps=[0.1, 0.3, -0.9])
    >>> rate.ln_Gamma.round(6).tolist(), rate.localized.tolist()
    ([-7.221604, -5.480923, -inf], [False, False, True])
    >>> rate = solve_gamma(0.1, K=3.0, N=10, s=0.5, d=1, eps=0.68, all_roots=True)
    >>> rate.ln_Gamma.round(6).tolist()
    [-3.038469, -2.576036, -2.434733]
    """
    eq = equation(gamma, K, N, s, d, eps, Xi, method, variant, weight)
    if all_roots:
        roots = _all_roots(eq.single())
        return MetalRate(roots, roots.size == 0, _beyond_validity(roots, eq))
    flat = eq.flat(eq.shape)
    ln_Gamma = np.full(flat.shape, -np.inf)
    metal = np.flatnonzero(ln_F(ln_Gamma, flat) > 0)
    if len(metal):
        low = _lower_end(flat.part(metal))
        metal, low = metal[np.isfinite(low)], low[np.isfinite(low)]
    if len(metal):
        ln_Gamma[metal] = _smallest_root(flat.part(metal), low)
    ln_Gamma = ln_Gamma.reshape(eq.shape)
    localized = np.isneginf(ln_Gamma)
    beyond = _beyond_validity(ln_Gamma, eq)
    return MetalRate(like_input(ln_Gamma), plain(localized), plain(beyond))


def _beyond_validity(ln_Gamma: Floats, eq: Equation) -> Any:
    return ln_Gamma >= eq.ln_gamma - 0.5 * eq.d


def _smallest_root(eq: Equation, low: Floats) -> Floats:
    """ln Gamma of the metallic branch for (n,) arrays, F > 1 at `low`."""
    # Below gamma exp(-d/2) F falls with Gamma, so one sign change there is the only one.
    high = np.minimum(eq.ln_gamma - 0.5 * eq.d, eq.ln_gamma)
    later = np.flatnonzero(ln_F(high, eq) > 0)
    if len(later):
        low[later], high[later] = _first_change(high[later], eq.part(later))
    return bracketed_root(ln_F, low, high, eq)


def _lower_end(eq: Equation) -> Floats:
    """ln Gamma so low that F > 1, (n,); -inf where F(0+) exceeds 1 by rounding alone."""
    low = np.minimum(-60.0, eq.ln_gamma - 20.0)
    short = np.arange(len(low))
    for _ in range(_DOUBLINGS):
        short = short[ln_F(low[short], eq.part(short)) <= 0]
        if not len(short):
            break
        low[short] *= 2
    low[short] = -np.inf
    return low


def _first_change(start: Floats, eq: Equation) -> tuple[Floats, Floats]:
    """The first step above `start`, where F > 1, at whose end F < 1."""
    steps = _steps_above(eq.N, eq.d)
    low, high = start.copy(), start.copy()
    looking = np.arange(len(start))
    while len(looking):
        for step in steps:
            part = eq.part(looking)
            low[looking] = high[looking]
            high[looking] = low[looking] + step
            looking = looking[ln_F(high[looking], part) > 0]
            if not len(looking):
                break
        steps = np.full(50, 1.0)
    return low, high


def _steps_above(N: int, d: int) -> Floats:
    """From ln gamma - d/2: fine to ln gamma + 1/2, coarse to where all roots lie below."""
    fine = np.full(int(np.ceil((0.5 * d + 0.5) / _FINE)), _FINE)
    coarse = np.full(int(np.ceil(max(5.0, np.log(N) + 1) / _COARSE)), _COARSE)
    return np.concatenate([fine, coarse])


def _all_roots(eq: Equation) -> Floats:
    """ln Gamma of every root, ascending: three between folds, none if localized."""

    def value(x: float) -> float:
        return float(ln_F(np.array(x), eq))

    if value(-np.inf) <= 0:
        return np.empty(0)
    low, ln_gamma = float(_lower_end(eq.flat(()))[0]), float(eq.ln_gamma)
    if np.isinf(low):
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
    above = ln_F(grid, eq) > 0
    changes = np.flatnonzero(above[1:] != above[:-1])
    return np.array([brentq(value, grid[i], grid[i + 1], xtol=1e-13) for i in changes])
