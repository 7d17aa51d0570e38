"""The two systems of B: a wire and a film, and what is asked of both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import one_of, require_nonnegative, require_positive
from .._quadrature import FloatOrArray, Floats, like_input
from .disorder import Correlator
from .localization_length import band_energy, ln_xi_1d, ln_xi_2d

CONVENTIONS = ("paper", "full")
_ROUNDING = 1e-14  # of an energy whose logarithm was returned


@dataclass(frozen=True)
class Continuum(ABC):
    """What wires and films share."""

    dim: ClassVar[int]
    full_eta_factor: ClassVar[float]  # the prefactors that the convention "paper" leaves out

    eps_F: float
    m: float = 1.0
    convention: str = "paper"

    def __post_init__(self) -> None:
        require_positive("eps_F", self.eps_F, "it is the Fermi energy")
        require_positive("m", self.m, "it is the mass")
        one_of("convention", self.convention, CONVENTIONS)

    @abstractmethod
    def ln_xi(self, eps: Floats) -> Floats:
        """ln of the localization length."""

    @abstractmethod
    def ln_density(self, eps: Floats) -> Floats:
        """ln of the single-particle density of states."""

    @abstractmethod
    def coupling(self, eps: Floats) -> Floats:
        """alpha, the dimensionless interaction, at this energy."""

    @property
    def eta_factor(self) -> float:
        """By which eta of the convention exceeds that with unit prefactors."""
        return 1.0 if self.convention == "paper" else self.full_eta_factor

    def ln_spacing(self, eps: Floats) -> Floats:
        """ln of the level spacing in a localization volume, 1/(rho xi^D)."""
        return np.asarray(-self.ln_density(eps) - self.dim * self.ln_xi(eps))

    def velocity(self, eps: Floats) -> Floats:
        return np.asarray(np.sqrt(2 * eps / self.m))

    @property
    def ln_xi_c(self) -> float:
        return float(self.ln_xi(np.asarray(self.eps_F)))

    @property
    def xi_c(self) -> float:
        """Localization length at the Fermi energy."""
        return float(np.exp(self.ln_xi_c))

    @property
    def Delta_c(self) -> float:
        """Level spacing in a localization volume at the Fermi energy."""
        return float(np.exp(self.ln_spacing(np.asarray(self.eps_F))))


@dataclass(frozen=True)
class Wire(Continuum):
    """One dimension.

    Parameters
    ----------
    eps_F, m : float, > 0
    convention : {"paper", "full"}
        "paper" gives each "~" of B a unit prefactor; "full" keeps 2 pi^2/3 of B eq 6 in N_eff and
        the 2 of the Mott length, so that eta = V_hc/Delta_3hc exactly.
    correlator : Correlator
    u : float, not 0
        int V(x) dx of the interaction, energy length.
    a : float, >= 0
        Its range.

    Raises
    ------
    InvalidInput
        For numbers outside of these ranges.

    Examples
    --------
    >>> round(Wire(eps_F=5.0, u=0.3).Delta_c, 8)
    0.99345883
    """

    dim: ClassVar[int] = 1
    full_eta_factor: ClassVar[float] = 4 * np.pi**2 / 3

    correlator: Correlator = Correlator("white", 1.0)
    u: float = 0.1
    a: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive("|u|", abs(self.u), "it is the integral of the interaction")
        require_nonnegative("a", self.a, "it is the range of the interaction")

    def ln_xi(self, eps: Floats) -> Floats:
        return np.asarray(ln_xi_1d(eps, self.correlator, self.m))

    def ln_density(self, eps: Floats) -> Floats:
        return np.asarray(-np.log(np.pi * self.velocity(eps)))

    def coupling(self, eps: Floats) -> Floats:
        return np.asarray(abs(self.u) * np.exp(self.ln_density(eps)))


@dataclass(frozen=True)
class Film(Continuum):
    """Two dimensions, short-range disorder.

    Parameters
    ----------
    eps_F, m, convention : as for `Wire`
    tau : float, > 0
        Mean free time, 1/tau = m w2 (B eq 21).
    alpha : float, > 0
        (m/2 pi) |int V d^2r| (B eq 25), the same at all energies.
    field : bool
        In a magnetic field that breaks time reversal (unitary class, B eq 30).

    Raises
    ------
    InvalidInput
        For numbers outside of these ranges.

    Examples
    --------
    >>> round(Film(eps_F=1.0).Delta_c, 9)
    0.005866744
    """

    dim: ClassVar[int] = 2
    full_eta_factor: ClassVar[float] = 4.0

    tau: float = 1.0
    alpha: float = 0.1
    field: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive("tau", self.tau, "it is the mean free time")
        require_positive("alpha", self.alpha, "it is the dimensionless interaction")

    def ln_xi(self, eps: Floats) -> Floats:
        return np.asarray(ln_xi_2d(eps, self.tau, self.m, self.field))

    def ln_density(self, eps: Floats) -> Floats:
        return np.full_like(eps, np.log(self.m / (2 * np.pi)))

    def coupling(self, eps: Floats) -> Floats:
        return np.full_like(eps, self.alpha)


def level_spacing(par: Continuum, eps: ArrayLike) -> FloatOrArray:
    """1/(rho xi^D), the level spacing in a localization volume.

    Raises
    ------
    InvalidInput
        For eps that is not positive and finite.

    Examples
    --------
    >>> round(level_spacing(Wire(5.0), 5.0), 8)
    0.99345883
    """
    return like_input(np.exp(par.ln_spacing(band_energy(eps))))


def hot(par: Continuum, eps: ArrayLike) -> Floats:
    """Energies of hot electrons."""
    eps = band_energy(eps)
    if (eps < par.eps_F * (1 - _ROUNDING)).any():
        raise InvalidInput(
            f"eps={eps[eps < par.eps_F].flat[0]:.6g} lies below the Fermi energy {par.eps_F:.6g}: "
            "hot electrons are above it"
        )
    return np.maximum(eps, par.eps_F)


def cold(par: Continuum, T: ArrayLike) -> tuple[Floats, Floats]:
    """T, and ln(Delta_c/T) > 0."""
    T = require_positive("T", T, "it is a temperature")
    if not (par.Delta_c > T).all():
        raise InvalidInput(
            f"T={T.max():.6g} must be below Delta_c={par.Delta_c:.6g}, the level spacing in a "
            "localization volume: cold electrons are a bath of rare pairs only there"
        )
    return T, np.asarray(np.log(par.Delta_c / T))


def require_wire(par: Continuum) -> Wire:
    if not isinstance(par, Wire):
        raise InvalidInput(f"{type(par).__name__} was given: this is known for a Wire alone")
    return par
