"""Tunnelling into a spin off resonance, and the bath spins that lock to it (A sections I, III)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import plain, require_finite, require_nonnegative
from .._quadrature import FloatOrArray, like_input
from .bath import energy


class DetunedTunnelling(NamedTuple):
    """Rate of a tip that is detuned from the spin's line, and the density of states it sees.

    `perturbative` is false for |dw| < Gamma or |dw| <= gamma, where the formula does not hold.
    """

    rate: FloatOrArray
    density_of_states: FloatOrArray
    perturbative: Any


def detuned_tunnelling(
    t_tip: ArrayLike, gamma: ArrayLike, dw: ArrayLike, W: ArrayLike, Gamma: ArrayLike = 0.0
) -> DetunedTunnelling:
    """Tunnelling off resonance through a diagonal bath coupling (A section III).

    rate = t_tip^2 gamma^2/(dw^2 W), density of states gamma^2/(dw^2 W), both 0 for |dw| > W.

    Parameters
    ----------
    t_tip, gamma, W : array_like, > 0
        Matrix element of the tip, coupling to the bath, its bandwidth.
    dw : array_like, not 0
        Detuning.
    Gamma : array_like, >= 0
        Linewidth.

    Raises
    ------
    InvalidInput
        For what is not positive, or dw = 0.

    Examples
    --------
    >>> detuned_tunnelling(1e-3, 0.25, 0.5, 1.0).density_of_states
    0.25
    """
    t_tip = energy("t_tip", t_tip)
    gamma = energy("gamma", gamma)
    W = energy("W", W)
    Gamma = require_nonnegative("Gamma", Gamma, "it is a linewidth")
    dw = abs(require_finite("dw", dw, "it is a detuning"))
    if (dw == 0).any():
        raise InvalidInput("dw=0 is on resonance: this is the rate off it; give a detuning")
    density = np.where(dw > W, 0.0, (gamma / dw) ** 2 / W)
    fits = (dw >= Gamma) & (dw > gamma)
    return DetunedTunnelling(like_input(t_tip**2 * density), like_input(density), plain(fits))


def frozen_core_radius(gamma: ArrayLike, W: ArrayLike) -> FloatOrArray:
    """Distance up to which bath spins lock to the central one, max(0, ln(gamma/W)).

    In units of the decay length of the coupling; beyond it gamma exp(-r) <= W (A section I, W <<
    gamma << Delta).

    Raises
    ------
    InvalidInput
        For what is not positive.

    Examples
    --------
    >>> frozen_core_radius([0.1, 1e-5], 1e-3).round(4).tolist()
    [4.6052, 0.0]
    """
    gamma = energy("gamma", gamma)
    W = energy("W", W)
    return like_input(np.maximum(np.log(gamma / W), 0.0))
