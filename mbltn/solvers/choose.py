"""One front door, one table of methods, one choice that says why."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import replace
from typing import Any

from ..comm import Serial, by_rank_zero, require_same, together
from ..errors import InvalidInput, SolverFailure
from ..operators import Operator
from ..operators.operator import norm_bound
from .base import Eigenpairs, Solver, Target
from .dense import Dense
from .shift_invert import ShiftInvert
from .slepc import Slepc
from .spectrum import extreme_energies
from .windowed import Windowed

log = logging.getLogger(__name__)

SOLVERS: dict[str, type] = {
    "dense": Dense,
    "shift_invert": ShiftInvert,
    "slepc": Slepc,
    "windowed": Windowed,
}

# Up to this dimension LAPACK costs a fraction of a second, and it certifies.
DENSE_LIMIT = 1024
# Beyond it, shift-invert is the faster one unless it must return a good part of the spectrum.
DENSE_SHARE = 8

# Worse pairs are refused, whatever the solver says about its convergence.
MAX_RELATIVE_RESIDUAL = 1e-9
MAX_SKEW = 1e-8


def solver_from(value: Solver | str) -> Solver:
    """A solver object, or the one of this name with its default options."""
    if not isinstance(value, str):
        if isinstance(value, type) or not hasattr(value, "solve"):
            raise InvalidInput(f"solver={value!r} must be a name or an object such as Dense()")
        return value
    if value not in SOLVERS:
        raise InvalidInput(f"solver={value!r} is not one of auto, {', '.join(SOLVERS)}")
    solver: Solver = SOLVERS[value]()
    return solver


def choose_solver(dimension: int, target: Target, comm: Any = None) -> Solver:
    """The method for this problem; the reason is logged.

    Any problem of D <= 1024, and more than an eighth of any spectrum, goes to LAPACK; the rest to
    SLEPc, or to SciPy's shift-invert where SLEPc is not installed.
    """
    k = target.count(dimension)
    solver: Solver
    if target.kind == "rank":
        solver, reason = Dense(), "ranks can be counted only in the full spectrum"
    elif dimension <= DENSE_LIMIT:
        solver, reason = Dense(), f"D={dimension} <= {DENSE_LIMIT}"
    elif k > dimension // DENSE_SHARE:
        solver, reason = Dense(), f"k={k} is more than 1/{DENSE_SHARE} of D={dimension}"
    elif importlib.util.find_spec("slepc4py") is not None:
        solver, reason = Slepc(), f"D={dimension} > {DENSE_LIMIT}, SLEPc is installed"
    else:
        solver, reason = ShiftInvert(), f"D={dimension} > {DENSE_LIMIT}, SLEPc is not installed"
    if comm is None or comm.rank == 0:
        log.info("solver %s: %s", solver.name, reason)
    return solver


def eigenpairs(
    operator: Operator, target: Target, solver: Solver | str = "auto", comm: Any = None
) -> Eigenpairs:
    """Eigenpairs of a real symmetric operator where `target` points.

    Parameters
    ----------
    operator : Operator
    target : Target
        ``Target.middle(k)``, ``Target.energy(e, k)`` or ``Target.all()``.
    solver : {"auto", "dense", "shift_invert", "slepc"} or a solver object with options
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
        On all ranks alike: k larger than D, an operator that is not symmetric or differs between
        ranks, an unknown solver.
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

    def prepare() -> Solver:
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
        if isinstance(solver, str) and solver == "auto":
            return choose_solver(operator.dimension, target, comm)
        return solver_from(solver)

    method = together(comm, prepare)
    require_same(comm, operator.digest(), "the operator (its disorder or its parameters)")
    target, scale = _in_energy(operator, target, comm)
    pairs = method.solve(operator, target, comm)
    if pairs.missing and comm.rank == 0:
        log.warning("%s: %s. %s", pairs.solver, pairs.complete, pairs.reason)
    pairs = replace(pairs, stats={**pairs.stats, **scale})
    together(comm, lambda: _require_quality(pairs))
    return pairs


def _in_energy(op: Operator, target: Target, comm: Any) -> tuple[Target, dict[str, float]]:
    """A target given as a share of the bandwidth, as an energy; and the edges that it means."""
    if target.kind != "density":
        return target, {}
    assert target.at is not None and target.k is not None
    low, high = by_rank_zero(comm, lambda: extreme_energies(op))
    scale = {"energy_min": low, "energy_max": high}
    return Target.energy(low + target.at * (high - low), target.k), scale


def _require_quality(pairs: Eigenpairs) -> None:
    """A target on an exact level, or a factorisation gone wrong, must not look like a result."""
    scale = norm_bound(pairs.operator)
    worst, skew = float(pairs.residuals.max(initial=0.0)), float(pairs.stats["orthonormality"])
    if not (worst <= MAX_RELATIVE_RESIDUAL * scale and skew <= MAX_SKEW):
        raise SolverFailure(
            f"{pairs.solver} returned pairs with residuals up to {worst:.2g} (norm of H up to "
            f"{scale:.3g}) and overlaps up to {skew:.2g}: the target is probably within rounding "
            "of an exact level. Move it, for example Target.energy(E + 1e-6, k), or use 'dense'"
        )
