"""SLEPc: Krylov-Schur on (H - sigma)^-1 with the MUMPS LDL^T factorisation, over any ranks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ...comm import Serial, freed, together
from ...errors import InvalidInput, MissingLibrary
from ...operators import Operator, to_petsc
from ...operators.petsc import import_binding, import_petsc
from ...rows import Rows
from ..base import Eigenpairs, Target
from ..verify import orthonormality
from .inverse import Inverse
from .krylov import EXTRA, Krylov
from .memory import MemoryEstimate, reserve_blas
from .mumps import MumpsOptions
from .options import hold, raw_options
from .search import Search

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Slepc:
    """Shift-invert with a parallel sparse direct solver, and levels counted by inertia.

    Before it factorises, it compares what MUMPS will need with what the nodes have. Memory is
    about 2.4 D^2 bytes for star Hamiltonians (docs/solvers.md), time grows sevenfold with
    every l-bit. A shift that is a level of H is moved by 1e-6 of the norm of H, or more for small
    D; the levels are still those nearest to the target.

    Parameters
    ----------
    tol : float
        Relative tolerance of the inverted eigenvalues.
    ncv, mpd : int, optional
        Krylov vectors, and the largest projected problem. By default twice as many vectors as
        pairs, and for more than 200 pairs 200 more than pairs.
    max_restarts : int
        When they are used up, what has converged is returned as incomplete.
    factor : {"ldlt", "lu"}
        "lu" takes up to half again as much memory; it is there to compare with.
    workspace : int
        Percentage of room beyond MUMPS's estimate, ICNTL(14). If it is too small, it is doubled
        once.
    blr : float, optional
        Drop tolerance of block low-rank compression, ICNTL(35) and CNTL(7). Solves are refined
        until they are exact again; the inertia is not, so that completeness stays "unknown". For
        star Hamiltonians it saves nothing: at D = 2^14 the factor keeps 99.8 % of its entries
        for 1e-5 and 87 % for 1e-3, and takes more memory than the full one.
    out_of_core : bool
        Write the factor to disk, into $MUMPS_OOC_TMPDIR, ICNTL(22). The largest fronts still have
        to fit: at D = 2^14 the peak is 6 % lower.
    memory_limit : float, optional
        Bytes for all ranks together; by default what the nodes have available.
    time_limit : float, optional
        Seconds, looked at between Krylov restarts; then what has converged is returned as
        incomplete.
    certify : bool
        Count the levels by two more factorisations.
    petsc_options : mapping, or sequence of 'name value'
        Raw options for this solve, such as {"st_mat_mumps_icntl_7": 5} or {"eps_monitor": ""};
        kept as pairs. PETSC_OPTIONS of the environment count too.

    Raises
    ------
    InvalidInput
        If an option lies outside its domain.

    Examples
    --------
    >>> Slepc(petsc_options={"st_mat_mumps_icntl_7": 5}).petsc_options
    (('st_mat_mumps_icntl_7', '5'),)
    """

    name: ClassVar[str] = "slepc"
    parallel: ClassVar[bool] = True
    tol: float = 1e-12
    ncv: int | None = None
    mpd: int | None = None
    max_restarts: int = 200
    factor: str = "ldlt"
    workspace: int = 30
    blr: float | None = None
    out_of_core: bool = False
    memory_limit: float | None = None
    time_limit: float | None = None
    certify: bool = True
    petsc_options: Mapping[str, Any] | tuple[Any, ...] | str = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "petsc_options", raw_options(self.petsc_options))
        if self.factor not in ("ldlt", "lu"):
            raise InvalidInput(f"factor={self.factor!r} is not one of 'ldlt', 'lu'")
        for name in ("tol", "max_restarts", "ncv", "mpd", "blr", "memory_limit", "time_limit"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InvalidInput(f"{name}={value!r} must be positive")
        if self.workspace < 0:
            raise InvalidInput(f"workspace={self.workspace!r} is a percentage: it must be >= 0")

    @property
    def mumps(self) -> MumpsOptions:
        """Those of the options that the factorisation needs."""
        return MumpsOptions(self.factor, self.workspace, self.blr, self.out_of_core)

    def sizes(self, pairs: int, dimension: int) -> Krylov:
        """Sizes of the Krylov space for `pairs` levels and a few beyond to count up to."""
        asked = min(pairs + EXTRA, dimension)
        if self.ncv is not None and pairs <= self.ncv:
            asked = min(asked, max(pairs, self.ncv - 1))
        return Krylov.sized(asked, dimension, self.ncv, self.mpd, self.max_restarts, self.tol)

    def require_library(self) -> None:
        import_slepc()

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs:
        SLEPc = together(comm, import_slepc)
        together(comm, lambda: self._check(op, target))
        together(comm, reserve_blas)
        rows = Rows(op.dimension, comm)
        with hold(raw_options(self.petsc_options)) as held:
            matrix = to_petsc(op, comm)
            inverse = Inverse(SLEPc, self, op, matrix, comm)
            search = Search(inverse)
            with freed(comm, inverse.destroy), freed(comm, matrix.destroy):
                if target.interval is not None:
                    complete = search.between(*target.interval)
                else:
                    centre, k = target.energy_for(op), target.count(op.dimension)
                    complete = search.nearest(centre, k)
                unused = held.unused()
        if unused and comm.rank == 0:
            log.warning(
                "slepc: nothing has asked for the PETSc option(s) %s: see -help of PETSc and "
                "SLEPc for their names; those of MUMPS begin with st_mat_mumps_",
                ", ".join(unused),
            )
        found = search.found
        return Eigenpairs(
            operator=op,
            energies=found.energies,
            vectors=found.vectors,
            residuals=found.residuals,
            complete=complete,
            solver=self.name,
            rows=rows,
            certificate=search.certificate,
            reason=search.reason,
            stats={
                **inverse.stats,
                "seconds": inverse.watch.phases(),
                "target": target.energy_for(op),
                "unused_options": unused,
                "orthonormality": orthonormality(found.vectors, rows),
            },
        )

    def _check(self, op: Operator, target: Target) -> None:
        target.energy_for(op)
        if target.interval is None:
            self.sizes(target.count(op.dimension), op.dimension)
        elif self.blr is not None:
            raise InvalidInput(
                f"blr={self.blr:g} cannot be used with {target}: the number of levels in a "
                "window is counted by inertia, which block low-rank compression spoils; leave "
                "out blr, or use Target.energy(e, k)"
            )


def memory_estimate(
    op: Operator, comm: Any = None, k: int = 50, solver: Slepc | None = None
) -> MemoryEstimate:
    """What `solver` will need for `k` pairs of `op` on the ranks of `comm`, and what there is.

    MUMPS's analysis alone, a few hundredths of the time of one factorisation; collective.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=6, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> memory_estimate(op, k=20).fits  # doctest: +SKIP
    True
    """
    comm = comm if comm is not None else Serial()
    solver = solver if solver is not None else Slepc()
    SLEPc = together(comm, import_slepc)
    with hold(raw_options(solver.petsc_options)):
        matrix = to_petsc(op, comm)
        inverse = Inverse(SLEPc, solver, op, matrix, comm)
        with freed(comm, inverse.destroy), freed(comm, matrix.destroy):
            return inverse.memory(k)


def import_slepc() -> Any:
    """slepc4py.SLEPc over a real PETSc with MUMPS, or a `MissingLibrary` that says what lacks."""
    petsc = import_petsc()
    SLEPc = import_binding(
        "slepc4py.SLEPc",
        "SLEPc is not installed (no module slepc4py): on Debian or Ubuntu run 'make setup' or "
        "apt-get install python3-slepc4py-real. Without it use 'dense' or 'shift_invert'",
    )
    if not petsc.Sys.hasExternalPackage("mumps"):
        raise MissingLibrary(
            "this PETSc was built without MUMPS, which the parallel LDL^T needs: build PETSc with "
            "--with-mumps, or use the distribution's packages"
        )
    return SLEPc
