"""What a study will take, and how far it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import StudyError
from ..machine import Machine, duration, size
from ..study import Store, Study, Task, plan
from ..study.plan import deal


def study_of(folder: Path) -> Study:
    study = Store(folder).study()
    if study is None:
        raise StudyError(f"{folder} is not a results folder: it has no study.json")
    return study


def plan_text(study: Study, machine: Machine) -> str:
    """Every point of the grid with the method, memory, applications of H and time that it takes on
    this machine; what does not fit, why, and the nearest thing that would."""
    tasks = plan(study, machine)
    points: dict[tuple[Any, ...], list[Task]] = defaultdict(list)
    for task in tasks:
        varied = {key: value for key, value in task.parameters.items() if key in study.axes}
        if task.energy is not None:
            varied["energy"] = task.energy
        if task.windows:
            varied["partners"] = task.measurement.partners
        name = ", ".join(f"{key}={value}" for key, value in varied.items())
        points[name, str(task.states), task.energy, task.solver].append(task)
    rows, refusals = [], []
    for (name, states, *_), members in points.items():
        first = members[0]
        refused = bool(first.refusal)
        if refused:
            refusals.append(f"{name or study.name}: {first.refusal}")
        rows.append(_plan_row(name, states, first, len(members), refused))
    return "\n".join([*aligned([_PLAN, *rows]), *refusals, _plan_total(study, tasks, machine)])


_PLAN = (
    *("problem", "D", "method", "states", "tasks"),
    *("memory", "matvecs", "ranks", "time each", "time of all"),
)


def _plan_row(name: str, states: str, task: Task, count: int, refused: bool) -> tuple[str, ...]:
    cost = task.choice.cost if task.choice.refusal else task.cost
    lack = "" if not refused else " (too large)" if cost.possible else " (cannot)"
    return (
        name,
        str(task.dimension),
        cost.method + lack,
        states,
        str(count),
        size(cost.memory),
        "-" if cost.matvecs is None else f"{cost.matvecs:.2g}",
        str(task.ranks),
        duration(cost.seconds),
        duration(cost.seconds * count),
    )


def _plan_total(study: Study, tasks: list[Task], machine: Machine) -> str:
    """What can be run here: tasks dealt to ranks, shared ones to groups of ranks."""
    ranks = f"{machine.ranks} rank{'s' if machine.ranks > 1 else ''}"
    fitting = [task for task in tasks if not task.refusal]
    number = f"{len(tasks)} tasks"
    if len(fitting) < len(tasks):
        number = f"{len(fitting)} of {number} fit"
    place = f"{ranks} of {machine.gflops:.3g} GFlop/s with {size(machine.memory)} together"
    shared = sum(task.ranks > 1 for task in fitting)
    longest = seconds_of(fitting, machine)
    most = size(max((task.cost.memory for task in fitting), default=0.0))
    return (
        f"{number}, {shared} of them shared between ranks; about "
        f"{duration(longest)} on {place}, at most {most} a problem. Nothing was computed."
    )


def seconds_of(tasks: Sequence[Task], machine: Machine) -> float:
    """Time of these tasks on the ranks of this machine, as they are run."""
    longest = 0.0
    for ranks in {task.ranks for task in tasks}:
        hands = deal([task for task in tasks if task.ranks == ranks], machine.ranks // ranks)
        longest += max(sum(task.cost.seconds for task in hand) for hand in hands)
    return longest


def aligned(rows: list[tuple[str, ...]], left: tuple[int, ...] = (0, 2)) -> list[str]:
    """Columns of words to the `left`, of numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if number in left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
