"""When a bubble grows: C section II, eqs 4, 20, and where eqs 6, 7 are smallest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....models.geometry import relative_couplings
from ....theory import bubble, golden_rule
from ... import lattice_bubble as lattice
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
    for row in table[table["quantity"] != lattice.LENGTH].to_dict(orient="records"):
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
    (length,) = table[table["quantity"] == lattice.LENGTH]["value"]
    lengths = [bubble.critical_xi(1, np.log(2)), golden_rule.critical_xi("exp1d")]
    checks.append(Check("xi_c of a chain", length, lengths, band=1e-10))
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
    V, w = lattice.BUBBLE["V"], lattice.BUBBLE["w"]
    theory = np.asarray(bubble.log_start(lattice.SPINS, V, table["rho"].to_numpy(), w))
    exact = np.log(table["ratio"].to_numpy())
    # C's delta_b is the mean spacing, 2R/d; a finite matrix ends 1.2065/(2 d^(2/3)) of its radius
    # before the semicircle does (Tracy and Widom)
    radius = 0.5 * w * lattice.SPINS
    density = golden_rule.density_of_states(lattice.SPLITTING, [], radius)
    middle = -0.5 * np.log(2 * radius * density)
    edge = 1.2065 / (2 * 2 ** (2 * lattice.SPINS / 3))
    difference = exact - theory
    error = difference.std(ddof=1) / np.sqrt(len(difference))
    return [
        Check(
            "ln(T/delta_b), delta_b of levels there",
            exact.mean(),
            theory.mean() + middle,
            error,
            edge,
        ),
        Check("the same as printed", exact.mean(), theory.mean(), error, edge, "below"),
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
        parts.append(pd.DataFrame({**columns, "weakest": weakest}))
    return pd.concat(parts, ignore_index=True)


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
    return checks


CASES = (
    Case(
        "C-thresholds",
        "section II, eq 4",
        "the ratio is smallest at R*, and grows with R in one dimension if xi > 2/A",
        "as on lattices that are taken up site by site",
        "sites that the sphere cuts: in the plane 4 times their rms 1.3 R^(1/2)",
        ("bubble", "golden_rule"),
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
        "elements are (pi/4)^(1/2) of that: levels in the middle are pi/4 wN/2^N apart",
        "statistics; 1.2065/(2 d^(2/3)): the width of a finite matrix's band",
        ("bubble", "golden_rule"),
        AtOnce(lattice.hybridised_grains),
        _start,
    ),
    Case(
        "C-times",
        "eq 20",
        "tau = exp[exp(A/xi^2)/xi]",
        "from the density exp(-2A/xi^2) of bubbles in the plane it is",
        "rounding",
        ("bubble",),
        AtOnce(lattice.thermalisation_times),
        _times,
    ),
    Case(
        "C-couplings",
        "section III A, eqs 6, 7",
        "V_M in three geometries; curves of stretched exponentials are smallest at M*",
        "as the models have them, eq 7 with sqrt(r)/xi; M* = 1 + 1/(xi log 2)^2",
        "rounding; M* is a whole number",
        ("golden_rule",),
        AtOnce(_couplings),
        _printed_growth,
    ),
)
