"""Block LDL^T of a dense symmetric indefinite matrix, at the speed of matrix products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh, solve_triangular
from scipy.linalg.blas import dtrmm as trmm

from ...errors import SolverFailure

# Wide enough for GEMM, narrow enough for the eigenproblems on the diagonal to cost nothing.
_BLOCK = 64
_ROWS_AT_ONCE = 256
# Backward error |A - L D L^T| / |A| up to which the factors (and the inertia) are believed.
_MAX_BACKWARD_ERROR = 1e-10


@dataclass(frozen=True, eq=False)
class BlockLDL:
    """``A[order][:, order] = L D L^T``, L unit lower triangular, D block diagonal.

    Each diagonal block is held by its eigenpairs, so its inertia is exact (Haynsworth: the inertia
    of A is the sum of those of the pivots). Pivots are taken as the caller orders them, largest
    diagonal first, which suits matrices that their diagonal dominates; the backward error is
    measured, and refused where that order was not good enough.
    """

    order: np.ndarray
    lower: np.ndarray  # (n, n) Fortran order; the part above the diagonal is not used
    pivots: tuple[tuple[slice, np.ndarray, np.ndarray], ...]  # slice, eigenvalues, eigenvectors
    backward_error: float

    @property
    def negative(self) -> int:
        """Number of negative eigenvalues of A (Sylvester's law of inertia)."""
        return sum(int((values < 0).sum()) for _, values, _ in self.pivots)

    def solve(self, b: np.ndarray) -> np.ndarray:
        """``A^-1 b`` for a (n, c) block, in its precision."""
        x = solve_triangular(
            self.lower, b[self.order], lower=True, unit_diagonal=True, check_finite=False
        )
        for part, values, vectors in self.pivots:
            x[part] = vectors @ ((vectors.T @ x[part]) / values[:, None])
        x = solve_triangular(
            self.lower,
            x,
            lower=True,
            trans=1,
            unit_diagonal=True,
            check_finite=False,
            overwrite_b=True,
        )
        out = np.empty_like(x, order="C")
        out[self.order] = x
        return out

    def rows_of_inverse(self, rows: slice) -> np.ndarray:
        """Rows of ``A^-1``, in the precision of the factors; products beat many narrow solves."""
        unit = np.zeros((len(self.order), rows.stop - rows.start), dtype=self.lower.dtype)
        unit[np.arange(rows.start, rows.stop), np.arange(unit.shape[1])] = 1.0
        return np.ascontiguousarray(self.solve(unit).T)

    def single(self) -> BlockLDL:
        """The same factors in single precision."""
        pivots = tuple(
            (part, values.astype(np.float32), vectors.astype(np.float32))
            for part, values, vectors in self.pivots
        )
        return BlockLDL(self.order, self.lower.astype(np.float32), pivots, self.backward_error)


def block_ldl(matrix: np.ndarray) -> BlockLDL:
    """Factorise a symmetric matrix (left as it is); n^3 / 3 multiplications.

    Raises
    ------
    SolverFailure
        If a pivot block is singular or the factors do not reproduce the matrix.

    Examples
    --------
    >>> factor = block_ldl(np.array([[2.0, 1.0], [1.0, -1.0]]))
    >>> factor.negative, factor.solve(np.array([[3.0], [0.0]])).ravel().round(12).tolist()
    (1, [1.0, 1.0])
    """
    n = len(matrix)
    order = np.argsort(-abs(matrix.diagonal()), kind="stable")
    lower = np.empty((n, n), order="F")
    for start in range(0, n, _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        lower[:, part] = matrix[order[part]][:, order].T
    starts = range(0, n, _BLOCK)
    pivots: list[tuple[slice, np.ndarray, np.ndarray]] = []
    dense = np.empty((len(starts), _BLOCK, _BLOCK))
    for number, start in enumerate(starts):
        part = slice(start, min(start + _BLOCK, n))
        width = part.stop - start
        panel = lower[start:, part]
        if start:
            row = lower[part, :start].reshape(width, number, _BLOCK).transpose(1, 0, 2)
            scaled = (row @ dense[:number]).transpose(0, 2, 1).reshape(start, width)
            panel -= lower[start:, :start] @ scaled
        values, vectors = eigh(0.5 * (panel[:width] + panel[:width].T), check_finite=False)
        _require_regular(values)
        pivots.append((part, values, vectors))
        dense[number, :width, :width] = (vectors * values) @ vectors.T
        panel[:width] = np.eye(width)
        if part.stop < n:
            panel[width:] = ((panel[width:] @ vectors) / values) @ vectors.T
    error = _backward_error(matrix, order, lower, pivots)
    return BlockLDL(order, lower, tuple(pivots), error)


def _require_regular(values: np.ndarray) -> None:
    if not abs(values).min() > np.finfo(float).tiny:
        raise SolverFailure(
            "a pivot of the LDL^T factorisation is singular: the shift is an exact level; move it"
        )


def _backward_error(
    matrix: np.ndarray,
    order: np.ndarray,
    lower: np.ndarray,
    pivots: list[tuple[slice, np.ndarray, np.ndarray]],
) -> float:
    """``|A x - L D L^T x| / |A x|`` for a few fixed vectors x."""
    n = len(matrix)
    probe = np.cos(np.outer(np.arange(1.0, n + 1), [1.0, 2.0, 3.0]))
    y = _multiply(lower, probe[order], transposed=True)
    for part, values, vectors in pivots:
        y[part] = vectors @ (values[:, None] * (vectors.T @ y[part]))
    error = np.empty_like(y)
    error[order] = _multiply(lower, y, transposed=False)
    image = matrix @ probe
    worst = float(abs(error - image).max() / abs(image).max())
    if not worst < _MAX_BACKWARD_ERROR:
        raise SolverFailure(
            f"the LDL^T factors of a {n} x {n} matrix reproduce it only to {worst:.2g}: the shift "
            "is within rounding of a level; move it"
        )
    return worst


def _multiply(lower: np.ndarray, x: np.ndarray, transposed: bool) -> np.ndarray:
    """L x or L^T x, without a copy of L that has zeros above its diagonal."""
    columns = np.asfortranarray(x)
    return trmm(1.0, lower, columns, lower=1, diag=1, trans_a=int(transposed))
