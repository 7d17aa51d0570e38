"""Krylov-Schur of SLEPc on (H - sigma)^-1, and the eigenpairs that one or more runs have found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...comm import freed, in_step
from ...errors import InvalidInput, SolverFailure
from ...operators.petsc import import_petsc
from ...rows import Rows
from ...streams import Streams
from ..watch import Watch
from .mumps import Factor

# With this many vectors beyond the pairs, more cost as much as the restarts that they save
# (measured for 50 to 400 pairs), and the projected problem is solved by every rank alike.
_ROOM = 200
# Pairs beyond those asked for, so that a gap is found up to which levels can be counted.
EXTRA = 4


@dataclass(frozen=True)
class Krylov:
    """Sizes of one run: pairs asked, vectors, largest projected problem, restarts, tolerance.

    Without `mpd` the projected problem may hold all vectors.
    """

    asked: int
    ncv: int
    mpd: int | None
    max_restarts: int
    tol: float

    @classmethod
    def sized(
        cls,
        asked: int,
        dimension: int,
        ncv: int | None,
        mpd: int | None,
        max_restarts: int,
        tol: float,
    ) -> Krylov:
        """Twice as many vectors as pairs, `_ROOM` more than pairs if these are many.

        Examples
        --------
        >>> Krylov.sized(54, 8192, None, None, 200, 1e-12).ncv
        108
        >>> Krylov.sized(1000, 8192, None, None, 200, 1e-12)
        Krylov(asked=1000, ncv=1200, mpd=200, max_restarts=200, tol=1e-12)
        """
        if ncv is None:
            ncv = asked + (mpd if mpd is not None else min(max(asked, 16), _ROOM))
        ncv = min(ncv, dimension)
        if mpd is None and ncv > 2 * _ROOM:
            mpd = max(_ROOM, ncv - asked)
        if ncv < asked or (mpd is not None and ncv > asked + mpd):
            raise InvalidInput(
                f"ncv={ncv} Krylov vectors with mpd={mpd or ncv} cannot serve {asked} pairs (those "
                "asked, and a few to count by): ncv must lie between pairs and pairs + mpd; leave "
                "out ncv and mpd, or change them"
            )
        return cls(asked, ncv, mpd and min(mpd, ncv), max_restarts, tol)


@dataclass(frozen=True, eq=False)
class Found:
    """Converged pairs, ascending; vectors are this rank's rows."""

    energies: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray

    def __len__(self) -> int:
        return len(self.energies)

    @classmethod
    def nothing(cls, rows: Rows) -> Found:
        return cls(np.empty(0), np.empty((rows.stop - rows.start, 0)), np.empty(0))

    def joined(self, other: Found) -> Found:
        energies = np.concatenate([self.energies, other.energies])
        vectors = np.concatenate([self.vectors, other.vectors], axis=1)
        residuals = np.concatenate([self.residuals, other.residuals])
        return Found(energies, vectors, residuals).select(np.argsort(energies, kind="stable"))

    def select(self, numbers: np.ndarray) -> Found:
        return Found(self.energies[numbers], self.vectors[:, numbers], self.residuals[numbers])


class _Inverse:
    """What PETSc calls for every product with (H - sigma)^-1."""

    def __init__(self, factor: Factor) -> None:
        self.factor = factor
        self.solves = 0

    def mult(self, _: Any, x: Any, y: Any) -> None:
        self.factor.solve(x, y)
        self.solves += 1


@dataclass(frozen=True, eq=False)
class Run:
    """What one run found; `stopped` says why it found less than it was asked, if it did."""

    found: Found
    stopped: str
    restarts: int
    solves: int


