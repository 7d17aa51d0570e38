"""What paper A shows and says, in its order."""

from __future__ import annotations

from ..case import Claim

CLAIMS = (
    Claim("A", "Fig 1", "levels within W are joined by the bath", reason="a sketch"),
    Claim(
        "A",
        "section II A",
        "wide bath, W > Delta: neighbours hop",
        reason="results of another paper",
    ),
    Claim("A", "eq 5", "the bath's heat capacity exceeds the system's", reason="an assumption"),
    Claim("A", "eqs 6-8", "three channels; blocks of l-bits win for W -> 0", ("A-channels",)),
    Claim(
        "A",
        "eq 7",
        "the rate is a power of W, 2/Xi - 1 for d > 1",
        ("A-channels", "A-bath-spectra"),
    ),
    Claim("A", "below eq 7", "xi Xi/(xi + Xi) for d = 1", ("A-block-power",)),
    Claim(
        "A", "eqs 9, 10", "echo beside fluctuating neighbours", ("A-telegraph-echo", "A-neighbours")
    ),
    Claim("A", "eq 11", "s xi^d ln^d neighbours are fast", ("A-neighbours", "A-telegraph-echo")),
    Claim("A", "Fig 2, eq 12", "line of the echo, too narrow for a Lorentzian", ("A-line",)),
    Claim("A", "eq 13", "width, and Gamma_0 s xi^d ln^d(J/Gamma) to leading order", ("A-width",)),
    Claim(
        "A", "section II C", "density of states gamma^2/(dw^2 W) off the line", ("A-off-the-line",)
    ),
    Claim("A", "section II D", "bath spins within ln(gamma/W) are frozen", ("A-off-the-line",)),
    Claim(
        "A",
        "section II C",
        "conductivity in proportion to Gamma",
        reason="the constant is left open",
    ),
    Claim(
        "A",
        "section III",
        "nuclear spins, cavities, dipoles, phonons",
        reason="orders of magnitude in words",
    ),
    Claim("A", "eq 14", "states of a dot are localized in Fock space", ("A-fock-localization",)),
    Claim(
        "A", "below eq 14", "they are delocalized at lam of order delta_m", reason="no number; (A7)"
    ),
    Claim(
        "A",
        "eqs 15, 16",
        "a dot relaxes as (gamma^2/W) (W/delta_m)^(2/(Xi ln K)), and not below the level spacing",
        ("A-dot-orders", "A-dot-bandwidth", "A-dot-relaxation", "A-golden-rule"),
    ),
    Claim("A", "below eq 16", "a Lorentzian bath only for Xi ln K > 1", ("A-bath-spectra",)),
    Claim("A", "Fig 3", "one dot and the bath of the others", reason="a sketch"),
    Claim(
        "A", "Fig 4", "spectrum of the self-consistent bath", reason="a sketch; no scales are given"
    ),
    Claim(
        "A",
        "section IV D",
        "localized dots in a localized environment stay so",
        ("A-self-consistent",),
    ),
    Claim("A", "eqs 17-20", "self-consistency of the rate", ("A-self-consistent",)),
    Claim(
        "A", "below eq 17", "Hartree shifts enhance the metal parametrically", reason="no number"
    ),
    Claim("A", "section V A", "the integral may take the sum's place", ("A-self-consistent",)),
    Claim("A", "above eq 21", "no metal for Xi ln K < 1", ("A-phase-boundary", "A-across")),
    Claim("A", "eq 21", "Gamma goes as a power of gamma", ("A-saddle-point",)),
    Claim("A", "Fig 5", "boundary of the metal", ("A-phase-boundary",)),
    Claim("A", "Fig 6", "rate across the transition", ("A-across",)),
    Claim("A", "Fig 7, eqs 2, 22", "cubic root", ("A-cubic-root",)),
    Claim("A", "eqs 23-26", "where the equations hold", ("A-validity",)),
    Claim("A", "eq 27", "N K^-N << Gamma << gamma", ("A-validity", "A-folds", "A-cubic-root")),
    Claim("A", "section V C", "delta_m, Xi and s against temperature", ("A-temperature",)),
    Claim("A", "eqs 1, 28", "conductivity against temperature", ("A-temperature",)),
    Claim("A", "eq 29", "the saddle point holds for (T - T0)/T0 > 1/4", ("A-temperature",)),
    Claim("A", "eqs 2, 30", "cubic root of T - T0", ("A-cubic-root-of-temperature",)),
    Claim(
        "A", "section VI", "agreement with an experiment", reason="the data are not in the paper"
    ),
    Claim("A", "eqs A1, A2", "Gaussian bath", ("A-bath-spectra",)),
    Claim("A", "eqs A3-A5", "Lorentzian bath, its wings cut or not", ("A-bath-spectra",)),
    Claim("A", "appendix B", "golden rule", ("A-golden-rule", "A-dot-relaxation")),
    Claim(
        "A",
        "appendix B",
        "typical in place of mean spectra",
        reason="an argument; its condition is eq 26",
    ),
    Claim("A", "eqs C1-C4, D1-D3", "saddle point and its order", ("A-saddle-point",)),
    Claim("A", "Fig 8, eq C5", "the saddle point beside the numbers", ("A-saddle-point",)),
    Claim("A", "eqs C6, C7", "where the saddle point holds", ("A-validity",)),
    Claim("A", "eqs E1-E3", "sums without saturation, N0", ("A-self-consistent", "A-validity")),
    Claim("A", "appendix E", "Gamma is of order gamma at eps = 0.85", ("A-folds",)),
)
