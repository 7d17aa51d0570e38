"""Growth of a thermal bubble (papers C, E): golden rule, flow of G and crossover lengths."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from ...theory import golden_rule, random_matrix as rmt
from ..tables import Tick, long_table, nothing

FIELDS = (0.5, 1.5)
BY_PAPER = ", C eqs 6, 7"


class Lines(NamedTuple):
    """A panel of C Fig 4: couplings V_1 = `first` that decay over each of `lengths`."""

    geometry: str
    first: float
    lengths: tuple[float, ...]


FIG4 = {
    "exp1d": Lines("exp1d", 1.0, (1.0, 2.0, 2.885, 4.0)),
    "stretch1d": Lines("stretch1d", 1.0, (0.6, 0.8, 1.0, 2.0)),
    "layers2d": Lines("layers2d", 1.0, (1.0, 1.5, 2.0, 4.0)),
    "stretch1d, V_1 = 2": Lines("stretch1d", 2.0, (0.6, 0.8, 1.0, 2.0)),
}


def line_widths(
    tick: Tick = nothing, N: int = 8, n_lbits: int = 10, samples: int = 100
) -> pd.DataFrame:
    """C Fig 4 and its inset: gamma/delta_E against the number of l-bits; golden rule averaged over
    fields."""
    M = np.arange(1, n_lbits + 1)
    fields = np.random.default_rng(4).uniform(*FIELDS, (samples, n_lbits))
    # the rule is V_M^2 times what does not depend on the geometry
    bare = np.empty((n_lbits, samples))
    for m in M:
        bare[m - 1] = golden_rule.golden_rule_ratio(fields[:, :m], 1.0, N, floor=0.0)
        tick(int(m), n_lbits)
    panels = []
    for name, (geometry, V_1, lengths) in FIG4.items():
        curves = {}
        first = V_1**2 * float(bare[0].mean())
        for xi in lengths:
            squared = V_1**2 * np.exp(2 * golden_rule.ln_coupling(geometry, M, xi))
            widths = np.maximum(2.0, squared[:, None] * bare).mean(axis=1)
            curves[f"xi = {xi:g}"] = (M, widths)
            paper = golden_rule.paper_ratio(M, xi, first, N, geometry)
            curves[f"xi = {xi:g}{BY_PAPER}"] = (M, paper)
        panels.append(long_table("M", curves).assign(panel=name))
    return pd.concat(panels, ignore_index=True)


def flow(tick: Tick = nothing, samples: int = 200) -> pd.DataFrame:
    """G of the next l-bit against the number of those absorbed, and E's own numerical chain.

    That chain (6 spins of radius 2.1, g_1 = 0.2, alpha = 3/4) is also followed with the density
    p_k of grain and l-bits for both v and rho, at the energies -+h where the flip begins and ends.
    """
    n = np.arange(13)
    curves = {}
    for zeta in (1.0, 1.5, 2.0, 2.885, 4.0):
        G = np.asarray(rmt.hybridisation_along_chain(8.0, n, zeta))
        shown = G > 0.05
        curves[f"zeta = {zeta:g}"] = (n[shown], G[shown])
    curves["G = 1"] = (n, np.ones(len(n)))
    grain = long_table("n", curves).assign(panel="from G = 8, as of a grain of 6 spins")
    short = np.arange(9)
    G = chain_hybridisation(short, samples)
    zeta = 1 / np.log(4 / 3)
    curves = {
        "G' = G exp(-a)": (short, rmt.hybridisation_along_chain(G[0], short, zeta)),
        "density of grain and l-bits": (short, G),
        "G = 1": (short, np.ones(len(short))),
    }
    chain = long_table("n", curves).assign(panel="E Figs 3, 4: alpha = 3/4")
    return pd.concat([grain, chain], ignore_index=True)


def chain_hybridisation(n: np.ndarray, samples: int = 200) -> np.ndarray:
    """Mean G of the next l-bit of E's numerical chain once n are absorbed, by the density p_n."""
    fields = np.random.default_rng(3).uniform(*FIELDS, (samples, int(n.max()) + 1))
    G = np.empty(len(n))
    for i, absorbed in enumerate(n):
        h = fields[:, absorbed]
        density = np.asarray(golden_rule.density_of_states(h, fields[:, :absorbed], 2.1))
        levels = 2.0 ** (6 + absorbed)
        G[i] = np.mean(rmt.hybridisation(0.2 * 0.75**absorbed, density, levels * density))
    return G


def crossover(tick: Tick = nothing) -> pd.DataFrame:
    """Crossover length against zeta: balls of radius 1 in d = 1, 2, 3, and the end of a chain."""
    zeta = np.linspace(0.01, 3.0, 1500)
    curves = {}
    for d in (1, 2, 3):
        length = np.asarray(rmt.crossover_radius(zeta, 1.0, d))
        curves[f"d = {d}"] = _finite(zeta, length)
    curves["d = 1, one side (E eq 16)"] = _finite(zeta, np.asarray(rmt.crossover_length(zeta, 1.0)))
    alone = np.asarray(rmt.crossover_without_cooperation(zeta, 1.0))
    curves["one side, grain alone"] = (zeta, alone)
    return long_table("zeta", curves)


def _finite(zeta: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    shown = length < 30
    return zeta[shown], length[shown]
