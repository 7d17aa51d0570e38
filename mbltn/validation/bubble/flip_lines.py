"""Lines of one l-bit's flip on a random-matrix grain, and how wide a Lorentzian is measured (C)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...models import CentralGrain
from ...models.grains import GOEGrain
from ...observables.levels import level_spacing
from ...observables.line_width import line_width, quartile_width
from ...observables.pauli import Pauli
from ...observables.transitions import transitions_within
from ...solvers import Dense, Target, eigenpairs
from ..tables import Tick, nothing
from .studies import FIELDS, WIDTH


class Lines(NamedTuple):
    """Grain spins, coupling V of one l-bit, range of its field eps."""

    N: int
    V: float
    fields: tuple[float, float]
    seed: int


# Couplings far below the splittings 2 eps, where the golden rule is the leading order.
WEAK = Lines(8, 0.35, (1.5, 2.5), seed=61)
# C's inset: V_1 = 2.
STRONG = Lines(6, 2.0, FIELDS, seed=62)
SAMPLES = 300
_POINTS = 20001


def weak_lines(tick: Tick = nothing) -> pd.DataFrame:
    """One row a sample: `eps`, `width` gamma of the line, `spacing` of the levels, WEAK."""
    return lines(WEAK, tick)


def strong_lines(tick: Tick = nothing) -> pd.DataFrame:
    """The same of STRONG."""
    return lines(STRONG, tick)


def lines(of: Lines, tick: Tick = nothing) -> pd.DataFrame:
    """gamma by the quartiles of all transitions from a fifth of the states, the middle one."""
    N = of.N
    grain = GOEGrain(0.5 * WIDTH * N, "radius")
    about: dict[str, Any] = {"coupling": "xx", "field_range": of.fields, "grain": grain}
    model = CentralGrain(n_grain=N, n_lbits=1, alpha=1.0, first_coupling=of.V, **about)
    levels = 2 ** (N + 1)
    of_line = slice(2 * levels // 5, 3 * levels // 5)
    few = levels // (N + 1)
    of_spacing = slice((levels - few) // 2, (levels + few) // 2)
    rows = []
    for sample in range(SAMPLES):
        drawn = model.draw(of.seed, sample)
        spectrum = eigenpairs(model.operator(drawn), Target.all(), Dense())
        spacing = level_spacing(spectrum.energies[of_spacing])
        flips = transitions_within(spectrum, Pauli("x", 1), of_line)
        eps = float(drawn.fields[0])
        width = line_width(flips, 2 * eps, spacing).width
        rows.append({"sample": sample, "eps": eps, "width": width, "spacing": spacing})
        tick(sample + 1, SAMPLES)
    return pd.DataFrame(rows)


def measured_share(gamma: float, eps: float) -> float:
    """Width that `line_width` finds, over gamma, of two Lorentzians of width gamma at +-2 eps.

    It looks at 0 < w < 4 eps, where a part of one line is missing and some of the other one is.

    Examples
    --------
    >>> round(measured_share(0.01, 1.0), 3), round(measured_share(0.75, 1.0), 3)
    (0.998, 0.871)
    """
    w = np.linspace(0.0, 4 * eps, _POINTS)
    half = gamma / 2
    weights = 1 / ((w - 2 * eps) ** 2 + half**2) + 1 / ((w + 2 * eps) ** 2 + half**2)
    return quartile_width(w, weights) / gamma


def sampled_levels(tick: Tick = nothing) -> pd.DataFrame:
    """Levels of a grain of radius LEVEL_RADIUS and idle l-bits of LEVEL_FIELDS, counted in bins.

    Columns `sample`, `low`, `high` (of the bin), `share` of all levels.
    """
    grain = GOEGrain(LEVEL_RADIUS, "radius")
    k = len(LEVEL_FIELDS)
    model = CentralGrain(n_grain=LEVEL_SPINS, n_lbits=k, alpha=1.0, first_coupling=0.0, grain=grain)
    signs = 1 - 2 * ((np.arange(2**k)[:, None] >> np.arange(k)) & 1)
    shifts = signs @ np.array(LEVEL_FIELDS)
    parts = []
    for sample in range(LEVEL_SAMPLES):
        levels = np.linalg.eigvalsh(model.draw(63, sample).grain)
        counts, _ = np.histogram(np.add.outer(levels, shifts), LEVEL_BINS)
        share = counts / (len(levels) * len(shifts))
        bins = {"low": LEVEL_BINS[:-1], "high": LEVEL_BINS[1:], "share": share}
        parts.append(pd.DataFrame({"sample": sample, **bins}))
        tick(sample + 1, LEVEL_SAMPLES)
    return pd.concat(parts, ignore_index=True)


LEVEL_SPINS, LEVEL_RADIUS, LEVEL_SAMPLES = 7, 2.0, 200
LEVEL_FIELDS = (0.55, 1.3, 0.9)
LEVEL_BINS = np.linspace(-4.5, 4.5, 19)

MANY_FIELDS = tuple(0.5 + (0.618034 * j) % 1.0 for j in range(1, 15))
MANY_ENERGIES = (0.0, 1.0, 2.5, 6.0, 12.0)
MANY_RADIUS = 7.8


RATIO_SPINS, RATIO_V, RATIO_FIELDS = 6, 0.4, (0.6, 1.4, 1.9)


def summed_levels(tick: Tick = nothing) -> pd.DataFrame:
    """Semicircles summed over all signs of the l-bits: `curve`, `E`, `value`.

    "density" of MANY_FIELDS at a few energies; "centre" and "final" the golden rule's width over
    spacing of the last of RATIO_FIELDS, with the bath 2 eps and eps from the centre of the band.
    """
    rows = [("density", E, _summed(E, MANY_FIELDS)) for E in MANY_ENERGIES]
    *others, eps = RATIO_FIELDS
    spacing = 1 / (2 ** (RATIO_SPINS + len(RATIO_FIELDS)) * _summed(0.0, RATIO_FIELDS))
    for curve, E in (("centre", 2 * eps), ("final", eps)):
        # a state decays at 2 pi V^2 p, and a line joins two
        rows.append((curve, E, 2 * (2 * np.pi * RATIO_V**2 * _summed(E, others)) / spacing))
    return pd.DataFrame(rows, columns=["curve", "E", "value"])


def _summed(E: float, fields: Sequence[float]) -> float:
    shifts = np.zeros(1)
    for eps in fields:
        shifts = np.add.outer([eps, -eps], shifts).ravel()
    x = (E - shifts) / MANY_RADIUS
    heights = np.sqrt(1 - x[abs(x) < 1] ** 2) * 2 / (np.pi * MANY_RADIUS)
    return float(heights.sum() / len(shifts))
