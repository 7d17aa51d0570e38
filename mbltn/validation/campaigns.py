"""Studies behind figures: exact numbers in several sizes, kept and completed like any study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..study import Store, Study
from ..study.record import Record
from ..study.statistics import per_realization, table

# Minutes on two cores; as in the paper; larger than in the paper.
SIZES = ("small", "paper", "beyond")


@dataclass(frozen=True)
class Stored:
    """A study and the folder with what is there of it."""

    study: Study
    store: Store

    def realizations(self) -> pd.DataFrame:
        """One row for each realization, observable and component."""
        return per_realization(self.store.records())

    def means(self) -> pd.DataFrame:
        """The tidy table: mean and error of each observable over realizations."""
        return table(self.realizations())


def rows_of(tidy: pd.DataFrame, observable: str, index: int | None = None) -> pd.DataFrame:
    """Rows of one observable, of its last component unless `index` is given."""
    rows = tidy[tidy["observable"] == observable]
    if index is not None:
        return rows[rows["index"] == index]
    same = [name for name in rows.columns if name not in _RESULTS]
    return rows.loc[rows.groupby(same, dropna=False)["index"].idxmax()]


_RESULTS = {
    *("index", "mean", "error", "n_realizations", "n_missing", "n_states", "max_residual"),
    *("doublets", "solver", "complete"),
}


def against(realizations: pd.DataFrame, parameter: str, observable: str) -> pd.DataFrame:
    """A scalar of each realization (rows) at each value of a parameter (columns)."""
    rows = realizations[realizations["observable"] == observable]
    return rows.pivot(index="realization", columns=parameter, values="value")


def mean_curves(
    records: Iterable[Record], name: str, keys: Sequence[str]
) -> dict[tuple[Any, ...], np.ndarray]:
    """Mean over realizations of a curve, for each combination of these parameters and bin width."""
    sums: dict[tuple[Any, ...], tuple[np.ndarray, int]] = {}
    for record in records:
        values = record.arrays.get(name)
        if values is None or not values.size:
            continue
        width = record.task["measurement"]["bin_width"]
        key = (*(record.task["parameters"].get(parameter) for parameter in keys), width)
        total, count = sums.get(key, (np.zeros_like(values), 0))
        sums[key] = (total + values, count + 1)
    return {key: total / count for key, (total, count) in sums.items()}
