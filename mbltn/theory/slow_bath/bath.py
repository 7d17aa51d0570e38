"""What a narrow bath is described by, and the order at which it relaxes an l-bit fastest."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import require_positive
from .._quadrature import FloatOrArray, Floats


def energy(name: str, value: ArrayLike) -> Floats:
    return require_positive(name, value, "it is an energy")


def length(name: str, value: ArrayLike) -> Floats:
    return require_positive(name, value, "it is a localization length")


def narrow_bath(gamma: ArrayLike, W: ArrayLike, Delta: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """gamma, W and Delta as float64, or an InvalidInput where W exceeds Delta."""
    gamma, W, Delta = energy("gamma", gamma), energy("W", W), energy("Delta", Delta)
    wide = Delta < W
    if wide.any():
        width, cost = (np.broadcast_to(a, wide.shape)[wide][0] for a in (W, Delta))
        raise InvalidInput(
            f"W={width:g} exceeds Delta={cost:g}: such a bath takes the energy of one flip at "
            "once, which is ordinary hopping; these rates are for W <= Delta"
        )
    return gamma, W, Delta


class BathOptimum(NamedTuple):
    """The order at which a bath relaxes the l-bits fastest.

    Attributes
    ----------
    order : m (Gaussian) or n (Lorentzian), continuous unless integers were asked for
    ln_rate : natural logarithm of the rate at this order
    regime : "collective", "cutoff", "lowest-order" (Lorentzian); "interior", "boundary" (Gaussian)
    """

    order: FloatOrArray
    ln_rate: FloatOrArray
    regime: Any
