"""Avalanches on square lattices (paper D, Figs 4 and 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ... import lattice_figures, lattice_sizes
from ...evidence import AtOnce
from ..case import Case
from ..check import Check

_LATTICES = AtOnce(lattice_sizes.lattice_sizes)
_FAILS, _MIXED, _RUNS = 60.0, 35.0, 20.0


def _chosen(
    table: pd.DataFrame, potential: str, hop: float, W: float, radius: int = 7
) -> pd.DataFrame:
    return table[
        (table["potential"] == potential)
        & (table["hop"] == hop)
        & (table["W"] == W)
        & (table["radius"] == radius)
    ]


def _fraction(part: pd.DataFrame) -> tuple[float, float]:
    """Of lattices whose avalanche runs away, and the error by Wilson, not 0 where all fail."""
    n, f = len(part), float((part["size"] > part["orbitals"] / 2).mean())
    return f, float(np.sqrt(f * (1 - f) * n + 0.25) / (n + 1))


def _solved(table: pd.DataFrame) -> list[Check]:
    size, by_scan = table["size"].to_numpy(), table["size_by_scan"].to_numpy()
    reach, by_sums = table["reach"].to_numpy(), table["reach_by_sums"].to_numpy()
    return [
        Check("eta_tot/log 2", by_scan, size, band=1e-7 * np.maximum(size, 1.0)),
        Check("R of eq 20", by_sums, reach),
    ]


def _phases(table: pd.DataFrame) -> list[Check]:
    checks = []
    for hop, W, expected in ((0.5, _FAILS, 0.0), (0.5, _RUNS, 1.0), (1.0, 120.0, 0.0)):
        f, error = _fraction(_chosen(table, "quasiperiodic", hop, W))
        checks.append(Check(f"fraction, hop = {hop}, W = {W}", f, expected, error))
    mixed = _chosen(table, "quasiperiodic", 0.5, _MIXED)
    f, error = _fraction(mixed)
    orbitals, size = float(mixed["orbitals"].iloc[0]), mixed["size"].to_numpy()
    failed, full = size[size < orbitals / 2], size[size > orbitals / 2]
    return [
        *checks,
        Check(f"fraction at W = {_MIXED}, above 0", f, 0.0, error, relation="above"),
        Check(f"fraction at W = {_MIXED}, below 1", f, 1.0, error, relation="below"),
        Check("smallest full size/N", full.min() / orbitals, 1.0, band=1e-6),
        Check("[eta_tot]/(N log 2), eq 19", size.mean() / orbitals, f, band=14 / orbitals),
        Check("largest failed size, beyond 14", max(failed.max() - 14, 0.0), 0.0),
    ]


def _scale(table: pd.DataFrame) -> list[Check]:
    checks = []
    for W in (60.0, 80.0):
        f, error = _fraction(_chosen(table, "quasiperiodic", 1.0, W))
        checks.append(Check(f"fraction, hop = 1, W = {W}", f, 0.0, error, relation="above"))
    half = _chosen(table, "quasiperiodic", 0.5, _FAILS)["size"].to_numpy()
    whole = _chosen(table, "quasiperiodic", 1.0, 2 * _FAILS)["size"].to_numpy()
    return [*checks, Check("eta_tot, hop 1/2 at W and hop 1 at 2 W", half, whole, band=1e-6)]


def _converged(table: pd.DataFrame) -> list[Check]:
    sizes = {
        radius: _chosen(table, "quasiperiodic", 0.5, _FAILS, radius)["size"].to_numpy()
        for radius in (6, 7, 9)
    }
    return [
        Check(f"eta_tot/log 2 at R = {radius}", sizes[radius], sizes[9], band=0.01)
        for radius in (6, 7)
    ]


def _random(table: pd.DataFrame) -> list[Check]:
    part = _chosen(table, "random", 0.5, _FAILS)
    f, error = _fraction(part)
    size, orbitals = part["size"].to_numpy(), float(part["orbitals"].iloc[0])
    failed = float(size[size < orbitals / 2].max())
    return [
        Check(f"fraction that runs away, W = {_FAILS}", f, 0.0, error, relation="above"),
        Check("the same, below 1", f, 1.0, error, relation="below"),
        Check("largest failed size, above the quasiperiodic 14", failed, 14.0, relation="above"),
    ]


def _maps(table: pd.DataFrame) -> list[Check]:
    """Of D's phase, hop 1/2; thermal: [S] > log(2)/2."""
    fails, runs = (
        table[table["panel"].str.startswith(f"W = {W:g},")]
        for W in (45.0, lattice_figures.RUNS_AWAY)
    )
    thermal = fails[fails["value"] > 0.5]
    radius = float((abs(table["n_1"]) + abs(table["n_2"])).max())
    reach = float((abs(thermal["n_1"]) + abs(thermal["n_2"])).max())
    return [
        Check("thermal orbitals, W = 20", (runs["value"] > 0.5).sum(), len(runs)),
        Check("farthest thermal orbital, W = 45", reach, radius / 3, relation="below"),
    ]


_MANY = ("central_grain", "avalanche_extent")

CASES = (
    Case(
        "D-lattice-equations",
        "eqs 11, 18, 20, Figs 4, 5",
        "mean field and stability radius on the orbitals of a lattice",
        "on 740 lattices both are those of one equation for eta_tot, and of resonances added up",
        "1e-7 relative, the splines of the scan; the same shell",
        _MANY,
        _LATTICES,
        _solved,
    ),
    Case(
        "D-lattice-phases",
        "Figs 4, 5a, 5c, 5d, eq 19",
        "quasiperiodic: all run away, some, none; sizes are N or below 14; [eta_tot] = N f log 2",
        "so it is at W = 20, 35 and 60 with hop = 1/2 (more phases: failed ones up to 23)",
        "statistics; eq 19 leaves out the failed ones, at most 14",
        _MANY,
        _LATTICES,
        _phases,
    ),
    Case(
        "D-lattice-maps",
        "Fig 4",
        "theta_0 = 2.954, R = 15: W = 45 thermalizes orbitals near the grain only, W = 20 all",
        "so it is with hop = 1/2",
        "none: counts; 'near' is a third of the radius",
        ("central_grain",),
        AtOnce(lattice_figures.site_maps),
        _maps,
        figure="D4",
    ),
    Case(
        "D-lattice-scale",
        "Figs 4, 5, W_th = 45",
        "no phase runs away above W_th = 45",
        "with hop = 1 as printed 97 % do at 60, 40 % at 80; hop = 1/2 at W is hop = 1 at 2 W",
        "statistics; rounding",
        _MANY,
        _LATTICES,
        _scale,
    ),
    Case(
        "D-lattice-size",
        "Fig 5c",
        "above W_th eta_tot does not depend on the size of the lattice",
        "so it is from R = 6 on",
        "a hundredth of an l-bit, less than a figure shows",
        _MANY,
        _LATTICES,
        _converged,
    ),
    Case(
        "D-lattice-random",
        "Fig 5b",
        "a random potential always leaves some that run away",
        "a sixth does where no quasiperiodic one does; failed sizes exceed the 14 of those",
        "statistics",
        _MANY,
        _LATTICES,
        _random,
    ),
)
