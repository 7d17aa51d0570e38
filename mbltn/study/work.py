"""The work of a run: tasks go to ranks and groups of ranks, until none is left or it must stop."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..comm import Serial, by_rank_zero, nobody_waits, together
from ..errors import MbltnError, StudyError
from .plan import Task, deal, is_shared
from .record import compute
from .schema import Study
from .stop import Stop
from .store import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """A realization that could not be solved, and why."""

    task: dict[str, Any]
    reason: str


@dataclass(frozen=True)
class Done:
    """What all ranks have done of some tasks; equal on every rank.

    Attributes
    ----------
    computed : how many
    failures : of those that were begun
    told : whether the work was told to stop
    """

    computed: int
    failures: tuple[Failure, ...]
    told: bool


def work_out(tasks: Sequence[Task], study: Study, store: Store, comm: Any, stop: Stop) -> Done:
    """Compute and store these tasks, the small ones by single ranks, the others by groups."""
    small = [task for task in tasks if not is_shared(task, study)]
    large = [task for task in tasks if is_shared(task, study)]
    results = _by_groups(small, 1, store, comm, stop)
    if large:
        ranks = min(study.resources.ranks_per_problem or comm.size, comm.size)
        results += _by_groups(large, ranks, store, comm, stop)
    failures = tuple(failure for failure in results if failure is not None)
    told = any(comm.allgather(stop.told))
    return Done(len(results) - len(failures), failures, told)


def _by_groups(
    tasks: Sequence[Task], ranks: int, store: Store, comm: Any, stop: Stop
) -> list[Failure | None]:
    """What became of the tasks that were begun, each worked on by a group of `ranks` ranks."""
    groups = comm.size // ranks
    color = min(comm.rank // ranks, groups - 1)
    group: Any = Serial() if ranks == 1 else comm.Split(color, comm.rank)

    def work() -> list[Failure | None]:
        mine = deal(tasks, groups)[color]
        found = [_attempt(task, store, group) for task in _in_turn(mine, group, stop)]
        return found if group.rank == 0 else []

    try:
        found = together(comm, work)
    finally:
        if group.size > 1:
            group.Free()
    return [result for rank in comm.allgather(found) for result in rank]


def _in_turn(tasks: Sequence[Task], group: Any, stop: Stop) -> Iterator[Task]:
    """These tasks, without those that would not end in time, until the run is told to stop."""
    took: dict[float, float] = {}
    for task in tasks:
        if any(group.allgather(stop.told)):
            stop.tell()
            return
        # The plan is good to a factor; of equal tasks the last one says it better.
        expected = took.get(task.cost.seconds, task.cost.seconds)
        if not group.bcast(expected <= stop.room()):
            continue
        begin = time.monotonic()
        yield task
        took[task.cost.seconds] = time.monotonic() - begin


def _attempt(task: Task, store: Store, comm: Any) -> Failure | None:
    """Compute and store one task. An error that only some ranks see would leave the others
    waiting for ever, so it ends the whole job."""
    try:
        record = compute(task, comm)
        by_rank_zero(comm, lambda: stored(store, store.write, record))
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


def stored(store: Store, write: Callable[..., T], *arguments: Any) -> T:
    """What `write` returns; a disk that is full or read-only ends the study, in words."""
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
