"""Single particles: how far their states reach in a wire and in a film (B eqs 2, 20, 30)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import require_finite, require_positive
from .._quadrature import FloatOrArray, Floats, like_input
from .disorder import Correlator


def band_energy(eps: ArrayLike) -> Floats:
    meaning = "it is measured from the bottom of the band"
    return require_positive("eps", require_finite("eps", eps, meaning), meaning)


def ln_xi_1d(eps: ArrayLike, correlator: Correlator, m: float = 1.0) -> FloatOrArray:
    """ln of the localization length of a wire, (2 eps/(m w)) F(eps).

    It is the backscattering mean free path. |psi| falls as exp(-x/(2 xi)), the transmission as
    exp(-x/xi).

    Raises
    ------
    InvalidInput
        For eps or m that is not positive, or an infinite eps.

    Examples
    --------
    >>> round(ln_xi_1d(10.0, Correlator("exponential", w=1.0, d=0.3)), 6)
    5.099866
    """
    eps, mass = band_energy(eps), float(require_positive("m", m, "it is the mass"))
    ln_white = np.log(2 * eps / (mass * correlator.w))
    return like_input(np.asarray(ln_white + correlator.ln_ratio(eps, mass)))


def xi_1d(eps: ArrayLike, correlator: Correlator, m: float = 1.0) -> FloatOrArray:
    """Localization length of a wire; inf where it overflows, which `ln_xi_1d` does not.

    Raises
    ------
    InvalidInput
        As for `ln_xi_1d`.

    Examples
    --------
    >>> round(xi_1d(10.0, Correlator("exponential", w=1.0, d=0.3)), 6)
    164.0
    """
    with np.errstate(over="ignore"):
        return like_input(np.exp(ln_xi_1d(eps, correlator, m)))


def ln_xi_2d(eps: ArrayLike, tau: float, m: float = 1.0, field: bool = False) -> FloatOrArray:
    """ln of the localization length of a film, ln(v tau) + pi eps tau (B eq 20).

    In a magnetic field ln(v tau) + (pi eps tau)^2 (B eq 30).

    Raises
    ------
    InvalidInput
        For eps, tau or m that is not positive, or an infinite eps.

    Examples
    --------
    >>> round(ln_xi_2d(1.0, tau=1.0), 8)
    3.48816624
    """
    eps, mass = band_energy(eps), float(require_positive("m", m, "it is the mass"))
    time = float(require_positive("tau", tau, "it is the mean free time"))
    sheet = np.pi * eps * time
    return like_input(np.log(np.sqrt(2 * eps / mass) * time) + (sheet**2 if field else sheet))
