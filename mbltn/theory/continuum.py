"""A disordered continuum, where hot electrons thermalise cold ones: no localization at any T > 0.

States above the Fermi energy have localization lengths that grow with energy. A hot electron
overlaps with so many thermal excitations of the cold ones that from a threshold energy on it is not
localized any more; it is rare, and the conductivity falls faster than activated on cooling.

Source: Gornyi, Mirlin, Mueller and Polyakov, "Absence of many-body localization in a continuum",
called B. Energies are measured from the bottom of the band, dispersion k^2/(2 m), no spin, hbar =
k_B = 1. Subscript c is at the Fermi energy, h at the energy of a hot electron. Functions take a
`Wire` (one dimension) or a `Film` (two), an energy, a temperature, or both, and broadcast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import airy, airye, erfc, wrightomega

from mbltn.errors import InvalidInput

from ._inputs import one_of, require_finite, require_nonnegative, require_positive
from ._quadrature import FloatOrArray, Floats, like_input

__all__ = [
    "Condition",
    "Correlator",
    "Film",
    "N_eff",
    "S_mott",
    "Superactivation",
    "Threshold",
    "V_hartree",
    "Wire",
    "activation_energy",
    "alpha",
    "alpha_exchange",
    "chi",
    "conditions",
    "delta_3hc",
    "eta",
    "exchange_scaling",
    "ids_airy",
    "level_spacing",
    "ln_n_h",
    "ln_sigma",
    "ln_xi_1d",
    "ln_xi_2d",
    "lyapunov_airy",
    "mott_length",
    "n_T",
    "n_T_integral",
    "rate_ratio",
    "superactivation",
    "threshold",
    "threshold_bethe",
    "xi_1d",
]

KINDS = ("white", "lorentzian", "exponential", "custom")
CONVENTIONS = ("paper", "full")
_ROUNDING = 1e-14  # of an energy whose logarithm was returned
_STEP = 1e-4  # of ln T, of numerical derivatives
_HIGHEST = 300.0  # ln of the ratio of energies up to which a threshold is looked for


# -- the disorder ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correlator:
    """Correlations of the random potential of a wire (B eq 2).

    Fourier transform w~(q) = w/F with F(eps) at q = 2k = 4 eps/v, eps0 = 1/(8 m d^2): 1 ("white", w
    delta(x)), exp(sqrt(eps/eps0)) ("lorentzian", w d/[pi (x^2 + d^2)]), 1 + eps/eps0
    ("exponential", (w/2d) exp(-|x|/d)), or the given function ("custom").

    Parameters
    ----------
    kind : {"white", "lorentzian", "exponential", "custom"}
    w : float, > 0
        Strength, energy^2 length.
    d : float, >= 0
        Correlation length; 0 is white noise.
    ln_F : callable, for "custom"
        ln F(eps), rising with eps.

    Raises
    ------
    InvalidInput
        For an unknown kind, w <= 0, d < 0, or a function that is missing or too much.
    """

    kind: str
    w: float
    d: float = 0.0
    ln_F: Callable[[Floats], ArrayLike] | None = None

    def __post_init__(self) -> None:
        one_of("kind", self.kind, KINDS)
        require_positive("w", self.w, "it is the strength of the disorder")
        require_nonnegative("d", self.d, "it is a correlation length")
        if (self.kind == "custom") != (self.ln_F is not None):
            raise InvalidInput(
                f"kind={self.kind!r} with ln_F={self.ln_F!r}: give a function ln F(eps) with kind="
                "'custom', and only then"
            )

    @property
    def is_white(self) -> bool:
        return self.kind == "white" or (self.kind != "custom" and self.d == 0)

    def eps0(self, m: float) -> float:
        """1/(8 m d^2), the energy from which on correlations matter."""
        return 1 / (8 * m * self.d**2)

    def ln_ratio(self, eps: Floats, m: float) -> Floats:
        """ln F(eps)."""
        if self.ln_F is not None:
            return np.asarray(self.ln_F(eps), dtype=np.float64)
        if self.is_white:
            return np.zeros_like(eps)
        scaled = eps / self.eps0(m)
        return np.asarray(np.sqrt(scaled) if self.kind == "lorentzian" else np.log1p(scaled))


@dataclass(frozen=True)
class _Continuum:
    """What both dimensions share."""

    eps_F: float
    m: float = 1.0
    convention: str = "paper"

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

    def velocity(self, eps: Floats) -> Floats:
        return np.asarray(np.sqrt(2 * eps / self.m))

    def ln_xi(self, eps: Floats) -> Floats:
        raise NotImplementedError

    def ln_spacing(self, eps: Floats) -> Floats:
        raise NotImplementedError

    def ln_density(self, eps: Floats) -> Floats:
        """ln of the single-particle density of states."""
        raise NotImplementedError

    def alpha(self, eps: Floats) -> Floats:
        """Dimensionless interaction at this energy."""
        raise NotImplementedError

    @property
    def dim(self) -> int:
        raise NotImplementedError

    @property
    def eta_factor(self) -> float:
        """By which eta of the convention exceeds that with unit prefactors."""
        raise NotImplementedError

    def _check(self) -> None:
        require_positive("eps_F", self.eps_F, "it is the Fermi energy")
        require_positive("m", self.m, "it is the mass")
        one_of("convention", self.convention, CONVENTIONS)


@dataclass(frozen=True)
class Wire(_Continuum):
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
    """

    correlator: Correlator = Correlator("white", 1.0)
    u: float = 0.1
    a: float = 0.0

    def __post_init__(self) -> None:
        self._check()
        require_positive("|u|", abs(self.u), "it is the integral of the interaction")
        require_nonnegative("a", self.a, "it is the range of the interaction")

    @property
    def dim(self) -> int:
        return 1

    @property
    def eta_factor(self) -> float:
        return 1.0 if self.convention == "paper" else 4 * np.pi**2 / 3

    def ln_xi(self, eps: Floats) -> Floats:
        return np.asarray(ln_xi_1d(eps, self.correlator, self.m))

    def ln_density(self, eps: Floats) -> Floats:
        return np.asarray(-np.log(np.pi * self.velocity(eps)))

    def ln_spacing(self, eps: Floats) -> Floats:
        return np.asarray(-self.ln_density(eps) - self.ln_xi(eps))

    def alpha(self, eps: Floats) -> Floats:
        return np.asarray(abs(self.u) * np.exp(self.ln_density(eps)))


