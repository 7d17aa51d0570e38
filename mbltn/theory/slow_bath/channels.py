"""Three ways in which an l-bit relaxes on a narrow bath (A section I)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw

from .._inputs import one_of, plain, require_entropy, space_dimension
from .._quadrature import FloatOrArray, like_input
from .bath import length, narrow_bath


class ChannelRates(NamedTuple):
    """Natural logarithms of three relaxation rates, and which of them is the largest.

    Attributes
    ----------
    ln_a : of one l-bit by a long hop, A eq 6
    ln_b : of a block of l-bits that rearrange, A eq 7
    ln_c : at a high order in the coupling, A eq 8
    dominant : "a", "b" or "c"; an array of such where the arguments are arrays
    order_c : order m of channel c
    at_least_one : whether m < 1 was replaced by 1, since at least one coupling is needed
    weak : whether gamma < W, as the theory assumes
    """

    ln_a: FloatOrArray
    ln_b: FloatOrArray
    ln_c: FloatOrArray
    dominant: Any
    order_c: FloatOrArray
    at_least_one: Any
    weak: Any


def channel_rates(
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    xi: ArrayLike,
    Xi: ArrayLike,
    s: ArrayLike,
    d: int,
    form: str = "full",
) -> ChannelRates:
    """Relaxation of an l-bit by a bath narrower than its energy, three ways (A eqs 6, 7, 8).

    a: ln(gamma^2/W) - (2/xi) (Delta/W)^(1/d).
    b: ln(gamma^2/W) - 2 m^(1/d)/xi - 2 s m/Xi, m = ln(Delta/W)/s. "leading" drops the surface term
    for d > 1, and is the same for d = 1, where its power of W/Delta is 2/Xi + 2/(s xi): A prints
    that at s = 1. c: ln(Delta^2/W) + 2 m ln(gamma/Delta), where m quanta W make up Delta exp(-s m):
    m = W_L(s Delta/W)/s with Lambert's function; "leading" has m = ln(Delta/W)/s, far too slow a
    rate.

    As W -> 0 channel b always beats a, and c where gamma/Delta < exp(-s/Xi); in one dimension with
    s xi Xi/(s xi + Xi) in place of Xi.

    Parameters
    ----------
    gamma, W, Delta : array_like, > 0, energies
        Coupling, bandwidth and energy of a flip; W <= Delta.
    xi, Xi : array_like, > 0
        Localization length in space (lattice spacings) and in Fock space (steps).
    s : array_like in (0, 1]
    d : int
    form : {"full", "leading"}

    Raises
    ------
    InvalidInput
        For what is not positive, s outside (0, 1], or W > Delta.

    Examples
    --------
    >>> rates = channel_rates(1e-4, 1e-3, 1.0, xi=1.0, Xi=0.5, s=1.0, d=2)
    >>> rates.dominant, round(rates.ln_b, 6)
    ('b', -44.400468)
    """
    gamma, W, Delta = narrow_bath(gamma, W, Delta)
    xi = length("xi", xi)
    Xi = length("Xi", Xi)
    s = require_entropy(s)
    d = space_dimension(d)
    one_of("form", form, ("full", "leading"))
    golden, depth = 2 * np.log(gamma) - np.log(W), np.log(Delta / W)
    ln_a = golden - 2 / xi * (Delta / W) ** (1 / d)
    ln_b = golden - 2 * depth / Xi
    if form == "full" or d == 1:
        ln_b = ln_b - 2 / xi * (depth / s) ** (1 / d)
    order = (lambertw(s * Delta / W).real if form == "full" else depth) / s
    ln_c = 2 * np.log(Delta) - np.log(W) + 2 * np.maximum(order, 1.0) * np.log(gamma / Delta)
    names = np.array(["a", "b", "c"])
    dominant = names[np.argmax(np.stack(np.broadcast_arrays(ln_a, ln_b, ln_c)), axis=0)]
    return ChannelRates(
        like_input(ln_a),
        like_input(ln_b),
        like_input(ln_c),
        plain(dominant),
        like_input(np.maximum(order, 1.0)),
        plain(order < 1.0),
        plain(gamma < W),
    )
