"""What tables of figures share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

# Called while a table is made: done so far, of how many.
Tick = Callable[[int, int], None]


def nothing(done: int, total: int) -> None:
    """Nobody watches."""


def long_table(x: str, curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """One row a point: `curve`, the abscissa under its name `x`, `value`."""
    parts = [pd.DataFrame({"curve": name, x: a, "value": b}) for name, (a, b) in curves.items()]
    return pd.concat(parts, ignore_index=True)


def mean_and_error(values: np.ndarray) -> tuple[Any, Any]:
    """Over the realizations, the first axis; NaN for the error of one."""
    n = len(values)
    if n < 2:
        return values.mean(axis=0), np.full(values.shape[1:], np.nan)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(n)


def curve(table: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Abscissae and values of a curve of `long_table`, whatever the former are called."""
    part = table[table["curve"] == name]
    (x,) = (column for column in table.columns if column not in ("curve", "value"))
    return part[x].to_numpy(), part["value"].to_numpy()


def parts_of(table: pd.DataFrame, column: str) -> Iterator[tuple[float, pd.DataFrame]]:
    """Each value of a column of numbers, in the order of the table, with its rows."""
    for value in table[column].unique():
        yield float(value), table[table[column] == value]
