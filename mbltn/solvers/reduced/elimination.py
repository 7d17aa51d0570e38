"""H - E factorised by eliminating configurations that do not see each other.

A configuration of the sites outside the core is a block of core levels. Spin flips link it to its
neighbours on a hypercube, of which every second one can be eliminated at the cost of a small block
each: ``S(E) = H_kk - E - H_ke (H_ee - E)^-1 H_ek`` remains, dense, on the configurations kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.linalg import lapack
from scipy.linalg.blas import dsymv as symv

from ...errors import SolverFailure
from ...operators import Operator, to_csr
from ...operators.operator import norm_bound
from ...operators.tiles import Cut
from ..inertia import SingularShift

# Of the norm of H: a configuration with a level of its own nearer to E than this is kept, since
# S(E) would be large and its rounding errors with it.
_TOO_NEAR = 1e-5
_WORKSPACE = 64  # columns that LAPACK works on at a time


@dataclass(frozen=True, eq=False)
class Blocks:
    """H as blocks between configurations of the sites outside the core.

    Attributes
    ----------
    matrix : block sparse, rows ordered configuration first
    order : (D,) kron index of each of its rows
    independent : (configurations,) mask of some that no term of H links to each other
    norm : bound on the norm of H
    """

    matrix: sp.bsr_array
    order: np.ndarray
    independent: np.ndarray
    norm: float

    @classmethod
    def of(cls, op: Operator) -> Blocks:
        """
        Examples
        --------
        >>> import mbltn as mb
        >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=5, alpha=0.6)
        >>> blocks = Blocks.of(model.operator(model.draw(seed=7, realization=0)))
        >>> blocks.levels, int(blocks.independent.sum())  # half of 2^5 configurations
        (8, 16)
        """
        cut = Cut.of(op.space)
        order = cut.basis_rows(0, cut.configurations)
        matrix = to_csr(op)[order][:, order].tobsr((cut.levels, cut.levels))
        matrix.sort_indices()
        return cls(matrix, order, _independent(matrix), norm_bound(op))

    @property
    def levels(self) -> int:
        return int(self.matrix.blocksize[0])

    @cached_property
    def own(self) -> np.ndarray:
        """Blocks of the independent configurations with themselves, (configurations, d, d)."""
        d, chosen = self.levels, np.flatnonzero(self.independent)
        rows = np.repeat(np.arange(len(self.independent)), np.diff(self.matrix.indptr))
        diagonal = np.zeros((len(self.independent), d, d))
        here = rows == self.matrix.indices
        diagonal[rows[here]] = self.matrix.data[here]
        return diagonal[chosen]

    @cached_property
    def levels_of_own(self) -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues and eigenvectors of `own`."""
        values, vectors = np.linalg.eigh(self.own)
        return values, vectors

    def parts(self, gone: np.ndarray) -> Parts:
        """The blocks of H between what is kept and these configurations."""
        d = self.levels
        scalar = self.matrix.tocsr()
        kept_rows = _rows(np.flatnonzero(~gone), d)
        gone_rows = _rows(np.flatnonzero(gone), d)
        return Parts(
            kept_rows,
            gone_rows,
            scalar[kept_rows][:, kept_rows].toarray(),
            scalar[gone_rows][:, kept_rows].tobsr((d, d)),
        )

    @cached_property
    def usual_parts(self) -> Parts:
        return self.parts(self.independent)

    def factorise(self, energy: float) -> Factor:
        """The factors of H - energy.

        Raises
        ------
        SingularShift
            If `energy` is a level.
        """
        values, vectors = self.levels_of_own
        near = abs(values - energy).min(axis=1) < _TOO_NEAR * self.norm
        parts = self.usual_parts
        if near.any():
            gone = self.independent.copy()
            gone[np.flatnonzero(gone)[near]] = False
            parts = self.parts(gone)
        gaps = values[~near] - energy
        inverse = (vectors[~near] / gaps[:, None, :]) @ vectors[~near].transpose(0, 2, 1)
        weighted = _block_diagonal(inverse) @ parts.coupling
        schur = parts.kept.copy()
        _subtract(parts.transposed @ weighted, schur)
        schur[np.diag_indices_from(schur)] -= energy
        # Symmetric: the transpose is the same matrix in the order that LAPACK wants.
        factors, pivots, info = lapack.dsytrf(
            schur.T, lower=1, lwork=_WORKSPACE * len(schur), overwrite_a=1
        )
        if info > 0:
            raise SingularShift(f"H - E is singular at E={energy:.17g}: E is a level; move it")
        if info < 0:
            raise SolverFailure("H has entries that are not numbers: check its disorder")
        negative = int((gaps < 0).sum()) + _negative(factors, pivots)
        return Factor(self.order, parts, inverse, weighted, factors, pivots, negative)


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows kept and eliminated (gone), and the blocks of H between them."""

    kept_rows: np.ndarray
    gone_rows: np.ndarray
    kept: np.ndarray
    coupling: sp.bsr_array

    @cached_property
    def transposed(self) -> sp.bsr_array:
        return self.coupling.T.tobsr(self.coupling.blocksize)


@dataclass(frozen=True, eq=False)
class Factor:
    """H - E: inverses of the eliminated blocks, and L D L^T of what is left (Bunch-Kaufman).

    Attributes
    ----------
    inverse_of_gone : (H_ee - E)^-1, its blocks
    weighted : (H_ee - E)^-1 H_ek
    negative : levels of H below E, exactly (Haynsworth: inertias of the pivots add up)
    """

    order: np.ndarray
    parts: Parts
    inverse_of_gone: np.ndarray
    weighted: sp.bsr_array
    factors: np.ndarray
    pivots: np.ndarray
    negative: int

    @cached_property
    def _inverse_of_kept(self) -> np.ndarray:
        inverse, info = lapack.dsytri(self.factors, self.pivots, lower=1)
        if info > 0:
            raise SingularShift("H - E is singular: E is a level; move it")
        return inverse

    def solve(self, b: np.ndarray) -> np.ndarray:
        """``(H - E)^-1 b`` for a vector in kron order."""
        kept_rows, gone_rows = self._kron_rows
        weighted, transposed = self._weighted_and_transposed
        number, d, _ = self.inverse_of_gone.shape
        b = b.ravel()
        gone = b[gone_rows]
        kept = symv(1.0, self._inverse_of_kept, b[kept_rows] - transposed @ gone, lower=1)
        x = np.empty_like(b)
        x[kept_rows] = kept
        own = self.inverse_of_gone @ gone.reshape(number, d, 1)
        x[gone_rows] = own.ravel() - weighted @ kept
        return x

    @cached_property
    def _kron_rows(self) -> tuple[np.ndarray, np.ndarray]:
        return self.order[self.parts.kept_rows], self.order[self.parts.gone_rows]

    @cached_property
    def _weighted_and_transposed(self) -> tuple[sp.csr_array, sp.csr_array]:
        return self.weighted.tocsr(), self.weighted.T.tocsr()


def _independent(matrix: sp.bsr_array) -> np.ndarray:
    """Greedily: every configuration without a neighbour among those already taken."""
    number = len(matrix.indptr) - 1
    taken, barred = np.zeros((2, number), dtype=bool)
    for here in range(number):
        if not barred[here]:
            barred[matrix.indices[matrix.indptr[here] : matrix.indptr[here + 1]]] = True
            taken[here] = True
    return taken


def _rows(configurations: np.ndarray, levels: int) -> np.ndarray:
    return (configurations[:, None] * levels + np.arange(levels)).ravel()


def _block_diagonal(blocks: np.ndarray) -> sp.bsr_array:
    number, d, _ = blocks.shape
    pointers = np.arange(number + 1)
    return sp.bsr_array((blocks, pointers[:-1], pointers), shape=(number * d, number * d))


def _subtract(blocks: sp.bsr_array, dense: np.ndarray) -> None:
    """Take from `dense` these blocks, none of which is stored twice."""
    d = blocks.blocksize[0]
    rows = np.repeat(np.arange(len(blocks.indptr) - 1), np.diff(blocks.indptr))
    view = dense.reshape(len(dense) // d, d, len(dense) // d, d)
    view[rows, :, blocks.indices, :] -= blocks.data


def _negative(factors: np.ndarray, pivots: np.ndarray) -> int:
    """Negative eigenvalues of D: of its 1 x 1 pivots, and one of each 2 x 2 pivot.

    Bunch and Kaufman take pairs of rows, which LAPACK marks by negative indices, only where their
    determinant is negative.
    """
    alone = pivots > 0
    return int((factors.diagonal()[alone] < 0).sum()) + int((~alone).sum()) // 2
