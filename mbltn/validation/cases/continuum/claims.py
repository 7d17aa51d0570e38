"""What paper B shows and says, in its order."""

from __future__ import annotations

from ..case import Claim

CLAIMS = (
    Claim("B", "Fig 1", "hot and cold electrons", reason="a sketch"),
    Claim("B", "eq 1", "delocalized where V/Delta_3 exceeds 1", ("B-thresholds",)),
    Claim(
        "B",
        "eq 1",
        "the critical value is of order 1",
        reason="a convention; it would take a many-body proof",
    ),
    Claim("B", "eq 2", "xi = 2 eps/(m w)", ("B-backscattering", "B-wire-lengths", "B-white-noise")),
    Claim(
        "B", "below eq 2", "faster than linear for k d > 1", ("B-backscattering", "B-wire-lengths")
    ),
    Claim("B", "eqs 3, 6", "density of thermal pairs", ("B-thermal-pairs",)),
    Claim("B", "eqs 4, 5", "spectral function and its peaks", ("B-mott-peaks", "B-pairs")),
    Claim("B", "eq 7", "Mott length", ("B-mott-peaks", "B-pairs", "B-couplings")),
    Claim("B", "eqs 8, 9", "partners of a hot electron, spacing as eps^(-3/2)", ("B-couplings",)),
    Claim(
        "B",
        "eq 10",
        "matrix elements of four states",
        reason="rms of exact eigenstates was not computed",
    ),
    Claim("B", "eqs 11, 12", "Hartree matrix element, as eps^(-3/2)", ("B-couplings",)),
    Claim(
        "B",
        "below eq 12",
        "exchange: u a^2/eps, below Hartree for eps > 1/(m a^2)",
        ("B-exchange",),
    ),
    Claim("B", "below eq 12", "white noise is marginal", ("B-couplings", "B-thresholds")),
    Claim("B", "below eq 12", "on a Bethe lattice it is not localized", ("B-thresholds",)),
    Claim("B", "eq 13", "eta", ("B-couplings",)),
    Claim("B", "eqs 14, 15", "thresholds in correlated disorder", ("B-thresholds",)),
    Claim("B", "eq 16", "chi", ("B-no-transition",)),
    Claim("B", "eq 17", "density of hot electrons", ("B-superactivation",)),
    Claim("B", "Fig 2, eq 18", "faster than activated", ("B-superactivation",)),
    Claim("B", "Fig 2", "a transition at T_c where xi is constant", ("B-no-transition",)),
    Claim(
        "B",
        "section III",
        "hot and cold electrons thermalise each other",
        reason="an argument in words",
    ),
    Claim("B", "eq 19", "levels of hot electrons are resolved at any energy", ("B-couplings",)),
    Claim("B", "eqs 20, 21", "xi of a film", ("B-sheets", "B-film")),
    Claim("B", "eqs 22-27", "the same quantities of a film", ("B-couplings",)),
    Claim("B", "eq 28", "threshold of a film", ("B-thresholds",)),
    Claim("B", "eq 29", "a gap that grows as a logarithm", ("B-superactivation",)),
    Claim("B", "eq 30", "xi in a magnetic field", ("B-sheets",)),
    Claim("B", "below eq 30", "its square root of the logarithm", ("B-thresholds",)),
    Claim("B", "sections II to IV", "where all this holds", ("B-conditions",)),
    Claim(
        "B",
        "section V",
        "fireballs, screening, spectral diffusion",
        reason="named as open questions",
    ),
)
