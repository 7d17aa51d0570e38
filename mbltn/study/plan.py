"""From a study to its tasks, and what each of them will cost."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any

from ..errors import InvalidInput, MbltnError, StudyError
from ..machine import Machine, size, this_machine
from ..models.base import GrainModel, Model
from ..observables import OBSERVABLES, Measurement, paper_c_count
from ..observables.measure import check_measurable, need_partners
from ..operators.operator import norm_bound
from ..solvers import Solver, Target
from ..solvers.choice import Choice, Cost, decide, solver_from, solver_within
from .schema import Ensemble, ErrorTarget, Resources, Study, build_model

_POINTS = 4096
# Seconds.
_FAILURE = 1e-3
# Of a dense matrix that is diagonalised: arrays of its size, and operations over d^3.
_COPIES = 4
_EIGH = 8.0


@dataclass(frozen=True)
class Task:
    """One realization. `id` is a hash of all that fixes its answer, and of nothing else.

    `alone` is what one rank has, `group` what the ranks have that would share this problem; they
    decide on the method, not on the answer.
    """

    parameters: dict[str, Any]
    seed: int
    realization: int
    states: int | str
    energy: float | None
    solver: str
    observables: tuple[str, ...]
    measurement: Measurement = field(default_factory=Measurement)
    alone: Machine = field(default_factory=Machine, compare=False, repr=False)
    group: Machine | None = field(default=None, compare=False, repr=False)

    def content(self) -> dict[str, Any]:
        given = {key: value for key, value in asdict(self.measurement).items() if value is not None}
        return {
            **({"measurement": given} if given else {}),
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
    def whole_spectrum(self) -> bool:
        """Whether all eigenstates are needed, also if few are measured."""
        return need_partners(self.observables) and self.measurement.partners is None

    @property
    def target(self) -> Target:
        """What is solved."""
        return Target.all() if self.whole_spectrum else self.wanted

    @property
    def wanted(self) -> Target:
        """What is measured."""
        if self.states == "middle_quarter":
            return Target.rank(max(1, self.dimension // 4))
        if self.states == "paper_c":
            return Target.rank(paper_c_count(self.dimension))
        if self.states == "paper_e":
            return Target.energy(0.0, max(2, self.dimension // 20))
        if isinstance(self.states, str):
            return Target.all()
        if self.energy is not None:
            return Target.energy(self.energy, self.states)
        return Target.middle(self.states)

    @property
    def windows(self) -> int:
        """How many windows of partners are solved beside the states."""
        if self.measurement.partners is None or not need_partners(self.observables):
            return 0
        assert isinstance(self.model, GrainModel)
        every = {"log_ipr_lbits", "captured_lbits"} & set(self.observables)
        return 2 * (self.model.n_lbits if every else 1)

    @cached_property
    def choice(self) -> Choice:
        """The method and its cost, the same for all realizations: decided on the first."""
        return self._decided[0]

    @property
    def shared(self) -> bool:
        """Whether a group of ranks works on this problem, with a method that gains by it."""
        return self._decided[1]

    @property
    def ranks(self) -> int:
        """That work on this problem."""
        return self.machine.ranks

    @property
    def machine(self) -> Machine:
        """What those have that work on this problem."""
        return self.group if self.shared and self.group is not None else self.alone

    @cached_property
    def _point(self) -> str:
        """The parameters, as what was decided for them is remembered."""
        return json.dumps(self.parameters, sort_keys=True)

    @property
    def refusal(self) -> str:
        """Why this does not fit on the machine, and the nearest thing that would; or nothing."""
        if self.choice.refusal or not self.choice.cost.possible:
            return self.choice.refusal
        room = self.machine.memory
        if self.cost.memory <= room:
            return ""
        return (
            f"D={self.dimension} needs {size(self.cost.memory)}, {size(self._of_matrices)} of it "
            f"for the dense matrices of {', '.join(self._dense)}, and there is {size(room)}: leave "
            "these observables out, or take fewer l-bits"
        )

    @property
    def _dense(self) -> dict[str, int]:
        return _dense_matrices(self._point, self.observables)

    @property
    def _of_matrices(self) -> float:
        """Bytes, on all ranks."""
        return 8.0 * _COPIES * max(self._dense.values(), default=0) ** 2 * self.ranks

    def _with_matrices(self, cost: Cost) -> Cost:
        states = self.wanted.count(self.dimension)
        operations = sum(
            _EIGH * float(d) ** 3 * (1 if OBSERVABLES[name].of_disorder else states)
            for name, d in self._dense.items()
        )
        seconds = cost.seconds + operations / (1e9 * self.alone.gflops)
        return replace(cost, seconds=seconds, memory=cost.memory + self._of_matrices)

    def _with_windows(self, cost: Cost) -> Cost:
        """Beside the states, so many windows of partners by the same method."""
        n_partners = self.measurement.partners
        if n_partners is None or not self.windows:
            return cost
        around = Target.energy(0.0, n_partners)
        (window, _) = _decided(self._point, self.seed, around, cost.method, self.machine, None)
        seconds = cost.seconds + self.windows * window.cost.seconds
        return replace(cost, seconds=seconds, memory=max(cost.memory, window.cost.memory))

    @cached_property
    def _decided(self) -> tuple[Choice, bool]:
        return _decided(self._point, self.seed, self.target, self.solver, self.alone, self.group)

    @property
    def solver_name(self) -> str:
        """The method that will run here."""
        return self.choice.cost.method

    @property
    def method(self) -> Solver:
        """The solver to run: with its default options if the study names it."""
        if self.solver != "auto":
            return solver_from(self.solver)
        return solver_within(self.solver_name, self.machine.memory)

    @cached_property
    def cost(self) -> Cost:
        """What the method takes; next to nothing if it cannot do this, since it fails at once."""
        cost = self._with_matrices(self._with_windows(self.choice.cost))
        return cost if cost.possible else replace(cost, seconds=_FAILURE, memory=0.0)


@lru_cache(maxsize=_POINTS)
def _dense_matrices(parameters: str, observables: tuple[str, ...]) -> dict[str, int]:
    """Dimension of the dense matrix that each of these observables diagonalises on every rank."""
    space = build_model(json.loads(parameters)).space()
    every = {name: OBSERVABLES[name].matrix for name in observables}
    return {name: matrix(space) for name, matrix in every.items() if matrix is not None}


@lru_cache(maxsize=_POINTS)
def _decided(
    parameters: str, seed: int, target: Target, solver: str, alone: Machine, group: Machine | None
) -> tuple[Choice, bool]:
    """The choice for one point of the grid, and whether a group of ranks shares the problem."""
    model = build_model(json.loads(parameters))
    op = model.operator(model.draw(seed, 0))
    methods = None if solver == "auto" else (solver,)
    if group is not None:
        choice = decide(op, target, group, methods)
        if solver_from(choice.cost.method).parallel:
            return choice, True
    return decide(op, target, alone, methods), False


@dataclass(frozen=True)
class Point:
    """One combination of the grid's values: its realizations in order, and when they are enough."""

    tasks: tuple[Task, ...]
    target: ErrorTarget | None


