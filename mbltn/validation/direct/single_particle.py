"""Single particles of a disordered continuum, by integrals over what theory has in closed form."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.integrate import quad

from ..tables import Tick, long_table, nothing

MASS, STRENGTH, RANGE = 0.7, 1.3, 0.3
ENERGIES = np.array([0.5, 1.0, 3.0, 6.0, 12.0])


def backscattering(tick: Tick = nothing) -> pd.DataFrame:
    """v^2 over the correlator's Fourier transform at 2k, against eps; by kind of disorder.

    White noise is that of an exponential correlator in the limit of no range, by 1/q^2 of it.
    """

    def transform(correlator: Callable[[float], float], q: float) -> float:
        return 2 * float(quad(correlator, 0, np.inf, weight="cos", wvar=q, epsabs=1e-12)[0])

    def lorentzian(x: float, d: float = RANGE) -> float:
        return STRENGTH * d / (np.pi * (x**2 + d**2))

    def exponential(x: float, d: float = RANGE) -> float:
        return STRENGTH / (2 * d) * float(np.exp(-x / d))

    curves = {}
    v = np.sqrt(2 * ENERGIES / MASS)
    momenta = 2 * MASS * v
    for name, correlator in (("lorentzian", lorentzian), ("exponential", exponential)):
        at_2k = np.array([transform(correlator, q) for q in momenta])
        curves[name] = (ENERGIES, v**2 / at_2k)
    d = 1e-6
    curves["white"] = (ENERGIES, v**2 / quad(lambda x: 2 * exponential(x, d), 0, 60 * d)[0])
    return long_table("eps", curves)


WHITE = np.array([-20.0, -3.0, -1.0, -0.2, 0.0, 0.3, 1.0, 3.0, 10.0, 40.0])


def white_noise(tick: Tick = nothing) -> pd.DataFrame:
    """Lyapunov exponent and number of states of white noise, by the Riccati variable psi'/psi.

    Its stationary distribution, integrated over one of two variables by hand: 1/N = int du
    sqrt(2 pi/(g u)) exp[-(2/g)(u^3/12 + 2 m eps u)], g = 4 m^2 w, and u/2 is the mean of psi'/psi
    at each u. Curves "exponent" and "states" against eps.
    """
    g = 4 * MASS**2 * STRENGTH
    exponents, states = [], []
    for eps in WHITE:
        kappa = 2 * MASS * eps
        ln_largest, whole, squared = _integrals(kappa, g)
        states.append(np.exp(-ln_largest) / whole)
        exponents.append(0.5 * squared / whole)
    return long_table(
        "eps", {"exponent": (WHITE, np.array(exponents)), "states": (WHITE, np.array(states))}
    )


def _integrals(kappa: float, g: float) -> tuple[float, float, float]:
    """ln of the largest value of the exponential, the integral over it, and that times u."""
    # Below the band the maximum is at u = 2 sqrt(-kappa); y = sqrt u takes the root at 0 away.
    top = 2 * np.sqrt(max(-kappa, 0.0))
    ln_largest = -(2 / g) * (top**3 / 12 + kappa * top)

    def weight(y: float, power: int) -> float:
        exponent = -(2 / g) * (y**6 / 12 + kappa * y**2) - ln_largest
        return float(y**power * 2 * np.sqrt(2 * np.pi / g) * np.exp(exponent))

    ends = [0.0, np.sqrt(top) if top else 0.5, np.sqrt(top) + 1.5, np.sqrt(top) + 8.0]
    whole, squared = (
        sum(quad(weight, a, b, (n,), epsrel=1e-12, limit=400)[0] for a, b in pairwise(ends))
        for n in (0, 2)
    )
    return float(ln_largest), whole, squared


SHEETS = np.array([0.3, 1.0, 2.0, 4.0])
MEAN_FREE_TIME = 0.8


def sheets(tick: Tick = nothing) -> pd.DataFrame:
    """ln of the length of a film at which its conductance has flown to zero, against eps.

    g = eps tau in units of e^2/h at the mean free path. Time reversal: dg/d ln L = -1/pi, of the
    integral over the momenta of the Cooperon, (1/rho) int d^2q/(2 pi)^2 2/q^2; in a field
    -1/(2 pi^2 g).
    """
    density = MASS / (2 * np.pi)
    loop = quad(lambda q: 2 / (2 * np.pi * density * q), 1.0, np.e)[0] * density
    ln_path = np.log(np.sqrt(2 * SHEETS / MASS) * MEAN_FREE_TIME)
    lengths, in_field = [], []
    for eps in SHEETS:
        g = eps * MEAN_FREE_TIME
        lengths.append(g / loop)
        in_field.append(quad(lambda x: 2 * np.pi**2 * x, 0.0, g)[0])
    return long_table(
        "eps", {"film": (SHEETS, ln_path + lengths), "field": (SHEETS, ln_path + in_field)}
    )
