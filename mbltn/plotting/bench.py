"""Time and memory of methods against the dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_PANELS = (("seconds", "time [s]"), ("peak_mb", "peak memory [MB]"))
_LABEL_GAP = 0.055  # smallest distance of two labels, in heights of a panel


def draw_bench(rows: Sequence[Mapping[str, Any]], path: Path, title: str = "") -> None:
    """Write the figure: seconds and peak memory against D, a line for every method and layout.

    Parameters
    ----------
    rows : rows of `mbltn bench --json`; those without a time are left out
    path : PNG file to write
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.4))
    figure.set_layout_engine("constrained", wspace=0.06)
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, 2)
    lines = _lines([row for row in rows if row["seconds"] is not None])
    colours = _colours(len(lines))
    dimensions = sorted({row["D"] for members in lines.values() for row in members})
    for panel, (quantity, label) in zip(panels, _PANELS, strict=True):
        ends = []
        for (name, members), colour, marker in zip(
            lines.items(), colours, "osD^vPX<>h*" * len(lines), strict=False
        ):
            measured = [row for row in members if row[quantity]]
            if not measured:
                continue
            x, y = [row["D"] for row in measured], [row[quantity] for row in measured]
            panel.plot(x, y, marker=marker, ms=5, lw=1.4, color=colour, label=name)
            ends.append((y[-1], x[-1], name, colour))
        panel.set_xscale("log", base=2)
        panel.set_yscale("log")
        _plain_numbers(panel.yaxis)
        if dimensions:
            panel.set_xlim(dimensions[0] / 1.2, dimensions[-1] * 1.2)
            panel.set_xticks(dimensions)
        panel.set_xlabel("dimension $D$")
        panel.set_ylabel(label)
        panel.grid(color="0.92", lw=0.6)
        panel.set_axisbelow(True)
        panel.spines[["top", "right"]].set_visible(False)
        _name_ends(panel, ends)
    if title:
        figure.suptitle(title, fontsize=10)
    figure.savefig(path, dpi=150)


def _lines(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Rows of each method, ascending in D; the layout is named where a method has several."""
    layouts: dict[str, set[tuple[int, int]]] = {}
    for row in rows:
        layouts.setdefault(row["method"], set()).add((row["ranks"], row["threads"]))
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["D"]):
        several = len(layouts[row["method"]]) > 1
        layout = f" ({row['ranks']} x {row['threads']})" if several else ""
        lines.setdefault(row["method"] + layout, []).append(row)
    return lines


def _plain_numbers(axis: Any) -> None:
    """1, 2, 5, 10, ... as such: powers of ten alone leave half a decade without a number."""
    from matplotlib.ticker import FormatStrFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FormatStrFormatter("%g"))
    axis.set_minor_formatter(NullFormatter())


def _name_ends(panel: Any, ends: list[tuple[float, float, str, str]]) -> None:
    """Write the name of each line at the right margin, moved apart where lines end together."""
    height = 0.0
    for y, x, name, colour in sorted(ends):
        at = panel.transAxes.inverted().transform(panel.transData.transform((x, y)))
        height = max(float(at[1]), height + _LABEL_GAP) if height else float(at[1])
        panel.annotate(
            name,
            (x, y),
            xycoords="data",
            xytext=(1.03, height),
            textcoords="axes fraction",
            va="center",
            color=colour,
            fontsize=9,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6, "alpha": 0.6},
        )


def _colours(n: int) -> list[str]:
    return [f"C{i % 10}" for i in range(n)]
