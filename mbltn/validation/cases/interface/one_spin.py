"""One spin on a bath: widths, structure factors, spreads (E sections II, IV, appendix B)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import random_matrix as rmt
from ...direct import thermal_spin as spin
from ...direct.crossover_counts import FLAT, LEVEL_DENSITY, band_matrices
from ...evidence import AtOnce
from ...interface.grain_flow import FIRST, OF_AVERAGE, RADIUS, SPINS, counted_couplings
from ..case import Case
from ..check import Check, Relation

_DENSITY = 2 * spin.LEVELS / spin.BAND
_STEP = 1e-3
COUNTED = (
    f"statistics; {OF_AVERAGE:.1%}: the middle fifth of the levels is 0.4 % less dense than the "
    "centre, elements lose 1/(2d) = 0.4 %, and the root of a mean square of some 100 of them 0.1 %"
)


def _half_width(pi_factor: bool = True) -> float:
    return float(rmt.half_width(spin.COUPLING, 1 / spin.BAND, pi_factor))


def _within(v: rmt.StructureFactor, centre: float) -> np.ndarray:
    """Weight of v nearer to `centre` than each of the distances."""
    edges = v.step * (np.arange(len(v.values) + 1) - len(v.values) / 2)
    below = np.concatenate([[0.0], np.cumsum(v.values) * v.step])
    w = np.array(spin.DISTANCES)
    return np.asarray(np.interp(centre + w, edges, below) - np.interp(centre - w, edges, below))


def _hybridization(table: pd.DataFrame) -> list[Check]:
    def k(half_width: float) -> np.ndarray:
        line = rmt.sampled(
            lambda w: np.asarray(rmt.lorentzian(w, half_width)), spin.BAND / 2, _STEP
        )
        return _within(line, 0.0)

    right, without_pi = k(_half_width()), k(_half_width(pi_factor=False))
    return [
        _weights(table, "k", "weight of k within w", right, 1),
        _weights(table, "k", "the same, w_h without pi", without_pi, 1, "differs"),
    ]


def _structure_factors(table: pd.DataFrame) -> list[Check]:
    def peaks(w: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(-(((abs(w) - spin.MIDDLE) / spin.DEVIATION) ** 2) / 2))

    w_h, flip = _half_width(), 2 * spin.FIELD
    v = rmt.sampled(peaks, spin.BAND / 2, _STEP)
    after = 2 * _within(rmt.bath_update(v, w_h), spin.MIDDLE)
    unchanged = 2 * _within(v, spin.MIDDLE)
    # on a grid far beyond the band: whether tails of the line end with it, eq 8 does not say
    wide = rmt.sampled(peaks, 20 * spin.BAND, _STEP)
    line = 2 * _within(rmt.spin_update(wide, spin.FIELD, w_h), flip)
    of_k = 2 * _within(rmt.spin_update(wide, spin.FIELD, w_h / 2), flip)
    tails = 2 * 4 * w_h / (np.pi * spin.BAND) * line
    return [
        _weights(table, "operator", "v' within w of its peaks, eq 6", after, 2),
        _weights(table, "operator", "the same, v' = v", unchanged, 2, "differs"),
        _weights(table, "line", "sigma^x of the spin within w of +-2h, eq 8", line, 2, tails=tails),
        _weights(table, "line", "the same, as wide as k", of_k, 2, "differs", tails),
    ]


def _weights(
    table: pd.DataFrame,
    what: str,
    name: str,
    theory: np.ndarray,
    lines: int,
    relation: Relation = "agrees",
    tails: float | np.ndarray = 0.0,
) -> Check:
    """Of a weight (2/pi) arctan(w/w_h) the derivative by ln w_h is at most 1/pi."""
    samples = table[table["what"] == what].pivot(index="sample", columns="w", values="value")
    return Check(
        name,
        samples.mean(),
        theory,
        samples.sem(),
        lines * spin.NEXT_ORDER / np.pi + tails,
        relation,
        x=spin.DISTANCES,
        x_label="w",
    )


def _spreads(table: pd.DataFrame) -> list[Check]:
    rows = table[table["what"] == "participation"]["value"]
    exact, error, w_h = rows.mean(), rows.sem(), _half_width()
    gaussian, even = (
        1 / float(rmt.ipr_lorentzian(_DENSITY, w_h, spin.FIELD, factor)) for factor in (True, False)
    )
    band = (2 * spin.NEXT_ORDER + 12 * (w_h / (2 * spin.FIELD)) ** 2) * gaussian
    name = "1/IPR of sigma^x of the spin"
    return [
        Check(name, exact, gaussian, error, band),
        Check(f"{name}, elements not Gaussian", exact, even, error, band, "differs"),
    ]


def _of_lines(table: pd.DataFrame) -> list[Check]:
    flat = rmt.ipr_flat(LEVEL_DENSITY, FLAT, gaussian=True)
    semicircle = rmt.sampled(_semicircle, 2.0, 1e-4)
    theories = {
        "flat": 1 / float(flat),
        "semicircle": 1 / float(rmt.ipr_of_line(semicircle, LEVEL_DENSITY, gaussian=True)),
    }
    return [
        Check(f"1/IPR, {name}", table[name].mean(), theory, table[name].sem(), 1e-3 * theory)
        for name, theory in theories.items()
    ]


def _semicircle(w: np.ndarray) -> np.ndarray:
    return np.asarray(2 / np.pi * np.sqrt(np.maximum(1 - np.square(w), 0)))


def _bare_matrix(table: pd.DataFrame) -> list[Check]:
    v = rmt.sampled(lambda w: _semicircle(w / spin.RADIUS), 2 * spin.RADIUS, _STEP)
    centre = spin.MATRIX * 2 / (np.pi * spin.RADIUS)
    constant = 1 / float(rmt.ipr_of_line(v, centre, gaussian=True))
    exact, error = table["participation"].mean(), table["participation"].sem()
    return [
        Check("1/IPR, one density for all levels", exact, constant, error, relation="above"),
        Check(
            "1/IPR, 3 pi/8 of it", exact, constant * 3 * np.pi / 8, error, 2 / spin.MATRIX * exact
        ),
    ]


def _back_reaction(table: pd.DataFrame) -> list[Check]:
    g, h, R = spin.STRONG, spin.FAR_FIELD, spin.RADIUS
    # a state at total energy 0 has the bath at -+h, and its spin flips to +-h
    w_h = float(rmt.half_width(g, float(_semicircle(np.array(h / R))) / R))
    v = rmt.sampled(lambda w: _semicircle((w + h) / R) + _semicircle((w - h) / R), 60.0, 0.01)
    near = abs(abs(v.frequencies) - 2 * h) < 2 * w_h
    without, spiked = (
        line.values[near].sum() * v.step
        for line in (rmt.bath_update(v, w_h), rmt.back_reaction(v, w_h, g, R, h))
    )
    exact, error = table["coupled"].mean(), table["coupled"].sem()
    expected = "weight within 2 w_h of +-2h"
    return [
        Check(f"{expected}, eq 14", exact, spiked, error, relation="below"),
        Check(f"{expected}, no peaks", exact, without, error, relation="below"),
    ]


def _direct_sums(table: pd.DataFrame) -> list[Check]:
    g, xi_v, h, w_h = (float(table[name].iloc[0]) for name in ("g", "xi_v", "h", "w_h"))
    w = table["w"].to_numpy()
    v = rmt.StructureFactor(float(w[1] - w[0]), table["v"].to_numpy())
    # a grid that ends puts the tails of both k back in proportion; 1e-4 of it for sums over steps
    lost = (1 - 2 * w_h / (np.pi * w[-1])) ** -2 - 1 + 1e-4
    shown = np.flatnonzero(abs(w) < 3)[::5]
    checks = []
    for renormalise, name in ((True, "renormalised"), (False, "printed")):
        found = rmt.back_reaction(v, w_h, g, xi_v, h, renormalise).values[shown]
        exact = table[name].to_numpy()[shown]
        band = lost * exact
        checks.append(Check(f"v', k0 {name}", exact, found, 0.0, band, x=w[shown], x_label="w"))
    for column, name, found in (
        ("smooth", "k*v*k", rmt.bath_update(v, w_h)),
        ("spin", "line of the spin, eq 8", rmt.spin_update(v, h, w_h)),
    ):
        exact, theory = table[column].to_numpy()[shown], found.values[shown]
        checks.append(Check(name, exact, theory, 0.0, lost * exact, x=w[shown], x_label="w"))
    return checks


def _counted(table: pd.DataFrame) -> list[Check]:
    bare = table[table["n"] == 0]
    v = 2 / (np.pi * RADIUS)
    G = float(rmt.hybridisation(FIRST, v, 2**SPINS * v))
    mean = float(rmt.reduced_coupling(G))
    return [
        Check("G of one spin", bare["G"].mean(), G, bare["G"].sem(), OF_AVERAGE * G),
        Check(
            "mean element over spacing",
            *(bare["mean_element"].mean(), mean),
            *(bare["mean_element"].sem(), OF_AVERAGE * mean),
        ),
    ]


_NEXT = f"{spin.NEXT_ORDER:.2%} of widths: 4 (g/W)^2, the next order of the golden rule"

CASES = (
    Case(
        "E-coupling",
        "eqs 1, 4",
        "elements are Gaussian of variance v/rho: G = g sqrt(v(2h) rho)",
        "G, counted by levels, and the mean element, D's g = sqrt(2/pi) G, are so",
        COUNTED,
        ("random_matrix/hybridisation",),
        AtOnce(counted_couplings),
        _counted,
    ),
    Case(
        "E-hybridization",
        "section II C, appendix A",
        "k is a Lorentzian of half width w ~ g^2 v(2h)",
        "it is, of half width pi g^2 v, up to the ends of the band",
        f"statistics; {_NEXT}",
        ("random_matrix/hybridisation",),
        AtOnce(spin.flat_bath),
        _hybridization,
    ),
    Case(
        "E-structure-factors",
        "eqs 6, 8",
        "v' = k*v*k of the bath; two bumps of half width 2w at +-2h of the spin",
        "so they are, within a few half widths; for tails of the spin's see E-tails",
        f"statistics; {_NEXT}, for each of the two k; of the spin's line 4 w/(pi W) = 0.64 % for "
        "each: what of a Lorentzian lies beyond the band",
        ("random_matrix/structure_factor", "random_matrix/hybridisation"),
        AtOnce(spin.flat_bath),
        _structure_factors,
    ),
    Case(
        "E-spread",
        "section IV",
        "IPR = rho/int v^2, of two Lorentzians 8 pi rho w",
        "a third of that: elements are real Gaussian numbers",
        f"statistics; {_NEXT}, twice; 12 (w/2h)^2 of E-tails",
        ("random_matrix/operator_ipr", "random_matrix/hybridisation"),
        AtOnce(spin.flat_bath),
        _spreads,
    ),
    Case(
        "E-lines",
        "section IV",
        "IPR = rho/int v^2, 4 rho w of two flat peaks",
        "a third of that for Gaussian elements",
        "statistics; 0.1 %: the grid of levels at the ends of the lines",
        ("random_matrix/operator_ipr",),
        AtOnce(band_matrices),
        _of_lines,
    ),
    Case(
        "E-bare-matrix",
        "section IV",
        "rho is taken constant: IPR = rho/int v^2 of a bath operator",
        "one density for all levels makes that of a random matrix 3 pi/8 too large: it is d/3",
        "statistics; 2/d, the constraint sum_m <m|V|n>^2 = 1",
        ("random_matrix/operator_ipr",),
        AtOnce(spin.gaussian_bath),
        _bare_matrix,
    ),
    Case(
        "E-back-reaction",
        "eqs 13, 14",
        "the operator that couples has new peaks of weight (g/xi)^2 at +-2h",
        "beside a random matrix it has none: there is less weight there than without them",
        "statistics only",
        ("random_matrix/structure_factor",),
        AtOnce(spin.gaussian_bath),
        _back_reaction,
    ),
    Case(
        "E-direct-sums",
        "eqs 6, 8, 13, 14",
        "v' = (1 - 2W) k*v*k + W k0*delta(w -+ 2h)*k0",
        "our grid has what direct sums and Voigt's profile give",
        "the part of two k that lies beyond the grid, 0.25 %; 0.01 % for sums",
        ("random_matrix/structure_factor",),
        AtOnce(spin.spiked_line),
        _direct_sums,
    ),
)
