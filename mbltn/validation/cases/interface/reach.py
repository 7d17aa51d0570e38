"""How far a grain thermalises: flow, lengths, chains without l-bits (E sections III, IV)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import random_matrix as rmt
from ...direct import crossover_counts as counts
from ...direct.noisy_chain import CHAINS, flip_rates
from ...evidence import AtOnce
from ...interface.grain_flow import ALPHA, FIRST, OF_AVERAGE, RADIUS, SPINS, counted_couplings
from ..case import Case
from ..check import Check, Relation
from .one_spin import COUNTED

_ZETA = float(-1 / np.log(ALPHA))


def _flow(table: pd.DataFrame) -> list[Check]:
    G = table.groupby("n")["G"].agg(["mean", "sem"])
    n = G.index.to_numpy()
    v = 2 / (np.pi * RADIUS)
    first = rmt.hybridisation(FIRST, v, 2**SPINS * v)
    theory = np.asarray(rmt.hybridisation_along_chain(first, n, _ZETA))
    # sum of g_i^2 of those that joined: the band is wider by half of 4 times that over R^2
    joined = np.array([(FIRST**2 * ALPHA ** (2 * np.arange(m))).sum() for m in n])
    band = (OF_AVERAGE + 4 * joined / RADIUS**2) * theory
    alone = np.asarray(first) * ALPHA**n
    return [
        Check("G of the next l-bit", G["mean"], theory, G["sem"], band, x=n, x_label="n"),
        Check(
            "the same, levels of the grain only",
            *(G["mean"][1:], alone[1:], G["sem"][1:], band[1:]),
            relation="differs",
            x=n[1:],
            x_label="n",
        ),
    ]


def _lengths(table: pd.DataFrame) -> list[Check]:
    def rows(what: str) -> tuple[np.ndarray, ...]:
        part = table[table["what"] == what]
        return tuple(part[name].to_numpy() for name in ("value", "d", "zeta", "l_b"))

    end, _, zeta, l_b = rows("end")
    alone, _, zeta_1, l_b1 = rows("alone")
    absorbed = rmt.absorbed_lbits(np.exp(counts.LOG2 * l_b / 2), zeta)
    ball, d, zeta_2, l_b2 = rows("ball")
    balls = [
        float(rmt.crossover_radius(z, size, int(n)))
        for n, z, size in zip(d, zeta_2, l_b2, strict=True)
    ]
    contained, d, zeta_3, _ = rows("contained")
    largest = [
        float(rmt.largest_contained_grain(z, int(n))) for n, z in zip(d, zeta_3, strict=True)
    ]
    step, of_size = counts.STEP, counts.SIZE_STEP
    sizes = of_size * np.arange(1, round(1.5 * contained.max() / of_size))
    with_end = [
        of_size * np.isfinite(rmt.crossover_radius(z, sizes, int(n))).sum()
        for n, z in zip(d, zeta_3, strict=True)
    ]
    # G = 1 where the counting ends; it falls by a factor of less than e^(2 step) a step
    G_end = rmt.hybridisation_along_chain(np.exp(counts.LOG2 * l_b / 2), end, zeta)
    return [
        Check("l_c at the end of a chain, eq 16", end, rmt.crossover_length(zeta, l_b), band=step),
        Check("l-bits until G = 1", end, absorbed, band=step),
        Check("G there", 1.0, G_end, band=2 * step),
        Check(
            "l_c of the grain alone",
            *(alone, rmt.crossover_without_cooperation(zeta_1, l_b1)),
            band=step,
        ),
        Check("l_c of balls, eq 17", ball, balls, band=step),
        Check("largest grain with an end", contained, largest, band=of_size),
        Check("the same, grains of which eq 17 has a solution", contained, with_end, band=of_size),
    ]


def _sites(table: pd.DataFrame) -> list[Check]:
    """Bands: sites of which the spheres cut the cells."""
    checks = []
    volumes = table[table["what"] == "volume"]
    for d, exact, radius in zip(*(volumes[name] for name in ("d", "value", "l_b")), strict=True):
        theory = rmt.unit_ball(int(d))
        checks.append(Check(f"C_{d}", exact, theory, band=theory * d / radius))
    shells = table[table["what"] == "shell"]
    columns = (shells[name] for name in ("d", "value", "l_b", "zeta"))
    for d, exact, l_b, away in zip(*columns, strict=True):
        right, printed = (
            float(rmt.shell_spins(away, l_b, int(d), printed=flag)) for flag in (False, True)
        )
        band = d * rmt.unit_ball(int(d)) * (l_b + away) ** (d - 1)
        checks += [
            Check(f"N_l, d = {d}", exact, right, band=band),
            Check(f"N_l as printed, d = {d}", exact, printed, band=band, relation="differs"),
        ]
    return checks


def _levels_under_lines(table: pd.DataFrame) -> list[Check]:
    i, exact = table["i"].to_numpy(), np.log(table["levels"].to_numpy())
    joined = counts.LADDER - counts.GRAIN
    found = (i, counts.GRAIN, joined, counts.ZETA, counts.RATIO)
    right, printed = (
        np.asarray(rmt.log_ipr_along_chain(*found, printed=flag)) for flag in (False, True)
    )
    # two lines of two ends, each good to a level
    band = 4 / table["levels"].to_numpy()
    return [
        Check("ln of the levels under the line of spin i", exact, right, 0, band, x=i, x_label="i"),
        Check(
            "the same, +2 ln(xi/g_1) as printed",
            *(exact[1:], printed[1:], 0, band[1:], "differs"),
            x=i[1:],
            x_label="i",
        ),
    ]


def _widths(
    table: pd.DataFrame, chain: str, pi_factor: bool = True, norm: str = "unit"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """g, exact and golden rule's half widths of the last spin."""
    rows = table[table["chain"] == chain]
    g = rows["g"].to_numpy()
    theory = [
        rmt.chain_widths(each, CHAINS[chain].fields, v0, 1e40, pi_factor, norm).half_widths[-1]
        for each, v0 in zip(g, rows["v0"], strict=True)
    ]
    return g, rows["half_width"].to_numpy(), np.array(theory)


