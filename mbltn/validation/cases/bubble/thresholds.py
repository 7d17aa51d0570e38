"""When a bubble grows: C section II, eqs 4, 20, and where eqs 6, 7 are smallest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....models.geometry import relative_couplings
from ....theory import bubble, golden_rule
from ...bubble import lattice
from ...evidence import AtOnce
from ...tables import Tick, nothing
from ..case import Case
from ..check import Check
from ..curves import finite

_VOLUMES = {1: 2.0, 2: np.pi, 3: 4 * np.pi / 3}


def _entropy(d: int) -> float:
    """A of a lattice with one l-bit a site."""
    return float(np.log(2)) * _VOLUMES[d]


def _at_the_rim(d: int, R: float) -> float:
    """Sites within R, less the volume: none in doubt but those that the sphere cuts.

    In the plane their root mean square is 1.3 R^(1/2) (Cramer), and four times it are taken.
    """
    if d == 2:
        return float(4 * 1.3 * np.sqrt(R))
    far = 0.5 * np.sqrt(d)
    return float(_VOLUMES[d] * ((R + far) ** d - R**d))


def _thresholds(table: pd.DataFrame) -> list[Check]:
    checks = []
    for row in table.to_dict(orient="records"):
        d, xi, stretch, r = int(row["d"]), row["xi"], row["stretch"], row["r"]
        growth: dict[str, Any] = {"xi": xi, "d": d, "A": _entropy(d), "stretch": stretch}
        doubt = 0.5 * np.log(2) * _at_the_rim(d, r)
        # of the ln of the ratio, against R
        levels = 0.5 * growth["A"] * d * (d - 1) * r ** max(0, d - 2)
        bent = levels + stretch * (1 - stretch) * (r / xi) ** stretch / r**2
        name = row["quantity"]
        if name == lattice.PLACE:
            theory, band = bubble.weakest_radius(**growth), 2 * np.sqrt(doubt / bent)
        elif name == lattice.WEAKEST:
            theory, band = bubble.log_weakest_ratio(**growth), doubt
        elif name == lattice.RATIO:
            theory, band = bubble.log_ratio(r, **growth), doubt
        else:
            theory = bubble.critical_size(**growth, **lattice.BUBBLE)
            band = 2 / np.log(2) * doubt + 1
        label = f"{name}, d = {d}, xi = {xi:g}"
        band += 1e-9 * abs(row["value"])
        checks.append(Check(label, row["value"], finite(theory), band=band))
    return checks


def _order(table: pd.DataFrame) -> list[Check]:
    """C's order of N*: up to the constant and logarithm of docs/physics.md (C3)."""
    checks = []
    for row in table[(table["quantity"] == lattice.SIZE) & (table["d"] > 1)].to_dict("records"):
        d, xi, A = int(row["d"]), row["xi"], _entropy(int(row["d"]))
        order = bubble.critical_size(xi, d, A, method="order")
        constant = 2 / np.log(2) * (1 - 1 / d) * (2 / (d * A)) ** (1 / (d - 1))
        N = row["value"]
        # of the start of the bubble, and of the sites at the rim
        start = 2 * abs(float(bubble.log_start(1, **lattice.BUBBLE))) + np.log(N)
        rest = (start + np.log(2) * _at_the_rim(d, row["r"])) / np.log(2)
        checks.append(Check(f"N*, d = {d}", N, constant * order, band=rest))
    return checks


def _start(table: pd.DataFrame) -> list[Check]:
    V, w, N = lattice.BUBBLE["V"], lattice.BUBBLE["w"], lattice.SPINS
    radius = 0.5 * w * N
    x, weights = np.polynomial.legendre.leggauss(40)
    near = lattice.SPLITTING + lattice.WINDOW * x
    # the spectral function of a random matrix is its density of levels where the flip ends
    rho = float(np.asarray(golden_rule.density_of_states(near, [], radius)) @ weights / 2)
    log_start = float(bubble.log_start(N, V, rho, w))
    # C's delta_b is the mean spacing, 2R/d; levels at SPLITTING are 1/(d rho) apart
    middle = -0.5 * np.log(2 * radius * rho)
    ratio = np.log(table["ratio"])
    # a finite matrix ends 1.2065/(2 d^(2/3)) of its radius before the semicircle does (Tracy and
    # Widom); the states are of a fifth of the levels, |E| < 0.158 R, with <E^2>/R^2 = 0.158^2/3
    edge = 1.2065 / (2 * 2 ** (2 * N / 3)) + 0.5 * 0.158**2 / 3
    return [
        Check(
            "ln(T/delta_b), delta_b of levels there",
            ratio.mean(),
            log_start + middle,
            ratio.sem(),
            2.0**-N,
        ),
        Check("the same as printed", ratio.mean(), log_start, ratio.sem(), edge, "below"),
        Check("rho", table["rho"].mean(), rho, table["rho"].sem(), rho * edge),
    ]


