"""End-l-bit entropy and gap ratio against alpha."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from ..observables.levels import GAP_RATIO_GOE, GAP_RATIO_POISSON

# What the figure is wide, in letters of its title.
_TITLE_WIDTH = 80


def draw_failed_avalanches(
    table: pd.DataFrame,
    path: Path | BinaryIO,
    curves: pd.DataFrame | None = None,
    title: str = "",
    critical_alpha: float = 2**-0.5,
) -> None:
    """Write the figure: [S_end]/log 2 above, the gap ratio below, against alpha.

    Parameters
    ----------
    table : the study's tidy table
    path : PNG file to write, or an open one
    curves : `n_lbits`, `alpha`, `theory`; drawn as lines beside the exact points
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 7.2), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    sizes = sorted(table["n_lbits"].unique())
    colours = _colours(len(sizes))
    for size, colour, marker in zip(sizes, colours, "osD^vPX<>h*" * 4, strict=False):
        style = {"color": colour, "marker": marker, "ms": 5, "capsize": 2.5, "lw": 1.2}
        rows = table[table["n_lbits"] == size]
        end = rows[(rows["observable"] == "entropy_lbits") & (rows["index"] == size)]
        upper.errorbar(
            end["alpha"],
            end["mean"] / np.log(2),
            end["error"] / np.log(2),
            ls="none" if curves is not None else "-",
            label=f"{size} l-bits",
            **style,
        )
        if curves is not None:
            line = curves[curves["n_lbits"] == size]
            upper.plot(line["alpha"], line["theory"], color=colour, lw=1.3)
        ratio = rows[rows["observable"] == "gap_ratio"]
        lower.errorbar(ratio["alpha"], ratio["mean"], ratio["error"], ls="-", **style)
    for panel in (upper, lower):
        panel.axvline(critical_alpha, color="0.35", ls="--", lw=1)
        panel.grid(color="0.92", lw=0.6)
        panel.set_axisbelow(True)
    upper.text(
        critical_alpha,
        1.015,
        r"$\alpha_c$",
        ha="center",
        va="bottom",
        color="0.35",
        transform=upper.get_xaxis_transform(),
    )
    upper.set_ylim(-0.02, 1.02)
    upper.set_ylabel(r"$[S_{\mathrm{end}}]\,/\,\log 2$")
    legend_title = "points exact\nlines mean field" if curves is not None else "exact"
    upper.legend(title=legend_title, frameon=False, alignment="left", loc="upper left")
    if title:
        figure.suptitle(textwrap.fill(title, _TITLE_WIDTH), fontsize=11)
    lower.axhline(GAP_RATIO_GOE, color="0.6", lw=1, ls=":")
    lower.axhline(GAP_RATIO_POISSON, color="0.6", lw=1, ls=":")
    for value, name in ((GAP_RATIO_GOE, "GOE"), (GAP_RATIO_POISSON, "Poisson")):
        lower.annotate(
            name,
            (1.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color="0.45",
            fontsize=9,
        )
    lower.set_ylabel(r"gap ratio $[r]$")
    lower.set_xlabel(r"$\alpha$")
    figure.savefig(path, dpi=150)


def _colours(n: int) -> list[tuple[float, float, float, float]]:
    from matplotlib import colormaps

    return [tuple(colormaps["viridis"](x)) for x in np.linspace(0.0, 0.85, n)]
