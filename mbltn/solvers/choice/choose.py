"""One choice of method that says why."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...comm import Serial, by_rank_zero
from ...errors import SolverFailure
from ...machine import Machine, available_memory, duration, size, this_machine
from ...operators import HilbertSpace, Operator
from ..base import Solver, Target
from ..spectrum import extreme_energies
from .costs import Cost, estimates
from .methods import SOLVERS, installed, solver_within

log = logging.getLogger(__name__)

# Methods that count levels exactly, and by how much they may be slower than one that does not.
CERTIFYING = ("dense", "reduced", "slepc", "windowed")
_WORTH_OF_A_COUNT = 1.3
# Of methods that lack about as much memory, the fastest is named; and a way that takes long does
# not end the search for a quicker one.
_NEAR = 2.0
_LONG = 86400.0


@dataclass(frozen=True)
class Choice:
    """A method and why it was taken.

    Attributes
    ----------
    cost : of the method; if none fits, of the one that lacks the least memory
    reason : its numbers, and the runner-up
    refusal : why nothing fits, and the nearest thing that would; empty if something does
    """

    cost: Cost
    reason: str
    refusal: str = ""


def decide(
    op: Operator, target: Target, machine: Machine, methods: Sequence[str] | None = None
) -> Choice:
    """The cheapest of the methods that fits; only formulas, no communication.

    A method that does not count levels must be cheaper by 30 % than one that does. What is free on
    the machine at the moment plays no part, so that a study makes the same choice again.

    Parameters
    ----------
    target : any but a density
    methods : names; by default all whose libraries are installed

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=21, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> choice = decide(op, Target.middle(50), Machine(memory=4e9, gflops=60))
    >>> "dense needs" in choice.refusal, "fewer (" in choice.refusal
    (True, True)
    """
    names = [name for name in SOLVERS if installed(name)] if methods is None else methods
    costs = estimates(op, target, machine, names)
    fitting = sorted((cost for cost in costs if _fits(cost, machine)), key=_worth)
    if fitting:
        best, *others = fitting
        beside = [f"next {_brief(others[0])}"] if others else []
        unable = _obstacles(cost for cost in costs if not _fits(cost, machine))
        return Choice(best, "; ".join([_brief(best), *filter(None, [best.note]), *beside, *unable]))
    able = [cost for cost in costs if cost.possible]
    least = min((cost.memory for cost in able), default=0.0)
    nearest = min((c for c in able if c.memory <= _NEAR * least), key=_worth, default=costs[0])
    return Choice(nearest, "nothing fits", _refusal(op, target, machine, names, costs, nearest))


def _fits(cost: Cost, machine: Machine) -> bool:
    return cost.possible and cost.memory <= _room(cost.method, machine)


def _room(method: str, machine: Machine) -> float:
    return machine.memory if SOLVERS[method].parallel else machine.on_one_node


def _worth(cost: Cost) -> float:
    return cost.seconds / (_WORTH_OF_A_COUNT if cost.method in CERTIFYING else 1.0)


def _brief(cost: Cost) -> str:
    return f"{cost.method} in about {duration(cost.seconds)} with {size(cost.memory)}"


def _obstacles(costs: Iterable[Cost]) -> list[str]:
    """What each of these methods lacks; those that lack the same together."""
    reasons: dict[str, list[str]] = {}
    for cost in costs:
        reason = f"needs {size(cost.memory)}" if cost.possible else f"is out: {cost.note}"
        reasons.setdefault(reason, []).append(cost.method)
    return [f"{', '.join(names)} {reason}" for reason, names in reasons.items()]


def _refusal(
    op: Operator,
    target: Target,
    machine: Machine,
    names: Sequence[str],
    costs: Sequence[Cost],
    nearest: Cost,
) -> str:
    """What each method lacks; the memory, the ranks or the D that would do."""
    lacks = "; ".join(_obstacles(costs))
    if not nearest.possible:
        return f"D={op.dimension} with {target}: {lacks}. Use solver='auto'"
    ways = [*_more_machine(machine, nearest), *_smaller(op, target, machine, names)]
    return (
        f"D={op.dimension} with {target} does not fit into {size(_room(nearest.method, machine))} "
        f"on {_ranks(machine.ranks)}{_beside(machine)}: {lacks}. What would fit: {'; '.join(ways)}"
    )


def _ranks(number: int) -> str:
    return f"{number} rank{'s' * (number > 1)}"


def _beside(machine: Machine) -> str:
    if not machine.beside:
        return ""
    return f" while {machine.beside} of {machine.all_ranks} ranks work on other problems"


def _more_machine(machine: Machine, nearest: Cost) -> list[str]:
    """Memory, ranks, or fewer problems at a time, with which the nearest method would fit."""
    need, share = nearest.memory, machine.all_ranks / machine.ranks
    parallel = SOLVERS[nearest.method].parallel
    whole = need * share * (1 if parallel else machine.nodes)
    where = f" on all {machine.all_ranks} ranks together" if machine.beside else ""
    ways = [f"{size(whole, up=True)} of memory{where} ({_brief(nearest)})"]
    if parallel and not machine.beside:
        each = machine.memory / machine.ranks
        ways.append(f"{math.ceil(need / each)} ranks with {size(each)} each")
    if parallel and machine.beside and need <= machine.memory * share:
        ways.append("more ranks on one problem (ranks_per_problem of a study)")
    at_once = int(_room(nearest.method, machine) * share // need)
    if machine.beside and at_once:
        ways.append(f"the same memory with {_ranks(at_once)} in all")
    return ways


def _smaller(op: Operator, target: Target, machine: Machine, names: Sequence[str]) -> list[str]:
    """The largest space that fits without the last sites, and the largest that fits soon."""
    ways: list[str] = []
    for fewer in range(1, len(op.space.dims)):
        part = without_last_sites(op, fewer)
        if target.k is not None and target.k > part.dimension:
            break
        costs = [c for c in estimates(part, target, machine, names) if _fits(c, machine)]
        best = min(costs, key=_worth, default=None)
        if best is not None and (not ways or best.seconds < _LONG):
            lost = f"{fewer} site{'s' if fewer > 1 else ''} fewer"
            ways.append(f"D={part.dimension}, {lost} ({_brief(best)})")
        if best is not None and best.seconds < _LONG:
            break
    return ways


def without_last_sites(op: Operator, fewer: int) -> Operator:
    """The terms that do not touch the last sites, on the space without them.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=5, alpha=0.6)
    >>> without_last_sites(model.operator(model.draw(seed=7, realization=0)), 2).space.dims
    (4, 2, 2, 2)
    """
    left = len(op.space.dims) - fewer
    terms = tuple(term for term in op.terms if all(site < left for site in term.sites))
    return Operator(HilbertSpace(op.space.dims[:left]), terms)


def choose_solver(
    op: Operator, target: Target, comm: Any = None, memory: float | None = None
) -> Solver:
    """The cheapest installed method that fits; the reason is logged. Collective.

    Costs are formulas with measured rates (`mbltn.solvers.choice.costs`). Rank 0 decides for all.

    Parameters
    ----------
    op : Operator
    target : Target
    comm : mpi4py communicator, optional
    memory : float, optional
        Bytes on all ranks; by default what the nodes have available.

    Raises
    ------
    SolverFailure
        If nothing fits, with what each method needs and the nearest thing that would fit.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=5, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> choose_solver(op, Target.all())
    Dense()
    """
    comm = comm if comm is not None else Serial()
    here = this_machine(comm)
    if memory is None:
        memory = min(here.memory, available_memory(comm))
    machine = replace(here, memory=memory)
    target, _ = in_energy(op, target, comm)

    def choose() -> Choice:
        choice = decide(op, target, machine)
        if choice.refusal:
            raise SolverFailure(choice.refusal)
        log.info("solver %s: %s", choice.cost.method, choice.reason)
        return choice

    return solver_within(by_rank_zero(comm, choose).cost.method, memory)


def in_energy(op: Operator, target: Target, comm: Any) -> tuple[Target, dict[str, float]]:
    """A target given as a share of the bandwidth, as an energy; and the edges that it means."""
    if target.kind != "density":
        return target, {}
    assert target.at is not None and target.k is not None
    low, high = by_rank_zero(comm, lambda: extreme_energies(op))
    scale = {"energy_min": low, "energy_max": high}
    return Target.energy(low + target.at * (high - low), target.k), scale
