"""The first and the outermost of a few l-bits, exact beside the mean field (paper D, Fig 2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....models import CentralGrain
from ....observables.entanglement import LOG2
from ....theory import central_grain, resonance
from ....theory.central_grain import CRITICAL_ALPHA
from ...evidence import FromStudies
from ...failed_avalanches import end_lbit
from ...failed_avalanches.unfitted_field import mean_field_of
from ..case import Case
from ..check import Check, Relation
from . import end_theory
from .end_theory import beside_fit


def _ends(
    rows: pd.DataFrame, quantity: str, relation: Relation, *, band: bool, than: str = ""
) -> list[Check]:
    label = "[S_end]/log 2" if quantity == "entropy" else "C_end"
    return [
        Check(
            f"{label}, N = {n_lbits}{than}",
            *(part[quantity], part[f"theory_{quantity}"]),
            np.hypot(part[f"{quantity}_error"], part[f"spread_{quantity}"]),
            band=part[f"band_{quantity}"] if band else 0.0,
            relation=relation,
            x=part["alpha"],
            x_label="alpha",
        )
        for n_lbits, part in rows.groupby("n_lbits")
    ]


def _localised(table: pd.DataFrame) -> list[Check]:
    below = table[table["alpha"] < CRITICAL_ALPHA - 1e-3]
    rows = beside_fit(below)
    alone = beside_fit(below, end_theory.alone)
    alone = alone[(alone["n_lbits"] == alone["n_lbits"].max()) & (alone["alpha"] > 0.5)]
    return [
        *_ends(rows, "entropy", "agrees", band=True),
        *_ends(rows, "memory", "agrees", band=True),
        *_ends(alone, "entropy", "above", band=True, than=", than with eta = 0"),
        *_ends(alone, "memory", "below", band=True, than=", than with eta = 0"),
    ]


def _thermal(table: pd.DataFrame) -> list[Check]:
    rows = beside_fit(table)
    rows = rows[(rows["alpha"] > CRITICAL_ALPHA + 0.05) & (rows["n_lbits"] > 4)]
    return [
        *_ends(rows, "entropy", "below", band=False),
        *_ends(rows, "memory", "above", band=False),
    ]


def _with_theory(rows: pd.DataFrame) -> pd.DataFrame:
    """And the shares for a coupling with the same [S_end], in the column `theory`."""
    g = [central_grain.fit_first_coupling(LOG2 * entropy, [1.0]) for entropy in rows["entropy"]]
    theory = [
        float(resonance.entropy_cdf(LOG2 * part, one))
        for part, one in zip(rows["part"], g, strict=True)
    ]
    return rows.assign(theory=theory)


def _narrow(table: pd.DataFrame) -> list[Check]:
    return [
        Check(
            f"P(S_end < {part} log 2), [S_end] < 0.2 log 2",
            *(rows["share"], rows["theory"], rows["error"]),
            band=rows["entropy"] / 8,
        )
        for part, rows in _with_theory(table[table["entropy"] < 0.2]).groupby("part")
    ]


def _wide(table: pd.DataFrame) -> list[Check]:
    critical = np.isclose(table["alpha"], CRITICAL_ALPHA, atol=1e-3)
    rows = _with_theory(table[critical & (table["n_lbits"] < 6)])
    checks = []
    sides: tuple[tuple[float, Relation], ...] = ((0.5, "above"), (0.9, "below"))
    for part, relation in sides:
        chosen = rows[rows["part"] == part]
        checks.append(
            Check(
                f"P(S_end < {part} log 2), alpha_c",
                *(chosen["share"], chosen["theory"], chosen["error"]),
                relation=relation,
                x=chosen["n_lbits"],
                x_label="N",
            )
        )
    return checks


def _fields_of(table: pd.DataFrame) -> list[central_grain.MeanField]:
    """The mean field of each row, its couplings not fitted."""
    return [
        mean_field_of(CentralGrain(n_lbits=n_lbits, alpha=alpha, **end_lbit.MODEL))
        for n_lbits, alpha in zip(table["n_lbits"], table["alpha"], strict=True)
    ]


def _first(table: pd.DataFrame) -> list[Check]:
    fields = _fields_of(table)
    entropies = np.array([field.mean_entropies[0] / LOG2 for field in fields])
    memories = np.array([field.correlators[0] for field in fields])
    checks = []
    for n_lbits, part in table.groupby("n_lbits"):
        at = part.index
        axis: dict[str, Any] = {"x": part["alpha"], "x_label": "alpha"}
        checks += [
            Check(
                f"[S_1]/log 2, N = {n_lbits}",
                *(part["entropy"], entropies[at], part["entropy_error"]),
                relation="below",
                **axis,
            ),
            Check(
                f"C_1, N = {n_lbits}",
                *(part["memory"], memories[at], part["memory_error"]),
                relation="above",
                **axis,
            ),
        ]
    weak = table[np.isclose(table["alpha"], table["alpha"].min())].sort_values("n_lbits")
    few, many = weak.index[[0, -1]]
    return [
        *checks,
        Check(
            f"[S_1]/log 2, growth from N = {weak['n_lbits'].iloc[0]} on, alpha = 0.35",
            table["entropy"][many] - table["entropy"][few],
            entropies[many] - entropies[few],
            np.hypot(table["entropy_error"][many], table["entropy_error"][few]),
            relation="below",
        ),
    ]


def _fitted(table: pd.DataFrame) -> list[Check]:
    point = (table["n_lbits"] == end_lbit.FIT_N_LBITS) & np.isclose(
        table["alpha"], end_lbit.FIT_ALPHA
    )
    relative = end_lbit.FIT_ALPHA ** np.arange(float(end_lbit.FIT_N_LBITS))
    entropy, error = (
        float(table.loc[point, name].iloc[0]) for name in ("entropy", "entropy_error")
    )
    low, first, high = (
        central_grain.fit_first_coupling(LOG2 * value, relative)
        for value in (entropy - error, entropy, entropy + error)
    )
    theory = float(_fields_of(table[point])[0].bare_couplings[0])
    return [Check("g_10", first, theory, (high - low) / 2, band=theory / 8)]


_ENDS = FromStudies(end_lbit.end_lbit_studies, end_lbit.end_lbits)
_SPREAD = FromStudies(end_lbit.end_lbit_studies, end_lbit.end_distributions)
_THEORY = ("central_grain", "resonance")

CASES = (
    Case(
        "D-end-lbit",
        "Fig 2a",
        "one fitted g_10: [S_end] and memory of the mean field are exact ones for alpha < alpha_c",
        "they agree for 4 to 6 l-bits; without help, eta = 0, the same fit leaves the sixth too "
        "little entangled and with too much memory at alpha = 0.55 and 0.65",
        "1/8 of the end l-bit's coupling, the grain's levels; and the fit's own error",
        _THEORY,
        _ENDS,
        _localised,
    ),
    Case(
        "D-end-lbit-thermal",
        "Fig 2a",
        "visible differences on the thermal side of small systems",
        "at alpha = 0.8 end l-bits, from the fifth on, are less entangled and remember more",
        "statistics, and the fit's own error",
        _THEORY,
        _ENDS,
        _thermal,
    ),
    Case(
        "D-end-distribution",
        "Fig 2b",
        "the distribution of S_end over eigenstates agrees where [S_end] is 0.1 log 2",
        "so it does, for the coupling that has the same [S_end]",
        "1/8 of the resonant states, the grain's levels",
        _THEORY,
        _SPREAD,
        _narrow,
    ),
    Case(
        "D-end-distribution-thermal",
        "Fig 2b",
        "visible differences where [S_end] is larger",
        "at alpha_c exact ones are wider: more states below log(2)/2, and more above 0.9 log 2",
        "statistics",
        _THEORY,
        _SPREAD,
        _wide,
    ),
    Case(
        "D-first-lbit",
        "eqs 9, 11, A14",
        "farther l-bits help the first one; entropy and memory follow",
        "the l-bit next to the grain is less entangled and remembers more (no fit); at alpha = "
        "0.35 farther ones help it less",
        "statistics",
        ("central_grain", "grain_coupling"),
        FromStudies(end_lbit.end_lbit_studies, end_lbit.first_lbits),
        _first,
    ),
    Case(
        "D-fitted-coupling",
        "eq 4, text below eq 13",
        "g_10 could be calculated; it is fitted",
        "the fit and the semicircle's coupling agree",
        "1/8, the grain's levels",
        ("central_grain", "grain_coupling"),
        _ENDS,
        _fitted,
    ),
)