def krylov(
    SLEPc: Any,
    matrix: Any,
    factor: Factor,
    rows: Rows,
    sizes: Krylov,
    watch: Watch,
    start: str,
    known: np.ndarray | None = None,
) -> Run:
    """The pairs of `matrix` nearest the shift of `factor`.

    Parameters
    ----------
    start : name of the random start vector, the same whatever the number of ranks
    known : (n_rows, m), optional
        Orthonormal vectors that the Krylov space is kept orthogonal to: it finds others.
    """
    PETSc = import_petsc()
    inverse = _Inverse(factor)
    operator = PETSc.Mat().createPython(matrix.getSizes(), inverse, matrix.getComm())
    operator.setOption(PETSc.Mat.Option.SYMMETRIC, True)
    eps = SLEPc.EPS().create(matrix.getComm())

    def free() -> None:
        eps.destroy()
        operator.destroy()

    with freed(rows.comm, free):
        _configure(SLEPc, eps, operator, sizes, watch)
        eps.setInitialSpace([random_vector(matrix, rows, start)])
        if known is not None:
            eps.setDeflationSpace([_vector(matrix, column) for column in known.T])
        eps.setFromOptions()
        in_step(rows.comm, lambda: _solve(eps, factor))
        found = _extract(eps, matrix, rows)
        return Run(found, _stopped(SLEPc, eps, watch), eps.getIterationNumber(), inverse.solves)


def _configure(SLEPc: Any, eps: Any, operator: Any, sizes: Krylov, watch: Watch) -> None:
    reasons = SLEPc.EPS.ConvergedReason

    def stop(_: Any, restarts: int, most: int, converged: int, asked: int) -> int:
        watch.step(converged, asked, "pairs")
        if converged >= asked:
            return int(reasons.CONVERGED_TOL)
        if watch.expired():
            return int(reasons.CONVERGED_USER)
        return int(reasons.DIVERGED_ITS if restarts >= most else reasons.CONVERGED_ITERATING)

    eps.setOperators(operator)
    eps.setProblemType(SLEPc.EPS.ProblemType.HEP)
    eps.setType(SLEPc.EPS.Type.KRYLOVSCHUR)
    eps.setDimensions(sizes.asked, sizes.ncv, sizes.mpd)
    eps.setTolerances(sizes.tol, sizes.max_restarts)
    eps.setWhichEigenpairs(SLEPc.EPS.Which.LARGEST_MAGNITUDE)
    eps.setStoppingTest(stop)


def _solve(eps: Any, factor: Factor) -> None:
    try:
        eps.solve()
    except import_petsc().Error as error:
        said = str(error).splitlines()[-1].partition("] ")[2]
        raise SolverFailure(
            f"slepc stopped with PETSc error {error.ierr} near E={factor.shift:.6g} "
            f"({said}){factor.complaint()}: where memory ran out, use more ranks on more nodes, "
            "fewer l-bits or fewer pairs; where the target is far from all levels, move it"
        ) from None


def _stopped(SLEPc: Any, eps: Any, watch: Watch) -> str:
    reason = eps.getConvergedReason()
    reasons = SLEPc.EPS.ConvergedReason
    if reason == reasons.CONVERGED_TOL:
        return ""
    if reason == reasons.CONVERGED_USER:
        return f"{watch.reason}: raise time_limit, or take fewer pairs"
    if reason == reasons.DIVERGED_ITS:
        return (
            f"Krylov-Schur did not converge in {eps.getIterationNumber()} restarts: raise "
            "max_restarts or ncv, or loosen tol"
        )
    return f"Krylov-Schur broke down (SLEPc reason {reason}): move the target, or use 'dense'"


def random_vector(matrix: Any, rows: Rows, name: str) -> Any:
    """The same random vector whatever the number of ranks."""
    whole = Streams(0, 0)(name).standard_normal(rows.dimension)
    return _vector(matrix, whole[rows.start : rows.stop])


def _vector(matrix: Any, values: np.ndarray) -> Any:
    vector = matrix.createVecRight()
    vector.setArray(values)
    return vector


def _extract(eps: Any, matrix: Any, rows: Rows) -> Found:
    """All converged pairs with Rayleigh quotients and residuals of the matrix itself."""
    count = eps.getConverged()
    energies, norms = np.empty(count), np.empty(count)
    vectors = np.empty((rows.stop - rows.start, count))
    x, y = matrix.createVecs()
    for number in range(count):
        eps.getEigenvector(number, x)
        x.normalize()
        vectors[:, number] = x.getArray()
        matrix.mult(x, y)
        energies[number] = x.dot(y)
        y.axpy(-energies[number], x)
        norms[number] = y.norm()
    return Found(energies, vectors, norms).select(np.argsort(energies, kind="stable"))
