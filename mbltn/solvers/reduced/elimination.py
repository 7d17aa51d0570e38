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
    def kept_states(self) -> int:
        """Dimension of the dense matrix that is left."""
        return self.levels * int((~self.independent).sum())

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
        """H between what is kept and these configurations, some of the independent ones."""
        d, scalar = self.levels, self.matrix.tocsr()
        kept_rows = _rows(np.flatnonzero(~gone), d)
        gone_rows = _rows(np.flatnonzero(gone), d)
        values, vectors = (each[gone[self.independent]] for each in self.levels_of_own)
        coupling = _block_diagonal(vectors.transpose(0, 2, 1)) @ (
            scalar[gone_rows][:, kept_rows].tobsr((d, d))
        )
        coupling.sort_indices()
        return Parts(
            self.order[kept_rows],
            self.order[gone_rows],
            scalar[kept_rows][:, kept_rows].toarray(),
            values.ravel(),
            vectors,
            coupling,
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
        from .kernels import subtract_weighted

        near = abs(self.levels_of_own[0] - energy).min(axis=1) < _TOO_NEAR * self.norm
        parts = self.usual_parts
        if near.any():
            gone = self.independent.copy()
            gone[np.flatnonzero(gone)[near]] = False
            parts = self.parts(gone)
        gaps = parts.values - energy
        schur, coupling = parts.kept.copy(), parts.coupling
        subtract_weighted(coupling.indptr, coupling.indices, coupling.data, 1.0 / gaps, schur)
        schur[np.diag_indices_from(schur)] -= energy
        # The upper triangle by rows is the lower one in the order that LAPACK wants.
        factors, pivots, info = lapack.dsytrf(
            schur.T, lower=1, lwork=_WORKSPACE * len(schur), overwrite_a=1
        )
        if info > 0:
            raise SingularShift(f"H - E is singular at E={energy:.17g}: E is a level; move it")
        assert info == 0
        negative = int((gaps < 0).sum()) + _negative(factors, pivots)
        return Factor(parts, 1.0 / gaps, factors, pivots, negative)


@dataclass(frozen=True, eq=False)
class Parts:
    """H in a basis of two parts: states kept, and levels of each eliminated (gone) configuration.

    Attributes
    ----------
    kept_rows, gone_rows : their indices in kron order
    kept : (n, n), H on the states kept
    values, vectors : (g d,) and (g, d, d), levels of the g configurations gone
    coupling : (g d, n), H between both, on those levels
    """

    kept_rows: np.ndarray
    gone_rows: np.ndarray
    kept: np.ndarray
    values: np.ndarray
    vectors: np.ndarray
    coupling: sp.bsr_array

    def from_kron(self, x: np.ndarray) -> np.ndarray:
        """Columns in kron order, in this basis."""
        g, d, _ = self.vectors.shape
        gone = self.vectors.transpose(0, 2, 1) @ x[self.gone_rows].reshape(g, d, x.shape[1])
        return np.concatenate([x[self.kept_rows], gone.reshape(g * d, x.shape[1])])

    def to_kron(self, x: np.ndarray) -> np.ndarray:
        g, d, _ = self.vectors.shape
        n, out = len(self.kept_rows), np.empty_like(x)
        out[self.kept_rows] = x[:n]
        gone = self.vectors @ x[n:].reshape(g, d, x.shape[1])
        out[self.gone_rows] = gone.reshape(g * d, x.shape[1])
        return out


@dataclass(frozen=True, eq=False)
class Factor:
    """H - E in the basis of its `parts`: diagonal on what is gone, else L D L^T (Bunch-Kaufman).

    Attributes
    ----------
    weights : (g d,), inverse distances of the levels gone from E
    negative : levels of H below E, exactly (Haynsworth: inertias of the pivots add up)
    """

    parts: Parts
    weights: np.ndarray
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
        """``(H - E)^-1 b`` for a vector in the basis of the parts."""
        from .kernels import subtract_coupled, subtract_weighted_coupled

        n, x = len(self.parts.kept_rows), b.copy()
        kept, gone, coupling = x[:n], x[n:], self.parts.coupling
        stored = coupling.indptr, coupling.indices, coupling.data
        gone *= self.weights
        subtract_coupled(*stored, gone, kept)
        kept[:] = symv(1.0, self._inverse_of_kept, kept, lower=1)
        subtract_weighted_coupled(*stored, self.weights, kept, gone)
        return x


def _independent(matrix: sp.bsr_array) -> np.ndarray:
    """Greedily: every configuration without a neighbour among those already taken."""
    number = len(matrix.indptr) - 1
    taken, barred = np.zeros((2, number), dtype=bool)
    for here in range(number):
        if not barred[here]:
            barred[matrix.indices[matrix.indptr[here] : matrix.indptr[here + 1]]] = True
            taken[here] = True
    # Without links at all one is kept, so that there is a matrix to factorise.
    taken[-1] &= not taken.all()
    return taken


def _rows(configurations: np.ndarray, levels: int) -> np.ndarray:
    return (configurations[:, None] * levels + np.arange(levels)).ravel()


def _block_diagonal(blocks: np.ndarray) -> sp.bsr_array:
    number, d, _ = blocks.shape
    pointers = np.arange(number + 1)
    return sp.bsr_array((blocks, pointers[:-1], pointers), shape=(number * d, number * d))


def _negative(factors: np.ndarray, pivots: np.ndarray) -> int:
    """Negative eigenvalues of D: of its 1 x 1 pivots, and one of each 2 x 2 pivot.

    Bunch and Kaufman take pairs of rows, which LAPACK marks by negative indices, only where their
    determinant is negative.
    """
    alone = pivots > 0
    return int((factors.diagonal()[alone] < 0).sum()) + int((~alone).sum()) // 2
