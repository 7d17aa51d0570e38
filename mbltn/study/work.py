"""The work of a run: tasks go to ranks and groups of ranks, until none is left or it must stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from ..comm import Serial, by_rank_zero, end_job, nobody_waits, together
from ..counters import Counters, shared_counters
from ..errors import MbltnError, StudyError
from .plan import Task, deal, longest_first
from .precision import Key, values_of
from .pulse import note_failure
from .record import compute
from .schema import ErrorTarget
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
    values : of the computed ones, what targets ask for
    """

    computed: int
    failures: tuple[Failure, ...]
    values: dict[Key, float]


class Ranks:
    """How tasks come to the ranks of `comm`, and to groups of them of some `sizes`. Collective.

    Ranks and groups take the next task when they are free, the longest first; where the network
    cannot do that without rank 0 (`shared_counters`), tasks are dealt out beforehand.
    """

    def __init__(self, comm: Any, sizes: Iterable[int]) -> None:
        self.comm = comm
        self._crews = [_Crew(comm, ranks) for ranks in sorted(set(sizes), reverse=True)]
        shared = shared_counters(comm, len(self._crews))
        self._in_turn = shared is not None
        self._counters = Counters(len(self._crews)) if shared is None else shared
        if not self._in_turn:
            log.info("tasks are dealt to ranks beforehand")

    @property
    def at_once(self) -> int:
        """How many tasks are worked on at a time, at most."""
        return max((crew.number for crew in self._crews), default=0)

    def free(self) -> None:
        self._counters.free()
        for crew in self._crews:
            crew.free()

    def queues(self, tasks: Sequence[Task], stop: Stop) -> list[_Queue]:
        """Of this rank's groups, those of many ranks first."""
        self._counters.reset()
        self.comm.allgather(None)  # nobody counts before that
        queues = []
        for which, crew in enumerate(self._crews):
            its = [task for task in tasks if task.ranks == crew.ranks]
            mine = longest_first(its) if self._in_turn else deal(its, crew.number)[crew.color]
            queues.append(_Queue(mine, self._counters, which, crew.group, stop))
        return queues


class _Crew:
    """This rank's group, when all ranks are split into groups of `ranks`; left-over ranks join the
    last one."""

    def __init__(self, comm: Any, ranks: int) -> None:
        self.ranks = ranks
        self.number = comm.size // ranks
        self.color = min(comm.rank // ranks, self.number - 1)
        self.group: Any = Serial() if ranks == 1 else comm.Split(self.color, comm.rank)

    def free(self) -> None:
        if self.group.size > 1:
            self.group.Free()


def work_out(
    tasks: Sequence[Task],
    store: Store,
    ranks: Ranks,
    stop: Stop,
    targets: Mapping[str, Sequence[ErrorTarget]],
) -> Done:
    """Compute and store these tasks, until the run is to stop.

    `targets` ask for values of tasks, by their ids.
    """
    comm = ranks.comm
    queues = ranks.queues(tasks, stop)

    def work() -> list[Failure | dict[Key, float]]:
        found = []
        try:
            for queue in queues:
                group = queue.group
                results = [_attempt(t, store, group, targets.get(t.id, ())) for t in queue]
                found += results if group.rank == 0 else []
        except BaseException:
            queues[0].counters.close(_BROKEN)
            raise
        return found

    mine = together(comm, work)
    results = [result for rank in comm.allgather(mine) for result in rank]
    failures = tuple(result for result in results if isinstance(result, Failure))
    values: dict[Key, float] = {}
    for result in results:
        values |= {} if isinstance(result, Failure) else result
    return Done(len(results) - len(failures), failures, values)


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


def _attempt(
    task: Task, store: Store, comm: Any, targets: Sequence[ErrorTarget] = ()
) -> Failure | dict[Key, float]:
    """Compute and store one task; what the targets ask for of it.

    An error that only some ranks see would leave the others waiting for ever, so it ends the whole
    job.
    """
    try:
        record = compute(task, comm)
        values = together(comm, lambda: values_of(record, targets))
        by_rank_zero(comm, lambda: stored(store, store.write, record))
    except StudyError:
        raise
    except (MbltnError, np.linalg.LinAlgError, MemoryError) as error:
        if not nobody_waits(comm, error):
            end_job(comm, error)
        failure = Failure(task.content(), _reason(error))
        if comm.rank == 0:
            note_failure(store.folder, failure.task, failure.reason)
        return failure
    except Exception as error:
        if not nobody_waits(comm, error):
            end_job(comm, error)
        raise
    return values


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return (
            f"MemoryError: memory ran out ({error}): give each rank more, put fewer ranks on a "
            "node, or use a solver that stores less ('windowed', 'filtered')"
        )
    return f"{type(error).__name__}: {error}"


def stored(store: Store, write: Callable[..., T], *arguments: Any) -> T:
    """What `write` returns; a disk that is full or read-only ends the study, in words."""
    try:
        return write(*arguments)
    except OSError as error:
        raise StudyError(
            f"results cannot be stored in {store.folder}: {error}. Free disk space or mend the "
            "folder's permissions and run again; stored realizations are safe"
        ) from None
