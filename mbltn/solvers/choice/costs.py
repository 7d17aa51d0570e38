"""What each method will cost on an operator: operations counted by formulas, rates from
measurements.

Nothing here builds an array of the size of the problem: D = 2^24 is estimated in a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ...errors import UnfitMethod
from ...machine import Machine
from ...operators import Operator
from ...operators.operator import local_blocks
from ...operators.tiles import Cut, stored_entries
from ..base import Target
from ..filtered.plan import solve_bytes
from ..windowed import Windowed
from ..windowed.cost import MAX_RATIO, Setting, settings
from ..windowed.solver import expected_count
from .levels import density_at, half_bandwidth
from .rates import fitted

# Time falls as this power of the ranks: assumed, nothing beyond two ranks was measured.
_SCALING = {"slepc": 0.6, "windowed": 0.9, "filtered": 0.9}
# Vectors that the filter treats at once, and how many of them it takes (`filtered.plan`).
_BLOCK = 8
_KPM_VECTORS = 8
# What the window method counts in of the process itself.
_INTERPRETER = 2e8


@dataclass(frozen=True)
class Work:
    """What a method does for one problem.

    Attributes
    ----------
    operations : counts by kind; the first is 1, for what a solve costs whatever its size
    memory : bytes on all ranks
    matvecs : applications of H to a vector, None for a method that makes none
    note : the numbers behind it
    alone : share of the time that more ranks do not make shorter
    """

    operations: tuple[float, ...]
    memory: float
    matvecs: float | None = None
    note: str = ""
    alone: float = 0.0


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
    """

    method: str
    seconds: float
    memory: float
    matvecs: float | None = None
    note: str = ""

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
    try:
        if problem.whole and method != "dense":
            raise UnfitMethod(f"levels near an energy only, not Target.{problem.target.kind}")
        work = WORK[method](problem, machine)
    except UnfitMethod as error:
        return Cost(method, math.inf, math.inf, None, str(error))
    prices, room = fitted(method)
    amount = sum(p * n for p, n in zip(prices, work.operations, strict=True))
    ranks = machine.ranks ** _SCALING.get(method, 0.0)
    seconds = amount / (1e9 * machine.gflops) * (work.alone + (1.0 - work.alone) / ranks)
    return Cost(method, seconds, room * work.memory, work.matvecs, work.note)


def _dense(problem: Problem, machine: Machine) -> Work:
    d = float(problem.op.dimension)
    return Work((1.0, d**2, d**3, d**2 * problem.count), 32.0 * d**2)


def _shift_invert(problem: Problem, machine: Machine) -> Work:
    d, k = problem.op.dimension, problem.count
    if problem.target.interval is not None or k >= d - 1:
        raise UnfitMethod(f"it returns a number of levels below D - 1, not {problem.target}")
    return _factored(problem, solves=2.0 * k + 20.0)


def _slepc(problem: Problem, machine: Machine) -> Work:
    return _factored(problem, solves=2.2 * problem.count + 50.0)


def _factored(problem: Problem, solves: float) -> Work:
    d, size = float(problem.op.dimension), _front(problem.op)
    basis = 8.0 * d * (3.0 * problem.count + 40.0)
    operations = (1.0, size**3, size**2 * solves, d * solves)
    note = f"about {solves:.0f} solves with the factor"
    return Work(operations, 8.0 * size**2 + basis, None, note)


def _front(op: Operator) -> float:
    """Size of the largest front of a direct solver: n sites around the largest one of dimension d.

    The graph is a hypercube of blocks of d levels; its middle layer, d C(n, n/2), separates it.
    Operations grow as its cube, about sevenfold a two-level site, entries as its square.
    """
    d = max(op.space.dims)
    n = math.log2(op.dimension / d)
    return d * math.exp(math.lgamma(n + 1) - 2 * math.lgamma(n / 2 + 1))