@dataclass(frozen=True)
class Film(_Continuum):
    """Two dimensions, short-range disorder.

    Parameters
    ----------
    eps_F, m, convention : as for `Wire`
    tau : float, > 0
        Mean free time, 1/tau = m w2 (B eq 21).
    coupling : float, > 0
        alpha = (m/2 pi) |int V d^2r| (B eq 25), the same at all energies.
    field : bool
        In a magnetic field that breaks time reversal (unitary class, B eq 30).
    """

    tau: float = 1.0
    coupling: float = 0.1
    field: bool = False

    def __post_init__(self) -> None:
        self._check()
        require_positive("tau", self.tau, "it is the mean free time")
        require_positive("coupling", self.coupling, "it is alpha, the dimensionless interaction")

    @property
    def dim(self) -> int:
        return 2

    @property
    def eta_factor(self) -> float:
        return 1.0 if self.convention == "paper" else 4.0

    def ln_xi(self, eps: Floats) -> Floats:
        return np.asarray(ln_xi_2d(eps, self.tau, self.m, self.field))

    def ln_density(self, eps: Floats) -> Floats:
        return np.full_like(eps, np.log(self.m / (2 * np.pi)))

    def ln_spacing(self, eps: Floats) -> Floats:
        return np.asarray(-self.ln_density(eps) - 2 * self.ln_xi(eps))

    def alpha(self, eps: Floats) -> Floats:
        return np.full_like(eps, self.coupling)


Continuum = Wire | Film


def _energy(eps: ArrayLike) -> Floats:
    return require_positive("eps", eps, "it is measured from the bottom of the band")


def _hot(par: Continuum, eps: ArrayLike) -> Floats:
    eps = _energy(eps)
    if (eps < par.eps_F * (1 - _ROUNDING)).any():
        raise InvalidInput(
            f"eps={eps[eps < par.eps_F].flat[0]:.6g} lies below the Fermi energy {par.eps_F:.6g}: "
            "hot electrons are above it"
        )
    return np.maximum(eps, par.eps_F)


