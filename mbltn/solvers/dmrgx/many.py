"""Many eigenstates of one realization, dealt to the ranks."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...comm import Serial, require_same, together
from ...errors import InvalidInput, MbltnError
from ...operators import Operator
from ...operators.mpo import import_quimb
from ..base import Target
from ..watch import Watch
from .duplicates import first_of_each, may_be_same, overlaps_of
from .result import MpsState
from .solver import NAME, DmrgX, variance_floor
from .starts import ProductState, product_states
from .states import MpsStates

log = logging.getLogger(__name__)


def mps_eigenstates(
    op: Operator,
    starts: Target | Sequence[ProductState],
    solver: DmrgX | None = None,
    comm: Any = None,
    *,
    seed: int = 0,
) -> MpsStates:
    """The eigenstates that many product states lead to, as matrix product states (docs/solvers.md,
    X6 and X7).

    Start i is followed by rank ``i % size``, which keeps the state; nothing is exchanged until all
    ranks are through. A search that ends with an error, or without an eigenstate, is an entry
    with its reason, and the others go on. Starts that led to the same state are found.

    Parameters
    ----------
    op : Operator
    starts : ``Target.energy(e, k)`` or ``Target.middle(k)`` for the k product states nearest to it,
        or the product states themselves
    solver : DmrgX, optional
        Its options; `time_limit` is that of one state.
    comm : mpi4py communicator, optional
        Serial by default.
    seed : of the outer l-bits that `product_states` draws at random

    Returns
    -------
    MpsStates

    Raises
    ------
    InvalidInput
        On all ranks alike and before any work: no starts, starts of another operator, an operator
        that is not symmetric or differs between ranks, a grain too large for `max_bond`, a
        tolerance below rounding.
    MissingLibrary
        Without quimb.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=2, n_lbits=20, alpha=0.3)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> states = mps_eigenstates(op, mb.Target.energy(0.0, 3))
    >>> states.outcomes, int(states.distinct.sum()), bool(states.variances.max() < 1e-18)
    (('converged', 'converged', 'converged'), 3, True)
    """
    comm = comm if comm is not None else Serial()
    solver = solver if solver is not None else DmrgX()
    chosen = together(comm, lambda: _chosen(op, starts, seed))
    require_same(comm, (op.digest(), chosen, solver), "the operator, the starts or the options")
    mine = range(comm.rank, len(chosen), comm.size)
    together(comm, lambda: _check(op, [chosen[i] for i in mine], solver))
    own = together(comm, lambda: _followed(op, {i: chosen[i] for i in mine}, solver, comm))
    rows = {i: row for part in comm.allgather(_rows(own)) for i, row in part.items()}
    found = {i: entry for i, entry in own.items() if isinstance(entry, MpsState)}
    return _table(op, chosen, [rows[i] for i in range(len(chosen))], found, comm)


class _Failure(NamedTuple):
    """A search that an error ended."""

    reason: str
    seconds: float


class _Row(NamedTuple):
    """What every rank knows of a state."""

    outcome: str
    reason: str
    energy: float
    variance: float
    overlap: float
    bond: int
    seconds: float


def _chosen(
    op: Operator, starts: Target | Sequence[ProductState], seed: int
) -> tuple[ProductState, ...]:
    import_quimb()
    if isinstance(starts, Target):
        return product_states(op, starts, seed)
    chosen = tuple(starts)
    if not chosen or not all(isinstance(start, ProductState) for start in chosen):
        raise InvalidInput(
            f"starts={starts!r} must be a Target or product states, one at least: take them from "
            "product_states(op, target) or product_state(op, levels)"
        )
    return chosen


def _check(op: Operator, starts: list[ProductState], solver: DmrgX) -> None:
    for start in starts:
        solver.check(op, start)


def _followed(
    op: Operator, starts: dict[int, ProductState], solver: DmrgX, comm: Any
) -> dict[int, MpsState | _Failure]:
    """This rank's share."""
    watch = Watch(comm, None, NAME)
    found: dict[int, MpsState | _Failure] = {}
    for number, start in starts.items():
        begin = time.monotonic()
        try:
            found[number] = solver.state(op, start)
        except (MbltnError, np.linalg.LinAlgError, MemoryError) as error:
            reason = f"{type(error).__name__}: {error}"
            found[number] = _Failure(reason, time.monotonic() - begin)
        watch.step(len(found), len(starts), "state of the first rank")
    return found


def _rows(own: dict[int, MpsState | _Failure]) -> dict[int, _Row]:
    return {number: _row(entry) for number, entry in own.items()}


def _row(entry: MpsState | _Failure) -> _Row:
    if isinstance(entry, _Failure):
        return _Row("failed", entry.reason, np.nan, np.nan, np.nan, 0, entry.seconds)
    return _Row(
        entry.outcome,
        entry.reason,
        entry.energy,
        entry.variance,
        entry.overlap,
        max(entry.bonds, default=1),
        entry.seconds,
    )


def _table(
    op: Operator,
    starts: tuple[ProductState, ...],
    rows: list[_Row],
    own: dict[int, MpsState],
    comm: Any,
) -> MpsStates:
    outcomes, reasons, *columns = zip(*rows, strict=True)
    energies, variances, overlaps, bonds, seconds = map(np.array, columns)
    floor, n = variance_floor(op), len(rows)
    ranks = np.arange(n) % comm.size
    residuals = np.sqrt(np.maximum(variances, floor))
    pairs = may_be_same(energies, residuals, overlaps, [start.levels for start in starts])
    networks = {number: state.mps for number, state in own.items()}
    squares = overlaps_of(pairs, networks, ranks.tolist(), comm)
    order = sorted(range(n), key=lambda i: (outcomes[i] != "converged", i))
    same = first_of_each(order, squares)
    states = MpsStates(
        operator=op,
        starts=starts,
        outcomes=outcomes,
        reasons=reasons,
        energies=energies,
        variances=variances,
        overlaps=overlaps,
        variance_floor=floor,
        max_bonds=bonds,
        seconds=seconds,
        same_as=np.array([same[i][0] for i in range(n)]),
        same_overlaps=np.array([same[i][1] for i in range(n)]),
        ranks=ranks,
        own=own,
        comm=comm,
    )
    if comm.rank == 0:
        _warn(states)
    return states


def _warn(states: MpsStates) -> None:
    """What must not be overlooked in an average."""
    twice = len(states) - int((states.same_as == np.arange(len(states))).sum())
    if twice:
        log.warning("%s: %d of %d starts led to the state of another", NAME, twice, len(states))
    for outcome in sorted(set(states.outcomes) - {"converged"}):
        count = states.outcomes.count(outcome)
        log.warning("%s: %d of %d starts: %s", NAME, count, len(states), outcome)