def _windowed(problem: Problem, machine: Machine) -> Work:
    options = Windowed()
    found = settings(
        problem.op,
        problem.target.energy_for(problem.op),
        problem.count,
        density=problem.density,
        buffer=options.buffer,
        width=options.width,
        single=options.precision == "single",
        threads=machine.threads,
    )
    able = [s for s in found if s.tail_norm < MAX_RATIO * s.omega * 1.001]
    if not able:
        weakest = min(found, key=lambda s: s.tail_norm)
        raise UnfitMethod(
            f"the couplings beyond {weakest.n_core} core sites have norm {weakest.tail_norm:.3g}, "
            f"too much for a window of half width {weakest.omega:.3g}"
        )
    fits = [s for s in able if s.memory <= machine.memory]
    chosen = fits[0] if fits else min(able, key=lambda s: s.memory)
    note = (
        f"core of dimension {chosen.core_dimension}, {chosen.near} near states, couplings left "
        f"out {chosen.tail_norm:.2g}"
    )
    matvecs = _window_matvecs(problem, chosen)
    traffic = matvecs * problem.op.dimension
    memory = chosen.memory - _INTERPRETER
    # Rank 0 diagonalises the core and factorises the near block of every slice and of both counts.
    slices = -(-problem.count // chosen.slice_levels)
    dense = 22.0 * chosen.core_dimension**3 + 2.0 * (slices + 2.0) * chosen.near**3
    alone = min(1.0, dense / chosen.operations)
    return Work((1.0, chosen.operations, traffic), memory, matvecs, note, alone)


def _window_matvecs(problem: Problem, setting: Setting) -> float:
    """Corrections of every slice with its buffer, and the bound of its certificate."""
    slices = -(-problem.count // setting.slice_levels)
    columns = setting.slice_levels + 2 * Windowed().buffer
    each = 4.0 + 10.0 * (1.0 + 2.0 * setting.tail_norm / setting.omega)
    return slices * columns * each + 240.0


def _filtered(problem: Problem, machine: Machine) -> Work:
    op, d, b = problem.op, problem.op.dimension, _BLOCK
    wanted = min(d, 1.04 * problem.count + 4)
    held = min(d, max(1.4 * wanted, 8 * b))
    returned = min(d, math.ceil(1.5 * wanted) + b)
    most, fewest = min(d, math.ceil(24 * b + 1.75 * held)), min(d, math.ceil(wanted) + 4 * b)
    vectors, restarts = most, 1.0
    if solve_bytes(d, b, most, returned) > machine.memory >= solve_bytes(d, b, fewest, returned):
        vectors, restarts = fewest, 2.0
    half = half_bandwidth(op)
    angle = held / (2.0 * problem.density * half)
    # Not all of the basis is needed to converge; a small one is filled several times.
    filtered = 0.75 * restarts * most
    # Density of states, edges of the spectrum, certificate.
    moments = 336.0 + min(4.0 * math.pi / angle, 8192.0) + 20.0 / angle
    matvecs = filtered * max(2.0, 2.6 / angle) + _KPM_VECTORS * moments
    memory = solve_bytes(d, b, vectors, returned) + _index_bytes(op) + 32.0 * d * b
    apply = 2.0 * stored_entries(op)
    krylov = 4.0 * d * filtered**2 + 20.0 * float(vectors) ** 3
    note = f"{vectors} Krylov vectors, polynomial of order {2.6 / angle:.0f}"
    return Work((1.0, matvecs * apply, matvecs * d, krylov), memory, matvecs, note)


def _index_bytes(op: Operator) -> float:
    """Of the sparse matrix of configurations outside the largest site."""
    cut = Cut.of(op.space)
    outside = [b for b in local_blocks(op) if any(not cut.first <= s < cut.last for s in b.sites)]
    return 40.0 * len(outside) * cut.configurations


WORK: dict[str, Callable[[Problem, Machine], Work]] = {
    "dense": _dense,
    "shift_invert": _shift_invert,
    "slepc": _slepc,
    "windowed": _windowed,
    "filtered": _filtered,
}