def _cold(par: Continuum, T: ArrayLike) -> tuple[Floats, Floats]:
    """T, and ln(Delta_c/T) > 0."""
    T = require_positive("T", T, "it is a temperature")
    if not (par.Delta_c > T).all():
        raise InvalidInput(
            f"T={T.max():.6g} must be below Delta_c={par.Delta_c:.6g}, the level spacing in a "
            "localization volume: cold electrons are a bath of rare pairs only there"
        )
    return T, np.asarray(np.log(par.Delta_c / T))


def _wire(par: Continuum) -> Wire:
    if not isinstance(par, Wire):
        raise InvalidInput(f"{type(par).__name__} was given: this is known for a Wire alone")
    return par


# -- single particles ------------------------------------------------------------------------------


def ln_xi_1d(eps: ArrayLike, correlator: Correlator, m: float = 1.0) -> FloatOrArray:
    """ln of the localization length of a wire, (2 eps/(m w)) F(eps).

    It is the backscattering mean free path. |psi| falls as exp(-x/(2 xi)), the transmission as
    exp(-x/xi).

    Raises
    ------
    InvalidInput
        For eps or m that is not positive.

    Examples
    --------
    >>> round(ln_xi_1d(10.0, Correlator("exponential", w=1.0, d=0.3)), 6)
    5.099866
    """
    eps, mass = _energy(eps), float(require_positive("m", m, "it is the mass"))
    ln_white = np.log(2 * eps / (mass * correlator.w))
    return like_input(np.asarray(ln_white + correlator.ln_ratio(eps, mass)))


def xi_1d(eps: ArrayLike, correlator: Correlator, m: float = 1.0) -> FloatOrArray:
    """Localization length of a wire; inf where it overflows, which `ln_xi_1d` does not.

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
        For eps, tau or m that is not positive.

    Examples
    --------
    >>> round(ln_xi_2d(1.0, tau=1.0), 8)
    3.48816624
    """
    eps, mass = _energy(eps), float(require_positive("m", m, "it is the mass"))
    time = float(require_positive("tau", tau, "it is the mean free time"))
    sheet = np.pi * eps * time
    return like_input(np.log(np.sqrt(2 * eps / mass) * time) + (sheet**2 if field else sheet))


def level_spacing(par: Continuum, eps: ArrayLike) -> FloatOrArray:
    """1/(rho xi^D), the level spacing in a localization volume.

    Examples
    --------
    >>> round(level_spacing(Wire(5.0), 5.0), 8)
    0.99345883
    """
    return like_input(np.exp(par.ln_spacing(_energy(eps))))


def lyapunov_airy(eps: ArrayLike, m: float = 1.0, w: float = 1.0) -> FloatOrArray:
    """Exact Lyapunov exponent of |psi| in white noise, any energy, negative ones included.

    (g/2)^(1/3) [Ai Ai' + Bi Bi'](-e)/[Ai^2 + Bi^2](-e) with g = 4 m^2 w, e = 2 m eps (2/g)^(2/3).
    It goes to 1/(2 xi) for eps >> (m w^2)^(1/3).

    Raises
    ------
    InvalidInput
        For m or w that are not positive, or eps that is not finite.

    Examples
    --------
    >>> lyapunov_airy([1.0, 5.0]).round(8).tolist()
    [0.20608753, 0.04981747]
    """
    e, scale = _airy_units(eps, m, w)
    ai, aip, bi, bip = airye(np.maximum(-e, 0.0))
    # Scaled by exp(+-zeta) below the band, where Bi alone would overflow.
    fall = np.exp(-8 / 3 * np.maximum(-e, 0.0) ** 1.5)
    below = (fall * ai * aip + bi * bip) / (fall * ai**2 + bi**2)
    ai, aip, bi, bip = airy(np.minimum(-e, 0.0))
    above = (ai * aip + bi * bip) / (ai**2 + bi**2)
    return like_input(scale * np.where(e < 0, below, above))