def plan(study: Study, machine: Machine | None = None) -> list[Task]:
    """Every task of the study, checked; duplicates (overlapping ensembles) appear once.

    What does not fit on the machine (this one by default, with one rank) is planned, too: its
    `choice` says why it will be refused.

    Raises
    ------
    StudyError
        If a combination of parameters is impossible, or asks for more states than there are.
    """
    return each_once(task for point in plan_points(study, machine) for task in point.tasks)


def each_once(tasks: Iterable[Task]) -> list[Task]:
    """These tasks without those that stand among them before."""
    return list({task.id: task for task in tasks}.values())


def plan_points(study: Study, machine: Machine | None = None) -> list[Point]:
    """The same by points of the grid."""
    machine = machine if machine is not None else this_machine()
    large = sum(
        ensemble.realizations
        for ensemble, parameters in _grid_points(study)
        if _is_large(parameters, study.resources)
    )
    points = []
    for ensemble, parameters in _grid_points(study):
        first = Task(
            parameters=parameters,
            seed=study.seed,
            realization=ensemble.first_realization,
            states=ensemble.states,
            energy=ensemble.energy,
            solver=ensemble.solver,
            observables=tuple(study.observables),
            measurement=ensemble.measurement.options(study.measurement),
            alone=machine.share(1),
        )
        try:
            _check(first)
            group = _group_of(first, study.resources, machine, large)
        except MbltnError as error:
            number = study.ensemble.index(ensemble)
            raise StudyError(f"ensemble.{number} with {parameters}: {error}") from None
        tasks = tuple(
            replace(first, realization=number, group=group) for number in ensemble.numbers
        )
        points.append(Point(tasks, ensemble.target))
    return points


