"""The threshold of hot electrons, were their network a Bethe lattice."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._quadrature import Floats
from .hot_cold import ln_eta, ln_n_eff
from .rising_root import rising_root
from .systems import Continuum, Wire, cold
from .thresholds import Threshold, of_each, threshold_or_fermi


def threshold_bethe(par: Continuum, T: ArrayLike) -> Threshold:
    """Threshold on a Bethe lattice, eta ln N_eff = 1 with N_eff > 1; B leaves it open.

    In white noise ln eps = 1/eta - ln(N_eff/eps): finite at any T, but exponentially large in
    1/eta.

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(threshold_bethe(Wire(5.0, u=0.3, convention="full"), 0.05).ln_eps, 6)
    6609.279811
    """
    T, depth = cold(par, T)
    fermi = np.asarray(par.eps_F)

    def lacking(ln_eps: Floats, T: Floats, depth: Floats) -> Floats:
        eps = np.exp(ln_eps)
        ln_n = ln_n_eff(par, eps, T, depth)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(ln_eta(par, eps, depth) + np.where(ln_n > 0, np.log(ln_n), -np.inf))

    reached = lacking(np.log(fermi), T, depth) >= 0
    if isinstance(par, Wire) and par.correlator.is_white:
        per_energy = ln_n_eff(par, fermi, T, depth) - np.log(fermi)
        ln_eps = np.exp(-ln_eta(par, fermi, depth)) - per_energy
        return threshold_or_fermi(ln_eps, par, reached)

    def one(temperature: float) -> float:
        at = np.asarray(temperature), np.asarray(np.log(par.Delta_c / temperature))

        def ln_n(ln_eps: float) -> float:
            return float(ln_n_eff(par, np.exp(np.asarray(ln_eps)), *at))

        low = rising_root(ln_n, float(np.log(par.eps_F)), "N_eff does not reach 1") + 1e-12
        return rising_root(
            lambda x: max(float(lacking(np.asarray(x), *at)), -1e300),
            low,
            "eta ln N_eff does not reach 1",
        )

    return threshold_or_fermi(of_each(one, T, reached), par, reached)
