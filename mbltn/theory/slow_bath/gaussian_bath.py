"""A bath whose spectral density falls as a Gaussian (A appendix A)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import one_of, plain, require_entropy, require_nonnegative
from .._quadrature import FloatOrArray, Floats, like_input
from .bath import BathOptimum, length, narrow_bath


def _length_per_free_lbit(Xi: Floats, s: Floats, convention: str) -> Floats:
    one_of("convention", convention, ("per_free_lbit", "per_site"))
    return Xi if convention == "per_free_lbit" else s * Xi


def gaussian_bath_rate(
    m: ArrayLike,
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    s: ArrayLike,
    convention: str = "per_free_lbit",
) -> FloatOrArray:
    """ln of the rate at order m on a bath of density exp(-E^2/W^2)/W (A eq A1).

    ln(gamma^2/W) - 2 s m/Xi - (Delta/W)^2 exp(-2 s m).

    Parameters
    ----------
    m : array_like, >= 0
        Number of l-bits that rearrange.
    convention : {"per_free_lbit", "per_site"}
        Matrix elements decay as exp(-s m/Xi) (A eq 7), or as exp(-m/Xi) (A appendix A).

    Raises
    ------
    InvalidInput
        For what is not positive, s outside (0, 1], or W > Delta.

    Examples
    --------
    >>> best = gaussian_bath_optimum(1e-4, 1e-3, 1.0, Xi=0.5, s=0.8)
    >>> rate = gaussian_bath_rate(best.order, 1e-4, 1e-3, 1.0, Xi=0.5, s=0.8)
    >>> bool(np.isclose(rate, best.ln_rate, rtol=1e-12))
    True
    """
    m = require_nonnegative("m", m, "it counts l-bits")
    gamma, W, Delta = narrow_bath(gamma, W, Delta)
    Xi = length("Xi", Xi)
    s = require_entropy(s)
    Xi_free = _length_per_free_lbit(Xi, s, convention)
    golden = 2 * np.log(gamma) - np.log(W)
    return like_input(golden - 2 * s * m / Xi_free - (Delta / W * np.exp(-s * m)) ** 2)


def gaussian_bath_optimum(
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    s: ArrayLike,
    convention: str = "per_free_lbit",
) -> BathOptimum:
    """The fastest order on a Gaussian bath: m = ln(Xi Delta^2/W^2)/(2 s), from A eq A1.

    The rate there is (gamma^2/W) (e Xi)^(-1/Xi) (W/Delta)^(2/Xi), the power of W of A eq 7. Where
    Xi Delta^2/W^2 <= 1 the optimum is m = 0, the "boundary". With the convention "per_site" s Xi
    takes the place of Xi throughout: m = ln(s Xi Delta^2/W^2)/(2 s). A eq A2 has s Xi/2 in this
    logarithm, which does not follow from A eq A1.

    Raises
    ------
    InvalidInput
        As for `gaussian_bath_rate`.

    Examples
    --------
    >>> best = gaussian_bath_optimum(1e-4, 1e-3, 1.0, Xi=0.5, s=0.8)
    >>> round(best.order, 6), best.regime
    (8.201477, 'interior')
    """
    gamma, W, Delta = narrow_bath(gamma, W, Delta)
    Xi = length("Xi", Xi)
    s = require_entropy(s)
    Xi_free = _length_per_free_lbit(Xi, s, convention)
    depth = np.log(Xi_free) + 2 * np.log(Delta / W)
    order = np.maximum(depth, 0.0) / (2 * s)
    rate = gaussian_bath_rate(order, gamma, W, Delta, Xi, s, convention)
    regime = np.where(depth > 0, "interior", "boundary")
    return BathOptimum(like_input(order), rate, plain(regime))
