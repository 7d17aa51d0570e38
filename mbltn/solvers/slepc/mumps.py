"""MUMPS through PETSc in separate steps, so that what it needs is known before and what fails is
told in words: analysis, factorisation of H - sigma, solves, and the count of levels below sigma."""

from __future__ import annotations

import ctypes
import logging
from dataclasses import dataclass
from typing import Any

from ...comm import in_step, together
from ...errors import MissingLibrary, SolverFailure
from ...operators.petsc import import_petsc
from ..inertia import SingularShift

log = logging.getLogger(__name__)

# Options of PETSC_OPTIONS and petsc_options for the factorisation begin with this, as in SLEPc.
PREFIX = "st_"

_RAISE_WORKSPACE = "raise Slepc(workspace=...), the percentage of extra room"
_LESS_MEMORY = (
    "use more ranks on more nodes, fewer l-bits, Slepc(out_of_core=True), or a solver that stores "
    "no factor ('windowed', 'filtered')"
)
_MEANING = {
    -1: ("another rank failed", "look at the other messages"),
    -2: ("it cannot take so many entries", "take fewer l-bits"),
    -5: ("memory ran out in the analysis", _LESS_MEMORY),
    -6: ("H - sigma has empty rows", "move the target"),
    -7: ("memory ran out in the analysis", _LESS_MEMORY),
    -8: ("its integer workspace is too small", _RAISE_WORKSPACE),
    -9: ("its workspace is too small", _RAISE_WORKSPACE),
    -10: ("H - sigma is singular", "move the target, for example Target.energy(E + 1e-6, k)"),
    -11: ("its workspace is too small for the solves", _RAISE_WORKSPACE),
    -13: ("memory ran out", _LESS_MEMORY),
    -14: ("its integer workspace is too small for the solves", _RAISE_WORKSPACE),
    -15: ("its integer workspace is too small for the solves", _RAISE_WORKSPACE),
    -17: ("its send buffer is too small", _RAISE_WORKSPACE),
    -19: (
        "the memory allowed by ICNTL(23) does not suffice",
        "raise or leave out the option st_mat_mumps_icntl_23",
    ),
    -20: ("its receive buffer is too small", _RAISE_WORKSPACE),
    -51: ("its ordering overflows 32-bit integers", "use a MUMPS with 64-bit orderings"),
    -52: ("its ordering overflows 32-bit integers", "use a MUMPS with 64-bit orderings"),
    -90: (
        "the factor cannot be written to or read from disk",
        "set MUMPS_OOC_TMPDIR to a folder with enough room, or leave out out_of_core",
    ),
}
_UNKNOWN = ("see its manual for this error", "change the options, or use another solver")
_TOO_LITTLE_WORKSPACE = frozenset({-8, -9, -11, -14, -15, -17, -20})
_SINGULAR = -10

_REFINEMENTS = 10
_REFINED = 1e-14


@dataclass(frozen=True)
class MumpsOptions:
    """How H - sigma is factorised; the meaning of each is told at `Slepc`."""

    factor: str = "ldlt"
    workspace: int = 30
    blr: float | None = None
    out_of_core: bool = False


