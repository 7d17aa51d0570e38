"""From records to tidy tables: mean within a realization, then over realizations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..errors import StudyError
from ..observables import OBSERVABLES
from .record import Record
from .store import Store

_WITHOUT_MEAN = {
    *("energies", "residuals"),
    *(name for name, observable in OBSERVABLES.items() if not observable.has_mean),
}
_PER_REALIZATION = (
    "realization",
    "value",
    "n_states",
    "max_residual",
    "doublets",
    "solver",
    "complete",
)


def per_realization(records: Iterable[Record]) -> pd.DataFrame:
    """One row for each realization, observable and component.

    Columns: the model's parameters; `realization`; `observable`; `index` (number of the l-bit or
    of the cut, 1, 2, ...; 0 for a scalar); `value`, the mean over the states of this realization;
    `n_states`, `dimension`, `solver`, `complete`, `max_residual`, `doublets`.
    """
    rows: list[dict[str, Any]] = []
    for record in records:
        common = {
            **flat_parameters(record.task["parameters"]),
            "states": record.task["states"],
            "energy": record.task["energy"],
            "realization": record.task["realization"],
            "dimension": record.facts["dimension"],
            "solver": record.facts["solver"],
            "complete": record.facts["complete"],
            "n_states": len(record.arrays["energies"]),
            "max_residual": float(record.arrays["residuals"].max()),
            "doublets": record.facts["doublets"],
        }
        for name, values in record.arrays.items():
            if name in _WITHOUT_MEAN or name.startswith("sample/"):
                continue
            means = values.mean(axis=0) if len(values) else np.full(values.shape[1:], np.nan)
            for index, value in enumerate(np.atleast_1d(means), start=int(values.ndim > 1)):
                rows.append({**common, "observable": name, "index": index, "value": float(value)})
    return pd.DataFrame(rows)


def table(realizations: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard error over realizations.

    The error is the standard deviation of the realizations' means divided by the square root of
    their number (NaN for one realization): states of one sample are correlated and never counted
    as independent.
    """
    if realizations.empty:
        return pd.DataFrame()
    keys = [column for column in realizations.columns if column not in _PER_REALIZATION]
    groups = realizations.groupby(keys, sort=True, dropna=False)
    result = groups.agg(
        mean=("value", "mean"),
        error=("value", "sem"),
        n_realizations=("value", "size"),
        n_states=("n_states", "sum"),
        max_residual=("max_residual", "max"),
        doublets=("doublets", "sum"),
        solver=("solver", _all_of),
        complete=("complete", _all_of),
    )
    return result.reset_index()


def stored_table(store: Store) -> pd.DataFrame:
    """The tidy table: as it was written, or from the records if a job has not ended yet.

    Raises
    ------
    StudyError
        If no realization is finished.
    """
    if written := store.written("table"):
        try:
            return pd.read_csv(written)
        except pd.errors.EmptyDataError:
            raise StudyError(
                f"{store.folder} has an empty table: none of its observables has a mean"
            ) from None
    result = table(per_realization(store.records()))
    if result.empty:
        raise StudyError(f"{store.folder} has no finished realization yet: run the study first")
    return result


def _all_of(names: pd.Series) -> str:
    return "+".join(sorted(set(names)))


def flat_parameters(parameters: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested parameters with dotted names; lists as text, so that tables can be grouped."""
    flat: dict[str, Any] = {}
    for name, value in parameters.items():
        if isinstance(value, dict):
            flat.update(flat_parameters(value, f"{prefix}{name}."))
        else:
            flat[prefix + name] = str(value) if isinstance(value, list) else value
    return flat
