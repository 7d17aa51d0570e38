"""Conductivity of hot electrons, and how much faster than activated it falls (B eqs 17, 18, 29)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._quadrature import FloatOrArray, Floats, like_input
from .bethe import threshold_bethe
from .hot_cold import ln_chi
from .systems import Continuum, Film, Wire, cold
from .thresholds import threshold

_STEP = 1e-4  # of ln T, of numerical derivatives


def ln_sigma(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """ln of the conductivity up to a constant, -(eps_th - eps_F)/T (B eqs 18, 29).

    -inf where no energy is high enough ("marginal").

    Parameters
    ----------
    form : as for `threshold`, or "bethe"

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(ln_sigma(wire, 0.1), 6)
    -733.957788
    """
    T = np.asarray(T, dtype=np.float64)
    found = threshold_bethe(par, T) if form == "bethe" else threshold(par, T, form)
    return like_input(-(np.asarray(found.eps) - par.eps_F) / T)


def ln_n_h(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """ln of the density of hot electrons, rho_h T exp[-(eps_th - eps_F)/T] (B eq 17).

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(ln_n_h(wire, 0.1), 6)
    -739.932562
    """
    T = np.asarray(T, dtype=np.float64)
    found = threshold_bethe(par, T) if form == "bethe" else threshold(par, T, form)
    eps = np.asarray(found.eps)
    return like_input(par.ln_density(eps) + np.log(T) - (eps - par.eps_F) / T)


def activation_energy(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """E_a = -d ln sigma/d(1/T) = (eps_th - eps_F) - T d eps_th/dT.

    Closed for the exact thresholds of correlated wires and the leading one of films without a
    field, else by a central difference in ln T.

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c), or where the threshold is the Fermi energy.

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(activation_energy(wire, 0.1), 6)
    83.654566
    """
    T, depth = cold(par, T)
    found = threshold_bethe(par, T) if form == "bethe" else threshold(par, T, form)
    regime = np.asarray(found.regime)
    for word in ("not localized at eps_F", "leading form below eps_F"):
        if (regime == word).any():
            raise InvalidInput(
                f"{word} at T={T[regime == word].flat[0]:.6g}, so that nothing is activated: take "
                "a lower T or a weaker interaction"
            )
    if isinstance(par, Wire) and form == "exact" and par.correlator.d > 0:
        eps0, q = par.correlator.eps0(par.m), 1 / depth
        goal = ln_chi(par, depth) + np.log(np.pi**2 / par.eta_factor)
        if par.correlator.kind == "lorentzian":
            return like_input(eps0 * goal**2 - par.eps_F + 2 * eps0 * goal * (3 - q))
        if par.correlator.kind == "exponential":
            return like_input(eps0 * (np.exp(goal) * (4 - q) - 1) - par.eps_F)
    if isinstance(par, Film) and form == "leading" and not par.field:
        return like_input((3 * depth - np.log(par.alpha) + 3) / (2 * np.pi * par.tau))
    return like_input(T * _slope(lambda t: ln_sigma(par, t, form), T))


def _slope(function: Callable[[Floats], Any], T: Floats) -> Floats:
    """d function/d ln T."""
    above, below = (np.asarray(function(T * np.exp(step))) for step in (_STEP, -_STEP))
    return np.asarray((above - below) / (2 * _STEP))


class Superactivation(NamedTuple):
    """How much faster than activated the conductivity falls on cooling.

    Attributes
    ----------
    power : p = d ln(-ln sigma)/d ln(1/T) = E_a/(eps_th - eps_F); 1 is activated
    growth : -d ln E_a/d ln T; superactivated where it is positive
    """

    power: FloatOrArray
    growth: FloatOrArray


def superactivation(par: Continuum, T: ArrayLike, form: str = "exact") -> Superactivation:
    """Both measures of superactivation; p -> 4 in the exponential correlator, 1 in the others.

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> found = superactivation(wire, 0.1)
    >>> round(found.power, 6), bool(found.growth > 0)
    (1.139774, True)
    """
    T = np.asarray(T, dtype=np.float64)
    energy = np.asarray(activation_energy(par, T, form))
    power = energy / (-T * np.asarray(ln_sigma(par, T, form)))
    growth = -_slope(lambda t: np.log(activation_energy(par, t, form)), T)
    return Superactivation(like_input(power), like_input(growth))
