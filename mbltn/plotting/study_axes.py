"""Every observable of a study against an axis of its grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pandas as pd

from .curves import Axes, draw_curves

# Values of an axis over more than this ratio are drawn on a logarithmic one.
_DECADE = 10.0


def draw_study(
    table: pd.DataFrame, path: Path | BinaryIO, axes: Sequence[str], title: str = ""
) -> None:
    """Write the figure: a panel for each observable, its mean and error against an axis.

    The axis is the one with the most values; a curve belongs to each value of the others, and to
    each component (index) of the observable.

    Parameters
    ----------
    table : the study's tidy table
    path : PNG file to write, or an open one
    axes : columns of numbers, at least one; those with one value are left out
    """
    varied = [axis for axis in axes if table[axis].nunique() > 1] or list(axes[:1])
    x = max(varied, key=lambda axis: table[axis].nunique())
    drawn = pd.DataFrame({"panel": table["observable"], x: table[x], "mean": table["mean"]})
    drawn["error"] = table["error"]
    drawn["curve"] = [
        ", ".join(
            [f"{axis}={row[axis]:g}" for axis in varied if axis != x]
            + ([f"index {row['index']}"] if row["index"] else [])
        )
        or "mean"
        for row in table.to_dict(orient="records")
    ]
    values = drawn[x]
    log = bool(values.min() > 0 and values.max() > _DECADE * values.min())
    points = tuple(drawn["curve"].unique())
    draw_curves(drawn, path, (Axes(x, x, "", y="mean", x_log=log, points=points),), title)
