"""Paper D, tables of its theory figures in one dimension (Figs 1 and 3)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...observables.entanglement import LOG2
from ...theory import central_grain, resonance
from ..tables import Tick, long_table, nothing

PANELS = (
    *("c: distribution of the entropy", "d: entropic enhancement"),
    *("a: 50 l-bits at alpha_c - 0.07", "b: size of the avalanche"),
)


def one_spin(tick: Tick = nothing) -> pd.DataFrame:
    """D Fig 1 c, d: distribution of the entropy, and entropy that the grain gains by one spin.

    Columns `panel`, `curve`, `s` = S/log 2 or `g`, `value`.
    """
    edges = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, 81))
    middle = (edges[1:] + edges[:-1]) / 2
    distributions = {}
    for coupling in (0.02, 0.1, 0.5):
        density = resonance.entropy_density(edges, coupling)
        seen = density > 1e-3  # p falls as exp(-pi^3/(4 x^2)) towards S = 0
        distributions[f"g = {coupling}"] = (middle[seen], density[seen])
    tick(1, 2)
    g = np.geomspace(1e-5, 10, 121)
    printed, small = g < 0.02, g < 0.05
    gains = {
        "eta(g)": (g, np.asarray(resonance.eta(g)) / LOG2),
        "-8 g log g (D)": (g[printed], -8 * g[printed] * np.log(g[printed]) / LOG2),
        "-8 g (log g + 1.71)": (g[small], -8 * g[small] * (np.log(g[small]) + 1.71166) / LOG2),
    }
    tick(2, 2)
    return pd.concat(
        [
            long_table("s", distributions).assign(panel=PANELS[0]),
            long_table("g", gains).assign(panel=PANELS[1]),
        ],
        ignore_index=True,
    )


def failed_chains(tick: Tick = nothing) -> pd.DataFrame:
    """D Fig 3: entropies along a chain on which the avalanche fails, and its size near alpha_c.

    Columns `panel`, `curve`, `n_lbits` or `distance` = alpha_c - alpha, `value`.
    """
    critical = central_grain.CRITICAL_ALPHA
    chain = central_grain.solve(central_grain.bare_couplings(0.5, critical - 0.07, 50))
    along = {"alpha = alpha_c - 0.07": (np.arange(1, 51), chain.mean_entropies / LOG2)}
    distance = np.geomspace(1e-3, 0.5, 41)
    lengths = (10, 20, 50, 100, 200, 400)
    sizes: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for done, n_lbits in enumerate(lengths):
        fields = [
            central_grain.solve(central_grain.bare_couplings(0.5, critical - d, n_lbits))
            for d in distance
        ]
        sizes[f"{n_lbits} l-bits"] = (distance, np.array([f.total for f in fields]) / LOG2)
        tick(done + 1, len(lengths))
    sizes["2.38/|alpha - alpha_c|"] = (distance, 2.38 / distance)
    return pd.concat(
        [
            long_table("n", along).assign(panel=PANELS[2]),
            long_table("distance", sizes).assign(panel=PANELS[3]),
        ],
        ignore_index=True,
    )
