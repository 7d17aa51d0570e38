"""Conductivity of hot electrons, and how much faster than activated it falls (B eqs 17, 18, 29)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import require_positive
from .._quadrature import FloatOrArray, Floats, like_input
from .bethe import threshold_bethe
from .hot_cold import ln_chi
from .systems import Continuum, Film, Wire, cold
from .thresholds import Threshold, threshold

_STEP = 1e-4  # of ln T, of numerical derivatives


def _threshold(par: Continuum, T: ArrayLike, form: str) -> Threshold:
    return threshold_bethe(par, T) if form == "bethe" else threshold(par, T, form)


def ln_sigma(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """ln of the conductivity up to a constant, -(eps_th - eps_F)/T (B eqs 18, 29).

    -inf where no energy is high enough ("marginal"), or its threshold overflows.

    Parameters
    ----------
    form : as for `threshold`, or "bethe"

    Raises
    ------
    InvalidInput
        As for `threshold`.

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(ln_sigma(wire, 0.1), 6)
    -733.957788
    """
    T = np.asarray(T, dtype=np.float64)
    return like_input(-(np.asarray(_threshold(par, T, form).eps) - par.eps_F) / T)


def ln_sigma_constant_xi(T: ArrayLike, T_c: ArrayLike) -> FloatOrArray:
    """ln of the conductivity, as in `ln_sigma`, if localization lengths did not grow with energy.

    Then no threshold lies above the Fermi energy: 0 from T_c on, where the electrons there
    thermalise each other, and -inf below, a true transition (B Fig 2). T_c is whatever one likes to
    compare with: with constant xi, eta falls with energy as 1/eps.

    Parameters
    ----------
    T, T_c : array_like, > 0

    Raises
    ------
    InvalidInput
        For temperatures that are not positive.

    Examples
    --------
    >>> ln_sigma_constant_xi([0.1, 0.3], T_c=0.2)
    array([-inf,   0.])
    """
    T, T_c = (require_positive(n, v, "it is a temperature") for n, v in (("T", T), ("T_c", T_c)))
    return like_input(np.where(T_c > T, -np.inf, 0.0))


def ln_n_h(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """ln of the density of hot electrons, rho_h T exp[-(eps_th - eps_F)/T] (B eq 17).

    Parameters and errors as for `ln_sigma`; -inf where that is.

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(ln_n_h(wire, 0.1), 6)
    -739.932562
    """
    T = np.asarray(T, dtype=np.float64)
    eps = np.asarray(_threshold(par, T, form).eps)
    return like_input(par.ln_density(eps) + np.log(T) - (eps - par.eps_F) / T)


def activation_energy(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """E_a = -d ln sigma/d(1/T) = (eps_th - eps_F) - T d eps_th/dT.

    Closed for the exact thresholds of correlated wires and the leading one of films without a
    field, else by a central difference of ln eps_th in ln T. inf where there is no threshold
    ("marginal"): nothing conducts, and it is the limit of correlation lengths d -> 0.

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
    T, _ = cold(par, T)
    found = _activated(par, T, form)
    energy = np.full_like(T, np.inf)
    exists = np.isfinite(found.ln_eps)
    energy[exists] = _share(par, T[exists], form) * np.asarray(found.eps)[exists]
    return like_input(energy)


def _activated(par: Continuum, T: Floats, form: str) -> Threshold:
    """The threshold, if it is not the Fermi energy."""
    found = _threshold(par, T, form)
    regime = np.asarray(found.regime)
    for word in ("not localized at eps_F", "leading form below eps_F"):
        if (regime == word).any():
            raise InvalidInput(
                f"{word} at T={T[regime == word].flat[0]:.6g}, so that nothing is activated: take "
                "a lower T or a weaker interaction"
            )
    return found


def _share(par: Continuum, T: Floats, form: str) -> Floats:
    """E_a/eps_th, which stays finite where both overflow."""
    depth = cold(par, T)[1]
    ln_eps = np.asarray(_threshold(par, T, form).ln_eps)
    closed = _closed(par, depth, form)
    if closed is not None:
        return np.asarray(closed * np.exp(-ln_eps))
    return np.asarray(1 - par.eps_F * np.exp(-ln_eps) - _slope_of_threshold(par, T, form))


def _closed(par: Continuum, depth: Floats, form: str) -> Floats | None:
    """E_a where it has a closed form."""
    if isinstance(par, Wire) and form == "exact" and not par.correlator.is_white:
        goal = ln_chi(par, depth) + np.log(np.pi**2 / par.eta_factor)
        if par.correlator.kind == "lorentzian":
            eps0 = par.correlator.eps0(par.m)
            return np.asarray(eps0 * goal**2 - par.eps_F + 2 * eps0 * goal * (3 - 1 / depth))
        if par.correlator.kind == "exponential":
            eps0 = par.correlator.eps0(par.m)
            return np.asarray(eps0 * (np.exp(goal) * (4 - 1 / depth) - 1) - par.eps_F)
    if isinstance(par, Film) and form == "leading" and not par.field:
        return np.asarray((3 * depth - np.log(par.alpha) + 3) / (2 * np.pi * par.tau))
    return None


def _slope_of_threshold(par: Continuum, T: Floats, form: str) -> Floats:
    return _slope(lambda t: np.asarray(_threshold(par, t, form).ln_eps), T)


def _slope(function: Callable[[Floats], Floats], T: Floats) -> Floats:
    """d function/d ln T."""
    above, below = (function(T * np.exp(step)) for step in (_STEP, -_STEP))
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

    Raises
    ------
    InvalidInput
        As for `activation_energy`, and where there is no threshold: both depend on how white noise
        is approached.

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> found = superactivation(wire, 0.1)
    >>> round(found.power, 6), bool(found.growth > 0)
    (1.139774, True)
    """
    T, _ = cold(par, T)
    ln_eps = np.asarray(_activated(par, T, form).ln_eps)
    if np.isinf(ln_eps).any():
        raise InvalidInput(
            f"at T={T[np.isinf(ln_eps)].flat[0]:.6g} eta < 1 at all energies (no threshold), and a "
            "conductivity of zero has no logarithmic slope: give the disorder a correlation length "
            "d > 0, or use form='bethe'"
        )
    share = _share(par, T, form)
    power = share / (1 - par.eps_F * np.exp(-ln_eps))
    change = _slope(lambda t: _share(par, t, form), T) / share
    growth = -(_slope_of_threshold(par, T, form) + change)
    return Superactivation(like_input(power), like_input(growth))