def _times(table: pd.DataFrame) -> list[Check]:
    xi, A = table["xi"].to_numpy(), table["A"].to_numpy()
    held = np.isfinite(table["ln_tau"]).to_numpy()
    exact = np.log(table["ln_tau"].to_numpy()[held])
    theory = np.log(bubble.log_thermalisation_time(xi[held], A[held]))
    twice = np.asarray(bubble.log10_log10_thermalisation_time(xi, A))
    return [
        Check("ln ln tau", exact, theory, band=1e-10 * exact, x=xi[held]),
        Check("log10 log10 tau", table["log_log"], twice, band=1e-10 * abs(twice), x=xi),
    ]


_N = 8
_LENGTHS = {"exp1d": 2.0, "stretch1d": 0.2, "stretch1d_alt": 0.05, "layers2d": 1.5}


def _couplings(tick: Tick = nothing) -> pd.DataFrame:
    """J_M/J_1 of the models, and gamma/delta_E with V_M^2/w over w (N + M - 1)/2^(N + M - 1)."""
    parts = []
    for geometry, xi in _LENGTHS.items():
        M = np.arange(1, 201)
        J = relative_couplings(geometry, len(M), xi)
        ratio = J**2 * 2.0 ** (M - 1) * _N / (_N + M - 1)
        weakest = 1 + int((J**2 * 2.0 ** (M - 1)).argmin())
        columns = {"geometry": geometry, "xi": xi, "M": M, "J": J, "ratio": ratio}
        parts.append(pd.DataFrame({**columns, "weakest": weakest, "grows": _growing_length()}))
    return pd.concat(parts, ignore_index=True)


def _growing_length(M: int = 100) -> float:
    """xi at which V_M^2 2^(M - 1) of a chain is V_1^2."""
    low, high = 1.0, 10.0
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        grows = relative_couplings("exp1d", M, middle)[-1] ** 2 * 2.0 ** (M - 1) > 1
        low, high = (low, middle) if grows else (middle, high)
    return high


def _printed_growth(table: pd.DataFrame) -> list[Check]:
    checks = []
    for geometry, xi in _LENGTHS.items():
        part = table[table["geometry"] == geometry]
        M = part["M"].to_numpy()
        ln_J = np.asarray(golden_rule.ln_coupling(geometry, M, xi))
        printed = np.log(golden_rule.paper_ratio(M, xi, 1.0, _N, geometry, floor=0.0))
        checks += [
            Check(f"ln V_M/V_1, {geometry}", np.log(part["J"]), ln_J, band=1e-11, x=M),
            Check(f"ln of eqs 6, 7, {geometry}", np.log(part["ratio"]), printed, band=1e-10, x=M),
        ]
        if geometry.startswith("stretch1d"):
            weakest = float(part["weakest"].iloc[0])
            theory = golden_rule.weakest_lbit(xi, geometry)
            checks.append(Check(f"M*, {geometry}", weakest, theory, band=0.5))
    lengths = [bubble.critical_xi(1, np.log(2)), golden_rule.critical_xi("exp1d")]
    checks.append(Check("xi_c, exp1d", table["grows"].iloc[0], lengths, band=1e-10))
    return checks


CASES = (
    Case(
        "C-thresholds",
        "section II, eq 4",
        "the ratio is smallest at R*",
        "as on lattices that are taken up site by site",
        "sites that the sphere cuts: in the plane 4 times their rms 1.3 R^(1/2)",
        ("bubble",),
        AtOnce(lattice.thresholds),
        _thresholds,
    ),
    Case(
        "C-critical-order",
        "section II",
        "bubbles of N* ~ (1/xi)^(d/(d - 1)) spins grow for ever",
        "with the constants (2/log 2)(1 - 1/d)(2/dA)^(1/(d - 1)) and a logarithm",
        "the logarithm: ln N* and twice the start, over log 2; sites that the sphere cuts",
        ("bubble",),
        AtOnce(lattice.thresholds),
        _order,
    ),
    Case(
        "C-start",
        "section II, eq 4",
        "T = V (delta_b rho)^(1/2), delta_b = wN/2^N",
        "elements of a random matrix are (pi/4)^(1/2) of that: levels in the middle are pi/4 "
        "wN/2^N apart; rho is the semicircle",
        "statistics; 2^-N of elements; of rho 1.2065/(2 d^(2/3)), the width of a finite matrix's "
        "band, and 0.4 %, that of the states in it",
        ("bubble", "golden_rule"),
        AtOnce(lattice.hybridised_grains),
        _start,
    ),
    Case(
        "C-times",
        "eq 20",
        "tau = exp[exp(A/xi^2)/xi]",
        "the package's formula against the same with 30 digits, for consistency only: nothing "
        "tests the estimate behind it",
        "rounding",
        ("bubble",),
        AtOnce(lattice.thermalisation_times),
        _times,
    ),
    Case(
        "C-couplings",
        "sections II, III A, eqs 6, 7",
        "V_M in three geometries, and eqs 6, 7 with them",
        "the package's formulas against couplings of its models, for consistency only: eq 7 has "
        "sqrt(r)/xi, xi_c = 2/log 2 and M* = 1 + 1/(xi log 2)^2",
        "rounding; M* is a whole number; 1e-10 of xi_c",
        ("bubble", "golden_rule"),
        AtOnce(_couplings),
        _printed_growth,
    ),
)
