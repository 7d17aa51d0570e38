"""When a point of the grid has enough realizations: the standard error of one observable.

The error is looked at only when so many realizations are there that the study names, then twice as
many, and so on. Which are computed therefore depends on the study alone, not on ranks, their speed,
or where a job was cut off.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from ..errors import StudyError
from .plan import Point, Task, each_once
from .record import Record
from .schema import ErrorTarget

# Task, observable, index: which of the values of one realization.
Key = tuple[str, str, int | None]
Values = Mapping[Key, float]


def needed(point: Point, values: Values, settled: Collection[str]) -> int:
    """How many realizations this point is to have, as far as its `settled` tasks tell.

    Those with a failure are settled and have no value.
    """
    most = len(point.tasks)
    if point.target is None:
        return most
    count = min(point.target.least, most)
    while count < most:
        first = point.tasks[:count]
        if not all(task.id in settled for task in first):
            return count
        if reached(first, point.target, values) <= point.target.error:
            return count
        count = min(2 * count, most)
    return most


def tasks_of(points: Sequence[Point], values: Values, settled: Collection[str]) -> list[Task]:
    """What the points are to have, as far as is known; every task once."""
    return each_once(
        task for point in points for task in point.tasks[: needed(point, values, settled)]
    )


def reached(tasks: Iterable[Task], target: ErrorTarget, values: Values) -> float:
    """Standard error over these realizations; infinite while fewer than `least` have a value."""
    keys = ((task.id, target.observable, target.index) for task in tasks)
    found = np.array([values[key] for key in keys if key in values])
    found = found[np.isfinite(found)]
    if len(found) < target.least:
        return math.inf
    return float(found.std(ddof=1) / math.sqrt(len(found)))


def targets_by_task(points: Iterable[Point]) -> dict[str, list[ErrorTarget]]:
    """Whose values of a task are asked for, by its id."""
    found: dict[str, list[ErrorTarget]] = {}
    for point in points:
        if point.target is not None:
            for task in point.tasks:
                found.setdefault(task.id, []).append(point.target)
    return found


def values_of(record: Record, targets: Iterable[ErrorTarget]) -> dict[Key, float]:
    """The means over this realization's states that these targets ask for.

    Raises
    ------
    StudyError
        If an observable has no such component.
    """
    found: dict[Key, float] = {}
    for target in targets:
        values = record.arrays[target.observable]
        means = np.atleast_1d(values.mean(axis=0) if len(values) else np.nan)
        first = int(values.ndim > 1)
        last = len(means) - 1 + first
        index = last if target.index is None else target.index
        if not first <= index <= last:
            raise StudyError(
                f"target.index={index}: {target.observable} of a realization with "
                f"{record.task['parameters']} has the components {first} to {last}"
            )
        found[record.id, target.observable, target.index] = float(means[index - first])
    return found


def stored_values(records: Iterable[Record], points: Sequence[Point]) -> dict[Key, float]:
    """Of the records that targets ask for."""
    wanted = targets_by_task(points)
    found: dict[Key, float] = {}
    for record in records:
        if record.id in wanted:
            found |= values_of(record, wanted[record.id])
    return found
