"""A bath whose spectral density is a Lorentzian, on a Cayley tree (A appendix A)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import plain, require_branching, require_nonnegative
from .._quadrature import FloatOrArray, Floats, like_input
from .bath import BathOptimum, energy, length, narrow_bath


def lorentzian_bath_rate(
    n: ArrayLike,
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    K: ArrayLike,
) -> FloatOrArray:
    """ln of the rate at order n on a bath of density W/(E^2 + W^2), on a Cayley tree (A eq A3).

    ln(gamma^2/W) - 2 n/Xi - ln[(Delta/W)^2 K^(-2n) + 1].

    Raises
    ------
    InvalidInput
        For negative n, what is not positive, K <= 1, or W > Delta.

    Examples
    --------
    >>> best = lorentzian_bath_optimum(1e-4, 1e-3, 1.0, Xi=1.5, K=3.0)
    >>> rates = lorentzian_bath_rate([5.0, best.order, 7.0], 1e-4, 1e-3, 1.0, Xi=1.5, K=3.0)
    >>> bool(np.argmax(rates) == 1)
    True
    """
    n = require_nonnegative("n", n, "it is an order of perturbation theory")
    gamma, W, Delta = narrow_bath(gamma, W, Delta)
    Xi = length("Xi", Xi)
    K = require_branching(K)
    detuning = 2 * (np.log(Delta / W) - n * np.log(K))
    return like_input(2 * np.log(gamma) - np.log(W) - 2 * n / Xi - np.logaddexp(0.0, detuning))


def lorentzian_bath_optimum(
    gamma: ArrayLike,
    W: ArrayLike,
    Delta: ArrayLike,
    Xi: ArrayLike,
    K: ArrayLike,
    cutoff: ArrayLike | None = None,
    integer: bool = False,
) -> BathOptimum:
    """The order that dominates on a Lorentzian bath, in both regimes (A eqs A4, A5).

    Xi ln K > 1, "collective": n = [ln(Delta/W) + ln(Xi ln K - 1)/2]/ln K. Where this is below the
    lowest order, or Xi ln K <= 1, the rate falls with n and the wings of the bath decide: n = 1
    ("lowest-order"), or the first order n0 = ln(Delta/cutoff)/ln K that wings cut at `cutoff` still
    reach ("cutoff").

    Parameters
    ----------
    cutoff : array_like, optional
        Energy in [W, Delta] beyond which the bath has no weight.
    integer : bool
        Take the best whole order instead.

    Raises
    ------
    InvalidInput
        For what is not positive, K <= 1, W > Delta, or a cutoff outside [W, Delta].

    Examples
    --------
    >>> lorentzian_bath_optimum(1e-4, 1e-3, 1.0, Xi=0.5, K=3.0, cutoff=0.05).regime
    'cutoff'
    >>> lorentzian_bath_optimum(1e-4, 1e-3, 1.0, Xi=1.5, K=3.0, integer=True).order
    6.0
    """
    gamma, W, Delta = narrow_bath(gamma, W, Delta)
    Xi = length("Xi", Xi)
    K = require_branching(K)
    log_k = np.log(K)
    reach = np.zeros(())
    if cutoff is not None:
        edge = energy("cutoff", cutoff)
        outside = (edge < W) | (edge > Delta)
        if outside.any():
            raise InvalidInput(
                f"cutoff={np.broadcast_to(edge, outside.shape)[outside][0]:g} is outside [W, "
                "Delta]: the wings of the bath end there; choose it between W and Delta"
            )
        reach = np.log(Delta / edge) / log_k
    n_min = np.maximum(reach, 1.0)
    # A whole order that rounding has lifted is itself.
    lowest = np.maximum(np.ceil(reach * (1 - 1e-12)), 1.0) if integer else n_min
    strength = Xi * log_k
    with np.errstate(invalid="ignore", divide="ignore"):
        peak = (np.log(Delta / W) + np.log(strength - 1) / 2) / log_k
    peak = np.where(strength > 1, peak, -np.inf)

    def rate(order: Floats) -> Floats:
        return np.asarray(lorentzian_bath_rate(order, gamma, W, Delta, Xi, K))

    order = np.maximum(peak, lowest)
    if integer:
        below, above = (np.maximum(whole(order), lowest) for whole in (np.floor, np.ceil))
        order = np.where(rate(below) >= rate(above), below, above)
    edge_regime = np.where(reach > 1, "cutoff", "lowest-order")
    regime = np.where(peak > n_min, "collective", edge_regime)
    return BathOptimum(like_input(order), like_input(rate(order)), plain(regime))
