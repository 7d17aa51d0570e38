"""Which assumptions of B hold at a temperature and an energy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._quadrature import FloatOrArray, Floats, like_input
from .hot_cold import ln_n_eff
from .systems import Continuum, Film, Wire, cold, hot
from .thresholds import threshold


class Condition(NamedTuple):
    """What must be small over what must be large."""

    ratio: FloatOrArray

    @property
    def holds(self) -> Any:
        return np.asarray(self.ratio) < 1


def conditions(par: Continuum, T: ArrayLike, eps: ArrayLike | None = None) -> dict[str, Condition]:
    """The assumptions of B at this temperature and energy (by default the threshold).

    Each is named as it reads, "T < Delta_c" with the ratio T/Delta_c, and so on. "T < exp(-D/3)
    Delta_c": above that the coupling of a hot electron no longer grows with T, and the
    low-temperature theory says nothing.

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c), eps below the Fermi energy, or no eps where there is no
        threshold (white noise).

    Examples
    --------
    >>> from mbltn.theory.continuum import Correlator, Wire
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> found = conditions(wire, 0.12)
    >>> [name for name, condition in found.items() if not condition.holds]
    ['T < exp(-D/3) Delta_c']
    """
    T, depth = cold(par, T)
    eps = hot(par, _existing_threshold(par, T) if eps is None else eps)
    length = 2 * par.xi_c * depth
    with np.errstate(over="ignore", divide="ignore"):
        hot_length = np.exp(par.ln_xi(eps))
        ratios = {
            "T < Delta_c": T / par.Delta_c,
            "T < exp(-D/3) Delta_c": T / (np.exp(-par.dim / 3) * par.Delta_c),
            "Delta_h < T": np.exp(par.ln_spacing(eps)) / T,
            "l_M < xi_h": length / hot_length,
            "l_M < v_h/T": length * T / par.velocity(eps),
            "T < eps - eps_F": T / (eps - par.eps_F),
            "1 < N_eff": np.exp(-ln_n_eff(par, eps, T, depth)),
            "alpha_c < 1": par.coupling(np.asarray(par.eps_F)),
        }
    if isinstance(par, Wire):
        ratios["a < xi_c"] = par.a / par.xi_c
        ratios["E* < eps_F"] = (par.m * par.correlator.w**2) ** (1 / 3) / par.eps_F
    elif isinstance(par, Film):
        ratios["1/tau < eps_F"] = 1 / (par.eps_F * par.tau)
    return {name: Condition(like_input(np.asarray(ratio))) for name, ratio in ratios.items()}


def _existing_threshold(par: Continuum, T: Floats) -> Floats:
    eps = np.asarray(threshold(par, T).eps)
    if np.isinf(eps).any():
        raise InvalidInput(
            f"at T={T[np.isinf(eps)].flat[0]:.6g} eta < 1 at all energies, so that there is no "
            "threshold to look at: give the energy eps of the hot electrons"
        )
    return eps
