"""Sizes of avalanches in exact eigenstates, and what l-bits remember (paper D, Fig 3)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ....observables.entanglement import LOG2
from ....theory.central_grain import CRITICAL_ALPHA
from ...evidence import InSizes
from ...failed_avalanches import exact_chains, lbit_memory
from ...failed_avalanches.exact_chains import CONVERGED, Chains, chains_table, model_of
from ...failed_avalanches.lbit_memory import Memory, memory_table
from ...failed_avalanches.unfitted_field import mean_field_of
from ...tables import Tick, nothing
from ..case import Case
from ..check import Check

_SHORT = Chains(
    alphas=(),
    short_alphas=(0.6, 0.69),
    short_lbits=8,
    short_realizations=40,
    short_states=40,
    theory_lbits=(),
    seed=55,  # other samples than the figure's
)


def chain_sizes(size: str, comm: Any = None, tick: Tick = nothing) -> pd.DataFrame:
    """Eight l-bits by their 40 eigenstates nearest to energy 0; "paper": D3-exact of that size."""
    chains = _SHORT if size == "small" else exact_chains.SIZES[size]
    return chains_table(chains, comm, tick)


def _sizes(table: pd.DataFrame) -> list[Check]:
    rows = table[table["panel"] == exact_chains.PANELS[1]]
    checks = []
    for curve, part in rows.dropna(subset=["error"]).groupby("curve"):
        if str(curve).endswith(CONVERGED):
            continue
        part = part[part["distance"] < CRITICAL_ALPHA - 0.49]
        alphas = CRITICAL_ALPHA - part["distance"]
        n_lbits = int(str(curve).split()[0])
        theory = [mean_field_of(model_of(a, n_lbits)).mean_entropies.sum() / LOG2 for a in alphas]
        checks.append(
            Check(
                f"sum [S_n]/log 2, {curve}",
                *(part["value"], theory, part["error"]),
                relation="below",
                x=alphas,
                x_label="alpha",
            )
        )
    return checks


_NEAR = 2  # l-bits beside the grain
_FEW = Memory(n_lbits=5, realizations=10, n_times=2, n_window=30)


def memories(size: str, comm: Any = None, tick: Tick = nothing) -> pd.DataFrame:
    """Five l-bits, evolved and by all eigenstates; "paper": D-memory of that size."""
    return memory_table(_FEW if size == "small" else lbit_memory.SIZES[size], comm, tick)


def _late(table: pd.DataFrame) -> list[Check]:
    rows = table[table["panel"] == lbit_memory.PANELS[2]]
    curves = {name: part.sort_values("n") for name, part in rows.groupby("curve")}
    difference = curves[lbit_memory.DEPARTURE]
    rows = table[table["panel"] == lbit_memory.PANELS[1]]
    long, field = (
        rows[(rows["curve"] == curve) & (rows["n"] <= _NEAR)].sort_values("n")
        for curve in (lbit_memory.LONG, lbit_memory.THEORY)
    )
    return [
        Check(
            f"C_n(t), long times, n = 1 to {_NEAR}, beside the mean field",
            *(long["value"], field["value"], long["error"]),
            relation="above",
            x=long["n"],
            x_label="n",
        ),
        Check(
            "C_n(t), long times, less eigenstates'",
            *(difference["value"], 0.0, difference["error"]),
            band=curves[lbit_memory.BOUND]["value"],
            x=difference["n"],
            x_label="n",
        ),
    ]


CASES = (
    Case(
        "D-chain-sizes",
        "Fig 3, section Generic case",
        "the mean field describes failed avalanches quantitatively",
        "with couplings that are not fitted its sizes are too large at alpha = 0.6 and 0.69",
        "statistics",
        ("central_grain", "grain_coupling"),
        InSizes(chain_sizes),
        _sizes,
    ),
    Case(
        "D-late-times",
        "text below eq 6, eq A14",
        "C^zz is what an l-bit remembers at late times",
        "the mean over long times is the eigenstates' value (two exact numerics); the first two of "
        "5 l-bits remember more than the mean field says, no coupling fitted",
        "frequencies below 1/window, from the spectrum; statistics beside the mean field",
        ("resonance", "central_grain", "grain_coupling"),
        InSizes(memories),
        _late,
    ),
)