def _near_resonance(table: pd.DataFrame) -> list[Check]:
    h = CHAINS["near"].fields
    # the part of E-tails that (h_1 - h_2)/h leaves
    share = abs(h[0] ** 2 - h[1] ** 2) / (h[0] ** 2 + h[1] ** 2)
    g, exact, theory = _widths(table, "one spin")
    checks = [_relative("w_1", g, exact, theory, (theory / 2) ** 2)]
    g, exact, theory = _widths(table, "near")
    next_order = (g / (h[0] - h[1])) ** 2
    checks.append(_relative("w_2", g, exact, theory, share + next_order))
    # d ln w_2/d (2 h_2), by differences
    nearer, farther = (_widths(table, chain)[1] for chain in ("nearer", "farther"))
    apart = 2 * (CHAINS["nearer"].fields[1] - CHAINS["farther"].fields[1])
    bent = exact * np.log(nearer / farther) / apart
    smoothness = np.array(
        [rmt.chain_widths(each, h, CHAINS["near"].v0, 1e40).smoothness[-1] for each in g]
    )
    checks.append(_relative("w_2 |v'|/v", g, bent, smoothness, 1.5 * share + next_order))
    for name, pi_factor, norm in (
        ("w_2, eq 20 as printed", True, "printed"),
        ("w_2 without pi", False, "unit"),
    ):
        g, exact, theory = _widths(table, "near", pi_factor, norm)
        checks.append(_relative(name, g, exact, theory, share, "differs"))
    return checks


def _tails(table: pd.DataFrame) -> list[Check]:
    checks = []
    for chain in ("far", "reverse"):
        h_1, h_2 = CHAINS[chain].fields
        g, exact, theory = _widths(table, chain)
        # a damped oscillator's line over two Lorentzians', at 2 h_2 and far from 2 h_1
        both = 2 * h_1**2 / (h_1**2 + h_2**2)
        band = (g**2 + (4 * np.pi * g**2 * CHAINS[chain].v0) ** 2) / (h_1 - h_2) ** 2
        fields = f"w_2 of fields {h_1}, {h_2}"
        checks.append(_relative(f"{fields}, eqs 19, 20", g, exact, theory, 0.1, "differs"))
        checks.append(_relative(f"{fields}, with interference", g, exact, both * theory, band))
    g, exact, theory = _widths(table, "three")
    checks.append(_relative("w_3, eqs 19, 20", g, exact, theory, 1.0, "above"))
    return checks


def _relative(
    name: str,
    g: np.ndarray,
    exact: np.ndarray,
    theory: np.ndarray,
    share: float | np.ndarray,
    relation: Relation = "agrees",
) -> Check:
    return Check(name, exact, theory, 0.0, share * theory, relation, x=g, x_label="g")


