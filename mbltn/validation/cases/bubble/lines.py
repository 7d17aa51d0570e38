"""The golden rule where it is the leading order, and the densities of levels in it (C Fig 4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import golden_rule
from ...bubble import flip_lines
from ...bubble.studies import WIDTH
from ...evidence import AtOnce
from ..case import Case
from ..check import Check

# <(V/2 eps)^2> over the fields, of both states that a transition joins
_NEXT_ORDER = 2 * flip_lines.WEAK.V**2 / (4 * flip_lines.WEAK.fields[0] * flip_lines.WEAK.fields[1])


def _beside_rule(table: pd.DataFrame, of: flip_lines.Lines) -> pd.DataFrame:
    """`exact` and `theory` width over spacing of each sample, as measured."""
    N, V = of.N, of.V
    radius = 0.5 * WIDTH * N
    eps = table["eps"].to_numpy()
    rule = np.asarray(golden_rule.golden_rule_ratio(eps[:, None], V, N, WIDTH, floor=0.0))
    joint = np.asarray(golden_rule.density_of_states(np.zeros(len(eps)), eps[:, None], radius))
    gamma = rule / (2.0 ** (N + 1) * joint)
    share = [flip_lines.measured_share(*each) for each in zip(gamma, eps, strict=True)]
    # from energy 0 the bath goes from eps to -eps, and to 3 eps where the line ends
    alone = np.zeros((len(eps), 0))
    at = [np.asarray(golden_rule.density_of_states(n * eps, alone, radius)) for n in (1, 2, 3)]
    place = (at[0] + at[2]) / (2 * at[1])
    exact = table["width"] / table["spacing"]
    return pd.DataFrame({"exact": exact, "rule": rule, "theory": rule * share * place})


def _weak(table: pd.DataFrame) -> list[Check]:
    rows = _beside_rule(table, flip_lines.WEAK)
    difference = rows["exact"] - rows["theory"]
    theory = rows["theory"].mean()
    band = (_NEXT_ORDER + 2.0**-flip_lines.WEAK.N) * theory
    return [Check("gamma/delta_E", rows["exact"].mean(), theory, difference.sem(), band)]


def _strong(table: pd.DataFrame) -> list[Check]:
    rows = _beside_rule(table, flip_lines.STRONG)
    exact = rows["exact"]
    return [
        Check("gamma/delta_E, V_1 = 2", exact.mean(), rule.mean(), exact.sem(), 0.0, "below")
        for rule in (rows["rule"], rows["theory"])
    ]


def _levels(table: pd.DataFrame) -> list[Check]:
    bins = table.groupby("low").agg(
        share=("share", "mean"), error=("share", "sem"), high=("high", "first")
    )
    low, high = bins.index.to_numpy(), bins["high"].to_numpy()
    x, weights = np.polynomial.legendre.leggauss(60)
    E = low[:, None] + (high - low)[:, None] * (x + 1) / 2
    density = np.asarray(
        golden_rule.density_of_states(E, np.array(flip_lines.LEVEL_FIELDS), flip_lines.LEVEL_RADIUS)
    )
    theory = density @ weights * (high - low) / 2
    squares = ((low + high) / 2) ** 2
    middle = squares < 3.9**2
    return [
        Check(
            "share of levels in a bin",
            *(bins["share"][middle], theory[middle], bins["error"][middle]),
            band=2.0**-flip_lines.LEVEL_SPINS * theory[middle],
            x=low[middle],
            x_label="E",
        )
    ]


def _many(table: pd.DataFrame) -> list[Check]:
    dense = table[table["curve"] == "density"]
    E = dense["E"].to_numpy()
    fields = np.tile(flip_lines.MANY_FIELDS, (len(E), 1))
    theory = np.asarray(
        golden_rule.density_of_states(E, fields, flip_lines.MANY_RADIUS, method="fourier")
    )
    # harmonics t > T = 2^15 pi/half that are left out: 2 |J_1(x)|/x < 2 sqrt(2/pi) x^(-3/2), and
    # 14 cosines are 2^-7 on average
    half = flip_lines.MANY_RADIUS + sum(flip_lines.MANY_FIELDS)
    T = 2.0**15 * np.pi / half
    rest = 2 * np.sqrt(2 / np.pi) * 2 * flip_lines.MANY_RADIUS**-1.5 * T**-0.5 / np.pi * 2.0**-7
    checks = [Check("p_14(E)", dense["value"], theory, band=rest, x=E, x_label="E")]
    w = 2 * flip_lines.MANY_RADIUS / flip_lines.RATIO_SPINS
    for at in ("centre", "final"):
        (exact,) = table[table["curve"] == at]["value"]
        given = (flip_lines.RATIO_FIELDS, flip_lines.RATIO_V, flip_lines.RATIO_SPINS, w)
        rule = golden_rule.golden_rule_ratio(*given, at=at, floor=0.0)
        checks.append(Check(f"gamma/delta_E, bath at the {at}", exact, rule, band=1e-9 * exact))
    return checks


CASES = (
    Case(
        "C-golden-rule",
        "section III A, below eq 5",
        "gamma ~ V^2/w where the golden rule holds",
        "with 4 pi and the densities of levels there is no free number, for V << 2 eps",
        f"statistics; {_NEXT_ORDER:.2%}: <(V/2 eps)^2> of both states, next order in V; 2^-N",
        ("golden_rule",),
        AtOnce(flip_lines.weak_lines),
        _weak,
    ),
    Case(
        "C-strong-first",
        "Fig 4c, inset, section III A",
        "gamma ~ V^2/w, also for V_1 = 2 < w",
        "the first line is wider than its splitting: a third of the golden rule's width",
        "statistics only",
        ("golden_rule",),
        AtOnce(flip_lines.strong_lines),
        _strong,
    ),
    Case(
        "C-level-density",
        "section III A, eq 6",
        "delta_E = w (N + M - 1)/2^(N + M - 1)",
        "the density of levels is the semicircle convolved with each l-bit's two levels",
        "statistics; 2^-N, the next order of a Gaussian matrix of 2^N levels",
        ("golden_rule",),
        AtOnce(flip_lines.sampled_levels),
        _levels,
    ),
    Case(
        "C-level-density-many",
        "section III A, eq 6",
        "delta_E = w (N + M - 1)/2^(N + M - 1)",
        "the package's Fourier series for many l-bits against its definition, a sum over their "
        "signs; its golden rule against the same formula written out, for consistency only",
        "the harmonics left out: 2^(-k/2) sqrt(2/pi) 4 (R^3 T)^(-1/2)/pi beyond t = T; rounding",
        ("golden_rule",),
        AtOnce(flip_lines.summed_levels),
        _many,
    ),
)
