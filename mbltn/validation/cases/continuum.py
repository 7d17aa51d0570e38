"""Cases of paper B: the disordered continuum."""

from __future__ import annotations

from .case import Case, Claim
from .hot_cold import cold_bath, couplings, single_particle, thresholds

CASES: tuple[Case, ...] = (
    *single_particle.CASES,
    *cold_bath.CASES,
    *couplings.CASES,
    *thresholds.CASES,
)


def _tested(place: str, what: str, *cases: str) -> Claim:
    return Claim("B", place, what, cases)


def _not_tested(place: str, what: str, reason: str) -> Claim:
    return Claim("B", place, what, reason=reason)


CLAIMS: tuple[Claim, ...] = (
    _not_tested("Fig 1", "hot and cold electrons", "a sketch"),
    _tested("eq 1", "delocalized where V/Delta_3 exceeds 1", "B-thresholds"),
    _not_tested(
        "eq 1", "the critical value is of order 1", "a convention; it would take a many-body proof"
    ),
    _tested("eq 2", "xi = 2 eps/(m w)", "B-backscattering", "B-wire-lengths", "B-white-noise"),
    _tested("below eq 2", "faster than linear for k d > 1", "B-backscattering", "B-wire-lengths"),
    _tested("eqs 3, 6", "density of thermal pairs", "B-thermal-pairs"),
    _tested("eqs 4, 5", "spectral function and its peaks", "B-mott-peaks", "B-pairs"),
    _tested("eq 7", "Mott length", "B-mott-peaks", "B-pairs", "B-couplings"),
    _tested("eqs 8, 9", "partners of a hot electron, spacing as eps^(-3/2)", "B-couplings"),
    _not_tested(
        "eq 10", "matrix elements of four states", "rms of exact eigenstates was not computed"
    ),
    _tested("eqs 11, 12", "Hartree matrix element, as eps^(-3/2)", "B-couplings"),
    _tested("below eq 12", "exchange: u a^2/eps, below Hartree for eps > 1/(m a^2)", "B-exchange"),
    _tested("below eq 12", "white noise is marginal", "B-couplings", "B-thresholds"),
    _tested("below eq 12", "on a Bethe lattice it is not localized", "B-thresholds"),
    _tested("eq 13", "eta", "B-couplings"),
    _tested("eqs 14, 15", "thresholds in correlated disorder", "B-thresholds"),
    _tested("eq 16", "chi", "B-no-transition"),
    _tested("eq 17", "density of hot electrons", "B-superactivation"),
    _tested("Fig 2, eq 18", "faster than activated", "B-superactivation"),
    _tested("Fig 2", "a transition at T_c where xi is constant", "B-no-transition"),
    _not_tested(
        "section III", "hot and cold electrons thermalise each other", "an argument in words"
    ),
    _tested("eq 19", "levels of hot electrons are resolved at any energy", "B-couplings"),
    _tested("eqs 20, 21", "xi of a film", "B-sheets", "B-film"),
    _tested("eqs 22-27", "the same quantities of a film", "B-couplings"),
    _tested("eq 28", "threshold of a film", "B-thresholds"),
    _tested("eq 29", "a gap that grows as a logarithm", "B-superactivation"),
    _tested("eq 30", "xi in a magnetic field", "B-sheets"),
    _tested("below eq 30", "its square root of the logarithm", "B-thresholds"),
    _tested("sections II to IV", "where all this holds", "B-conditions"),
    _not_tested("section V", "fireballs, screening, spectral diffusion", "named as open questions"),
)
