"""One dot on a bath of given bandwidth (A section IV)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import levels_of_a_dot, plain, require_branching, require_positive
from .._quadrature import FloatOrArray, like_input


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
        discrete = np.log(W / delta_m) < np.log(levels_of_a_dot(N)) - N * np.log(K)
        rate = np.where(discrete, -np.inf, rate)
        regime = np.where(discrete, "discrete", regime)
    return DotRate(like_input(rate), plain(regime))
