"""Paper E, tables of its Figs 3 to 7: exact numbers beside theory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...observables import around_energy, mean_histogram, operator_elements, structure_factor
from ...observables.energy_histogram import EnergyHistogram
from ...observables.entanglement import LOG2
from ...operators import SIGMA_X, embed
from ...study.schema import build_model
from ...theory import golden_rule, random_matrix as rmt
from ..campaigns import Stored, against, mean_curves, rows_of
from .studies import ALPHA, FIELDS, FIRST, RADIUS

ZETA = float(-1 / np.log(ALPHA))
EXACT = ("exact",)
UNCOUPLED = "local chain, 3 l-bits uncoupled"
BATHS = ("local chain and 3 l-bits", "local chain", "random matrix", UNCOUPLED)
_SAMPLES = 200


def strengthening(bath: Stored, single: Stored) -> pd.DataFrame:
    """E Fig 3: D(O_B) of a bath spin against the number of l-bits, and its growth with each.

    Theory: every l-bit doubles the number of states, from a third of the grain's own dimension.
    """
    rows: list[Any] = []
    for stored, curve, spins in ((bath, "6 spins", 6), (single, "1 spin", 1)):
        part = rows_of(stored.means(), "log_ipr_probe").sort_values("n_lbits")
        n, D, error = (part[name].to_numpy() for name in ("n_lbits", "mean", "error"))
        rows += [("D", curve, *values) for values in zip(n, D, error, strict=True)]
        steps = np.hypot(error[1:], error[:-1])
        rows += [
            ("slope", curve, *values)
            for values in zip(n[:-1] + 0.5, np.diff(D), steps, strict=True)
        ]
        if spins > 1:
            start = spins * LOG2 - np.log(3.0)
            rows += [("D", "every l-bit doubles", m, start + m * LOG2, np.nan) for m in n]
            rows += [("slope", "log 2", m, LOG2, np.nan) for m in (n[0], n[-1])]
    return pd.DataFrame(rows, columns=["panel", "curve", "n", "value", "error"])


def crossover(stored: Stored) -> pd.DataFrame:
    """E Fig 4: D(sigma^x_i) of a bath spin (i = 0) and of the l-bits i = 1 .. n.

    Of the largest n. Beyond the paper's size the bath spin's is smooth (O25), 0.1 too large.

    Theory: the golden rule's line of l-bit i against the density of all levels, ln(8 pi rho w_i/3);
    and E eq 22 (sign corrected), which has no 1/3 of Gaussian elements and g_1/R for g_1/xi_v. No
    number is fitted.
    """
    tidy = stored.means()
    n = int(tidy["n_lbits"].max())
    rows: list[Any] = []
    for name in ("log_ipr_probe", "log_ipr_probe_smooth", "log_ipr_lbits"):
        part = tidy[(tidy["observable"] == name) & (tidy["n_lbits"] == n)]
        for i, value, error in zip(part["index"], part["mean"], part["error"], strict=True):
            rows.append(("exact", i, value, error))
    i = np.arange(1, n + 1)
    rule = np.array([_log_ipr_by_golden_rule(int(number), n) for number in i])
    rows += [("golden rule", *values, np.nan) for values in zip(i, rule, strict=True)]
    every = np.arange(n + 1)
    printed = np.asarray(rmt.log_ipr_along_chain(every, 6, n, ZETA, FIRST / RADIUS))
    rows += [("E eq 22", *values, np.nan) for values in zip(every, printed, strict=True)]
    return pd.DataFrame(rows, columns=["curve", "i", "value", "error"])


def _log_ipr_by_golden_rule(i: int, n: int) -> float:
    """<ln(8 pi rho w_i/3)>, rho of grain and all l-bits, v of the others where the flip ends."""
    fields = np.random.default_rng(3).uniform(*FIELDS, (_SAMPLES, n))
    h, others = fields[:, i - 1], np.delete(fields, i - 1, axis=1)
    v = np.asarray(golden_rule.density_of_states(h, others, RADIUS))
    levels = 2.0 ** (6 + n) * np.asarray(golden_rule.density_of_states(0.0, fields, RADIUS))
    width = np.asarray(rmt.half_width(FIRST * ALPHA ** (i - 1), v))
    return float(np.log(rmt.ipr_lorentzian(levels, width, gaussian=True)).mean())


def universal(*baths: Stored) -> pd.DataFrame:
    """E Fig 5: growth of D(O_B) by one more spin, against its G next to four baths.

    Beside G its error and the coupling g. Growths are taken within each realization, so that their
    errors leave out what disorder does to D with and without the spin.

    The three l-bits of the fourth bath leave the spread of every state at equal g as it is, but
    choose other ones at E = 0; G is larger with them (O19).
    """
    rows: list[Any] = []
    for stored, curve in zip(baths, BATHS, strict=True):
        rows += [(curve, *values) for values in growth_and_coupling(stored)]
    reach = [row[2] for row in rows]
    rows += [("log 2", np.nan, at, np.nan, LOG2, np.nan) for at in (min(reach), max(reach))]
    return pd.DataFrame(rows, columns=["curve", "g", "G", "G_error", "value", "error"])


def growth_and_coupling(stored: Stored) -> list[tuple[Any, ...]]:
    """g, G, its error, growth of D(O_B) and its error."""
    each = stored.realizations()
    D = against(each, "last_coupling", "log_ipr_probe")
    growth = D.sub(D[0.0], axis=0).drop(columns=0.0)
    G = against(each, "last_coupling", "bare_coupling").drop(columns=0.0)
    numbers = (G.mean(), G.sem(), growth.mean(), growth.sem())
    return list(zip(growth, *numbers, strict=True))


FIXED, SCALED = "one width", "one level spacing, rescaled"


def widths(*stored: Stored) -> pd.DataFrame:
    """E Fig 6: hybridization functions next to random matrices of one width, and of one spacing.

    Those of one spacing are drawn as k(w/f)/f, f = R/R_1, which E's w ~ g^2/xi makes one curve;
    theory: a Lorentzian of half width pi g^2 v, v = p_0(h) where the flip ends, of the largest one.
    """
    half = len(stored) // 2
    parts = []
    for panel, members in ((FIXED, stored[:half]), (SCALED, stored[half:])):
        radii = [float(each.study.model["grain"]["scale"]) for each in members]
        for each, radius in zip(members, radii, strict=True):
            k, f = _mean_hybridization(each), radius / radii[0]
            name = f"d = 2^{each.study.model['n_grain']}"
            parts.append(_shape(panel, name, f * k.centres, k.values / f))
        f = radii[-1] / radii[0]
        v = float(np.asarray(golden_rule.density_of_states(1.0, [], radii[-1])))
        w = np.linspace(-2, 2, 201)
        line = np.asarray(rmt.lorentzian(w, f * float(rmt.half_width(0.8, v))))
        parts.append(_shape(panel, "golden rule", w, line))
    return pd.concat(parts, ignore_index=True)


def camel(stored: Stored) -> pd.DataFrame:
    """E Fig 7: hybridization function next to a local chain.

    Theory: a Lorentzian of half width pi g^2 v, v the structure factor of sigma^x of the last spin
    of bare chains at the two reference energies -+h of a state of total energy 0.
    """
    k = _mean_hybridization(stored)
    v = structure_of_flips(stored)
    w = k.centres
    line = np.asarray(rmt.lorentzian(w, float(rmt.half_width(0.8, v))))
    return pd.concat(
        [_shape("", "exact", w, k.values), _shape("", "golden rule", w, line)], ignore_index=True
    ).drop(columns="panel")


def chain(stored: Stored) -> pd.DataFrame:
    """D(sigma^x_i) along physical spins beside a bath, i = 0 in the bath (E section III D).

    Theory: widths w_i of E eqs 18 to 21 (E9) for the fields of each sample, from the structure
    factor of the bare bath; ln(8 pi rho w_i/3) of thermalised spins, 0 of those beyond.
    """
    tidy = stored.means()
    n = int(stored.study.model["n_lbits"])
    rows: list[Any] = []
    for name in ("log_ipr_probe", "log_ipr_lbits"):
        part = tidy[tidy["observable"] == name]
        for i, value, error in zip(part["index"], part["mean"], part["error"], strict=True):
            rows.append(("exact", i, value, error))
    model: Any = build_model(stored.study.model)
    v = bare_structure(stored, 0.0)
    found = []
    for record in stored.store.records():
        h, energies = record.arrays["sample/fields"], record.arrays["energies"]
        rho = (len(energies) - 1) / (energies[-1] - energies[0])
        v0 = max(float(np.interp(2 * h[0], v.centres, v.values)), 1e-6)
        line = rmt.chain_widths(model.exchange, h, v0, rho / 2**n)
        ipr = np.ones(n)
        ipr[: len(line.half_widths)] = rmt.ipr_lorentzian(rho, line.half_widths, gaussian=True)
        found.append(np.log(np.maximum(ipr, 1.0)))
    theory = np.mean(found, axis=0)
    rows += [("E eqs 18 to 21", i, value, np.nan) for i, value in enumerate(theory, start=1)]
    return pd.DataFrame(rows, columns=["curve", "i", "value", "error"])


def structure_of_flips(stored: Stored) -> float:
    """v at the flips of a spin of h = 1 at total energy 0: 2 from a bath at -1, or back."""
    structures = [(sign, bare_structure(stored, -sign)) for sign in (1.0, -1.0)]
    return float(
        np.mean([np.interp(2 * sign, each.centres, each.values) for sign, each in structures])
    )


def bare_structure(stored: Stored, energy: float, samples: int = 10) -> EnergyHistogram:
    """v(w) of sigma^x of the contact spin from bath levels near an energy, without the spins."""
    model: Any = build_model(stored.study.model)
    contact = embed(SIGMA_X, model.contact_spin, model.n_grain)
    found = []
    for realization in range(samples):
        sample = model.draw(stored.study.seed, realization)
        levels, vectors = np.linalg.eigh(sample.grain)
        chosen = around_energy(levels, max(10, len(levels) // 20), energy)
        elements = operator_elements(vectors, contact, chosen)
        found.append(structure_factor(levels, elements, chosen, dw=0.25, reach=8.0))
    return mean_histogram(found)


def _mean_hybridization(stored: Stored) -> EnergyHistogram:
    options = stored.study.measurement
    assert options.bin_width is not None
    (values,) = mean_curves(stored.store.records(), "hybridization", ("n_grain",)).values()
    weights = values[0] * options.bin_width
    return EnergyHistogram(options.bin_width, weights, np.array([0.0, 1 - weights.sum()]))


def _shape(panel: str, curve: str, w: np.ndarray, values: np.ndarray) -> pd.DataFrame:
    shown = abs(w) <= 2.0
    return pd.DataFrame(
        {"panel": panel, "curve": curve, "w": w[shown], "value": np.asarray(values)[shown]}
    )
