"""Cases of paper A: exact level pairs and dots on baths, and dots on their own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import metal, metal_temperature
from ...evidence import AtOnce
from ...nearly_mbl_metal import dot_relaxation, weak_coupling
from ...tables import mean_and_error
from ..case import Case
from ..check import Check


def _golden_rates(table: pd.DataFrame) -> list[Check]:
    rate, error = mean_and_error(table["rate"].to_numpy())
    # Of W = delta_m one level is in reach: gamma^2/W.
    theory = np.exp(metal.dot_rate(1.0, weak_coupling.GAMMA, 1.0, 1.0, 3.0).ln_rate)
    stays, spread = mean_and_error(table["stays"].to_numpy())
    admixed = (weak_coupling.GAMMA / (weak_coupling.FAR - 0.75)) ** 2
    return [
        Check("rate over gamma^2/W", rate / theory, 2 * np.pi, error / theory, 0.01 * 2 * np.pi),
        Check("out of reach: P at all times", stays, 1.0, spread, band=2 * admixed),
    ]


def _relaxation(table: pd.DataFrame) -> list[Check]:
    def of(name: str) -> pd.DataFrame:
        return table[table["curve"] == name]

    wide, narrow = dot_relaxation.EXACT
    exact, rule = of(wide), of(wide.replace("exact", "golden rule"))
    decayed = 1 - rule["value"].to_numpy()
    gamma_over_W = 0.04
    stays = of(narrow)
    worst = (0.005 / (dot_relaxation.EDGE * 0.05)) ** 2
    never = metal.dot_rate(0.05, 0.005, 1.0, 1.0, 3.0, 1).regime == "discrete"
    return [
        Check(
            "population, W = Delta",
            exact["value"],
            rule["value"],
            np.hypot(exact["error"].to_numpy(), rule["error"].to_numpy()),
            band=gamma_over_W * decayed,
            x=exact["t"],
            x_label="2 pi gamma^2 t/W",
        ),
        Check(
            "W = Delta/20, nothing within it", stays["value"], 1.0 * never, stays["error"], worst
        ),
    ]


def _typical_rates(table: pd.DataFrame) -> list[Check]:
    law = table.groupby("lam")[["delta_m", "K", "Xi"]].first().sort_index(ascending=False)
    lam = law.index.to_numpy()
    # Strictly between the orders 0 and 1 of eq 16: W = delta_m/K has one two-body move.
    at = (law["delta_m"] / law["K"]).to_numpy()
    Xi = metal_temperature.Xi_T(1.0, 1.0, 1.0, lam)
    theory = np.asarray(metal.dot_rate(at, 1.0, law["delta_m"], Xi, law["K"]).ln_rate)
    by_lam = {
        name: np.column_stack([table[table["lam"] == each][name] for each in lam])
        for name in ("wide", "narrow", "ln_rate")
    }
    narrow, errors = mean_and_error(by_lam["narrow"][:, 1:])
    wide, spread = mean_and_error(by_lam["wide"][:, 1:])
    typical, error = mean_and_error(by_lam["ln_rate"])
    W = weak_coupling.NARROW
    printed = metal.dot_rate(W, 1.0, law["delta_m"], law["Xi"], law["K"]).ln_rate
    return [
        Check(
            "ln rate, one move, as lam falls", narrow, theory[1:] - theory[0], errors, 4 * lam[0]
        ),
        Check("ln rate, the hop alone, as lam falls", wide, 0.0, spread, 4 * lam[0]),
        Check("typical rate and eq 16", typical, printed, error, band=1.0, relation="below"),
    ]


def _fock(table: pd.DataFrame) -> list[Check]:
    decays = table.pivot(index="sample", columns="lam", values="decay")
    lam = np.array(weak_coupling.STRENGTHS)
    steps, errors = mean_and_error(-np.diff(decays[list(lam)].to_numpy(), axis=1))
    theory = -np.diff(1 / np.asarray(metal_temperature.Xi_T(1.0, 1.0, 1.0, lam)))
    # A pair of configurations within lam of each other has an amplitude of order 1.
    return [
        Check("growth of 1/Xi as lam falls", steps, theory, errors, band=4 * lam[1:], x=lam[1:])
    ]


CASES = (
    Case(
        "A-golden-rule",
        "eqs 6, 16, 18, appendix B",
        "a level pair relaxes at the rate gamma^2/W if the bath takes its energy, else not at all",
        "the rate is 2 pi gamma^2/W, A's '~' has no 2 pi; out of reach nothing happens",
        "statistics; 1 % of the rate: 10 (gamma/W)^2; admixture of levels off shell, twice",
        ("metal/one_dot",),
        AtOnce(weak_coupling.golden_rates),
        _golden_rates,
    ),
    Case(
        "A-dot-relaxation",
        "section IV B, eq 15",
        "a dot on a bath relaxes by the golden rule, and not at all where no state is within W",
        "so it is for starts of which the rule is sure: docs/physics.md (A6)",
        "statistics; gamma/W = 4 % of what has decayed; (gamma/0.2 W)^2 off shell at worst",
        ("metal/one_dot",),
        AtOnce(dot_relaxation.dot_relaxation),
        _relaxation,
        figure="A-dot-relaxation",
    ),
    Case(
        "A-dot-bandwidth",
        "eq 16",
        "the rate of a dot is (gamma^2/W) (W/delta_m)^(2/(Xi ln K)): exp(-2/Xi) for each order",
        "of ten levels: two powers of the interaction for the first order, none for the hop alone. "
        "The typical rate has steps and is far below eq 16 with K, delta_m and Xi of the dot; the "
        "mean is made by few resonances",
        "statistics of the same dots; 4 lam: resonances; a factor e for '~'",
        ("metal/one_dot", "metal_temperature/dot_array"),
        AtOnce(weak_coupling.typical_rates),
        _typical_rates,
    ),
    Case(
        "A-fock-localization",
        "section V C, eq 14",
        "1/Xi of a dot is ln[g delta_m/(lam Delta)]",
        "its growth as the interaction falls is that of ln(1/lam)",
        "statistics of the same dots; 4 lam: resonant pairs of configurations",
        ("metal_temperature/dot_array",),
        AtOnce(weak_coupling.fock_decays),
        _fock,
    ),
)
