"""Cases of paper A: the nearly localized metal and its slow bath."""

from __future__ import annotations

from .case import Case, Claim
from .metal import array, bath, dots, echo, temperature, transition

CASES: tuple[Case, ...] = (
    *bath.CASES,
    *echo.CASES,
    *dots.CASES,
    *array.CASES,
    *transition.CASES,
    *temperature.CASES,
)


def _tested(place: str, what: str, *cases: str) -> Claim:
    return Claim("A", place, what, cases)


def _not_tested(place: str, what: str, reason: str) -> Claim:
    return Claim("A", place, what, reason=reason)


CLAIMS: tuple[Claim, ...] = (
    _not_tested("Fig 1", "levels within W are joined by the bath", "a sketch"),
    _not_tested("section II A", "wide bath, W > Delta: neighbours hop", "results of another paper"),
    _not_tested("eq 5", "the bath's heat capacity exceeds the system's", "an assumption"),
    _tested("eqs 6-8", "three channels; blocks of l-bits win for W -> 0", "A-channels"),
    _tested("eq 7", "the rate is a power of W, 2/Xi - 1 for d > 1", "A-channels", "A-bath-spectra"),
    _tested("below eq 7", "xi Xi/(xi + Xi) for d = 1", "A-block-power"),
    _tested("eqs 9, 10", "echo beside fluctuating neighbours", "A-telegraph-echo", "A-neighbours"),
    _tested("eq 11", "s xi^d ln^d neighbours are fast", "A-neighbours", "A-telegraph-echo"),
    _tested("Fig 2, eq 12", "line of the echo, too narrow for a Lorentzian", "A-line"),
    _tested("eq 13", "width, and Gamma_0 s xi^d ln^d(J/Gamma) to leading order", "A-width"),
    _tested("section II C", "density of states gamma^2/(dw^2 W) off the line", "A-off-the-line"),
    _tested("section II D", "bath spins within ln(gamma/W) are frozen", "A-off-the-line"),
    _not_tested("section II C", "conductivity in proportion to Gamma", "the constant is left open"),
    _not_tested(
        "section III", "nuclear spins, cavities, dipoles, phonons", "orders of magnitude in words"
    ),
    _tested("eq 14", "states of a dot are localized in Fock space", "A-fock-localization"),
    _not_tested("below eq 14", "they are delocalized at lam of order delta_m", "no number; (A7)"),
    _tested(
        "eqs 15, 16",
        "a dot relaxes as (gamma^2/W) (W/delta_m)^(2/(Xi ln K)), and not below the level spacing",
        "A-dot-orders",
        "A-dot-bandwidth",
        "A-dot-relaxation",
        "A-golden-rule",
    ),
    _tested("below eq 16", "a Lorentzian bath only for Xi ln K > 1", "A-bath-spectra"),
    _not_tested("Fig 3", "one dot and the bath of the others", "a sketch"),
    _not_tested("Fig 4", "spectrum of the self-consistent bath", "a sketch; no scales are given"),
    _tested(
        "section IV D", "localized dots in a localized environment stay so", "A-self-consistent"
    ),
    _tested("eqs 17-20", "self-consistency of the rate", "A-self-consistent"),
    _not_tested("below eq 17", "Hartree shifts enhance the metal parametrically", "no number"),
    _tested("section V A", "the integral may take the sum's place", "A-self-consistent"),
    _tested("above eq 21", "no metal for Xi ln K < 1", "A-phase-boundary", "A-across"),
    _tested("eq 21", "Gamma goes as a power of gamma", "A-saddle-point"),
    _tested("Fig 5", "boundary of the metal", "A-phase-boundary"),
    _tested("Fig 6", "rate across the transition", "A-across"),
    _tested("Fig 7, eqs 2, 22", "cubic root", "A-cubic-root"),
    _tested("eqs 23-26", "where the equations hold", "A-validity"),
    _tested("eq 27", "N K^-N << Gamma << gamma", "A-validity", "A-folds", "A-cubic-root"),
    _tested("section V C", "delta_m, Xi and s against temperature", "A-temperature"),
    _tested("eqs 1, 28", "conductivity against temperature", "A-temperature"),
    _tested("eq 29", "the saddle point holds for (T - T0)/T0 > 1/4", "A-temperature"),
    _tested("eqs 2, 30", "cubic root of T - T0", "A-cubic-root-of-temperature"),
    _not_tested("section VI", "agreement with an experiment", "the data are not in the paper"),
    _tested("eqs A1, A2", "Gaussian bath", "A-bath-spectra"),
    _tested("eqs A3-A5", "Lorentzian bath, its wings cut or not", "A-bath-spectra"),
    _tested("appendix B", "golden rule", "A-golden-rule", "A-dot-relaxation"),
    _not_tested(
        "appendix B", "typical in place of mean spectra", "an argument; its condition is eq 26"
    ),
    _tested("eqs C1-C4, D1-D3", "saddle point and its order", "A-saddle-point"),
    _tested("Fig 8, eq C5", "the saddle point beside the numbers", "A-saddle-point"),
    _tested("eqs C6, C7", "where the saddle point holds", "A-validity"),
    _tested("eqs E1-E3", "sums without saturation, N0", "A-self-consistent", "A-validity"),
    _tested("appendix E", "Gamma is of order gamma at eps = 0.85", "A-folds"),
)
