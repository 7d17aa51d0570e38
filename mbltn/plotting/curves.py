"""Figures of papers: curves of a table, theory as lines, exact numbers as points."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#17becf", "#e377c2")

_IN_TWO_LINES = 4
_LETTERS_AN_INCH = 12.5


@dataclass(frozen=True)
class Axes:
    """What a panel shows.

    Attributes
    ----------
    x, y : columns;  x_label, y_label
    by : column whose values are the curves
    x_log, y_log : logarithmic axes
    error : column of the points' errors, where there is one
    points : curves that are points, or True for all
    panel : the value of the table's column `panel` that is drawn here; all of them if empty
    lines, dashed : curves whose name ends with this are lines, or dashed ones, in the colour of the
        curve whose name is the rest, and not in the legend; without a rest, they are in it
    """

    x: str
    x_label: str
    y_label: str
    y: str = "value"
    by: str = "curve"
    x_log: bool = False
    y_log: bool = False
    points: tuple[str, ...] | bool = ("exact",)
    error: str = "error"
    panel: str = ""
    lines: str = ""
    dashed: str = ""


def draw_curves(
    table: pd.DataFrame, path: Path | BinaryIO, panels: tuple[Axes, ...], title: str = ""
) -> None:
    """Write the figure, a panel beside the other; panels of one table share its curves.

    Where the table has a column `panel`, each of its values is a panel of its own, with the axes
    that name it or with all of them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    parts: list[tuple[str, pd.DataFrame]] = [("", table)]
    if "panel" in table:
        parts = [(str(name), part) for name, part in table.groupby("panel", sort=False)]
    contents = [
        (name, part, axes) for name, part in parts for axes in panels if axes.panel in ("", name)
    ]
    n = len(contents)
    lines = 1 if n < _IN_TWO_LINES else 2
    columns = -(-n // lines)
    width = 1.2 + 4.6 * columns
    figure = Figure(figsize=(width, 4.2 * lines), layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for drawn, (name, part, axes) in zip(grid, contents, strict=False):
        _draw(drawn, part, axes)
        drawn.set_title(name, fontsize=9)
    for unused in grid[n:]:
        unused.set_axis_off()
    if title:
        figure.suptitle(textwrap.fill(title, int(_LETTERS_AN_INCH * width)), fontsize=10)
    figure.savefig(path, dpi=150)


def _draw(drawn: Any, table: pd.DataFrame, axes: Axes) -> None:
    colours: dict[str, str] = {}
    suffixes = tuple(suffix for suffix in (axes.lines, axes.dashed) if suffix)
    for curve, rows in table.groupby(axes.by, sort=False):
        plain = str(curve).removesuffix(axes.dashed).removesuffix(axes.lines) or str(curve)
        beside = str(curve).endswith(suffixes)
        colour = colours.setdefault(plain, _COLOURS[len(colours) % len(_COLOURS)])
        style: dict[str, Any] = {"color": colour, "label": plain if plain == curve else None}
        if beside:
            style["ls"] = "--" if axes.dashed and str(curve).endswith(axes.dashed) else "-"
        x, y = rows[axes.x], rows[axes.y]
        if not beside and (axes.points is True or (axes.points and curve in axes.points)):
            error = rows.get(axes.error)
            drawn.errorbar(x, y, error, ls="none", marker="o", ms=4, capsize=2, zorder=3, **style)
        else:
            drawn.plot(x, y, lw=1.4, **style)
    drawn.set_xscale("log" if axes.x_log else "linear")
    drawn.set_yscale("log" if axes.y_log else "linear")
    if not axes.x_log and (table[axes.x] % 1 == 0).all():
        drawn.xaxis.get_major_locator().set_params(integer=True)
    bottom, top = drawn.get_ylim()
    if axes.y_log and top < 10 * bottom:  # ticks between two decades: plain numbers
        drawn.yaxis.set_major_formatter("{x:g}")
        drawn.yaxis.set_minor_formatter("{x:g}")
    drawn.set_xlabel(axes.x_label)
    drawn.set_ylabel(axes.y_label)
    drawn.grid(color="0.92", lw=0.6)
    drawn.set_axisbelow(True)
    drawn.spines[["top", "right"]].set_visible(False)
    drawn.legend(framealpha=0.8, edgecolor="none", fontsize=8)
