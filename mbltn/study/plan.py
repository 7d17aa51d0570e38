"""From a study to its tasks, and what each of them will cost."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import InvalidInput, MbltnError, StudyError
from ..models.base import Model
from ..solvers import Target, choose_solver
from ..solvers.choose import solver_from
from .schema import Study, build_model


@dataclass(frozen=True)
class Task:
    """One realization. `id` is a hash of all that fixes its answer, and of nothing else."""

    parameters: dict[str, Any]
    seed: int
    realization: int
    states: int | str
    energy: float | None
    solver: str
    observables: tuple[str, ...]

    def content(self) -> dict[str, Any]:
        return {
            "parameters": self.parameters,
            "seed": self.seed,
            "realization": self.realization,
            "states": self.states,
            "energy": self.energy,
            "solver": self.solver,
            "observables": sorted(self.observables),
        }

    @cached_property
    def id(self) -> str:
        text = json.dumps(self.content(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:20]

    @cached_property
    def model(self) -> Model:
        return build_model(self.parameters)

    @cached_property
    def dimension(self) -> int:
        return self.model.space().dimension

    @property
    def target(self) -> Target:
        if self.states == "middle_quarter":
            return Target.rank(max(1, self.dimension // 4))
        if isinstance(self.states, str):
            return Target.all()
        if self.energy is not None:
            return Target.energy(self.energy, self.states)
        return Target.middle(self.states)

    @cached_property
    def solver_name(self) -> str:
        """The method that will run here."""
        if self.solver != "auto":
            return self.solver
        return choose_solver(self.dimension, self.target).name

    @cached_property
    def cost(self) -> Cost:
        k = self.target.count(self.dimension)
        return estimate(self.solver_name, self.dimension, k, self.model.space().dims[0])


@dataclass(frozen=True)
class Cost:
    """Estimated memory in bytes, and seconds on one core of about 60 GFlop/s."""

    memory: float
    seconds: float


def estimate(solver: str, dimension: int, k: int, grain_dimension: int = 8) -> Cost:
    """Rough cost of one problem: right within a factor of about three for star Hamiltonians.

    Dense: four D x D arrays, time D^3. Shift-invert: the fill of the LDL^T factor grows as D^2
    (hypercube separators) and the time as D^2.8, measured at D = 2^12 .. 2^16 with 50 pairs; a
    large grain adds full blocks.
    """
    d = float(dimension)
    if solver == "dense":
        return Cost(memory=32 * d**2, seconds=0.02 + 2.3e-10 * d**3)
    fullness = max(1.0, grain_dimension / 8)
    bytes_each, pace, growth = (2.4, 2.0, 0.3) if solver == "slepc" else (4.8, 5.0, 0.6)
    return Cost(
        memory=bytes_each * d**2 * fullness**0.25 + 8 * d * (3 * k + 40),
        seconds=0.05 + pace * fullness**growth * (d / 8192) ** 2.8 * (0.5 + k / 100),
    )


def plan(study: Study) -> list[Task]:
    """Every task of the study, checked; duplicates (overlapping ensembles) appear once.

    Raises
    ------
    StudyError
        If a combination of parameters is impossible, or asks for more states than there are.
    """
    tasks: dict[str, Task] = {}
    for number, ensemble in enumerate(study.ensemble):
        names = list(ensemble.grid)
        for values in itertools.product(*ensemble.grid.values()):
            parameters = {**study.model, **dict(zip(names, values, strict=True))}
            try:
                for realization in range(ensemble.realizations):
                    task = Task(
                        parameters=parameters,
                        seed=study.seed,
                        realization=realization,
                        states=ensemble.states,
                        energy=ensemble.energy,
                        solver=ensemble.solver,
                        observables=tuple(study.observables),
                    )
                    if realization == 0:
                        _check(task)
                    tasks[task.id] = task
            except MbltnError as error:
                raise StudyError(f"ensemble.{number} with {parameters}: {error}") from None
    return list(tasks.values())


def _check(task: Task) -> None:
    task.target.count(task.dimension)
    if task.target.kind == "rank" and task.solver_name != "dense":
        raise InvalidInput(
            f"states='middle_quarter' counts levels in the full spectrum, which solver="
            f"{task.solver!r} does not have: use 'dense', or a number of states"
        )


def is_shared(task: Task, study: Study) -> bool:
    """Whether a whole group of ranks works on this problem, with a method that gains by it."""
    limit = study.resources.shared_from
    large = limit is not None and task.dimension >= limit
    return large and solver_from(task.solver_name).parallel


def deal(tasks: Sequence[Task], hands: int) -> list[list[Task]]:
    """Tasks dealt to `hands` workers, longest first, each to the one with the least work."""
    dealt: list[list[Task]] = [[] for _ in range(hands)]
    load = [0.0] * hands
    for task in sorted(tasks, key=lambda task: (-task.cost.seconds, task.id)):
        hand = load.index(min(load))
        dealt[hand].append(task)
        load[hand] += task.cost.seconds
    return dealt
