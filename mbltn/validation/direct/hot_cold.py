"""Hot electrons and the bath of cold ones (B), from lengths and densities of states upwards.

"full" keeps the prefactors of B eqs 6 and 7, as in docs/physics.md (B1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from ..tables import Tick, long_table, nothing


def _white(q: float) -> float:
    return 1.0


@dataclass(frozen=True)
class HotCold:
    """A wire (dim = 1) or a film.

    Attributes
    ----------
    ratio : F of a wire, white noise over the Fourier transform of the correlations at q
    in_field : whether a film is in a magnetic field
    interaction : u = int V of a wire, alpha of a film
    """

    dim: int
    eps_F: float
    m: float
    w: float = 1.0
    tau: float = 1.0
    ratio: Callable[[float], float] = _white
    in_field: bool = False
    interaction: float = 0.3
    full: bool = True

    def velocity(self, eps: float) -> float:
        return float(np.sqrt(2 * eps / self.m))

    def density(self, eps: float) -> float:
        """Derivative of the number of states, k/pi or k^2/(4 pi), along imaginary eps."""
        k = np.sqrt(2 * self.m * (eps + 1e-30j))
        number = k / np.pi if self.dim == 1 else k**2 / (4 * np.pi)
        return float(number.imag / 1e-30)

    def ln_xi(self, eps: float) -> float:
        """Backscattering mean free path of a wire; B eqs 20 and 30 of a film."""
        v = self.velocity(eps)
        if self.dim == 1:
            return float(np.log(v**2 / self.w * self.ratio(2 * self.m * v)))
        sheet = np.pi * eps * self.tau
        return float(np.log(v * self.tau) + sheet ** (2 if self.in_field else 1))

    def xi(self, eps: float) -> float:
        return float(np.exp(self.ln_xi(eps)))

    def spacing(self, eps: float) -> float:
        return float(np.exp(-self.dim * self.ln_xi(eps)) / self.density(eps))

    def mott_length(self, omega: float) -> float:
        """Where two states of the splitting omega have a matrix element omega/2."""
        return 2 * self.xi(self.eps_F) * float(np.log(self.spacing(self.eps_F) / omega))

    def pairs(self, T: float) -> float:
        """n_T of B eqs 6 and 22."""
        xi, share = self.xi(self.eps_F), T / self.spacing(self.eps_F)
        if self.dim == 1:
            return 2 * np.pi**2 / 3 * share**2 / xi
        return self.mott_length(T) / xi**3 * share**2

    def partners(self, eps: float, T: float) -> float:
        """N_eff; a wire's without 2 pi^2/3 of eq 6 unless `full`."""
        left_out = 1.0 if self.full or self.dim == 2 else 2 * np.pi**2 / 3
        return self.pairs(T) * self.xi(eps) ** self.dim / left_out

    def three_particle_spacing(self, eps: float, T: float) -> float:
        return self.spacing(eps) / self.partners(eps, T)

    def alpha(self, eps: float) -> float:
        return self.interaction * (self.density(eps) if self.dim == 1 else 1.0)

    def matrix_element(self, eps: float, T: float) -> float:
        """B eqs 11, 24."""
        area = self.xi(eps) ** self.dim / self.xi(self.eps_F) ** (self.dim - 1)
        return self.alpha(eps) * T * self.mott_length(T) / area

    def ln_eta(self, eps: float, T: float) -> float:
        """Of V/Delta_3, where `full`; else without its numbers: l_M/xi and 2 pi^2/3."""
        ratio = self.matrix_element(eps, T) / self.three_particle_spacing(eps, T)
        return float(np.log(ratio / (1.0 if self.full else 2.0**self.dim)))

    def threshold(self, T: float) -> float:
        """Where eta = 1, sought upwards from the Fermi energy."""
        return self._root(lambda x: self.ln_eta(float(np.exp(x)), T))

    def bethe_threshold(self, T: float) -> float:
        """Where eta ln N_eff = 1."""

        def lacking(x: float) -> float:
            eps = float(np.exp(x))
            partners = np.log(self.partners(eps, T))
            if partners <= 0:
                return -1e3
            return self.ln_eta(eps, T) + float(np.log(partners))

        return self._root(lacking)

    def _root(self, value: Callable[[float], float]) -> float:
        low = high = float(np.log(self.eps_F))
        while value(high) < 0:
            low, high = high, high + 0.1
        return float(np.exp(brentq(value, low, high, xtol=1e-15, rtol=1e-15)))


RANGE = 0.3
SYSTEMS = {
    "lorentzian": HotCold(1, 5.0, 1.0, ratio=lambda q: float(np.exp(q * RANGE))),
    "exponential": HotCold(1, 5.0, 1.0, ratio=lambda q: 1 + (q * RANGE) ** 2),
    "lorentzian, paper": HotCold(
        1, 4.0, 0.8, 1.2, ratio=lambda q: float(np.exp(q * RANGE)), full=False
    ),
    "film": HotCold(2, 1.0, 1.0, interaction=0.1),
    "field": HotCold(2, 0.6, 1.0, interaction=0.1, in_field=True),
    "film, paper": HotCold(2, 1.1, 0.9, tau=0.9, interaction=0.2, full=False),
}
WHITE = HotCold(1, 5.0, 1.0)
ENERGIES = np.array([1.0, 1.5, 3.0, 6.0])  # over the Fermi energy
DEPTH = 4.0  # ln Delta_c/T
DEPTHS = np.array([1.5, 3.0, 5.0, 8.0])