def ids_airy(eps: ArrayLike, m: float = 1.0, w: float = 1.0) -> FloatOrArray:
    """Exact number of states below eps, per length, in white noise.

    (g/2)^(1/3)/(pi^2 [Ai^2 + Bi^2](-e)), g and e as in `lyapunov_airy`.

    Examples
    --------
    >>> round(ids_airy(5.0), 8)
    1.00720504
    """
    e, scale = _airy_units(eps, m, w)
    ai, _, bi, _ = airye(np.maximum(-e, 0.0))
    fall = np.exp(-4 / 3 * np.maximum(-e, 0.0) ** 1.5)
    below = fall / (fall**2 * ai**2 + bi**2)
    ai, _, bi, _ = airy(np.minimum(-e, 0.0))
    return like_input(scale / np.pi**2 * np.where(e < 0, below, 1 / (ai**2 + bi**2)))


def _airy_units(eps: ArrayLike, m: float, w: float) -> tuple[Floats, float]:
    m = float(require_positive("m", m, "it is the mass"))
    w = float(require_positive("w", w, "it is the strength of the disorder"))
    eps = require_finite("eps", eps, "it is an energy")
    g = 4 * m**2 * w
    return np.asarray(2 * m * eps * (2 / g) ** (2 / 3)), float((g / 2) ** (1 / 3))


# -- the cold bath ---------------------------------------------------------------------------------


def mott_length(par: Continuum, omega: ArrayLike) -> FloatOrArray:
    """l_M = 2 xi_c ln(Delta_c/|omega|): how far apart resonant pairs of states are (B eq 7).

    Parameters
    ----------
    omega : array_like
        Energy transfer, 0 < |omega| < Delta_c; T for thermal pairs.

    Raises
    ------
    InvalidInput
        For omega outside of that.

    Examples
    --------
    >>> round(mott_length(Wire(5.0), 0.05), 6)
    59.783392
    """
    _, depth = _cold(par, abs(require_finite("omega", omega, "it is an energy transfer")))
    return like_input(2 * par.xi_c * depth)


def S_mott(par: Wire, x: ArrayLike, omega: ArrayLike) -> FloatOrArray:
    """Asymptotic spectral function of the cold bath, for |x| >> xi_c, |omega| << Delta_c (B eq 5).

    -(1/2) rho^2 sqrt(xi_c/(pi l_M)) exp[-(|x| - l_M)^2/(4 xi_c l_M)]: two Gaussians of area -rho^2
    xi_c. The positive peak at x = 0, with which S integrates to zero, is not in it.

    Raises
    ------
    InvalidInput
        For a film, or omega as in `mott_length`.

    Examples
    --------
    >>> S_mott(Wire(5.0), 40.0, 0.05)
    -0.00099248...
    """
    par = _wire(par)
    length = np.asarray(mott_length(par, omega))
    x = require_finite("x", x, "it is a distance")
    rho = float(np.exp(par.ln_density(np.asarray(par.eps_F))))
    return like_input(_mott_peaks(x, length, par.xi_c, rho))


def _mott_peaks(x: Floats, length: Floats, xi_c: float, rho: float) -> Floats:
    height = 0.5 * rho**2 * np.sqrt(xi_c / (np.pi * length))
    return np.asarray(-height * np.exp(-((abs(x) - length) ** 2) / (4 * xi_c * length)))


def n_T(par: Continuum, T: ArrayLike) -> FloatOrArray:
    """Density of thermal pairs, per length^D.

    Wire: (2 pi^2/3) (T/Delta_c)^2/xi_c (B eq 6). Film: (l_M/xi_c^3) (T/Delta_c)^2 (B eq 22).

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c).

    Examples
    --------
    >>> round(n_T(Wire(5.0), 0.05), 12)
    0.001666666667
    """
    return like_input(np.exp(_ln_n_T(par, *_cold(par, T))))


def _ln_n_T(par: Continuum, T: Floats, depth: Floats) -> Floats:
    if par.dim == 1:
        return np.asarray(np.log(2 * np.pi**2 / 3) - par.ln_xi_c - 2 * depth)
    return np.asarray(np.log(2 * depth) - 2 * par.ln_xi_c - 2 * depth)


