"""From records to tidy tables: mean within a realization, then over realizations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

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
# What a value depends on, beside the model's parameters; the grid of curves does not matter.
_OPTIONS = ("partners", "probe_spin", "resolution")
_MEASURED = {"value", "max_residual", "doublets", "solver", "complete"}
_PER_REALIZATION = {"realization", "n_states", *_MEASURED}


def per_realization(records: Iterable[Record]) -> pd.DataFrame:
    """One row for each realization, observable and component.

    Columns: the model's parameters; `realization`; `observable`; `index` (number of the l-bit or
    of the cut, 1, 2, ...; 0 for a scalar); `value`, the mean over the states of this realization;
    `n_states`, `dimension`, the options `partners` (of windows; none for the whole spectrum),
    `probe_spin` and `resolution`, `solver`, `complete`, `max_residual`, `doublets`.
    """
    rows: list[dict[str, Any]] = []
    for record in records:
        common = {
            **flat_parameters(record.task["parameters"]),
            "states": record.task["states"],
            "energy": record.task["energy"],
            **{name: record.task.get("measurement", {}).get(name) for name in _OPTIONS},
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
    found = pd.DataFrame(rows)
    # A sample that was measured on two grids of curves has one value of all else.
    return found.drop_duplicates([name for name in found if name not in _MEASURED])


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


def cautions(realizations: pd.DataFrame) -> list[str]:
    """What a reader of the table of these must know: values that lack, lines that are cut off.

    Examples
    --------
    >>> rows = pd.DataFrame(
    ...     {"xi": [2.0, 4.0, 4.0], "observable": "thouless", "index": 0, "realization": [0, 0, 1],
    ...      "value": [0.3, 0.1, np.nan], "partners": np.nan}
    ... )
    >>> cautions(rows)
    ['thouless at xi=4: 1 of 2 realizations have no value, and the mean is of the others']
    """
    if realizations.empty:
        return []
    keys = [str(name) for name in realizations if name not in _PER_REALIZATION]
    varied = [
        name
        for name in keys
        if name not in _NO_PLACE and realizations[name].nunique(dropna=False) > 1
    ]
    found = []
    for key, rows in realizations.groupby(keys, sort=True, dropna=False):
        row: dict[str, Any] = dict(zip(keys, cast(tuple[Any, ...], key), strict=True))
        given = {name: row[name] for name in varied if not pd.isna(row[name])}
        at = ", ".join(
            f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"
            for name, value in given.items()
        )
        place = f"{row['observable']} at {at}" if at else str(row["observable"])
        of_windows = not pd.isna(row["partners"])
        missing = int(rows["value"].isna().sum())
        if missing:
            rest = ", and the mean is of the others" if missing < len(rows) else ""
            hint = _LOST_LINES if of_windows and row["observable"] in _WIDTHS else ""
            found.append(
                f"{place}: {missing} of {len(rows)} realizations have no value{rest}{hint}"
            )
        least = _LEAST_OF_LINES if of_windows else _LEAST_OF_ONE_LINE
        cut_off = int((rows["value"] < least).sum())
        if row["observable"] == "line_captured" and cut_off:
            found.append(
                f"{place}: in {cut_off} of {len(rows)} realizations widths are of less than "
                f"{least} of a state's weight{_CUT_WINDOWS if of_windows else _CUT_LINE}"
            )
    return found


_WIDTHS = ("line_ratio", "line_ratio_raw")
_LOST_LINES = (
    ": a line of which half lies outside the windows, or beyond 0 < |w| < 4 eps, has no width, so "
    "that broad ones are missing. More partners bring back the former"
)
# Of the weight at positive frequencies, and of both lines.
_LEAST_OF_ONE_LINE, _LEAST_OF_LINES = 0.4, 0.6
_CUT_LINE = ", of about 1/2: the line is wider than 0 < w < 4 eps"
_CUT_WINDOWS = (
    ", of about 1: the line is wider than the windows (then more partners help) or than 4 eps"
)
_NO_PLACE = {"observable", "index", "dimension"}


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
