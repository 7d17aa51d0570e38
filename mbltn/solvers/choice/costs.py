"""What each method will cost on an operator: operations counted by formulas, rates from
measurements.

Nothing here builds an array of the size of the problem, D = 2^24 is estimated in a second; but the
graph of H is searched where its space is a single site.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, connected_components

from ...errors import UnfitMethod
from ...machine import Machine
from ...network import Traffic
from ...operators import Operator, to_csr
from ...operators.operator import local_blocks
from ...operators.tiles import Cut, stored_entries
from ..base import Target
from ..filtered import Filtered, traffic as filtered_traffic
from ..filtered.sizes import Sizes, levels_for
from ..reduced.elimination import Blocks
from ..reduced.solver import require_fit
from ..windowed import Windowed, traffic as windowed_traffic
from ..windowed.cost import cheapest_within, settings
from ..windowed.solver import expected_count
from .levels import density_at, half_bandwidth
from .rates import fitted

# Time of MUMPS falls as this power of the ranks: assumed, its messages are not ours to count.
_SCALING_OF_MUMPS = 0.6
# Of the Krylov vectors of the filter: the share that is filled before all levels have converged,
# and how many times as many are where they do not fit. Random vectors of its density of states.
_FILLED = 0.75
_RESTARTED = 2.0
_KPM_VECTORS = 8
# Of all fronts of a factor together; that of the largest alone grows more slowly.
_FACTOR_BYTES = 2.4
# Of the states in one layer, up to which they separate the others; beyond, as in a quantum dot, all
# end in one front, which is there beside the factor.
_NARROW = 0.1
_LONE_FRONT, _LONE_FRONT_BYTES = 1 / 8, 12.0
# Entries of a factor for each state and halving of a planar graph, 31/4 in theory.
_ENTRIES_OF_A_STATE = 8.0
# Time falls as this power of the threads of a rank, those of its matrix products: assumed, but for
# what works on one thread.
_THREADED = {
    "dense": 1.0,
    "reduced": 1.0,
    "shift_invert": 0.0,
    "slepc": 0.5,
    "windowed": 0.9,
    "filtered": 0.9,
}
# Share of the spectrum that an interior method may be asked for.
_INTERIOR = 0.5


@dataclass(frozen=True)
class Work:
    """What a method does for one problem.

    Attributes
    ----------
    operations : counts by kind; the first is 1, for what a solve costs whatever its size
    memory : bytes on all ranks
    matvecs : applications of H to a vector, None for a method that makes none
    note : the numbers behind it
    alone : operations by kind that more ranks do not make fewer
    most_ranks : that have something to do
    traffic : what a rank sends
    """

    operations: tuple[float, ...]
    memory: float
    matvecs: float | None = None
    note: str = ""
    alone: tuple[float, ...] = ()
    most_ranks: float = math.inf
    traffic: Traffic = field(default=Traffic())


@dataclass(frozen=True)
class Cost:
    """What a method is expected to take; infinite seconds if it cannot do it at all.

    Attributes
    ----------
    method : name of the solver
    seconds : on the machine that it was estimated for
    memory : bytes on all ranks
    matvecs : applications of H to a vector, None for a method that makes none
    note : the numbers behind it, or why it cannot
    communication : seconds of it that ranks wait for messages, where they are counted
    """

    method: str
    seconds: float
    memory: float
    matvecs: float | None = None
    note: str = ""
    communication: float = 0.0

    @property
    def possible(self) -> bool:
        return math.isfinite(self.seconds)


@dataclass(frozen=True)
class Problem:
    """What the formulas need to know.

    Attributes
    ----------
    op, target
    count : expected levels of the target
    density : levels per energy at the target; NaN if the whole spectrum is asked for
    """

    op: Operator
    target: Target
    count: int
    density: float

    @classmethod
    def of(cls, op: Operator, target: Target) -> Problem:
        """Raises `InvalidInput` if the target asks for more levels than there are."""
        if target.kind in ("all", "rank"):
            return cls(op, target, target.count(op.dimension), math.nan)
        density = density_at(op, target.energy_for(op))
        return cls(op, target, expected_count(op, target, density), density)

    @cached_property
    def factor(self) -> Factor:
        """That of a direct solver; a graph may have to be searched for it."""
        return factor_of(self.op)

    @property
    def whole(self) -> bool:
        """Whether only the full spectrum will do."""
        return math.isnan(self.density)


def estimates(
    op: Operator, target: Target, machine: Machine, methods: Iterable[str]
) -> tuple[Cost, ...]:
    """The costs of these methods on this machine.

    `target` is any but a density: those become an energy first.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=15, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> [cost] = estimates(op, Target.middle(50), Machine(memory=1e10, gflops=60), ["slepc"])
    >>> 50e9 < cost.memory < 500e9 and cost.seconds > 3600
    True
    """
    problem = Problem.of(op, target)
    return tuple(_cost(method, problem, machine) for method in methods)


def _cost(method: str, problem: Problem, machine: Machine) -> Cost:
    prices, room = fitted(method)
    try:
        if problem.whole and method != "dense":
            raise UnfitMethod(f"levels near an energy only, not Target.{problem.target.kind}")
        if method in ("windowed", "filtered"):
            _require_interior(problem)
        # The formulas count bytes; `room` times as many are taken.
        work = WORK[method](problem, replace(machine, memory=machine.memory / room))
    except UnfitMethod as error:
        return Cost(method, math.inf, math.inf, None, str(error))
    rate = 1e9 * machine.gflops * machine.threads ** (_THREADED[method] - 1.0)
    amount = sum(p * n for p, n in zip(prices, work.operations, strict=True)) / rate
    alone = sum(p * n for p, n in zip(prices, work.alone, strict=False)) / rate
    communication = machine.seconds_of(work.traffic)
    ranks = min(machine.ranks, work.most_ranks)
    seconds = alone + (amount - alone) / ranks + communication
    return Cost(method, seconds, room * work.memory, work.matvecs, work.note, communication)


def _require_interior(problem: Problem) -> None:
    """The formulas take the density of levels to be the same wherever they are asked for."""
    share = problem.count / problem.op.dimension
    if share > _INTERIOR:
        raise UnfitMethod(f"{problem.count} levels are {share:.0%} of the spectrum")


def _dense(problem: Problem, machine: Machine) -> Work:
    d = float(problem.op.dimension)
    return Work((1.0, d**2, d**3, d**2 * problem.count), 32.0 * d**2, most_ranks=1)


def _shift_invert(problem: Problem, machine: Machine) -> Work:
    d, k = problem.op.dimension, problem.count
    if problem.target.interval is not None or k >= d - 1:
        raise UnfitMethod(f"it returns a number of levels below D - 1, not {problem.target}")
    return replace(_factored(problem, solves=2.0 * k + 20.0), most_ranks=1)


def _reduced(problem: Problem, machine: Machine) -> Work:
    d, k = float(problem.op.dimension), problem.count
    require_fit(problem.op, k)
    kept = float(Blocks.of(problem.op).kept_states)
    solves = 2.0 * k + 40.0
    operations = (1.0, kept**3, kept**2 * solves, d * k * solves)
    note = f"{kept:.0f} states left, about {solves:.0f} solves"
    memory = 24.0 * kept**2 + 8.0 * d * (4.0 * k + 40.0)
    return Work(operations, memory, None, note, most_ranks=1)


def _slepc(problem: Problem, machine: Machine) -> Work:
    work = _factored(problem, solves=2.2 * problem.count + 50.0)
    # So many ranks without a loss would take as long as these.
    return replace(work, most_ranks=machine.ranks**_SCALING_OF_MUMPS)


def _factored(problem: Problem, solves: float) -> Work:
    d, factor = float(problem.op.dimension), problem.factor
    basis = 8.0 * d * (3.0 * problem.count + 40.0)
    operations = (1.0, factor.cubes, factor.entries * solves, d * solves)
    note = f"about {solves:.0f} solves with the factor"
    return Work(operations, factor.memory + basis, None, note)


class Factor(NamedTuple):
    """What a direct solver does: cubes of its fronts, entries that a solve reads, bytes."""

    cubes: float
    entries: float
    memory: float


def factor_of(op: Operator) -> Factor:
    """Of n sites around the largest one of dimension d, or of the graph of a single site.

    The graph is a hypercube of blocks of d levels; its middle layer, d C(n, n/2), separates it.
    Operations grow as its cube, about sevenfold a two-level site, entries as its square. Of a
    single site the widest layer at equal distance from one end separates the others if it is
    narrow, as in a film; else all states end in one front.
    """
    dimension = float(op.dimension)
    if len(op.space.dims) > 1:
        d = max(op.space.dims)
        n = math.log2(dimension / d)
        front = d * math.exp(math.lgamma(n + 1) - 2 * math.lgamma(n / 2 + 1))
        return Factor(front**3, front**2, _FACTOR_BYTES * dimension**2)
    widest = float(max(layers(op)))
    if widest < _NARROW * dimension:
        entries = _ENTRIES_OF_A_STATE * dimension * max(1.0, math.log2(widest))
        return Factor(widest**3, entries, 8.0 * (widest**2 + entries))
    # The prices are for a pyramid of fronts, of which the largest is a small part.
    return Factor(_LONE_FRONT * dimension**3, 0.5 * dimension**2, _LONE_FRONT_BYTES * dimension**2)


def layers(op: Operator) -> list[int]:
    """States by their distance from one at the rim of the graph of H: a wire has layers of one.

    Examples
    --------
    >>> from mbltn.models import ContinuumGrid
    >>> wire, film = (ContinuumGrid(shape=shape, dx=0.5, w=0.1) for shape in ((50,), (10, 10)))
    >>> max(layers(wire.operator(wire.draw(seed=1, realization=0))))
    1
    >>> max(layers(film.operator(film.draw(seed=1, realization=0))))
    10
    """
    matrix = to_csr(op)
    _, part = connected_components(matrix, directed=False)
    start = int(np.argmax(part == np.bincount(part).argmax()))  # in the largest part
    for _ in range(2):  # the last state that one search reaches lies at the rim
        order, before = breadth_first_order(matrix, start, directed=False)
        start = int(order[-1])
    distance = np.zeros(op.dimension, dtype=int)
    for state in order[1:]:
        distance[state] = distance[before[state]] + 1
    return [int(n) for n in np.bincount(distance[order])]


def _windowed(problem: Problem, machine: Machine) -> Work:
    options = Windowed()
    found = settings(
        problem.op,
        problem.target.energy_for(problem.op),
        problem.count,
        density=problem.density,
        buffer=options.buffer,
        widths=options.widths,
        single=options.precision == "single",
        threads=machine.threads,
        ranks=machine.ranks,
    )
    if not found:
        raise UnfitMethod("the first site alone is larger than a core may be")
    chosen = cheapest_within(found, machine.memory, min(options.widths))
    chosen = chosen or min(found, key=lambda setting: setting.memory)
    note = (
        f"core of dimension {chosen.core_dimension}, {chosen.near} near states, couplings left "
        f"out {chosen.tail_norm:.2g}"
    )
    matvecs = chosen.matvecs
    operations = (1.0, chosen.operations, matvecs * problem.op.dimension, matvecs)
    single = options.precision == "single"
    return Work(
        *(operations, chosen.memory, matvecs, note),
        alone=(1.0, chosen.alone),
        most_ranks=problem.op.dimension // chosen.core_dimension,
        traffic=windowed_traffic.solve_traffic(problem.op, machine.ranks, chosen, single),
    )


def _filtered(problem: Problem, machine: Machine) -> Work:
    op, d, b = problem.op, problem.op.dimension, Filtered().block
    sizes = Sizes.for_levels(d, b, levels_for(problem.count))
    beside = _index_bytes(op) + 32.0 * d * b
    within = sizes.vectors_within(machine.memory - beside)
    vectors = sizes.fewest if within is None else within
    half = half_bandwidth(op)
    angle = sizes.held / (2.0 * problem.density * half)
    # Not all of the basis is needed to converge; a small one is filled several times.
    filtered = _FILLED * sizes.most * (_RESTARTED if vectors < sizes.most else 1.0)
    # Density of states, edges of the spectrum, certificate.
    moments = 336.0 + min(4.0 * math.pi / angle, 8192.0) + 20.0 / angle
    matvecs = filtered * max(2.0, 2.6 / angle) + _KPM_VECTORS * moments
    memory = sizes.bytes(vectors) + beside
    apply = 2.0 * stored_entries(op)
    krylov = 4.0 * d * filtered**2 + 20.0 * float(vectors) ** 3
    note = f"{vectors} Krylov vectors, polynomial of order {2.6 / angle:.0f}"
    traffic = filtered_traffic.solve_traffic(
        *(op, machine.ranks),
        vectors=filtered,
        order=2.6 / angle,
        block=b,
        steps=moments,
        shared=machine.nodes == 1,
    )
    return Work(
        *((1.0, matvecs * apply, matvecs * d, krylov), memory, matvecs, note),
        alone=(1.0, 0.0, 0.0, 20.0 * float(vectors) ** 3),
        most_ranks=Cut.of(op.space).configurations,
        traffic=traffic,
    )


def _index_bytes(op: Operator) -> float:
    """Of the sparse matrix of configurations outside the largest site."""
    cut = Cut.of(op.space)
    outside = [b for b in local_blocks(op) if any(not cut.first <= s < cut.last for s in b.sites)]
    return 40.0 * len(outside) * cut.configurations


WORK: dict[str, Callable[[Problem, Machine], Work]] = {
    "dense": _dense,
    "reduced": _reduced,
    "shift_invert": _shift_invert,
    "slepc": _slepc,
    "windowed": _windowed,
    "filtered": _filtered,
}
