"""The energy-window method: exact near the target, perturbative far from it, then corrected."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, ClassVar

from ...comm import by_rank_zero, nobody_waits, together
from ...errors import InvalidInput, SolverFailure, UnfitMethod
from ...machine import available_memory
from ...operators import Operator
from ..base import Eigenpairs, Target
from ..krylov_basis import MAX_WIDTH
from ..watch import Watch
from .blocks import n_threads
from .cost import Setting, best_setting, level_density
from .frame import Frame
from .result import gathered_pairs
from .slices import Slices

log = logging.getLogger(__name__)

MODES = ("polish", "lanczos")


@dataclass(frozen=True)
class Windowed:
    """Eigenpairs of a Hamiltonian whose outer sites couple weakly (docs/solvers.md).

    The first `n_core` sites are diagonalised exactly, H = E_a + e_s + W with a small tail W. States
    with |E_a + e_s - sigma| < omega (P) are treated exactly, the others by their diagonal: the
    block LDU preconditioner leaves only W among far states to the iteration, which converges at a
    rate of about ||W|| / omega whatever the dimension. Memory is a few blocks of vectors and a few
    dense matrices on P and on the core. The result is exact: residuals are those of the full H.

    Parameters
    ----------
    mode : {"polish", "lanczos"}
        "polish" takes all levels of the window from a dense pencil on P and corrects them together,
        the faster one; "lanczos" is shift-invert with iterative solves.
    n_core : int, optional
        Sites of the core; by default from a cost model.
    omega : float, optional
        Half width of the near window; by default from the cost model. Must exceed the tail norm.
    width : int, optional
        Columns that share one matrix product; by default 32, or 16 where memory is short and for
        mode="lanczos".
    buffer : int
        Levels beyond the wanted ones on each side that are corrected with them.
    precision : {"single", "double"}
        Of the inner solves; residuals and results are always in double precision.
    tol : float
        Residual ||H v - E v|| over the norm of H.
    max_memory : float, optional
        Bytes on all ranks together; by default what the machine has available.
    time_limit : float, optional
        Seconds, looked at between corrections; what converged until then is returned.
    certify : bool
        Count the levels by inertia.

    Raises
    ------
    UnfitMethod
        If the couplings of the outer sites are not small enough for any core that fits.
    """

    name: ClassVar[str] = "windowed"
    parallel: ClassVar[bool] = True
    mode: str = "polish"
    n_core: int | None = None
    omega: float | None = None
    width: int | None = None
    buffer: int = 20
    precision: str = "single"
    tol: float = 1e-12
    max_memory: float | None = None
    time_limit: float | None = None
    certify: bool = True

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InvalidInput(f"mode={self.mode!r} is not one of {', '.join(MODES)}")
        if self.precision not in ("single", "double"):
            raise InvalidInput(f"precision={self.precision!r} must be 'single' or 'double'")
        for name in ("width", "buffer"):
            value = getattr(self, name)
            given = value is not None or name == "buffer"
            if given and (not isinstance(value, Integral) or value < 1):
                raise InvalidInput(f"{name}={value!r} must be an integer >= 1")
        if self.mode == "lanczos" and self.width is not None and self.width > MAX_WIDTH:
            raise InvalidInput(
                f"width={self.width} is more than mode='lanczos' takes, whose blocks have at most "
                f"{MAX_WIDTH} vectors"
            )
        if not self.tol > 0:
            raise InvalidInput(f"tol={self.tol!r} must be positive")
        if self.omega is not None and not self.omega > 0:
            raise InvalidInput(f"omega={self.omega!r} must be a positive energy")

    @property
    def widths(self) -> tuple[int, ...]:
        """Columns that may share a matrix product, the fastest first."""
        if self.width is not None:
            return (self.width,)
        return (16,) if self.mode == "lanczos" else (32, 16)

    def require_library(self) -> None:
        """numpy, scipy and numba are always there."""

    def solve(self, op: Operator, target: Target, comm: Any) -> Eigenpairs:
        watch = Watch(comm, self.time_limit, self.name)
        together(comm, lambda: _require_count(op, target))
        sigma = target.energy_for(op)
        memory = available_memory(comm)
        setting = by_rank_zero(
            comm,
            lambda: self.setting(
                op,
                target,
                level_density(op, sigma),
                threads=n_threads(comm),
                ranks=comm.size,
                memory=memory,
            ),
        )
        with watch.phase("core"):
            frame = Frame.build(op, setting.n_core, comm)
        if comm.rank == 0:
            log.info("windowed: %s", setting)
        pairs = self._attempt(frame, setting, watch, target, 1)
        attempts = 1
        if self.certify and pairs.missing and not watch.expired():
            attempts = 2
            try:
                again = self._attempt(frame, setting, watch, target, 2)
            except SolverFailure as error:
                if not nobody_waits(comm, error):
                    raise
            else:
                pairs = again if again.missing <= pairs.missing else pairs
        return replace(pairs, stats={**pairs.stats, "attempts": attempts})

    def _attempt(
        self, frame: Frame, setting: Setting, watch: Watch, target: Target, number: int
    ) -> Eigenpairs:
        slices = Slices(self, frame, setting, watch, number)
        slices.solve(target)
        return gathered_pairs(slices, target)

    def setting(
        self,
        op: Operator,
        target: Target,
        density: float,
        *,
        threads: int,
        ranks: int,
        memory: float,
    ) -> Setting:
        """The core, the window and the slices for this target.

        Raises
        ------
        UnfitMethod
            If the couplings of the outer sites are too strong for every core that fits.
        """
        return best_setting(
            op,
            target.energy_for(op),
            expected_count(op, target, density),
            density=density,
            buffer=self.buffer,
            widths=self.widths,
            single=self.precision == "single",
            n_core=self.n_core,
            omega=self.omega,
            max_memory=memory if self.max_memory is None else self.max_memory,
            threads=threads,
            ranks=ranks,
        )


def _require_count(op: Operator, target: Target) -> None:
    if target.kind in ("all", "rank"):
        raise UnfitMethod(
            f"the window method finds levels near an energy, not Target.{target.kind}: use 'dense'"
        )
    target.count(op.dimension)
    target.energy_for(op)


def expected_count(op: Operator, target: Target, density: float) -> int:
    """Levels asked for; for a window as many as the density of states lets expect."""
    if target.interval is None:
        return target.count(op.dimension)
    low, high = target.interval
    return min(op.dimension, max(1, round(1.2 * density * (high - low))))
