"""Figures of papers: curves of a table, theory as lines, exact numbers as points."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#e377c2")


@dataclass(frozen=True)
class Axes:
    """What a panel shows.

    Attributes
    ----------
    x, y : columns;  x_label, y_label
    by : column whose values are the curves
    x_log, y_log : logarithmic axes
    points : curves that are points, with the column `error` where there is one
    """

    x: str
    x_label: str
    y_label: str
    y: str = "value"
    by: str = "curve"
    x_log: bool = False
    y_log: bool = False
    points: tuple[str, ...] = ("exact",)


def draw_curves(table: pd.DataFrame, path: Path, panels: tuple[Axes, ...], title: str = "") -> None:
    """Write the figure, a panel beside the other; panels of one table share its curves.

    Where the table has a column `panel`, each of its values is a panel of its own.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    parts: list[tuple[str, pd.DataFrame]] = [("", table)]
    if "panel" in table:
        parts = [(str(name), part) for name, part in table.groupby("panel", sort=False)]
    n = len(parts) * len(panels)
    figure = Figure(figsize=(1.2 + 4.6 * n, 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(1, n, squeeze=False)[0]
    for number, drawn in enumerate(grid):
        name, part = parts[number // len(panels)]
        _draw(drawn, part, panels[number % len(panels)])
        drawn.set_title(name, fontsize=9)
    if title:
        figure.suptitle(title, fontsize=10)
    figure.savefig(path, dpi=150)


def _draw(drawn: Any, table: pd.DataFrame, axes: Axes) -> None:
    for number, (curve, rows) in enumerate(table.groupby(axes.by, sort=False)):
        style: dict[str, Any] = {"color": _COLOURS[number % len(_COLOURS)], "label": str(curve)}
        x, y = rows[axes.x], rows[axes.y]
        if curve in axes.points:
            error = rows.get("error")
            drawn.errorbar(x, y, error, ls="none", marker="o", ms=4, capsize=2, zorder=3, **style)
        else:
            drawn.plot(x, y, lw=1.4, **style)
    drawn.set_xscale("log" if axes.x_log else "linear")
    drawn.set_yscale("log" if axes.y_log else "linear")
    drawn.set_xlabel(axes.x_label)
    drawn.set_ylabel(axes.y_label)
    drawn.grid(color="0.92", lw=0.6)
    drawn.set_axisbelow(True)
    drawn.spines[["top", "right"]].set_visible(False)
    drawn.legend(frameon=False, fontsize=8)
