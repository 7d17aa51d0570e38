"""The work of a run: tasks go to ranks and groups of ranks, until none is left or it must stop."""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..comm import Serial, by_rank_zero, nobody_waits, together
from ..counters import Counters, shared_counters
from ..errors import MbltnError, StudyError
from .plan import Task, deal, longest_first
from .record import compute
from .stop import Stop
from .store import Store

log = logging.getLogger(__name__)

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


def work_out(tasks: Sequence[Task], store: Store, comm: Any, stop: Stop) -> Done:
    """Compute and store these tasks, those that many ranks share first.

    Ranks and groups of ranks take the next task when they are free, the longest first; where the
    network cannot do that without rank 0 (`shared_counters`), they are dealt out beforehand.
    """
    sizes = sorted({task.ranks for task in tasks}, reverse=True)
    shared = shared_counters(comm, len(sizes))
    if shared is None:
        log.info("tasks are dealt to ranks beforehand")
    counters = shared if shared is not None else Counters(len(sizes))
    crews = []
    for which, ranks in enumerate(sizes):
        crew = Crew(comm, ranks)
        tasks_of_size = [task for task in tasks if task.ranks == ranks]
        hands = deal(tasks_of_size, crew.number)
        mine = longest_first(tasks_of_size) if shared is not None else hands[crew.color]
        crews.append((crew, _Queue(mine, counters, which, crew.group, stop)))

    def work() -> list[Failure | None]:
        found = []
        try:
            for crew, queue in crews:
                results = [_attempt(task, store, crew.group) for task in queue]
                found += results if crew.group.rank == 0 else []
        except BaseException:
            counters.close(_BROKEN)
            raise
        return found

    try:
        mine = together(comm, work)
    finally:
        counters.free()
        for crew, _ in crews:
            crew.free()
    results = [result for rank in comm.allgather(mine) for result in rank]
    failures = tuple(result for result in results if result is not None)
    return Done(len(results) - len(failures), failures, any(comm.allgather(stop.told)))


class Crew:
    """This rank's group, when all ranks are split into groups of `ranks`; left-over ranks join the
    last one. Collective."""

    def __init__(self, comm: Any, ranks: int) -> None:
        self.number = comm.size // ranks
        self.color = min(comm.rank // ranks, self.number - 1)
        self.group: Any = Serial() if ranks == 1 else comm.Split(self.color, comm.rank)

    def free(self) -> None:
        if self.group.size > 1:
            self.group.Free()


# Why the counters are closed.
_TOLD, _BROKEN = 0, 1


@dataclass(frozen=True)
class _Queue:
    """The tasks that a group gets in turn, the same on all its ranks, until none is left, or time,
    or somebody was told to stop. Iterating is collective in the group."""

    tasks: Sequence[Task]
    counters: Counters
    which: int
    group: Any
    stop: Stop

    def __iter__(self) -> Iterator[Task]:
        took: dict[float, float] = {}
        while (task := self._next(took)) is not None:
            begin = time.monotonic()
            yield task
            took[task.cost.seconds] = time.monotonic() - begin

    def _next(self, took: dict[float, float]) -> Task | None:
        if any(self.group.allgather(self.stop.told)) and self.group.rank == 0:
            self.counters.close(_TOLD)
        number = self.group.bcast(self._number(took) if self.group.rank == 0 else None)
        if Counters.reason(number) == _TOLD:
            self.stop.tell()
        return self.tasks[number] if number < len(self.tasks) else None

    def _number(self, took: dict[float, float]) -> int:
        """Of the next task that can end in time."""
        number = self.counters.next(self.which)
        while number < len(self.tasks):
            planned = self.tasks[number].cost.seconds
            # The plan is good to a factor; of equal tasks the last one says it better.
            if took.get(planned, planned) <= self.stop.room():
                break
            number = self.counters.next(self.which)
        return number


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
