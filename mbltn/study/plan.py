"""From a study to its tasks, and what each of them will cost."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..errors import MbltnError, StudyError
from ..models.base import Model
from ..solvers import Target, choose_solver
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
        return estimate(self.solver_name, self.dimension, self.target.count(self.dimension))


@dataclass(frozen=True)
class Cost:
    """Estimated memory in bytes, and seconds on one core of about 60 GFlop/s."""

    memory: float
    seconds: float


def estimate(solver: str, dimension: int, k: int) -> Cost:
    """Rough cost of one problem: right within a factor of two or three for star Hamiltonians.

    Dense: four D x D arrays, time D^3. Shift-invert: the fill of the LDL^T factor grows as D^2
    (hypercube separators) and the time as D^2.8, measured at D = 2^12 .. 2^16 with 50 pairs.
    """
    d = float(dimension)
    if solver == "dense":
        return Cost(memory=32 * d**2, seconds=0.02 + 2.3e-10 * d**3)
    factor = 2.4 if solver == "slepc" else 4.8
    return Cost(
        memory=factor * d**2 + 8 * d * (3 * k + 40),
        seconds=0.05 + 2.0 * (d / 8192) ** 2.8 * (0.5 + k / 100),
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
                        task.target.count(task.dimension)
                    tasks[task.id] = task
            except MbltnError as error:
                raise StudyError(f"ensemble.{number} with {parameters}: {error}") from None
    return list(tasks.values())


def is_shared(task: Task, study: Study) -> bool:
    """Whether a whole group of ranks works on this problem."""
    limit = study.resources.shared_from
    return limit is not None and task.dimension >= limit


def deal(tasks: Sequence[Task], hands: int) -> list[list[Task]]:
    """Tasks dealt to `hands` workers, longest first, each to the one with the least work."""
    dealt: list[list[Task]] = [[] for _ in range(hands)]
    load = [0.0] * hands
    for task in sorted(tasks, key=lambda task: (-task.cost.seconds, task.id)):
        hand = load.index(min(load))
        dealt[hand].append(task)
        load[hand] += task.cost.seconds
    return dealt
