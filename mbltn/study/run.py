"""Run what a study still lacks, and write its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..comm import Serial, by_rank_zero, require_same, together
from ..errors import StudyError
from ..machine import this_machine
from ..solvers.choice import solver_from
from .plan import Task, plan
from .progress import Progress
from .schema import Study
from .statistics import cautions, per_realization, table
from .stop import Stop
from .store import Store, write_aside
from .work import Failure, stored, work_out


@dataclass(frozen=True)
class Outcome:
    """What a run did, and what a reader of its table must know; equal on every rank.

    `unfinished` realizations were not begun, because the run was told to stop or had too little
    time.
    """

    total: int
    found: int
    computed: int
    failures: tuple[Failure, ...]
    cautions: tuple[str, ...]
    unfinished: int = 0


def run_study(
    study: Study,
    folder: str | Path,
    comm: Any = None,
    progress: str = "none",
    stop: Stop | None = None,
) -> Outcome:
    """Compute the missing realizations of `study` into `folder`, then write its tables.

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
    machine = this_machine(comm)
    tasks = together(comm, lambda: plan(study, machine))
    require_same(comm, _digest(tasks), "the study")
    together(comm, lambda: _require_memory(tasks))
    require_same(comm, [task.solver_name for task in tasks], "the choice of solvers")
    store = Store(folder)
    _missing(tasks, store, comm)
    by_rank_zero(comm, lambda: store.claim(study))
    try:
        missing = _missing(tasks, store, comm)  # again, now that nobody else writes
        with _reporting(study, store, tasks, comm, progress):
            done = work_out(missing, store, comm, stop)
        stop.no_alarm()
        journals = comm.allgather(together(comm, lambda: stored(store, store.close)))
        noted = by_rank_zero(comm, lambda: stored(store, finish, store, journals))
    finally:
        store.release()
    return Outcome(
        total=len(tasks),
        found=len(tasks) - len(missing),
        computed=done.computed,
        failures=done.failures,
        cautions=noted,
        unfinished=len(missing) - done.computed - len(done.failures),
    )


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


def _reporting(study: Study, store: Store, tasks: Sequence[Task], comm: Any, style: str) -> Any:
    if comm.rank != 0 or style == "none":
        return nullcontext()
    return Progress(study.name, {task.id: task.cost.seconds for task in tasks}, store.done, style)