def couplings(tick: Tick = nothing) -> pd.DataFrame:
    """Quantities of a hot electron against eps/eps_F at T = Delta_c exp(-DEPTH), by system."""
    curves: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name, system in {**SYSTEMS, "white": WHITE}.items():
        T = system.spacing(system.eps_F) * float(np.exp(-DEPTH))
        rows = [_hot_electron(system, float(e), T) for e in ENERGIES * system.eps_F]
        for quantity, values in pd.DataFrame(rows).items():
            curves[f"{name}: {quantity}"] = (ENERGIES, values.to_numpy())
        curves[f"{name}: pairs"] = (np.zeros(1), np.array([system.pairs(T)]))
        curves[f"{name}: l_M"] = (np.zeros(1), np.array([system.mott_length(T)]))
    return long_table("x", curves)


def _hot_electron(system: HotCold, eps: float, T: float) -> dict[str, float]:
    return {
        "spacing": system.spacing(eps),
        "partners": system.partners(eps, T),
        "three-particle spacing": system.three_particle_spacing(eps, T),
        "matrix element": system.matrix_element(eps, T),
        "alpha": system.alpha(eps),
        "ln eta": system.ln_eta(eps, T),
        "rate over spacing": _rate_over_spacing(system, eps, T),
    }


def _rate_over_spacing(system: HotCold, eps: float, T: float) -> float:
    """B eq 19: V^2/Delta_3 over Delta_h."""
    V, three = system.matrix_element(eps, T), system.three_particle_spacing(eps, T)
    return V**2 / three / system.spacing(eps)


def thresholds(tick: Tick = nothing) -> pd.DataFrame:
    """Of hot electrons against ln Delta_c/T, by system: threshold, on a Bethe lattice, ln sigma.

    "activation": -d ln sigma/d(1/T); "power": d ln(-ln sigma)/d ln(1/T); "growth": -d ln
    activation/d ln T; all by differences over five points. "ln n_h": density of electrons above the
    threshold, integrated over their energies.
    """
    curves: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name, system in SYSTEMS.items():
        rows: list[list[float]] = []
        Delta = system.spacing(system.eps_F)

        def ln_sigma(ln_T: float, system: HotCold = system) -> float:
            T = float(np.exp(ln_T))
            return -(system.threshold(T) - system.eps_F) / T

        def activation(ln_T: float, ln_sigma: Callable[[float], float] = ln_sigma) -> float:
            return float(np.exp(ln_T)) * _slope(ln_sigma, ln_T)

        def ln_activation(ln_T: float, of: Callable[[float], float] = activation) -> float:
            return float(np.log(of(ln_T)))

        for depth in DEPTHS:
            T = Delta * float(np.exp(-depth))
            x = float(np.log(T))
            gap = activation(x)
            rows.append(
                [
                    system.threshold(T),
                    system.bethe_threshold(T),
                    ln_sigma(x),
                    gap,
                    gap / (-T * ln_sigma(x)),
                    -_slope(ln_activation, x),
                    _ln_hot_electrons(system, T),
                ]
            )
        names = ("threshold", "bethe", "ln sigma", "activation", "power", "growth", "ln n_h")
        for quantity, values in zip(names, np.transpose(rows), strict=True):
            curves[f"{name}: {quantity}"] = (DEPTHS, values)
    return long_table("depth", curves)


def _slope(function: Callable[[float], float], x: float, step: float = 3e-3) -> float:
    near, far = (function(x + k * step) - function(x - k * step) for k in (1, 2))
    return (8 * near - far) / (12 * step)


def _ln_hot_electrons(system: HotCold, T: float) -> float:
    """Simpson's rule over 40 T."""
    threshold = system.threshold(T)
    x = np.linspace(0.0, 40.0, 4001)
    density = [system.density(threshold + T * float(each)) for each in x]
    weights = np.exp(-x) * np.array(density)
    simpson = (weights[:-2:2] + 4 * weights[1:-1:2] + weights[2::2]).sum() * (x[1] - x[0]) / 3
    return float(np.log(simpson * T) - (threshold - system.eps_F) / T)


def largest_eta(tick: Tick = nothing) -> pd.DataFrame:
    """The largest eta/alpha at the Fermi energy for T < Delta_c, and ln Delta_c/T there."""
    curves: dict[str, Any] = {}
    depths = np.linspace(1e-3, 5.0, 5000)
    for name, system in SYSTEMS.items():
        Delta = system.spacing(system.eps_F)
        eta = np.array([system.ln_eta(system.eps_F, Delta * float(np.exp(-x))) for x in depths])
        best = int(eta.argmax())
        largest = np.exp(eta[best]) / system.alpha(system.eps_F)
        curves[f"{name}: eta"] = (np.zeros(1), np.array([largest]))
        curves[f"{name}: depth"] = (np.zeros(1), depths[best : best + 1])
    return long_table("x", curves)