class Factor:
    """Factor of H - sigma that can be computed anew for other shifts after one analysis.

    Collective over the ranks of `matrix`.

    Parameters
    ----------
    matrix : PETSc Mat, symmetric
    options : MumpsOptions
    comm : communicator of `matrix`, for shared errors
    counts : bool
        Whether `levels_below` will be asked. On several ranks this makes one of them factorise
        the last front alone, since ScaLAPACK tells no inertia.
    """

    def __init__(self, matrix: Any, options: MumpsOptions, comm: Any, counts: bool) -> None:
        self._comm = comm
        self._matrix = matrix
        self.options = options
        self.workspace = options.workspace
        self.counts = counts and options.factor == "ldlt" and options.blr is None
        self._shifted = matrix.duplicate(copy=True)
        self._shifted.setOption(import_petsc().Mat.Option.SYMMETRIC, True)
        self._factor: Any = None
        self._spent = False
        self.shift = 0.0
        self.code = 0
        self._analyse()

    def _analyse(self) -> None:
        PETSc = import_petsc()
        if self._factor is not None:
            self._factor.destroy()
        pc = PETSc.PC().create(self._shifted.getComm())
        pc.setOperators(self._shifted)
        pc.setType("cholesky" if self.options.factor == "ldlt" else "lu")
        pc.setFactorSolverType("mumps")
        pc.setFactorSetUpSolverType()
        self._factor = pc.getFactorMatrix()
        pc.destroy()
        self._factor.setOptionsPrefix(PREFIX)
        self._factor.setMumpsIcntl(13, int(self.counts))
        self._factor.setMumpsIcntl(14, self.workspace)
        self._factor.setMumpsIcntl(22, int(self.options.out_of_core))
        self._factor.setMumpsIcntl(24, 1)
        if self.options.blr is not None:
            self._factor.setMumpsIcntl(35, 2)
            self._factor.setMumpsCntl(7, self.options.blr)
        low, high = self._shifted.getOwnershipRange()
        order = PETSc.IS().createStride(high - low, low, 1, comm=self._shifted.getComm())
        if self.options.factor == "ldlt":
            self._call("MatCholeskyFactorSymbolic", self._shifted, order)
        else:
            self._call("MatLUFactorSymbolic", self._shifted, order, order)
        self._spent = False
        together(self._comm, self._require_success)

    def factorise(self, shift: float) -> None:
        """Factorise H - shift; once more with twice the workspace if that was too small.

        Raises
        ------
        SingularShift
            If `shift` is an exact level.
        SolverFailure
            On all ranks alike, for any other reason.
        """
        self._numeric(shift)
        if self.code in _TOO_LITTLE_WORKSPACE:
            self.workspace = max(2 * self.workspace, 100)
            if self._comm.rank == 0:
                log.info("MUMPS (%d): once more with workspace=%d", self.code, self.workspace)
            self._analyse()
            # Beats the user's own option, which the analysis has just read again.
            self._factor.setMumpsIcntl(14, self.workspace)
            self._numeric(shift)
        together(self._comm, self._require_success)
        if self._factor.getMumpsInfog(28) > 0:
            self.code = _SINGULAR
            together(self._comm, self._require_success)

    def _numeric(self, shift: float) -> None:
        PETSc = import_petsc()
        if self._spent:
            self._analyse()
        self._matrix.copy(self._shifted, PETSc.Mat.Structure.SAME)
        self._shifted.shift(-shift)
        self.shift = shift
        name = "MatCholeskyFactor" if self.options.factor == "ldlt" else "MatLUFactor"
        self._call(f"{name}Numeric", self._shifted)
        self._spent = self.code < 0

    def _call(self, name: str, *arguments: Any) -> None:
        """A function of PETSc's C interface that petsc4py 3.18 does not pass on; collective."""
        in_step(self._comm, lambda: _call_petsc(name, self._factor, *arguments))
        self.code = int(self._factor.getMumpsInfog(1))

    def _require_success(self) -> None:
        if self.code >= 0:
            return
        what, remedy = _MEANING.get(self.code, _UNKNOWN)
        number = self._factor.getMumpsInfog(2)
        kind = SingularShift if self.code == _SINGULAR else SolverFailure
        raise kind(
            f"slepc (MUMPS) cannot factorise H - sigma for D={self._matrix.getSize()[0]}: {what} "
            f"(INFOG(1)={self.code}, INFOG(2)={number}, workspace {self.workspace} %): {remedy}"
        )

    def solve(self, right: Any, solution: Any) -> None:
        """``(H - sigma) solution = right`` for PETSc vectors."""
        self._factor.solve(right, solution)
        if self.options.blr is not None:
            self._refine(right, solution)

    def _refine(self, right: Any, solution: Any) -> None:
        """Take back what block low-rank compression left out of the factor."""
        rest, change = right.duplicate(), right.duplicate()
        last = float("inf")
        for _ in range(_REFINEMENTS):
            self._shifted.mult(solution, rest)
            rest.aypx(-1.0, right)
            norm = rest.norm()
            if norm <= _REFINED * right.norm() or norm > 0.5 * last:
                break
            last = norm
            self._factor.solve(rest, change)
            solution.axpy(1.0, change)
        rest.destroy()
        change.destroy()

    def complaint(self) -> str:
        """What MUMPS says about its last solve; empty if nothing."""
        code = int(self._factor.getMumpsInfog(1))
        return "" if code >= 0 else f" (MUMPS {code}: {': '.join(_MEANING.get(code, _UNKNOWN))})"

    @property
    def operations(self) -> float:
        """Floating-point operations of one factorisation, estimated by the analysis."""
        return float(self._factor.getMumpsRinfog(1))

    def levels_below(self) -> int:
        """Number of levels below the last shift, by Sylvester's law."""
        assert self.counts
        return int(self._factor.getInertia()[0])

    def megabytes_needed(self) -> tuple[float, float]:
        """MUMPS's own estimate for this rank after the analysis: in memory, out of core."""
        numbers = (15, 17) if self.options.blr is None else (30, 31)
        in_core, out_of_core = (float(self._factor.getMumpsInfo(i)) for i in numbers)
        return in_core, out_of_core

    def megabytes_used(self) -> float:
        """What all ranks together used in the last factorisation."""
        return float(self._factor.getMumpsInfog(22))

    def destroy(self) -> None:
        self._factor.destroy()
        self._shifted.destroy()


def _call_petsc(name: str, *objects: Any) -> None:
    """``name(objects..., info)`` with PETSc's defaults for the factorisation."""
    PETSc = import_petsc()
    try:
        library = ctypes.CDLL(PETSc.__file__)
        function, initialise = getattr(library, name), library.MatFactorInfoInitialize
    except (OSError, AttributeError):
        raise MissingLibrary(
            f"this petsc4py ({PETSc.__file__}) hides PETSc's function {name}: use one that is "
            "linked to a shared PETSc library, or solver='shift_invert'"
        ) from None
    info = (ctypes.c_double * 64)()  # MatFactorInfo holds eleven
    initialise(info)
    error = function(*(ctypes.c_void_p(each.handle) for each in objects), info)
    if error:
        raise SolverFailure(
            f"slepc stopped with PETSc error {error} in {name} (55: memory ran out): {_LESS_MEMORY}"
        )