def _decay(table: pd.DataFrame) -> list[Check]:
    """What ln w_2 - ln w_1 gains from g/2 to g, at equal w_1, is the gain of -2/zeta."""
    h = 1.0
    g, first, _ = _widths(table, "far")
    first = np.pi * g**2 * CHAINS["far"].v0
    second, third = _widths(table, "far")[1], _widths(table, "three")[1]
    right, printed = (
        2 / np.asarray(rmt.effective_zeta(g, h, printed=flag)) for flag in (False, True)
    )
    band = 2 * g.max() ** 2 / 0.6**2 + (4 * np.pi * g.max() ** 2 * CHAINS["far"].v0 / 0.2) ** 2
    checks = []
    for name, ratio in (("w_2/w_1", second / first), ("w_3/w_2", third / second)):
        gained = float(np.log(ratio[0] / ratio[1]))
        what = f"ln({name}) from g/2 to g, zeta = "
        checks += [
            Check(f"{what}1/ln(h/g)", gained, right[1] - right[0], band=band),
            Check(f"{what}ln(h/g)", gained, printed[1] - printed[0], 0.0, band, "differs"),
        ]
    return checks


CASES = (
    Case(
        "E-flow",
        "section III A, Fig 2",
        "v' = v and rho' = 2 rho: G' = G exp(-1/zeta + log 2/2)",
        "so it is, counted by levels and elements, as long as sum g^2 << R^2",
        f"{COUNTED}; 4 sum g^2/R^2, by which l-bits widen the band",
        ("random_matrix/chain", "random_matrix/hybridisation"),
        AtOnce(counted_couplings),
        _flow,
    ),
    Case(
        "E-lengths",
        "eqs 16, 17, section III C",
        "a grain takes up l_c spins, and has no end in d > 1 unless it is small",
        "the formulas are the ends of step by step counting",
        "the step of the counting",
        ("random_matrix/chain", "random_matrix/dimensions"),
        AtOnce(counts.radii),
        _lengths,
    ),
    Case(
        "E-sites",
        "section III C",
        "N_l = C_d (l_b + l)^d - l_b^d sites within l",
        "C_d [(l_b + l)^d - l_b^d]: the bracket is missing in print",
        "the sites whose cells the spheres cut: d C_d r^(d-1), of volume 1",
        ("random_matrix/dimensions",),
        AtOnce(counts.radii),
        _sites,
    ),
    Case(
        "E-levels-under-lines",
        "eq 22",
        "D(sigma^x_i) = log 4 + V log 2 -+ 2 log(g_1/xi) - 2 (i - 1)/zeta",
        "with +2 log(g_1/xi): the printed sign fails",
        "two levels a line",
        ("random_matrix/operator_ipr",),
        AtOnce(counts.line_levels),
        _levels_under_lines,
    ),
    Case(
        "E-without-lbits",
        "eqs 18 to 20",
        "w_i = g^2 v_(i-1)(2 h_i), v_i two Lorentzians of half width 2 w_i",
        "so it is next to resonance, with pi and with half of the printed norm",
        "of E-tails |h_1^2 - h_2^2|/(h_1^2 + h_2^2) = 0.5 %, 1.5 times in w v'/v; and "
        "(g/(h_1 - h_2))^2, (w_1/2h)^2",
        ("random_matrix/without_lbits", "random_matrix/hybridisation"),
        AtOnce(flip_rates),
        _near_resonance,
    ),
    Case(
        "E-tails",
        "eqs 8, 20, 21",
        "Lorentzians hold far from +-2h, so that w_2 = g^2 w_1/h^2, and so on along the chain",
        "two paths to the flip interfere: 2 h_1^2/(h_1^2 + h_2^2) times the Lorentzians for the "
        "second spin; the third's is 11 times as wide, since v_1 is not constant near 2 h_3",
        "(g/(h_1 - h_2))^2 and (4 w_1/(h_1 - h_2))^2, next orders of perturbation theory",
        ("random_matrix/without_lbits",),
        AtOnce(flip_rates),
        _tails,
    ),
    Case(
        "E-decay",
        "eq 21, end of section III D",
        "widths fall as (g/h)^(2i): exp(-zeta) = g/h",
        "w_2/w_1 and w_3/w_2 go as g^2: zeta = 1/log(h/g), the printed one is its inverse",
        "next orders: (g/(h_1 - h_2))^2, (4 w_1/(2 h_1 - 2 h_3))^2",
        ("random_matrix/without_lbits",),
        AtOnce(flip_rates),
        _decay,
    ),
)
