"""What a job will take, by the planner: time, memory, and how early it must be warned."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import StudyError
from ..machine import TYPICAL_GFLOPS, Machine, duration, size
from ..report import seconds_of
from ..study import Part, Study, Task, plan

_USABLE = 0.9  # as mbltn.machine counts
# Bytes of a rank before its first problem: the interpreter, its libraries, MPI.
_IDLE = 0.5e9
# Plans are right within a factor of two; and starting takes a while.
_SAFETY, _START = 2.0, 300.0
# Of the jobs that many clusters take. What is not done by then goes on in the queue.
_LONGEST_JOB = 86400.0
_WARNING = 120.0


@dataclass(frozen=True)
class Needs:
    """Planned for one job, or the largest task of an array.

    Attributes
    ----------
    tasks : realizations of all jobs together
    seconds : the work of the longest job
    longest : the longest single problem, in seconds
    problem : bytes of the largest single problem, on all ranks that share it
    job : bytes of a job with its largest problems on all ranks at once
    """

    tasks: int
    seconds: float
    longest: float
    problem: float
    job: float

    @property
    def time_to_ask(self) -> float:
        """Twice the plan and the start, in steps of ten minutes, a day at most."""
        wanted = 600.0 * math.ceil((_SAFETY * self.seconds + _START) / 600.0)
        return min(wanted, _LONGEST_JOB)

    def warning(self, seconds: float) -> float:
        """How long before its end a job of so many seconds is warned: time for the longest
        problem to finish, two minutes at least, but a quarter of the job at most."""
        wanted = max(_WARNING, _SAFETY * self.longest)
        return float(math.floor(min(wanted, seconds / 4.0)))

    def text(self, machine: Machine, jobs: int) -> str:
        each = f"{jobs} jobs, the longest of them" if jobs > 1 else "one job of"
        with_memory = f" and {size(machine.memory)}" if math.isfinite(machine.memory) else ""
        return (
            f"{self.tasks} realizations in {each} about {duration(self.seconds)} on "
            f"{machine.ranks} rank{'s' if machine.ranks > 1 else ''} of {machine.gflops:.3g} "
            f"GFlop/s{with_memory}; a problem takes up to {size(self.problem)} and "
            f"{duration(self.longest)}."
        )


def needs_of(studies: Sequence[Study], parts: int, seeds: int, machine: Machine) -> Needs:
    """What these studies take, each in a job of its own, or one of them in `parts` or `seeds`.

    Raises
    ------
    StudyError
        If a problem does not fit on the machine, or there are more parts than tasks.
    """
    found = []
    for study in studies:
        tasks = plan(study, machine)
        for task in tasks:
            if task.refusal:
                raise StudyError(f"{study.name}, {task.parameters}: {task.refusal}")
        shares = [Part(number, parts).of_tasks(tasks) for number in range(1, parts + 1)]
        for share in shares:
            found.append(_of_tasks(share, machine))
    return Needs(
        tasks=seeds * sum(needs.tasks for needs in found),
        seconds=max(needs.seconds for needs in found),
        longest=max(needs.longest for needs in found),
        problem=max(needs.problem for needs in found),
        job=max(needs.job for needs in found),
    )


def planned_machine(
    ranks: int, nodes: int, cores: int, memory: float | None, gflops: float | None
) -> Machine:
    """The ranks of a job, with as much of its memory as `mbltn run` will count on."""
    return Machine(
        ranks=ranks,
        memory=math.inf if memory is None else _USABLE * memory,
        gflops=TYPICAL_GFLOPS if gflops is None else gflops,
        nodes=nodes,
        threads=cores,
    )


def _of_tasks(tasks: Sequence[Task], machine: Machine) -> Needs:
    of_rank = [task.cost.memory / task.ranks for task in tasks]
    return Needs(
        tasks=len(tasks),
        seconds=seconds_of(tasks, machine),
        longest=max(task.cost.seconds for task in tasks),
        problem=max(task.cost.memory for task in tasks),
        job=machine.ranks * (max(of_rank) / _USABLE + _IDLE),
    )