def n_T_integral(par: Wire, T: float, cut: float = 0.0) -> float:
    """n_T from the integral over the Mott spectral function beyond |x| > cut (B eq 3).

    (6/pi^2) int_0^(Delta_c/T) dz z/(e^z - 1) erfc[(c - l)/(2 sqrt l)]/2 of `n_T`, c = cut/xi_c and
    l = -2 ln(T z/Delta_c); it goes to `n_T` as T -> 0.

    Parameters
    ----------
    cut : float, >= 0
        Length below which pairs are left out.

    Raises
    ------
    InvalidInput
        For a film, T that is not in (0, Delta_c), or a negative cut.

    Examples
    --------
    >>> wire = Wire(5.0)
    >>> round(n_T_integral(wire, 0.1 * wire.Delta_c) / n_T(wire, 0.1 * wire.Delta_c), 6)
    0.922159
    """
    par = _wire(par)
    depth = _cold(par, T)[1]
    c = float(require_nonnegative("cut", cut, "it is a length")) / par.xi_c

    def integrand(fraction: float) -> float:
        """Over t = ln z, where all scales are of order one."""
        z = np.exp(fraction)
        l = max(2 * (float(depth) - fraction), 0.0)  # noqa: E741
        tail = erfc((c - l) / (2 * np.sqrt(l))) / 2 if l > 0 else float(c == 0) / 2
        return float(z**2 / np.expm1(z) * tail)

    top = float(depth)
    points = [p for p in (-20.0, -5.0, 0.0, 3.0, 5.0) if p < top]
    # Beyond z = e^6 nothing is left of z/(e^z - 1).
    edges = [-40.0, *points, min(top, 6.0)]
    total = sum(
        quad(integrand, low, high, epsrel=1e-12, epsabs=1e-15, limit=200)[0]
        for low, high in pairwise(edges)
    )
    return float(n_T(par, T) * 6 / np.pi**2 * total)


# -- hot electrons and cold pairs ------------------------------------------------------------------


def _ln_n_eff(par: Continuum, eps: Floats, T: Floats, depth: Floats) -> Floats:
    found = _ln_n_T(par, T, depth) + par.dim * par.ln_xi(eps)
    if par.dim == 1 and par.convention == "paper":
        found = found - np.log(2 * np.pi**2 / 3)
    return np.asarray(found)


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
        return like_input(np.exp(_ln_n_eff(par, _hot(par, eps), *_cold(par, T))))


