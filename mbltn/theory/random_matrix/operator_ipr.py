"""Inverse participation ratios: over how many eigenstates an operator spreads one (E sec. IV)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import require_finite, require_nonnegative, require_positive
from .._quadrature import LOG2, FloatOrArray, Floats, like_input
from .hybridisation import lorentzian
from .structure_factor import StructureFactor


def ipr_of_line(v: StructureFactor, rho: ArrayLike, gaussian: bool = False) -> FloatOrArray:
    """IPR = rho/int v^2, docs/physics.md (E10), E section IV.

    Parameters
    ----------
    v : StructureFactor
        Of weight 1.
    rho : array_like, > 0
        Level density of the whole system, taken as constant where v is not small.
    gaussian : bool
        Divide by 3, <eta^4>/<eta^2>^2 of real Gaussian matrix elements, which E leaves out.

    Raises
    ------
    InvalidInput
        For a density that is not positive.

    Examples
    --------
    >>> from mbltn.theory.random_matrix import sampled
    >>> flat = sampled(lambda w: 0.25 * (abs(w) < 2), reach=4.0, step=0.001)
    >>> round(ipr_of_line(flat, rho=100.0), 1)
    399.9
    """
    return like_input(np.asarray(_density(rho) / v.weight_of_square / (3 if gaussian else 1)))


def ipr_flat(rho: ArrayLike, half_width: ArrayLike, gaussian: bool = False) -> FloatOrArray:
    """4 rho w: two flat peaks of half width w, docs/physics.md (E10), E section IV.

    Raises
    ------
    InvalidInput
        For a number that is not positive.

    Examples
    --------
    >>> ipr_flat(100.0, 0.25)
    100.0
    """
    return like_input(np.asarray(4 * _density(rho) * _width(half_width) / (3 if gaussian else 1)))


def ipr_lorentzian(
    rho: ArrayLike, half_width: ArrayLike, h: ArrayLike | None = None, gaussian: bool = False
) -> FloatOrArray:
    """8 pi rho w_h: sigma^x of an added spin with the line (E4), docs/physics.md (E10).

    With `h` the overlap of the two Lorentzians at +-2h counts: int v^2 = 1/(8 pi w_h) + L/2 with
    the Lorentzian L of half width 4 w_h at 4h.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(ipr_lorentzian(100.0, 0.01), 4), round(ipr_lorentzian(100.0, 0.01, h=1.0), 4)
    (25.1327, 25.1302)
    """
    width = _width(half_width)
    square = 1 / (8 * np.pi * width)
    if h is not None:
        field = require_finite("h", h, "it is the field of the spin")
        square = square + 0.5 * np.asarray(lorentzian(4 * field, 4 * width))
    return like_input(np.asarray(_density(rho) / square / (3 if gaussian else 1)))


def log_ipr_along_chain(
    i: ArrayLike,
    l_b: ArrayLike,
    absorbed: ArrayLike,
    zeta: ArrayLike,
    g1_over_xi: ArrayLike,
    printed: bool = False,
) -> FloatOrArray:
    """D(sigma^x_i) = ln IPR along grain and crossover region, docs/physics.md (E11), E eq 22.

    V log 2 for i = 0, a spin of the grain, V = l_b + absorbed; log 4 + V log 2 + 2 ln(g_1/xi_v) -
    2 (i - 1)/zeta for the i-th l-bit.

    Parameters
    ----------
    i : array_like of integers >= 0
    l_b, absorbed : array_like, >= 0
        Spins of the grain, and l-bits that it thermalised.
    zeta : array_like, > 0
    g1_over_xi : array_like, > 0
        First coupling over the half width xi_v of the bath's structure factor.
    printed : bool
        **Corrected**: E prints -2 ln(g_1/xi_v), so that a weaker coupling would spread sigma^x
        over more states. True gives that.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> log_ipr_along_chain([0, 1, 2], 6, 8, zeta=3.476, g1_over_xi=0.1).round(4).tolist()
    [9.7041, 6.4852, 5.9098]
    """
    site = require_nonnegative("i", i, "it counts spins from the grain")
    if (site != np.round(site)).any():
        raise InvalidInput(f"i={i!r} must be integers >= 0: 0 is a spin of the grain")
    grain = require_nonnegative("l_b", l_b, "it counts spins of the grain")
    joined = require_nonnegative("absorbed", absorbed, "it counts l-bits")
    length = require_positive("zeta", zeta, "it is the decay length of the couplings")
    ratio = require_positive("g1_over_xi", g1_over_xi, "it is a coupling over a width")
    volume = (grain + joined) * LOG2
    strength = -2 * np.log(ratio) if printed else 2 * np.log(ratio)
    outside = np.log(4.0) + volume + strength - 2 * (site - 1) / length
    return like_input(np.where(site == 0, volume, outside))


def _density(rho: ArrayLike) -> Floats:
    return require_positive("rho", rho, "it is a level density")


def _width(half_width: ArrayLike) -> Floats:
    return require_positive("half_width", half_width, "it is a half width")
