"""Run what a study still lacks: many realizations at once, or many ranks on one."""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..comm import Serial, by_rank_zero, nobody_waits, require_same, together
from ..errors import MbltnError, StudyError
from ..machine import this_machine
from ..solvers.choice import solver_from
from .plan import Task, deal, is_shared, plan
from .progress import Progress
from .record import compute
from .schema import Study
from .statistics import cautions, per_realization, table
from .store import Store, write_aside

T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """A realization that could not be solved, and why."""

    task: dict[str, Any]
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What a run did, and what a reader of its table must know; equal on every rank."""

    total: int
    found: int
    computed: int
    failures: tuple[Failure, ...]
    cautions: tuple[str, ...]


def run_study(
    study: Study, folder: str | Path, comm: Any = None, progress: str = "none"
) -> Outcome:
    """Compute the missing realizations of `study` into `folder`, then write its tables.

    Realizations that are in the folder are never computed again. One that fails is reported in
    the outcome and tried again by the next run; the others go on.

    Raises
    ------
    StudyError, FolderBusy
        On all ranks alike, before anything is computed.
    """
    comm = comm if comm is not None else Serial()
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
            failures = _solo(missing, study, store, comm) + _shared(missing, study, store, comm)
        journals = comm.allgather(together(comm, lambda: _stored(store, store.close)))
        noted = by_rank_zero(comm, lambda: _stored(store, finish, store, journals))
    finally:
        store.release()
    found, computed = len(tasks) - len(missing), len(missing) - len(failures)
    return Outcome(len(tasks), found, computed, failures, noted)


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


def _solo(tasks: Sequence[Task], study: Study, store: Store, comm: Any) -> tuple[Failure, ...]:
    """Small problems: every rank works on its own share."""
    small = [task for task in tasks if not is_shared(task, study)]
    mine = deal(small, comm.size)[comm.rank]

    def work() -> list[Failure]:
        return [failure for task in mine if (failure := _attempt(task, store, Serial()))]

    return tuple(failure for rank in comm.allgather(together(comm, work)) for failure in rank)


def _shared(tasks: Sequence[Task], study: Study, store: Store, comm: Any) -> tuple[Failure, ...]:
    """Large problems: every group of ranks works on one at a time."""
    large = [task for task in tasks if is_shared(task, study)]
    if not large:
        return ()
    ranks = min(study.resources.ranks_per_problem or comm.size, comm.size)
    groups = comm.size // ranks
    color = min(comm.rank // ranks, groups - 1)
    group = comm.Split(color, comm.rank)
    if group.size == 1:
        group = Serial()

    def work() -> list[Failure]:
        failures = [_attempt(task, store, group) for task in deal(large, groups)[color]]
        return [failure for failure in failures if failure and group.rank == 0]

    try:
        found = together(comm, work)
    finally:
        if group.size > 1:
            group.Free()
    return tuple(failure for rank in comm.allgather(found) for failure in rank)


def _attempt(task: Task, store: Store, comm: Any) -> Failure | None:
    """Compute and store one task. An error that only some ranks see would leave the others
    waiting for ever, so it ends the whole job."""
    try:
        record = compute(task, comm)
        by_rank_zero(comm, lambda: _stored(store, store.write, record))
    except StudyError:
        raise
    except (MbltnError, np.linalg.LinAlgError, MemoryError) as error:
        if not nobody_waits(comm, error):
            _end_job(comm)
        return Failure(task.content(), f"{type(error).__name__}: {error}")
    except Exception as error:
        if not nobody_waits(comm, error):
            _end_job(comm)
        raise
    return None


def _stored(store: Store, write: Callable[..., T], *arguments: Any) -> T:
    try:
        return write(*arguments)
    except OSError as error:
        raise StudyError(
            f"results cannot be stored in {store.folder}: {error}. Free disk space or mend the "
            "folder's permissions and run again; stored realizations are safe"
        ) from None


def _end_job(comm: Any) -> None:
    # The command line silences sys.stderr of all ranks but 0; this one has something to say.
    print(traceback.format_exc(), file=sys.__stderr__)
    print(
        f"rank {comm.rank} failed alone: ending the job on all ranks",
        file=sys.__stderr__,
        flush=True,
    )
    comm.Abort(1)
