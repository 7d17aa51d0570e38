"""What is stored in a results folder, as pandas tables and as an xarray Dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..errors import InvalidInput, MissingLibrary, StudyError
from .record import Record
from .schema import Study
from .statistics import flat_parameters, per_realization, table
from .store import Store


@dataclass(frozen=True)
class Results:
    """A results folder, also of a job that still runs: what is finished when it is asked for.

    Every call reads the records and their checksums; what is damaged is left out with a warning.

    Attributes
    ----------
    folder : where they are
    study : the study they belong to
    """

    folder: Path
    study: Study

    def __len__(self) -> int:
        """How many realizations are finished."""
        return len(Store(self.folder).done())

    def records(self) -> Iterator[Record]:
        """Each realization with all its arrays, the disorder among them; one at a time."""
        return Store(self.folder).records()

    def table(self) -> pd.DataFrame:
        """Means and standard errors over realizations, as `table.csv`: one row for each point of
        the grid, observable and component."""
        return table(self.realizations())

    def realizations(self) -> pd.DataFrame:
        """Means over the states of each realization, as `realizations.csv`."""
        return per_realization(self.records())

    def states(self, observable: str) -> pd.DataFrame:
        """One row for each eigenstate, and component of the observable; nothing is averaged.

        Columns: the model's parameters, `realization`, `state` (1, 2, ... by energy), `E`, `index`
        (number of the l-bit or of the cut, 1, 2, ...; 0 for a scalar), `value`.

        Raises
        ------
        InvalidInput
            If the observable was not measured, or is not one of single states.
        """
        common, levels, components, values = [], [], [], []
        for record in self.records():
            energies, measured = record.arrays["energies"], self._array(record, observable)
            if measured.shape[:1] != energies.shape or measured.ndim > 2:
                raise InvalidInput(
                    f"{observable} has shape {measured.shape} for {len(energies)} states, so it is "
                    "not one value or row for each state: take it from records() or to_xarray()"
                )
            columns = measured.reshape(len(energies), math.prod(measured.shape[1:]))
            common.append(_columns(record))
            levels.append(energies)
            components.append(np.arange(columns.shape[1]) + (measured.ndim > 1))
            values.append(columns)
        if not common:
            return pd.DataFrame()
        sizes = [block.size for block in values]
        of_state = [block.shape[1] for block in values]
        rows = pd.DataFrame(common).loc[np.repeat(np.arange(len(common)), sizes)]
        several = list(zip(levels, of_state, strict=True))
        return rows.reset_index(drop=True).assign(
            state=np.concatenate([np.repeat(np.arange(1, len(E) + 1), n) for E, n in several]),
            E=np.concatenate([np.repeat(E, n) for E, n in several]),
            index=np.concatenate(
                [np.tile(part, len(E)) for part, E in zip(components, levels, strict=True)]
            ),
            value=np.concatenate([block.ravel() for block in values]),
        )

    def to_xarray(self, observables: Sequence[str] | None = None) -> Any:
        """All states of all realizations as an `xarray.Dataset`, filled up with NaN.

        Dimensions: `record` (one a realization; parameters and `realization` are its coordinates),
        `state` (by energy; `n_states` of each record are there), and of components `lbit`, `cut`,
        or the observable's name with a number. An array with another number of entries than there
        are states (the gap ratio has k - 2) has its own first dimension.

        Memory: that of the largest realization for every one; `observables` takes fewer.

        Raises
        ------
        MissingLibrary
            If xarray is not installed.
        """
        try:
            import xarray
        except ImportError:
            raise MissingLibrary(
                "to_xarray() needs xarray: pip install xarray, or use the "
                "pandas tables of states(), realizations() and table()"
            ) from None
        records = list(self.records())
        names = self.study.observables if observables is None else observables
        energies = [record.arrays["energies"] for record in records]
        given = {"energies": energies, "residuals": [r.arrays["residuals"] for r in records]}
        for name in names:
            given[name] = [self._array(record, name) for record in records]
        dims = {name: _dimensions(name, arrays, energies) for name, arrays in given.items()}
        sizes: dict[str, int] = {}
        for name, arrays in given.items():
            for axis, dim in enumerate(dims[name]):
                longest = max((array.shape[axis] for array in arrays), default=0)
                sizes[dim] = max(sizes.get(dim, 0), longest)
        variables = {
            name: (("record", *dims[name]), _padded(arrays, [sizes[dim] for dim in dims[name]]))
            for name, arrays in given.items()
        }
        along = pd.DataFrame([_columns(record) for record in records])
        coordinates: dict[str, Any] = {
            **{str(name): ("record", along[name].to_numpy()) for name in along},
            "id": ("record", [record.id for record in records]),
            "n_states": ("record", [len(levels) for levels in energies]),
            **{dim: np.arange(1, size + 1) for dim, size in sizes.items()},
        }
        about = {"study": self.study.name, "seed": self.study.seed}
        return xarray.Dataset(variables, coordinates, about)

    def _array(self, record: Record, observable: str) -> np.ndarray:
        try:
            return record.arrays[observable]
        except KeyError:
            raise InvalidInput(
                f"{observable!r} is not in the records of {self.folder}, which have "
                f"{', '.join(sorted(record.arrays))}"
            ) from None


def load(folder: str | Path) -> Results:
    """The results in a folder that `mbltn run` or `mbltn collect` has written.

    Raises
    ------
    StudyError
        If it is not a results folder.
    """
    study = Store(folder).study()
    if study is None:
        raise StudyError(f"{folder} is not a results folder: it has no study.json")
    return Results(Path(folder), study)


def _columns(record: Record) -> dict[str, Any]:
    return {
        **flat_parameters(record.task["parameters"]),
        "states": record.task["states"],
        "energy": record.task["energy"],
        "realization": record.task["realization"],
    }


def _dimensions(
    name: str, arrays: Sequence[np.ndarray], energies: Sequence[np.ndarray]
) -> list[str]:
    ranks = {array.ndim for array in arrays}
    if len(ranks) > 1:
        raise InvalidInput(f"{name} has {sorted(ranks)} axes in different records: use records()")
    axes = range(ranks.pop() if ranks else 1)
    part = {"lbits": "lbit", "cuts": "cut"}.get(name.rpartition("_")[2], "")
    dims = [part if part and axis else f"{name}_{axis}" for axis in axes]
    of_states = all(
        array.shape[:1] == levels.shape for array, levels in zip(arrays, energies, strict=True)
    )
    return ["state", *dims[1:]] if dims and of_states else dims


def _padded(arrays: Sequence[np.ndarray], shape: Sequence[int]) -> np.ndarray:
    whole = all(array.shape == tuple(shape) for array in arrays)
    kind = np.result_type(*arrays) if arrays else np.dtype(float)
    padded = np.full((len(arrays), *shape), np.nan, kind if whole else np.result_type(kind, float))
    for number, array in enumerate(arrays):
        padded[(number, *map(slice, array.shape))] = array
    return padded
