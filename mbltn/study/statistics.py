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
    `n_states`, `dimension`, `partners` (of windows; none for the whole spectrum), `solver`,
    `complete`, `max_residual`, `doublets`.
    """
    rows: list[dict[str, Any]] = []
    for record in records:
        common = {
            **flat_parameters(record.task["parameters"]),
            "states": record.task["states"],
            "energy": record.task["energy"],
            "partners": record.task.get("measurement", {}).get("partners"),
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
    as independent. `n_realizations` have a value; `n_missing` have none (NaN) and are left out:
    see `cautions`.
    """
    if realizations.empty:
        return pd.DataFrame()
    keys = [column for column in realizations.columns if column not in _PER_REALIZATION]
    groups = realizations.groupby(keys, sort=True, dropna=False)
    result = groups.agg(
        mean=("value", "mean"),
        error=("value", "sem"),
        n_realizations=("value", "count"),
        n_missing=("value", _missing),
        n_states=("n_states", "sum"),
        max_residual=("max_residual", "max"),
        doublets=("doublets", "sum"),
        solver=("solver", _all_of),
        complete=("complete", _all_of),
    )
    return result.reset_index()


def cautions(tidy: pd.DataFrame) -> list[str]:
    """What a reader of this table must know: means over a part of the realizations, cut-off lines.

    Examples
    --------
    >>> tidy = pd.DataFrame(
    ...     {"xi": [2.0, 4.0], "observable": "line_ratio", "mean": [23.7, 15.5],
    ...      "n_realizations": [30, 15], "n_missing": [0, 15], "partners": 16}
    ... )
    >>> print(cautions(tidy)[0].partition(", and")[0])
    line_ratio at xi=4: 15 of 30 realizations have no value
    """
    if tidy.empty:
        return []
    places = [name for name in tidy if name not in _NO_PLACE]
    varied = [name for name in places if tidy[name].nunique(dropna=False) > 1]

    def place(row: Any) -> str:
        given = {name: row[name] for name in varied if not pd.isna(row[name])}
        at = ", ".join(
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in given.items()
        )
        return f"{row['observable']} at {at}" if at else str(row["observable"])

    found = []
    for row in tidy[tidy["n_missing"] > 0].to_dict("records"):
        every = row["n_realizations"] + row["n_missing"]
        rest = ", and the mean is of the others" if row["n_realizations"] else ""
        hint = _LOST_LINES if row["observable"] in _WIDTHS else ""
        found.append(
            f"{place(row)}: {row['n_missing']} of {every} realizations have no value{rest}{hint}"
        )
    for row in tidy[tidy["observable"] == "line_captured"].to_dict("records"):
        whole = pd.isna(row["partners"])
        if row["mean"] < (_LEAST_OF_HALF if whole else _LEAST_OF_LINE):
            found.append(
                f"{place(row)}: widths see {row['mean']:.2f} of a state's weight, of about "
                f"{'1/2: the line is wider than 0 < w < 4 eps' if whole else _FEW_PARTNERS}"
            )
    return found


_WIDTHS = ("line_ratio", "line_ratio_raw")
_LOST_LINES = (
    ": a window that holds less than half of a line has no width, so that broad lines are missing. "
    "Ask for more partners"
)
_FEW_PARTNERS = "1: the quartiles lie near the ends of the windows. Ask for more partners"
# Of the weight at positive frequencies, and of both lines.
_LEAST_OF_HALF, _LEAST_OF_LINE = 0.4, 0.6
_NO_PLACE = {
    *("observable", "index", "mean", "error", "n_realizations", "n_missing", "n_states"),
    *("max_residual", "doublets", "solver", "complete", "dimension"),
}


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


def _missing(values: pd.Series) -> int:
    return int(values.isna().sum())


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
