"""Block LDL^T of a dense symmetric indefinite matrix, at the speed of matrix products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import eigh
from scipy.linalg.blas import dtrmm as trmm

from ...errors import SolverFailure
from ...streams import Streams
from .blas import solve_unit_lower

# Wide enough for GEMM, narrow enough for the eigenproblems on the diagonal to cost nothing.
_BLOCK = 64
# Columns that are updated together from all before them: products are fast only if they are wide.
_PANEL = 256
# Backward error |A - L D L^T| / |A| up to which the factors (and the inertia) are believed.
_MAX_BACKWARD_ERROR = 1e-10
_ORDERS = 4


@dataclass(frozen=True, eq=False)
class BlockLDL:
    """``A[order][:, order] = L D L^T``, L unit lower triangular, D block diagonal.

    The eigenvalues of each diagonal block are known, so its inertia is exact (Haynsworth: the
    inertia of A is the sum of those of the pivots). Pivots are taken largest diagonal first, which
    suits matrices that their diagonal dominates; the backward error is measured, and another order
    taken where that one was not good enough.
    """

    order: np.ndarray
    lower: np.ndarray  # (n, n) Fortran order; the part above the diagonal is not used
    eigenvalues: np.ndarray  # (n,) of the diagonal blocks
    inverses: np.ndarray  # (blocks, _BLOCK, _BLOCK) of the diagonal blocks, the last one padded
    backward_error: float

    @property
    def negative(self) -> int:
        """Number of negative eigenvalues of A (Sylvester's law of inertia)."""
        return int((self.eigenvalues < 0).sum())

    def solve(self, b: np.ndarray) -> np.ndarray:
        """``A^-1 b`` for a (n, c) block, in its precision."""
        x = np.asfortranarray(b[self.order])
        solve_unit_lower(self.lower, x, transposed=False)
        x = np.asfortranarray(_by_blocks(self.inverses, x))
        solve_unit_lower(self.lower, x, transposed=True)
        out = np.empty(x.shape, x.dtype)
        out[self.order] = x
        return out

    def rows_of_inverse(self, rows: slice) -> np.ndarray:
        """Rows of ``A^-1``, in the precision of the factors; products beat many narrow solves."""
        unit = np.zeros((len(self.order), rows.stop - rows.start), dtype=self.lower.dtype)
        unit[np.arange(rows.start, rows.stop), np.arange(unit.shape[1])] = 1.0
        return np.ascontiguousarray(self.solve(unit).T)

    def single(self) -> BlockLDL:
        """The same factors in single precision."""
        return replace(
            self, lower=self.lower.astype(np.float32), inverses=self.inverses.astype(np.float32)
        )


def _by_blocks(matrices: np.ndarray, x: np.ndarray) -> np.ndarray:
    """The product of a block diagonal matrix with (n, c) columns."""
    n, columns = x.shape
    padded = np.zeros((matrices.shape[0] * _BLOCK, columns), x.dtype)
    padded[:n] = x
    return (matrices @ padded.reshape(-1, _BLOCK, columns)).reshape(-1, columns)[:n]


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
    failure = ""
    for order in _orders(matrix):
        try:
            return _in_order(matrix, order)
        except _BadOrder as error:
            failure = str(error)
    raise SolverFailure(
        f"{failure}, in any of {_ORDERS} orders of its rows: the shift is within rounding of a "
        "level; move it"
    )


class _BadOrder(Exception):
    """A pivot block is so small that the factors lose their accuracy."""


def _orders(matrix: np.ndarray) -> Iterator[np.ndarray]:
    """Largest diagonal first; if that is not good enough, random orders."""
    yield np.argsort(-abs(matrix.diagonal()), kind="stable")
    draw = Streams(0, 0)("pivot order")
    for _ in range(_ORDERS - 1):
        yield draw.permutation(len(matrix))


def _in_order(matrix: np.ndarray, order: np.ndarray) -> BlockLDL:
    n = len(matrix)
    lower = np.empty((n, n), order="F")
    for column, row in enumerate(order):
        np.take(matrix[row], order, out=lower[:, column], mode="clip")
    eigenvalues = np.empty(n)
    dense, inverses = np.zeros((2, -(-n // _BLOCK), _BLOCK, _BLOCK))
    for first in range(0, n, _PANEL):
        last = min(first + _PANEL, n)
        _update(lower, dense, 0, slice(first, last))
        for start in range(first, last, _BLOCK):
            part = slice(start, min(start + _BLOCK, n))
            width, number = part.stop - start, start // _BLOCK
            _update(lower, dense, first, part)
            panel = lower[start:, part]
            values, vectors = eigh(0.5 * (panel[:width] + panel[:width].T), check_finite=False)
            _require_regular(values)
            eigenvalues[part] = values
            dense[number, :width, :width] = (vectors * values) @ vectors.T
            inverses[number, :width, :width] = (vectors / values) @ vectors.T
            panel[:width] = np.eye(width)
            if part.stop < n:
                panel[width:] = ((panel[width:] @ vectors) / values) @ vectors.T
    error = _backward_error(matrix, order, lower, dense)
    return BlockLDL(order, lower, eigenvalues, inverses, error)


def _update(lower: np.ndarray, dense: np.ndarray, first: int, part: slice) -> None:
    """Take from the columns `part` what the finished columns ``first ..`` contribute to them."""
    done = range(first, part.start, _BLOCK)
    if not done:
        return
    weighted = np.empty((part.stop - part.start, part.start - first))
    for start in done:
        stop = start + _BLOCK
        row = np.ascontiguousarray(lower[part, start:stop])
        np.matmul(row, dense[start // _BLOCK], out=weighted[:, start - first : stop - first])
    lower[part.start :, part] -= lower[part.start :, first : part.start] @ weighted.T


def _require_regular(values: np.ndarray) -> None:
    if not abs(values).min() > np.finfo(float).tiny:
        raise _BadOrder("a pivot of the LDL^T factorisation is singular")


def _backward_error(
    matrix: np.ndarray, order: np.ndarray, lower: np.ndarray, dense: np.ndarray
) -> float:
    """``|A x - L D L^T x| / |A x|`` for a few fixed vectors x."""
    n = len(matrix)
    probe = np.cos(np.outer(np.arange(1.0, n + 1), [1.0, 2.0, 3.0]))
    y = _by_blocks(dense, _multiply(lower, probe[order], transposed=True))
    error = np.empty_like(y)
    error[order] = _multiply(lower, y, transposed=False)
    image = matrix @ probe
    worst = float(abs(error - image).max() / abs(image).max())
    if not worst < _MAX_BACKWARD_ERROR:
        raise _BadOrder(f"the LDL^T factors of a {n} x {n} matrix reproduce it only to {worst:.2g}")
    return worst


def _multiply(lower: np.ndarray, x: np.ndarray, transposed: bool) -> np.ndarray:
    """L x or L^T x, without a copy of L that has zeros above its diagonal."""
    columns = np.asfortranarray(x)
    return trmm(1.0, lower, columns, lower=1, diag=1, trans_a=int(transposed))
