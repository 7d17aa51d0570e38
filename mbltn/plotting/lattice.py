"""Avalanches on a lattice: maps of its sites, and how often they run away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from .curves import Axes, draw_curves


def draw_site_maps(table: pd.DataFrame, path: Path | BinaryIO, label: str, title: str = "") -> None:
    """Write the figure: a map for each `panel`, a square for each site, coloured by `value`.

    Parameters
    ----------
    table : `panel`, `n_1`, `n_2`, `value` between 0 and 1
    label : of the colours
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    parts = list(table.groupby("panel", sort=False))
    figure = Figure(figsize=(0.8 + 4.4 * len(parts), 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(1, len(parts), squeeze=False)[0]
    for drawn, (name, part) in zip(grid, parts, strict=True):
        n_1, n_2 = part["n_1"].to_numpy(), part["n_2"].to_numpy()
        # lattice vectors at 45 degrees from vertical, so that the diamond fills a square
        across = 1 + int(abs(n_1).max() + abs(n_1).min())
        sites = drawn.scatter(
            (n_1 - n_2) / np.sqrt(2),
            (n_1 + n_2) / np.sqrt(2),
            c=part["value"],
            s=(190 / across) ** 2,
            marker="D",
            cmap="inferno",
            vmin=0.0,
            vmax=1.0,
            linewidths=0,
        )
        drawn.set_aspect("equal")
        drawn.set_axis_off()
        drawn.set_title(str(name), fontsize=9)
    figure.colorbar(sites, ax=list(grid), label=label, shrink=0.8)
    if title:
        figure.suptitle(title, fontsize=10)
    figure.savefig(path, dpi=150)


def draw_lattice_study(
    phases: pd.DataFrame,
    rows: pd.DataFrame,
    path: Path | BinaryIO,
    axes: Sequence[str],
    title: str = "",
) -> None:
    """Write the figure of an ensemble of lattices.

    Where the grid varies a number, how often the avalanche runs away and how large it gets against
    the axis with the most values; else its size against the phase, or the realization.

    Parameters
    ----------
    phases, rows : the tables of `mbltn.validation.LatticeEnsemble`
    axes : axes of the study's grid that are numbers
    """
    size = r"$\eta_{\mathrm{tot}}/\log 2$"
    varied = [axis for axis in axes if axis in phases and phases[axis].nunique() > 1]
    x = max(varied, key=lambda axis: phases[axis].nunique(), default="")
    others = [
        name
        for name in ("potential", "radius", "hop", "theta_min", "W")
        if name != x and phases[name].nunique() > 1
    ]

    def with_curves(table: pd.DataFrame) -> pd.DataFrame:
        names = [
            ", ".join(f"{name}={row[name]}" for name in others)
            or ("all" if x else f"{row['n_orbitals']} orbitals")
            for row in table.to_dict(orient="records")
        ]
        return table.assign(curve=names)

    if x:
        panels = (
            Axes(x, x, "fraction that runs away", y="fraction", points=True),
            Axes(x, x, size, y="thermal_lbits", error="thermal_error", y_log=True, points=True),
        )
        draw_curves(with_curves(phases), path, panels, title)
        return
    x = "theta_0" if rows["theta_0"].notna().all() else "realization"
    panel = Axes(x, x, size, y="thermal_lbits", y_log=True, points=True)
    draw_curves(with_curves(rows), path, (panel,), title)
