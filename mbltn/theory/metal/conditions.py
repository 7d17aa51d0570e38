"""Where the theory of the array holds (A eqs 23-27, C6, C7)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import plain, positive_integer, require_nonnegative
from .._quadrature import FloatOrArray, like_input
from .equation import equation


class Regime(NamedTuple):
    """A condition as a ratio of what must be small to what must be large.

    Attributes
    ----------
    ratio : float or array
    holds : whether it is below 1
    strong : whether it is below 0.1
    """

    ratio: FloatOrArray
    holds: Any
    strong: Any


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
    >>> from mbltn.theory.metal import solve_gamma
    >>> rate = solve_gamma(0.1, K=3.0, N=10, s=0.5, d=1, eps=0.5).Gamma
    >>> Xi = 1 / (0.5 * np.log(3.0))
    >>> regimes = validity(rate, 0.1, K=3.0, N=10, Xi=Xi, z=6, d=1, s=0.5)
    >>> round(regimes["C7"].ratio, 6), regimes["C7"].holds
    (0.910239, True)
    """
    eq = equation(gamma, K, N, s, d, None, Xi)
    Gamma = require_nonnegative("Gamma", Gamma, "it is a rate")
    z = positive_integer("z", z, "it counts the neighbours of a dot")
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
    return {
        name: Regime(like_input(np.asarray(ratio)), plain(ratio < 1), plain(ratio < 0.1))
        for name, ratio in ratios.items()
    }