def _grid_points(study: Study) -> Iterator[tuple[Ensemble, dict[str, Any]]]:
    for ensemble in study.ensemble:
        for values in itertools.product(*ensemble.grid.values()):
            yield ensemble, {**study.model, **dict(zip(ensemble.grid, values, strict=True))}


def _is_large(parameters: dict[str, Any], resources: Resources) -> bool:
    """Whether ranks are to share this problem; an impossible one is refused elsewhere."""
    limit = resources.shared_from
    if limit is None:
        return False
    try:
        return build_model(parameters).space().dimension >= limit
    except MbltnError:
        return False


def _group_of(task: Task, resources: Resources, machine: Machine, large: int) -> Machine | None:
    """What the ranks have that share this problem, or None if one rank has it for itself.

    As few as hold it, so that many are worked on at once; but of the `large` problems that ranks
    are to share each gets at least its part of them. Where the study says how many, so many.
    """
    share = _is_large(task.parameters, resources)
    if share and resources.ranks_per_problem is not None:
        return machine.share(resources.ranks_per_problem)
    if not task.choice.cost.possible:
        return None
    least = max(1, machine.ranks // large) if share else 1
    group = None
    for ranks in _sizes(least, machine.ranks):
        group = machine.share(ranks) if ranks > 1 else None
        if not replace(task, group=group).refusal:
            break
    return group if replace(task, group=group).shared else None


def _sizes(least: int, most: int) -> Iterator[int]:
    """By doubling, and the whole."""
    size = least
    while size < most:
        yield size
        size *= 2
    yield most


def _check(task: Task) -> None:
    n_states = task.wanted.count(task.dimension)
    space, options = task.model.space(), task.measurement
    check_measurable(task.observables, space, task.model, n_states, options)
    _check_resolution(task)
    if task.windows:
        Target.energy(0.0, task.measurement.partners or 0).count(task.dimension)
    if task.wanted.kind == "rank" and task.solver not in ("auto", "dense"):
        raise InvalidInput(
            f"states={task.states!r} counts levels in the full spectrum, which solver="
            f"{task.solver!r} does not have: use 'dense', or a number of states"
        )


def _check_resolution(task: Task) -> None:
    """A kernel wider than any spectrum of H is refused before it is solved."""
    resolution = task.measurement.resolution
    if resolution is None or not any(OBSERVABLES[name].smooth for name in task.observables):
        return
    widest = norm_bound(task.model.operator(task.model.draw(task.seed, 0)))
    if resolution > widest:
        raise InvalidInput(
            f"resolution={resolution} is wider than half of the spectrum, which lies within "
            f"+-{widest:.4g}: take a tenth of the width that is looked for"
        )


def deal(tasks: Sequence[Task], hands: int) -> list[list[Task]]:
    """Tasks dealt to `hands` workers, longest first, each to the one with the least work."""
    dealt: list[list[Task]] = [[] for _ in range(hands)]
    load = [0.0] * hands
    for task in longest_first(tasks):
        hand = load.index(min(load))
        dealt[hand].append(task)
        load[hand] += task.cost.seconds
    return dealt


def longest_first(tasks: Sequence[Task]) -> list[Task]:
    return sorted(tasks, key=lambda task: (-task.cost.seconds, task.id))
