"""Hot electrons and cold pairs: how many, how strongly coupled, and the ratio eta that decides."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import one_of, require_positive
from .._quadrature import FloatOrArray, Floats, like_input
from .cold_bath import ln_n_T
from .localization_length import band_energy
from .systems import Continuum, Wire, cold, hot, require_wire


def N_eff(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Coordination number: thermal pairs in a hot electron's localization volume (B eq 8).

    n_T xi_h^D; a wire's in the convention "paper" without 2 pi^2/3.

    Raises
    ------
    InvalidInput
        For eps below the Fermi energy, or T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(N_eff(Wire(5.0, u=0.3, convention="full"), 50.0, 0.05), 8)
    0.16666667
    """
    with np.errstate(over="ignore"):
        return like_input(np.exp(ln_n_eff(par, hot(par, eps), *cold(par, T))))


def ln_n_eff(par: Continuum, eps: Floats, T: Floats, depth: Floats) -> Floats:
    found = ln_n_T(par, T, depth) + par.dim * par.ln_xi(eps)
    if par.dim == 1 and par.convention == "paper":
        found = found - np.log(2 * np.pi**2 / 3)
    return np.asarray(found)


def delta_3hc(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Level spacing of a hot electron with one cold pair, Delta_h/N_eff (B eqs 9, 23).

    Raises
    ------
    InvalidInput
        For eps below the Fermi energy, or T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(delta_3hc(Wire(5.0, u=0.3, convention="full"), 50.0, 0.05), 8)
    1.88495559
    """
    eps = hot(par, eps)
    return like_input(np.exp(par.ln_spacing(eps) - ln_n_eff(par, eps, *cold(par, T))))


def V_hartree(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Matrix element with a cold pair, alpha T l_M xi_c^(D-1)/xi_h^D (B eqs 11, 24).

    Raises
    ------
    InvalidInput
        For eps below the Fermi energy, or T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(V_hartree(Wire(5.0, u=0.3), 50.0, 0.05), 12)
    0.000285444672
    """
    eps, (T, depth) = hot(par, eps), cold(par, T)
    ln_length = np.log(2 * depth) + par.dim * (par.ln_xi_c - par.ln_xi(eps))
    return like_input(par.coupling(eps) * T * np.exp(ln_length))


def alpha(par: Continuum, eps: ArrayLike) -> FloatOrArray:
    """Dimensionless interaction: rho_h |int V dx| (B eq 12), film (m/2 pi) |int V d^2r| (B eq 25).

    Raises
    ------
    InvalidInput
        For eps that is not positive and finite.

    Examples
    --------
    >>> round(alpha(Wire(5.0, u=0.3), 50.0), 8)
    0.0095493
    """
    return like_input(par.coupling(band_energy(eps)))


def alpha_exchange(par: Wire, eps: ArrayLike, shape: str) -> FloatOrArray:
    """Dimensionless exchange coupling rho_h |int V(x) cos(2 eps x/v_h) dx| (B section III).

    alpha exp(-k^2 a^2/2) for a Gaussian V of range a, alpha/(1 + k^2 a^2) for an exponential one, k
    = m v_h. It falls below the Hartree coupling at large eps, and enters no threshold.

    Parameters
    ----------
    shape : {"gaussian", "exponential"}

    Raises
    ------
    InvalidInput
        For a film, another shape, or eps below the Fermi energy.

    Examples
    --------
    >>> round(alpha_exchange(Wire(5.0, u=0.3, a=0.1), 50.0, "exponential"), 8)
    0.00477465
    """
    par, eps = require_wire(par), hot(par, eps)
    one_of("shape", shape, ("gaussian", "exponential"))
    squared = (par.m * par.velocity(eps) * par.a) ** 2
    form = np.exp(-squared / 2) if shape == "gaussian" else 1 / (1 + squared)
    return like_input(par.coupling(eps) * form)


def exchange_scaling(par: Wire, eps: ArrayLike, C: float = 1.0) -> FloatOrArray:
    """Exchange matrix element C |u| a^2/eps for eps << 1/(m a^2), white noise (B eq 10).

    Parameters
    ----------
    C : float, > 0
        Set by the cold states, and not known from B.

    Raises
    ------
    InvalidInput
        For a film, eps below the Fermi energy, or C that is not positive.

    Examples
    --------
    >>> exchange_scaling(Wire(5.0, u=0.5, a=0.5), 10.0)
    0.0125
    """
    par, eps = require_wire(par), hot(par, eps)
    scale = float(require_positive("C", C, "it is a factor that the cold states set"))
    return like_input(scale * abs(par.u) * par.a**2 / eps)


def eta(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Matrix element over level spacing of a hot electron and a cold pair (B eqs 13, 26).

    alpha (Delta_c/Delta_h) (T/Delta_c)^3 ln^D(Delta_c/T); times 4 pi^2/3 (wire) or 4 (film) in the
    convention "full", where it is exactly V_hc/Delta_3hc. In white noise it does not depend on eps.

    Raises
    ------
    InvalidInput
        For eps below the Fermi energy, or T that is not in (0, Delta_c).

    Examples
    --------
    >>> eta(Wire(5.0, u=0.3), [5.0, 50.0], 0.05)
    array([1.15075358e-05, 1.15075358e-05])
    """
    with np.errstate(over="ignore"):
        return like_input(np.exp(ln_eta(par, hot(par, eps), cold(par, T)[1])))


def ln_eta(par: Continuum, eps: Floats, depth: Floats) -> Floats:
    ln_spacings = np.log(par.Delta_c) - par.ln_spacing(eps)
    with np.errstate(divide="ignore"):
        ln_log = par.dim * np.log(depth)
    return np.asarray(
        np.log(par.eta_factor) + np.log(par.coupling(eps)) + ln_spacings - 3 * depth + ln_log
    )


def chi(par: Wire, T: ArrayLike) -> FloatOrArray:
    """(w/(|u| Delta_c)) (Delta_c/T)^3/ln(Delta_c/T), of eta = F(eps)/(pi^2 chi) (B eq 16).

    Raises
    ------
    InvalidInput
        For a film, or T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(chi(Wire(5.0, u=0.3), 0.05), 6)
    8804.768039
    """
    return like_input(np.exp(ln_chi(require_wire(par), cold(par, T)[1])))


def ln_chi(par: Wire, depth: Floats) -> Floats:
    return np.asarray(
        np.log(par.correlator.w / (abs(par.u) * par.Delta_c)) + 3 * depth - np.log(depth)
    )


def rate_ratio(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Decay rate of a hot electron over its level spacing, (V/Delta_3)^2/N_eff (B eq 19).

    At the threshold it is 1/N_eff (4/N_eff and 16/N_eff in the convention "paper"). Above it falls
    in white noise, stays in the exponential correlator, and grows in the Lorentzian one and in a
    film: B's statement that it is small at any higher energy does not follow there.

    Raises
    ------
    InvalidInput
        For eps below the Fermi energy, or T that is not in (0, Delta_c).

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire, threshold
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> eps = threshold(wire, 0.1).eps
    >>> round(rate_ratio(wire, eps, 0.1), 5), round(rate_ratio(wire, 10 * eps, 0.1))
    (0.00206, 2341)
    """
    eps, (T, depth) = hot(par, eps), cold(par, T)
    ln_n = ln_n_eff(par, eps, T, depth)
    ln_v = np.log(par.coupling(eps) * T * 2 * depth) + par.dim * (par.ln_xi_c - par.ln_xi(eps))
    with np.errstate(over="ignore"):
        return like_input(np.exp(2 * (ln_v - par.ln_spacing(eps) + ln_n) - ln_n))
