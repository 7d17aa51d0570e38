"""The methods that are run side by side, one line each."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ..comm import together
from ..errors import InvalidInput, MissingLibrary, UnfitMethod
from ..operators import Operator, to_csr
from ..operators.mpo import import_quimb
from ..solvers import SOLVERS, Eigenpairs, Solver, Target, eigenpairs
from ..solvers.verify import residuals


@dataclass(frozen=True)
class Judged:
    """What is known about the pairs that a method returned."""

    energies: np.ndarray
    max_residual: float
    complete: str
    solver: str
    phases: dict[str, float]
    reason: str = ""


Solve = Callable[[Operator, Target, Any], Any]


@dataclass(frozen=True)
class Method:
    """How to solve, which is timed, and how to look at the result, which is not.

    Attributes
    ----------
    solve : function of (operator, target, communicator)
    judge : function of (operator, what `solve` returned)
    parallel : whether more ranks make it faster; the others always run on one
    rehearses : methods that a small problem is solved by before the clock starts; itself if empty
    foreign : whether it stands for what a user without this package would run
    """

    solve: Solve
    judge: Callable[[Operator, Any], Judged]
    parallel: bool = False
    rehearses: tuple[str, ...] = ()
    foreign: bool = False


def _ours(name: str, **options: Any) -> Solve:
    def solve(op: Operator, target: Target, comm: Any) -> Eigenpairs:
        method = "auto" if name == "auto" else together(comm, lambda: _solver(name, options))
        return eigenpairs(op, target, solver=method, comm=comm)

    return solve


def _solver(name: str, options: dict[str, Any]) -> Solver:
    if name not in SOLVERS:
        raise InvalidInput(f"this version has no solver {name!r}, only {', '.join(SOLVERS)}")
    known = {option.name for option in fields(SOLVERS[name])}
    for option in options:
        if option not in known:
            raise InvalidInput(f"solver {name!r} of this version has no option {option!r}")
    solver: Solver = SOLVERS[name](**options)
    solver.require_library()
    return solver


def _judge_ours(op: Operator, pairs: Eigenpairs) -> Judged:
    return Judged(
        energies=pairs.energies,
        max_residual=float(pairs.residuals.max(initial=0.0)),
        complete=pairs.complete,
        solver=pairs.solver,
        phases=dict(pairs.stats.get("seconds", {})),
        reason=pairs.reason,
    )


def _quimb(op: Operator, target: Target, comm: Any) -> tuple[np.ndarray, np.ndarray]:
    """As a user of quimb would: the csr matrix, the target, and quimb's own choice of backend."""
    from scipy.sparse import csr_matrix

    quimb = import_quimb()
    k = target.count(op.dimension)
    # quimb asks for the matrix class of SciPy, not the array class.
    energies, vectors = quimb.eigh(csr_matrix(to_csr(op)), k=k, sigma=target.energy_for(op))
    return np.asarray(energies), np.asarray(vectors)


def _judge_plain(op: Operator, result: tuple[np.ndarray, np.ndarray]) -> Judged:
    """Residuals of a library that gives none; quimb counts no levels."""
    order = np.argsort(result[0])
    energies, vectors = result[0][order], result[1][:, order]
    worst = float(residuals(op, energies, vectors).max(initial=0.0))
    return Judged(energies, worst, "unknown", "quimb", {})


METHODS: dict[str, Method] = {
    "dense": Method(_ours("dense"), _judge_ours),
    "reduced": Method(_ours("reduced"), _judge_ours),
    "scipy": Method(_ours("shift_invert"), _judge_ours),
    "quimb": Method(_quimb, _judge_plain, foreign=True),
    "slepc-lu": Method(_ours("slepc", factor="lu"), _judge_ours, parallel=True),
    "slepc-ldlt": Method(_ours("slepc", factor="ldlt"), _judge_ours, parallel=True),
    # What a user does who has SLEPc and not this package: nobody counts levels.
    "slepc-plain": Method(
        _ours("slepc", factor="ldlt", certify=False), _judge_ours, parallel=True, foreign=True
    ),
    "filtered": Method(_ours("filtered"), _judge_ours, parallel=True),
    "windowed": Method(_ours("windowed"), _judge_ours, parallel=True),
    "auto": Method(
        _ours("auto"),
        _judge_ours,
        parallel=True,
        # A small problem is not solved by what is chosen for the large one.
        rehearses=("dense", "reduced", "scipy", "slepc-ldlt", "filtered", "windowed"),
    ),
}

# The others are variants of these.
DEFAULT_METHODS = tuple(name for name in METHODS if name not in ("auto", "slepc-plain"))


def check_methods(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetition, or an `InvalidInput` that offers the nearest valid one.

    Examples
    --------
    >>> check_methods(["dense", "windowd"])
    Traceback (most recent call last):
        ...
    mbltn.errors.InvalidInput: 'windowd' is not a method (dense, reduced, scipy, quimb, \
slepc-lu, slepc-ldlt, slepc-plain, filtered, windowed, auto); did you mean 'windowed'?
    """
    names = tuple(dict.fromkeys(names))
    if not names:
        raise InvalidInput(f"no method was named: give some of {', '.join(METHODS)}")
    for name in names:
        if name not in METHODS:
            near = difflib.get_close_matches(name, METHODS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not a method ({', '.join(METHODS)}){hint}")
    return names


def obstacle(error: BaseException) -> str:
    """The status of a method that raised this error."""
    if isinstance(error, MissingLibrary):
        return "not installed"
    if isinstance(error, MemoryError):
        return "out of memory"
    return "refused" if isinstance(error, InvalidInput | UnfitMethod) else "failed"
