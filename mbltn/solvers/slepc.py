"""SLEPc: Krylov-Schur on (H - sigma)^-1 with the MUMPS LDL^T factorisation, over any ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..comm import Rows, together
from ..errors import MissingLibrary, SolverFailure
from ..operators import Operator, to_petsc
from ..operators.petsc import import_petsc
from ..streams import Streams
from .base import Eigenpairs, Target
from .verify import orthonormality


@dataclass(frozen=True)
class Slepc:
    """Shift-invert with a parallel sparse direct solver.

    Memory is about 2.4 D^2 bytes for star Hamiltonians (docs/architecture.md), time grows
    sevenfold with every l-bit.

    Parameters
    ----------
    tol : float
        Relative tolerance of the inverted eigenvalues.
    ncv, mpd : int, optional
        Krylov vectors, and the largest projected problem; SLEPc's defaults if not given.
    max_restarts : int
    """

    name: ClassVar[str] = "slepc"
    parallel: ClassVar[bool] = True
    tol: float = 1e-12
    ncv: int | None = None
    mpd: int | None = None
    max_restarts: int = 200

    def require_library(self) -> None:
        import_slepc()

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs:
        SLEPc = together(comm, import_slepc)
        k = target.count(op.dimension)
        sigma = target.energy_for(op)
        matrix = to_petsc(op, comm)
        rows = Rows(op.dimension, comm)
        eps = SLEPc.EPS().create(matrix.getComm())
        try:
            self._configure(SLEPc, eps, matrix, rows, k, sigma)
            _run(eps, op, sigma)
            together(comm, lambda: _require_converged(eps, k, sigma))
            energies, vectors, norms = _extract(eps, matrix, target, op, rows)
            stats = {"target": sigma, "restarts": eps.getIterationNumber(), "ranks": comm.size}
        finally:
            eps.destroy()
            matrix.destroy()
        return Eigenpairs(
            operator=op,
            energies=energies,
            vectors=vectors,
            residuals=norms,
            complete="unknown",
            solver=self.name,
            rows=rows,
            stats={**stats, "orthonormality": orthonormality(vectors, rows)},
        )

    def _configure(
        self, SLEPc: Any, eps: Any, matrix: Any, rows: Rows, k: int, sigma: float
    ) -> None:
        eps.setOperators(matrix)
        eps.setProblemType(SLEPc.EPS.ProblemType.HEP)
        eps.setType(SLEPc.EPS.Type.KRYLOVSCHUR)
        eps.setDimensions(k, self.ncv, self.mpd)
        eps.setTolerances(self.tol, self.max_restarts)
        eps.setTarget(sigma)
        eps.setWhichEigenpairs(SLEPc.EPS.Which.TARGET_MAGNITUDE)
        eps.setInitialSpace([_start_vector(matrix, rows)])
        st = eps.getST()
        st.setType(SLEPc.ST.Type.SINVERT)
        ksp = st.getKSP()
        ksp.setType("preonly")
        pc = ksp.getPC()
        pc.setType("cholesky")
        pc.setFactorSolverType("mumps")
        # PETSC_OPTIONS can add to this, for example -st_mat_mumps_icntl_14 100.
        eps.setFromOptions()


def import_slepc() -> Any:
    """slepc4py.SLEPc over a real PETSc with MUMPS, or a `MissingLibrary` that says what lacks."""
    petsc = import_petsc()
    try:
        from slepc4py import SLEPc
    except ImportError:
        raise MissingLibrary(
            "SLEPc is not installed (no module slepc4py): on Debian or Ubuntu run 'make setup' or "
            "apt-get install python3-slepc4py-real. Without it use 'dense' or 'shift_invert'"
        ) from None
    if not petsc.Sys.hasExternalPackage("mumps"):
        raise MissingLibrary(
            "this PETSc was built without MUMPS, which the parallel LDL^T needs: build PETSc with "
            "--with-mumps, or use the distribution's packages"
        )
    return SLEPc


def _start_vector(matrix: Any, rows: Rows) -> Any:
    """The same random vector whatever the number of ranks."""
    whole = Streams(0, 0)("krylov start").standard_normal(rows.dimension)
    start = matrix.createVecRight()
    start.setArray(whole[rows.start : rows.stop])
    return start


def _run(eps: Any, op: Operator, sigma: float) -> None:
    petsc = import_petsc()
    try:
        eps.solve()
    except petsc.Error as error:
        raise SolverFailure(
            f"slepc stopped with PETSc error {error.ierr} for D={op.dimension}, E={sigma:.6g}. "
            "55 and 76 mean that memory ran out or the factorisation failed: use more ranks or "
            "nodes, fewer l-bits, more workspace (PETSC_OPTIONS='-st_mat_mumps_icntl_14 100'), or "
            "move the target if it is an exact level"
        ) from None


def _require_converged(eps: Any, k: int, sigma: float) -> None:
    found = eps.getConverged()
    if found < k:
        raise SolverFailure(
            f"slepc found {found} of {k} levels near E={sigma:.6g} in "
            f"{eps.getIterationNumber()} restarts (reason {eps.getConvergedReason()}): "
            "raise max_restarts or ncv, or loosen tol"
        )


def _extract(
    eps: Any, matrix: Any, target: Target, op: Operator, rows: Rows
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The k nearest of the converged pairs, ascending, with residuals from the matrix."""
    converged = np.array([eps.getEigenvalue(i).real for i in range(eps.getConverged())])
    k = target.count(op.dimension)
    nearest = np.argsort(abs(converged - target.energy_for(op)), kind="stable")[:k]
    ascending = nearest[np.argsort(converged[nearest])]
    energies = converged[ascending]
    vectors = np.empty((rows.stop - rows.start, k))
    norms = np.empty(k)
    x, y = matrix.createVecs()
    for column, number in enumerate(ascending):
        eps.getEigenvector(int(number), x)
        x.normalize()
        vectors[:, column] = x.getArray()
        matrix.mult(x, y)
        y.axpy(-energies[column], x)
        norms[column] = y.norm()
    return energies, vectors, norms
