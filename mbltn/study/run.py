"""Run what a study still lacks, and write its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ..comm import Serial, by_rank_zero, require_same, together
from ..errors import StudyError
from ..machine import Machine, reserve_blas, this_machine
from ..solvers.choice import solver_from
from .part import Part
from .plan import Point, Task, each_once, plan_points
from .precision import stored_values, targets_by_task, tasks_of
from .progress import Progress
from .pulse import Pulse
from .schema import Study
from .statistics import cautions, per_realization, table
from .stop import Stop
from .store import Store, write_aside
from .work import Failure, Ranks, stored, work_out


@dataclass(frozen=True)
class Outcome:
    """What a run did, and what a reader of its table must know; equal on every rank.

    Of `total` realizations `unfinished` were not begun, because the run was told to stop or had too
    little time; `spared` ones beyond the total are not needed, since a target is reached.
    """

    total: int
    found: int
    computed: int
    failures: tuple[Failure, ...]
    cautions: tuple[str, ...]
    unfinished: int = 0
    spared: int = 0


def run_study(
    study: Study,
    folder: str | Path,
    comm: Any = None,
    progress: str = "none",
    stop: Stop | None = None,
    part: Part | None = None,
) -> Outcome:
    """Compute the missing realizations of `study` into `folder`, then write its tables.

    Of one `part` of the study, if that is given: each needs a folder of its own.

    Realizations that are in the folder are never computed again. One that fails is reported in
    the outcome and tried again by the next run; the others go on.

    Parameters
    ----------
    study, folder
    comm : mpi4py communicator, optional
    progress : "bar", "lines", "auto" or "none"
    stop : when to stop before all is done, by default never

    Raises
    ------
    StudyError, FolderBusy
        On all ranks alike, before anything is computed.
    """
    comm = comm if comm is not None else Serial()
    stop = stop if stop is not None else Stop()
    together(comm, reserve_blas)
    machine = this_machine(comm)
    points = together(comm, lambda: _points(study, machine, part))
    tasks = each_once(task for point in points for task in point.tasks)
    require_same(comm, _digest(tasks), "the study")
    together(comm, lambda: _require_memory(tasks))
    require_same(comm, [task.solver_name for task in tasks], "the choice of solvers")
    store = Store(folder)
    _missing(tasks, store, comm)
    by_rank_zero(comm, lambda: store.claim(study))
    try:
        missing = _missing(tasks, store, comm)  # again, now that nobody else writes
        reporting = partial(_reporting, study.name, store, comm, progress)
        outcome = _by_rounds(points, missing, store, comm, stop, reporting)
        stop.no_alarm()
        journals = comm.allgather(together(comm, lambda: stored(store, store.close)))
        noted = by_rank_zero(comm, lambda: stored(store, finish, store, journals))
    finally:
        store.release()
    return replace(outcome, cautions=noted)


def _by_rounds(
    points: Sequence[Point],
    missing: Sequence[Task],
    store: Store,
    comm: Any,
    stop: Stop,
    reporting: Callable[[Sequence[Task], int], AbstractContextManager[list[Progress | Pulse]]],
) -> Outcome:
    """What is known to be needed, and again while targets ask for more."""
    left = {task.id for task in missing}
    every = {task.id for point in points for task in point.tasks}
    settled = every - left
    targets = targets_by_task(points)
    values = by_rank_zero(comm, lambda: stored_values(store.records(), points) if targets else {})
    computed = 0
    failures: tuple[Failure, ...] = ()
    tasks = tasks_of(points, values, settled)
    ranks = Ranks(comm, {task.ranks for task in missing})
    try:
        with reporting(tasks, ranks.at_once) as watchers:
            while todo := [task for task in tasks if task.id not in settled]:
                done = work_out(todo, store, ranks, stop, targets)
                computed, failures = computed + done.computed, failures + done.failures
                if done.computed + len(done.failures) < len(todo):
                    break
                values |= done.values
                settled |= {task.id for task in todo}
                tasks = tasks_of(points, values, settled)
                for watcher in watchers:
                    watcher.aim({task.id: task.cost.seconds for task in tasks})
    finally:
        ranks.free()
    found = sum(task.id not in left for task in tasks)
    unfinished = len(tasks) - found - computed - len(failures)
    spared = len(every) - len(tasks)
    return Outcome(len(tasks), found, computed, failures, (), unfinished, spared)


def _points(study: Study, machine: Machine, part: Part | None) -> list[Point]:
    points = plan_points(study, machine)
    return points if part is None else part.of_points(points)


def _missing(tasks: Sequence[Task], store: Store, comm: Any) -> list[Task]:
    """What is left to do, with the libraries loaded that it runs on."""
    done = by_rank_zero(comm, store.done)
    missing = [task for task in tasks if task.id not in done]
    together(comm, lambda: _start_libraries(missing))
    return missing


def _digest(tasks: Sequence[Task]) -> str:
    return hashlib.sha256("".join(task.id for task in tasks).encode()).hexdigest()


def _start_libraries(tasks: Sequence[Task]) -> None:
    """Load what the solvers run on, or raise before any work is done.

    PETSc starts on all ranks of the world at once: a rank that has no SLEPc task must load it
    too, or the others would wait for it.
    """
    for name in {task.solver_name for task in tasks}:
        solver_from(name).require_library()


def _require_memory(tasks: Sequence[Task]) -> None:
    """Refuse a problem that cannot fit, with numbers, before the node dies of it."""
    for task in tasks:
        if task.refusal and task.choice.cost.possible:
            raise StudyError(
                f"{task.parameters}: {task.refusal}. 'mbltn run --plan' shows what fits "
                "here, or with --ranks, --memory and --gflops on another machine"
            )


def finish(store: Store, journals: Sequence[Path | None] = ()) -> tuple[str, ...]:
    """Pack the records and write `realizations.csv` and `table.csv` of all that are there.

    Returns what a reader of the table must know.
    """
    # What is drawn up of the records belongs to them: none may outlive the next ones.
    for name in ("realizations", "table", "comparison", "theory"):
        (store.folder / f"{name}.csv").unlink(missing_ok=True)
    store.pack(journals)
    realizations = per_realization(store.records())
    for name, frame in (("realizations", realizations), ("table", table(realizations))):
        write_aside(store.folder / f"{name}.csv", frame.to_csv(index=False).encode())
    return tuple(cautions(realizations))


@contextmanager
def _reporting(
    name: str, store: Store, comm: Any, style: str, tasks: Sequence[Task], at_once: int
) -> Iterator[list[Progress | Pulse]]:
    """Whoever watches the work from rank 0."""
    if comm.rank != 0:
        yield []
        return
    seconds = {task.id: task.cost.seconds for task in tasks}
    with (
        Pulse(store.folder, seconds, store.done, at_once) as pulse,
        Progress(name, seconds, store.done, style) as progress,
    ):
        yield [pulse, progress]
