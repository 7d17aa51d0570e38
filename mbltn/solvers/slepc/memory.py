"""What a factorisation will need, from MUMPS's analysis, beside what the nodes have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

from ...comm import node_neighbours
from ...errors import SolverFailure
from ...machine import BLAS_WAKES, address_space_left, available_bytes, require_blas_workspace
from ...operators.petsc import import_petsc
from .mumps import Factor


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that one solve will need beyond what is allocated already.

    Attributes
    ----------
    factor : MUMPS's own estimate, all ranks together, with its workspace
    factor_out_of_core : the same if the factor is written to disk
    vectors : Krylov basis and eigenvectors, all ranks together
    busiest : need of the node that has least to spare; of the whole job if there is a limit
    available : what that node (or the limit) has
    """

    factor: float
    factor_out_of_core: float
    vectors: float
    busiest: float
    available: float

    @property
    def total(self) -> float:
        return self.factor + self.vectors

    @property
    def fits(self) -> bool:
        return self.busiest <= self.available

    def require(self, dimension: int, limited: bool) -> None:
        """Raise `SolverFailure` with these numbers unless it fits."""
        if self.fits:
            return
        where = "memory_limit allows" if limited else "are available on the fullest node"
        if math.isfinite(address_space_left()) and not limited:
            where += " (by ulimit -v, among other things)"
        saving = (
            f", {_gb(self.factor_out_of_core)} with Slepc(out_of_core=True)"
            if self.factor_out_of_core < self.factor
            else ""
        )
        raise SolverFailure(
            f"slepc needs about {_gb(self.busiest)} for D={dimension} (factor "
            f"{_gb(self.factor)}{saving}; vectors {_gb(self.vectors)}), but "
            f"{_gb(self.available)} {where}: use more ranks on more nodes, fewer l-bits, or "
            "solver='windowed' or 'filtered', which store no factor"
        )


@cache
def reserve_blas() -> None:
    """Let PETSc's BLAS take its workspace while there is room for it.

    Raises
    ------
    SolverFailure
        If this process may not have so much memory.
    """
    require_blas_workspace()
    PETSc = import_petsc()
    square = PETSc.Mat().createDense((BLAS_WAKES, BLAS_WAKES), comm=PETSc.COMM_SELF)
    square.setUp()
    square.assemble()
    product = square.matMult(square)
    product.destroy()
    square.destroy()


def estimate(
    factor: Factor, comm: Any, vectors: float, memory_limit: float | None
) -> MemoryEstimate:
    """After the analysis of `factor`; `vectors` are the bytes of this rank's Krylov basis.

    Collective; equal on every rank.
    """
    in_core, on_disk = (1e6 * megabytes for megabytes in factor.megabytes_needed())
    mine = (on_disk if factor.options.out_of_core else in_core) + vectors
    here = sum(node_neighbours(comm, mine))
    left = node_neighbours(comm, address_space_left())
    free = min([len(left) * min(left), *node_neighbours(comm, available_bytes())])
    shares = comm.allgather((in_core, on_disk, vectors, mine, here, free))
    totals = [sum(column) for column in zip(*shares, strict=True)]
    if memory_limit is not None:
        here, free = totals[3], memory_limit
    else:
        *_, here, free = max(shares, key=lambda share: share[4] / max(share[5], 1.0))
    return MemoryEstimate(totals[0], totals[1], totals[2], here, free)


def _gb(number: float) -> str:
    return f"{number / 1e9:.3g} GB"
