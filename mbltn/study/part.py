"""One part of a study of several, so that the tasks of a job array share it without a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .. import scheduler
from ..errors import InvalidInput, StudyError
from .plan import Point, Task, each_once


@dataclass(frozen=True)
class Part:
    """Every `of`-th task of a study in the order of its plan, from the `number`-th (from 1) on.

    The parts of a study are disjoint and together the whole, wherever they are worked out, and
    each has its share of every point of the grid. Another number of realizations deals anew: what
    two parts then hold alike counts once when they are collected.

    Raises
    ------
    InvalidInput
        If there is no such part.

    Examples
    --------
    >>> Part.read("3/8")
    Part(number=3, of=8)
    >>> Part.read("array/8", lambda: 5).folder
    'part-5-of-8'
    """

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise InvalidInput(
                f"part {self.number} of {self.of} does not exist: parts count from 1, so that a "
                f"job array over them has the tasks 1-{max(self.of, 1)}"
            )

    @classmethod
    def read(cls, text: str, index: Callable[[], int | None] = scheduler.array_index) -> Part:
        """From "I/N", or "array/N" in a task of a job array, whose number counts."""
        found = re.fullmatch(r"(array|[0-9]{1,9})/([0-9]{1,9})", text)
        if found is None:
            raise InvalidInput(f"the part {text!r} must read I/N, such as 3/8, or array/N")
        number = index() if found[1] == "array" else int(found[1])
        if number is None:
            raise InvalidInput(
                f"the part {text!r} is that of a job array's task, and this is none: neither "
                "SLURM_ARRAY_TASK_ID nor PBS_ARRAY_INDEX is set. Name the part, 1/N to N/N"
            )
        return cls(number, int(found[2]))

    @property
    def folder(self) -> str:
        return f"part-{self.number}-of-{self.of}"

    def of_points(self, points: Sequence[Point]) -> list[Point]:
        """The tasks of this part, by points of the grid.

        Raises
        ------
        StudyError
            If there are more parts than tasks, or the tasks end where an error is reached, which
            no part knows of the others.
        """
        if any(point.target is not None for point in points):
            raise StudyError(
                "a study with a target for its errors cannot be run in parts, since none knows the "
                "others' realizations: run it as one job, or leave out the targets"
            )
        tasks = each_once(task for point in points for task in point.tasks)
        mine = {task.id for task in self.of_tasks(tasks)}
        parts = [
            replace(point, tasks=tuple(task for task in point.tasks if task.id in mine))
            for point in points
        ]
        return [point for point in parts if point.tasks]

    def of_tasks(self, tasks: Sequence[Task]) -> list[Task]:
        """The tasks of this part, of all of the study.

        Raises
        ------
        StudyError
            If there are more parts than tasks.
        """
        if self.of > len(tasks):
            raise StudyError(
                f"{self.of} parts of a study with {len(tasks)} tasks leave some empty: ask for at "
                f"most {len(tasks)}"
            )
        return list(tasks[self.number - 1 :: self.of])
