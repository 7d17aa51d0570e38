"""The metal by its saddle point, the one order N_c that dominates (A appendix C)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import wrightomega

from .._inputs import no_nan, one_of, plain
from .._quadrature import FloatOrArray, Floats, like_input
from .bracketed import bracketed_root
from .equation import Equation, equation


class SaddleOrder(NamedTuple):
    """Order N_c of the saddle point, and whether its form of n_fast is the right one."""

    N_c: FloatOrArray
    in_range: Any


class SaddleRate(NamedTuple):
    """ln Gamma by a saddle point, and whether its assumptions hold."""

    ln_Gamma: FloatOrArray
    in_range: Any


def saddle_Nc(
    ln_Gamma: ArrayLike, gamma: ArrayLike, K: ArrayLike, N: int, s: ArrayLike, d: int
) -> SaddleOrder:
    """Order N_c at which Gamma K^N_c n_fast(K^N_c) = 1 (A eqs C1, C2).

    {ln(1/gamma) + d W_L[(1/d) (gamma/(Gamma s N))^(1/d)]}/ln K with Lambert's function. n_fast
    there is s N d^d W_L^d, which A eq C3 takes as n_c = s N d^d. It is in range for Gamma <= gamma
    exp(-(s N)^(-1/d)), where this n_fast is 1 at least; above that it is but a continuation.

    Raises
    ------
    InvalidInput
        For arguments out of range.

    Examples
    --------
    >>> order = saddle_Nc(np.log([1e-3, 0.1]), gamma=0.1, K=3.0, N=10, s=0.5, d=1)
    >>> order.N_c.round(8).tolist(), order.in_range.tolist()
    ([4.10298375, 2.24965722], [True, False])
    """
    eq = equation(gamma, K, N, s, d, 0.0, None)
    x = no_nan("ln_Gamma", ln_Gamma, "give logarithms of rates, -inf for zero")
    return SaddleOrder(like_input(_saddle_Nc(x, eq)), plain(_in_range(x, eq)))


def _in_range(x: Floats, eq: Equation) -> Any:
    """Whether ln Gamma = x is so low that n_fast exceeds 1 at the order N_c."""
    return x <= eq.ln_gamma - (eq.s * eq.N) ** (-1 / eq.d)


def _saddle_Nc(x: Floats, eq: Equation) -> Floats:
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
    N_c(Gamma) of `saddle_Nc`, in range where that is; nan where there is none. Both need eps > 0,
    and are -inf otherwise.

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
    eq = equation(gamma, K, N, s, d, eps, Xi)
    one_of("form", form, ("C4", "C5"))
    ln_nc = np.log(eq.s * eq.N) + eq.d * np.log(eq.d)
    collective = eq.eps > 0
    safe = np.where(collective, eq.eps, 1.0)
    closed = (eq.ln_gamma + 0.5 * ln_nc) / safe - ln_nc
    if form == "C5":
        found, fits = closed, eq.ln_gamma + 0.5 * ln_nc < 0
    else:
        found = _saddle_root(eq._replace(eps=safe), closed)
        fits = _in_range(found, eq)
    fits = collective & fits
    found = np.where(collective, found, -np.inf)
    return SaddleRate(like_input(found), plain(fits))


def _saddle_root(eq: Equation, closed: Floats) -> Floats:
    """Largest root of A eq C4 below gamma; nan where there is none."""
    flat = eq.flat(eq.shape)

    def value(x: Floats, part: Equation) -> Floats:
        order = _saddle_Nc(x, part)
        with np.errstate(invalid="ignore", divide="ignore"):
            gain = (2 * part.eps - 1) * order * part.ln_K + np.log(order)
        return np.asarray(2 * part.ln_gamma - np.log(2.0) + gain - x)

    # Depths below ln gamma on a grid that is fine near it, and reaches far beyond the closed form.
    depth = np.geomspace(1e-6, 1.0, 2000)[:, None]
    reach = 10 * abs(np.broadcast_to(closed, eq.shape).ravel() - flat.ln_gamma) + 100.0
    grid = flat.ln_gamma - depth * reach
    positive = value(grid, flat) > 0
    changes = positive[1:] != positive[:-1]
    some = changes.any(axis=0)
    first = changes.argmax(axis=0)
    columns = np.arange(grid.shape[1])
    found = bracketed_root(value, grid[first + 1, columns], grid[first, columns], flat)
    return np.asarray(np.where(some, found, np.nan).reshape(eq.shape))