def delta_3hc(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Level spacing of a hot electron with one cold pair, Delta_h/N_eff (B eqs 9, 23).

    Examples
    --------
    >>> round(delta_3hc(Wire(5.0, u=0.3, convention="full"), 50.0, 0.05), 8)
    1.88495559
    """
    eps = _hot(par, eps)
    return like_input(np.exp(par.ln_spacing(eps) - _ln_n_eff(par, eps, *_cold(par, T))))


def V_hartree(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Matrix element with a cold pair, alpha T l_M xi_c^(D-1)/xi_h^D (B eqs 11, 24).

    Examples
    --------
    >>> round(V_hartree(Wire(5.0, u=0.3), 50.0, 0.05), 12)
    0.000285444672
    """
    eps, (T, depth) = _hot(par, eps), _cold(par, T)
    ln_length = np.log(2 * depth) + par.dim * (par.ln_xi_c - par.ln_xi(eps))
    return like_input(par.alpha(eps) * T * np.exp(ln_length))


def alpha(par: Continuum, eps: ArrayLike) -> FloatOrArray:
    """Dimensionless interaction: rho_h |int V dx| (B eq 12), film (m/2 pi) |int V d^2r| (B eq 25).

    Examples
    --------
    >>> round(alpha(Wire(5.0, u=0.3), 50.0), 8)
    0.0095493
    """
    return like_input(par.alpha(_energy(eps)))


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
    par, eps = _wire(par), _hot(par, eps)
    one_of("shape", shape, ("gaussian", "exponential"))
    squared = (par.m * par.velocity(eps) * par.a) ** 2
    form = np.exp(-squared / 2) if shape == "gaussian" else 1 / (1 + squared)
    return like_input(par.alpha(eps) * form)


def exchange_scaling(par: Wire, eps: ArrayLike, C: float = 1.0) -> FloatOrArray:
    """Exchange matrix element C |u| a^2/eps for eps << 1/(m a^2), white noise (B eq 10).

    Parameters
    ----------
    C : float, > 0
        Set by the cold states, and not known from B.

    Examples
    --------
    >>> exchange_scaling(Wire(5.0, u=0.5, a=0.5), 10.0)
    0.0125
    """
    par, eps = _wire(par), _hot(par, eps)
    scale = float(require_positive("C", C, "it is a factor that the cold states set"))
    return like_input(scale * abs(par.u) * par.a**2 / eps)


def _ln_eta(par: Continuum, eps: Floats, depth: Floats) -> Floats:
    ln_spacings = np.log(par.Delta_c) - par.ln_spacing(eps)
    with np.errstate(divide="ignore"):
        ln_log = par.dim * np.log(depth)
    return np.asarray(
        np.log(par.eta_factor) + np.log(par.alpha(eps)) + ln_spacings - 3 * depth + ln_log
    )


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
        return like_input(np.exp(_ln_eta(par, _hot(par, eps), _cold(par, T)[1])))


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
    return like_input(np.exp(_ln_chi(_wire(par), _cold(par, T)[1])))


def _ln_chi(par: Wire, depth: Floats) -> Floats:
    return np.asarray(
        np.log(par.correlator.w / (abs(par.u) * par.Delta_c)) + 3 * depth - np.log(depth)
    )


# -- threshold and conductivity --------------------------------------------------------------------


class Threshold(NamedTuple):
    """Energy from which on hot electrons are not localized.

    Attributes
    ----------
    ln_eps : its logarithm; inf where there is none
    regime : "threshold"; "not localized at eps_F", where the Fermi energy is returned; "marginal"
    where
        eta < 1 at all energies
    """

    ln_eps: FloatOrArray
    regime: Any

    @property
    def eps(self) -> FloatOrArray:
        with np.errstate(over="ignore"):
            return np.exp(self.ln_eps)


def _threshold(ln_eps: Floats, par: Continuum, reached: NDArray[np.bool_]) -> Threshold:
    """What is left of a candidate where eta = 1 is `reached` at the Fermi energy already."""
    found = np.where(reached, np.log(par.eps_F), ln_eps)
    regime = np.where(
        reached, "not localized at eps_F", np.where(np.isinf(found), "marginal", "threshold")
    )
    return Threshold(like_input(found), str(regime) if regime.ndim == 0 else regime)


def threshold(par: Continuum, T: ArrayLike, form: str = "exact") -> Threshold:
    """Where eta(eps) = 1 (B eqs 14, 15, 28, 30 and their exact forms).

    Wire, "exact": F(eps) = F* = pi^2 chi (4 pi^2/3 less in the convention "full"), that is eps0
    ln^2 F* (Lorentzian), eps0 (F* - 1) (exponential), none in white noise. "leading": eps0 ln^2
    chi, eps0 chi, of the right order only. Film, "exact": y + ln y = y_F + ln y_F + R for y = 2 pi
    eps tau, or its square with 2 R in a field; R = ln(1/alpha) + 3 ln(Delta_c/T) - 2 ln
    ln(Delta_c/T) (- ln 4 in "full"). "leading": eps_F + L0/(2 pi tau) with L0 =
    ln[(Delta_c/T)^3/alpha] (B eq 28), in a field sqrt(eps_F^2 + L0/(2 pi^2 tau^2)); "literal", in a
    field, replaces L0 by its square root as B says in words, which is a statement of scaling.

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c), or another form.

    Examples
    --------
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(threshold(wire, 0.1).eps, 6)
    78.395779
    >>> round(threshold(Film(eps_F=1.0), 1e-6).eps, 6)
    4.579521
    """
    T, depth = _cold(par, T)
    if isinstance(par, Film):
        return _threshold_of_film(par, depth, form)
    one_of("form", form, ("exact", "leading"))
    ln_chi, correlator = _ln_chi(par, depth), par.correlator
    fermi = np.asarray(par.eps_F)
    exact = form == "exact"
    goal = ln_chi + (np.log(np.pi**2 / par.eta_factor) if exact else 0.0)
    reached = goal <= correlator.ln_ratio(fermi, par.m)
    if correlator.is_white:
        ln_eps = np.full_like(goal, np.inf)
    elif correlator.kind == "lorentzian":
        ln_eps = np.log(correlator.eps0(par.m)) + 2 * np.log(np.maximum(goal, 1e-300))
    elif correlator.kind == "exponential":
        less = np.log(-np.expm1(-np.maximum(goal, 1e-300))) if exact else 0.0
        ln_eps = np.log(correlator.eps0(par.m)) + goal + less
    else:
        ln_eps = _of_each(lambda g: _custom_root(par, g), goal, reached)
    if not exact:
        reached = reached | (ln_eps <= np.log(par.eps_F))
    return _threshold(ln_eps, par, reached)


def _of_each(work: Callable[[float], float], values: Floats, reached: NDArray[np.bool_]) -> Floats:
    done = np.broadcast_to(reached, values.shape)
    found = [
        np.nan if skip else work(float(v)) for v, skip in zip(values.flat, done.flat, strict=True)
    ]
    return np.array(found).reshape(values.shape)


def _custom_root(par: Wire, goal: float) -> float:
    def lacking(ln_eps: float) -> float:
        return float(par.correlator.ln_ratio(np.exp(np.asarray(ln_eps)), par.m)) - goal

    return _rising_root(lacking, float(np.log(par.eps_F)), "F(eps) does not reach its threshold")


def _rising_root(value: Callable[[float], float], low: float, problem: str) -> float:
    """Root of a function that rises from below zero at `low`, by doubling the distance; or inf."""
    step, high, before = 1.0, low, value(low)
    while before < 0:
        if high - low > _HIGHEST:
            return np.inf
        high, last = high + step, before
        before, step = value(high), 2 * step
        if before < last:
            raise InvalidInput(f"{problem}: it falls with eps; give a function that rises")
    return float(brentq(value, low, high, xtol=1e-14)) if high > low else low


def _threshold_of_film(par: Film, depth: Floats, form: str) -> Threshold:
    one_of("form", form, ("exact", "leading", "literal") if par.field else ("exact", "leading"))
    strength = 3 * depth - np.log(par.coupling)
    if form != "exact":
        positive = np.maximum(strength, 0.0)
        if not par.field:
            eps = par.eps_F + positive / (2 * np.pi * par.tau)
        elif form == "leading":
            eps = np.sqrt(par.eps_F**2 + positive / (2 * np.pi**2 * par.tau**2))
        else:
            eps = par.eps_F + np.sqrt(positive) / (2 * np.pi * par.tau)
        return _threshold(np.log(eps), par, strength <= 0)
    rest = strength - 2 * np.log(depth) - np.log(par.eta_factor)
    fermi = 2 * np.pi * par.eps_F * par.tau
    y = fermi**2 if par.field else fermi
    found = wrightomega(y + np.log(y) + (2 * rest if par.field else rest))
    ln_eps = (0.5 if par.field else 1.0) * np.log(found) - np.log(2 * np.pi * par.tau)
    return _threshold(ln_eps, par, rest <= 0)


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
    T, depth = _cold(par, T)
    fermi = np.asarray(par.eps_F)

    def lacking(ln_eps: Floats, T: Floats, depth: Floats) -> Floats:
        eps = np.exp(ln_eps)
        ln_n = _ln_n_eff(par, eps, T, depth)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(_ln_eta(par, eps, depth) + np.where(ln_n > 0, np.log(ln_n), -np.inf))

    reached = lacking(np.log(fermi), T, depth) >= 0
    if isinstance(par, Wire) and par.correlator.is_white:
        per_energy = _ln_n_eff(par, fermi, T, depth) - np.log(fermi)
        ln_eps = np.exp(-_ln_eta(par, fermi, depth)) - per_energy
        return _threshold(ln_eps, par, reached)

    def one(temperature: float) -> float:
        at = np.asarray(temperature), np.asarray(np.log(par.Delta_c / temperature))

        def ln_n(ln_eps: float) -> float:
            return float(_ln_n_eff(par, np.exp(np.asarray(ln_eps)), *at))

        low = _rising_root(ln_n, float(np.log(par.eps_F)), "N_eff does not reach 1") + 1e-12
        return _rising_root(
            lambda x: max(float(lacking(np.asarray(x), *at)), -1e300),
            low,
            "eta ln N_eff does not reach 1",
        )

    return _threshold(_of_each(one, T, reached), par, reached)


def ln_sigma(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """ln of the conductivity up to a constant, -(eps_th - eps_F)/T (B eqs 18, 29).

    -inf where no energy is high enough ("marginal").

    Parameters
    ----------
    form : as for `threshold`, or "bethe"

    Examples
    --------
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
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(ln_n_h(wire, 0.1), 6)
    -739.932562
    """
    T = np.asarray(T, dtype=np.float64)
    found = threshold_bethe(par, T) if form == "bethe" else threshold(par, T, form)
    eps = np.asarray(found.eps)
    return like_input(par.ln_density(eps) + np.log(T) - (eps - par.eps_F) / T)


def rate_ratio(par: Continuum, eps: ArrayLike, T: ArrayLike) -> FloatOrArray:
    """Decay rate of a hot electron over its level spacing, (V/Delta_3)^2/N_eff (B eq 19).

    At the threshold it is 1/N_eff (4/N_eff and 16/N_eff in the convention "paper"). Above it falls
    in white noise, stays in the exponential correlator, and grows in the Lorentzian one and in a
    film: B's statement that it is small at any higher energy does not follow there.

    Examples
    --------
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> eps = threshold(wire, 0.1).eps
    >>> round(rate_ratio(wire, eps, 0.1), 5), round(rate_ratio(wire, 10 * eps, 0.1))
    (0.00206, 2341)
    """
    eps, (T, depth) = _hot(par, eps), _cold(par, T)
    ln_n = _ln_n_eff(par, eps, T, depth)
    ln_v = np.log(par.alpha(eps) * T * 2 * depth) + par.dim * (par.ln_xi_c - par.ln_xi(eps))
    with np.errstate(over="ignore"):
        return like_input(np.exp(2 * (ln_v - par.ln_spacing(eps) + ln_n) - ln_n))


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
        For T that is not in (0, Delta_c), or eps below the Fermi energy.

    Examples
    --------
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> found = conditions(wire, 0.12)
    >>> [name for name, condition in found.items() if not condition.holds]
    ['T < exp(-D/3) Delta_c']
    """
    T, depth = _cold(par, T)
    eps = _hot(par, threshold(par, T).eps if eps is None else eps)
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
            "1 < N_eff": np.exp(-_ln_n_eff(par, eps, T, depth)),
            "alpha_c < 1": par.alpha(np.asarray(par.eps_F)),
        }
    if isinstance(par, Wire):
        ratios["a < xi_c"] = par.a / par.xi_c
        ratios["E* < eps_F"] = (par.m * par.correlator.w**2) ** (1 / 3) / par.eps_F
    else:
        ratios["1/tau < eps_F"] = 1 / (par.eps_F * par.tau)
    return {name: Condition(like_input(np.asarray(ratio))) for name, ratio in ratios.items()}


# -- superactivation -------------------------------------------------------------------------------


def activation_energy(par: Continuum, T: ArrayLike, form: str = "exact") -> FloatOrArray:
    """E_a = -d ln sigma/d(1/T) = (eps_th - eps_F) - T d eps_th/dT.

    Closed for the exact thresholds of correlated wires and the leading one of films without a
    field, else by a central difference in ln T.

    Raises
    ------
    InvalidInput
        For T that is not in (0, Delta_c), or where electrons are not localized at eps_F.

    Examples
    --------
    >>> wire = Wire(5.0, u=0.3, correlator=Correlator("lorentzian", w=1.0, d=0.3))
    >>> round(activation_energy(wire, 0.1), 6)
    83.654566
    """
    T, depth = _cold(par, T)
    if form != "bethe":
        regime = np.asarray(threshold(par, T, form).regime)
        if (regime == "not localized at eps_F").any():
            raise InvalidInput("electrons are not localized at eps_F: nothing is activated there")
    if isinstance(par, Wire) and form == "exact" and par.correlator.d > 0:
        eps0, q = par.correlator.eps0(par.m), 1 / depth
        goal = _ln_chi(par, depth) + np.log(np.pi**2 / par.eta_factor)
        if par.correlator.kind == "lorentzian":
            return like_input(eps0 * goal**2 - par.eps_F + 2 * eps0 * goal * (3 - q))
        if par.correlator.kind == "exponential":
            return like_input(eps0 * (np.exp(goal) * (4 - q) - 1) - par.eps_F)
    if isinstance(par, Film) and form == "leading" and not par.field:
        return like_input((3 * depth - np.log(par.coupling) + 3) / (2 * np.pi * par.tau))
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
