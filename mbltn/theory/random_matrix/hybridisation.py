"""One spin on a thermal bath: is it hybridised, and over which energies? (E sections II B, C)"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import require_finite, require_nonnegative, require_positive
from .._quadrature import FloatOrArray, Floats, like_input


def hybridisation(g: ArrayLike, v: ArrayLike, rho: ArrayLike) -> FloatOrArray:
    """G = g sqrt(v(2h) rho), matrix element over level spacing, docs/physics.md (E1), E eq 4.

    Parameters
    ----------
    g : array_like, >= 0
        Coupling of the spin to a bath operator V.
    v : array_like, >= 0
        Structure factor of V at the energy 2h of a spin flip, normalised to <V^2>; 1/energy.
    rho : array_like, > 0
        Levels of the bath per energy.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(hybridisation(0.2, v=0.06, rho=30.0), 9)
    0.268328157
    """
    coupling, line = _coupling(g), _line(v)
    density = require_positive("rho", rho, "it is the level density of the bath")
    return like_input(np.asarray(coupling * np.sqrt(line * density)))


def reduced_coupling(G: ArrayLike) -> FloatOrArray:
    """The mean |matrix element| over the spacing, sqrt(2/pi) G: g of paper D, docs/physics.md (E1).

    Raises
    ------
    InvalidInput
        For a negative number.

    Examples
    --------
    >>> round(reduced_coupling(1.0), 6)
    0.797885
    """
    number = require_nonnegative("G", G, "it is a matrix element over a level spacing")
    return like_input(np.sqrt(2 / np.pi) * number)


def half_width(g: ArrayLike, v: ArrayLike, pi_factor: bool = True) -> FloatOrArray:
    """Half width w = pi g^2 v(2h) of the hybridisation function, docs/physics.md (E2).

    Golden rule (E section II C): a product state is spread over eigenstates within w. For a bath
    that ends at energy E_f after the flip v is its normalised density of levels there. E leaves
    out the pi; `pi_factor=False` does so too, and then G^2 = rho w.

    Raises
    ------
    InvalidInput
        For a negative number.

    Examples
    --------
    >>> round(half_width(0.2, v=0.06), 9)
    0.007539822
    """
    return like_input(np.asarray((np.pi if pi_factor else 1.0) * _coupling(g) ** 2 * _line(v)))


def lorentzian(w: ArrayLike, half_width: ArrayLike) -> FloatOrArray:
    """k(w) = (w_h/pi)/(w^2 + w_h^2): spread of a product state over eigenstates, (E2).

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(lorentzian(0.0, 0.5), 6)
    0.63662
    """
    frequency = require_finite("w", w, "it is an energy difference")
    width = require_positive("half_width", half_width, "it is a half width")
    return like_input(np.asarray(width / np.pi / (frequency**2 + width**2)))


def spin_line(w: ArrayLike, h: ArrayLike, half_width: ArrayLike) -> FloatOrArray:
    """Structure factor of sigma^x of the added spin, docs/physics.md (E4), E eq 8.

    [(k*k)(w - 2h) + (k*k)(w + 2h)]/2: two Lorentzians of weight 1/2 and twice the half width of k.

    Raises
    ------
    InvalidInput
        For a number outside its range.

    Examples
    --------
    >>> round(spin_line(2.0, h=1.0, half_width=0.1), 9)
    0.797759191
    """
    frequency = require_finite("w", w, "it is an energy difference")
    flip = 2 * require_finite("h", h, "it is the field of the spin")
    width = 2 * require_positive("half_width", half_width, "it is the half width of k")
    upper, lower = lorentzian(frequency - flip, width), lorentzian(frequency + flip, width)
    return like_input(np.asarray(0.5 * (upper + lower)))


def _coupling(g: ArrayLike) -> Floats:
    return require_nonnegative("g", g, "it is a coupling; take absolute values")


def _line(v: ArrayLike) -> Floats:
    return require_nonnegative("v", v, "it is a structure factor")
