"""The front door: checks what comes in and what goes out, whichever method runs."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from ..comm import Serial, require_same, together
from ..errors import InvalidInput, SolverFailure
from ..operators import Operator
from ..operators.operator import norm_bound
from .base import Eigenpairs, Solver, Target, empty_window
from .choice import choose_solver, in_energy, solver_from
from .verify import MAX_RELATIVE_RESIDUAL

log = logging.getLogger(__name__)

MAX_SKEW = 1e-8


def eigenpairs(
    operator: Operator, target: Target, solver: Solver | str = "auto", comm: Any = None
) -> Eigenpairs:
    """Eigenpairs of a real symmetric operator where `target` points.

    Parameters
    ----------
    operator : Operator
    target : Target
        ``Target.middle(k)``, ``Target.energy(e, k)``, ``Target.window(a, b)``,
        ``Target.density(x, k)``, ``Target.rank(k)`` or ``Target.all()``.
    solver : "auto", a solver object, or the name of one: dense, reduced, shift_invert, slepc,
        windowed, filtered
    comm : mpi4py communicator, optional
        Serial by default. With several ranks the vectors come back distributed by rows. PETSc
        starts on all ranks of COMM_WORLD at once: where only some of them will call this with
        "slepc", import slepc4py on every rank first.

    Returns
    -------
    Eigenpairs
        Residuals and orthonormality are recomputed with the operator.

    Raises
    ------
    InvalidInput
        On all ranks alike: k larger than D, a window without levels, an operator that is not
        symmetric or differs between ranks, an unknown solver.
    MissingLibrary, SolverFailure
        On all ranks alike.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> pairs = mb.eigenpairs(op, mb.Target.middle(k=10))
    >>> len(pairs), bool(pairs.residuals.max() < 1e-12), pairs.complete
    (10, True, 'certified')
    """
    comm = comm if comm is not None else Serial()

    def prepare() -> Solver | None:
        if not isinstance(operator, Operator) or not isinstance(target, Target):
            raise InvalidInput(
                f"eigenpairs needs an Operator and a Target, not {type(operator).__name__} and "
                f"{type(target).__name__}"
            )
        target.count(operator.dimension)
        if not operator.is_symmetric():
            raise InvalidInput(
                "the operator is not symmetric: every pm-like term needs its transpose beside it"
            )
        return None if isinstance(solver, str) and solver == "auto" else solver_from(solver)

    method = together(comm, prepare)
    require_same(comm, operator.digest(), "the operator (its disorder or its parameters)")
    target, scale = in_energy(operator, target, comm)
    if method is None:
        method = choose_solver(operator, target, comm)
    pairs = method.solve(operator, target, comm)
    if pairs.missing and comm.rank == 0:
        log.warning("%s: %s. %s", pairs.solver, pairs.complete, pairs.reason)
    pairs = replace(pairs, stats={**pairs.stats, **scale})
    together(comm, lambda: _require_quality(pairs, target))
    return pairs


def _require_quality(pairs: Eigenpairs, target: Target) -> None:
    """Nothing, a target on an exact level, or a factorisation gone wrong must not look like a
    result."""
    if target.interval is not None and not len(pairs) and not pairs.missing:
        raise empty_window(target.interval, pairs.energies)
    scale = norm_bound(pairs.operator)
    worst, skew = float(pairs.residuals.max(initial=0.0)), float(pairs.stats["orthonormality"])
    if not (worst <= MAX_RELATIVE_RESIDUAL * scale and skew <= MAX_SKEW):
        raise SolverFailure(
            f"{pairs.solver} returned pairs with residuals up to {worst:.2g} (norm of H up to "
            f"{scale:.3g}) and overlaps up to {skew:.2g}: the target is probably within rounding "
            "of an exact level. Move it, for example Target.energy(E + 1e-6, k), or use 'dense'"
        )
