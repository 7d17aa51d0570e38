"""Matrix-free application of an Operator to vectors and blocks of vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator

from .operator import Block, Operator, local_blocks, site_offsets

# A one-site matrix this large and full goes through BLAS instead of the sparse loop.
_BLAS_MIN_DIMENSION = 4
_BLAS_MIN_FILLING = 0.25


@dataclass(frozen=True)
class _SparseBlock:
    """A local matrix without its diagonal, as entries with basis offsets."""

    strides: np.ndarray
    dims: np.ndarray
    row_offsets: np.ndarray
    column_offsets: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class _DenseBlock:
    """A full one-site matrix; the basis is viewed as (outer, site, inner)."""

    matrix: np.ndarray
    outer: int
    inner: int


class MatrixFree(LinearOperator):
    """``H @ x`` from the terms alone: one stored diagonal, BLAS for the grain, loops for the rest.

    Memory is one vector (the diagonal) beside the vectors that it is applied to.
    """

    def __init__(self, op: Operator) -> None:
        super().__init__(dtype=np.dtype(float), shape=(op.dimension, op.dimension))
        self.diagonal = np.zeros(op.space.dims)
        self._dense: list[_DenseBlock] = []
        self._sparse: list[_SparseBlock] = []
        for block in local_blocks(op):
            if _worth_blas(block):
                self._dense.append(_dense_block(op, block))
                continue
            shape = [d if site in block.sites else 1 for site, d in enumerate(op.space.dims)]
            on_diagonal = block.rows == block.columns
            local = np.zeros(block.dimension)
            local[block.rows[on_diagonal]] = block.values[on_diagonal]
            self.diagonal += local.reshape(shape)
            if not on_diagonal.all():
                self._sparse.append(_sparse_block(op, block))
        self.diagonal = self.diagonal.reshape(-1)

    def _matvec(self, x: np.ndarray) -> np.ndarray:
        return self._matmat(np.asarray(x).reshape(-1, 1)).reshape(-1)

    def _matmat(self, x: np.ndarray) -> np.ndarray:
        from .kernels import add_local_block

        if np.iscomplexobj(x):
            return self._matmat(x.real) + 1j * self._matmat(x.imag)
        x = np.ascontiguousarray(x, dtype=float)
        width = x.shape[1]
        y = self.diagonal[:, None] * x
        for dense in self._dense:
            view = (dense.outer, len(dense.matrix), dense.inner * width)
            y.reshape(view)[...] += np.matmul(dense.matrix, x.reshape(view))
        flat_x, flat_y = x.reshape(-1), y.reshape(-1)
        for block in self._sparse:
            run = int(block.strides[0]) * width
            add_local_block(
                flat_y,
                flat_x,
                block.strides * width,
                block.dims,
                block.row_offsets * width,
                block.column_offsets * width,
                block.values,
                run,
                x.size // (run * int(block.dims.prod())),
            )
        return y

    def _rmatvec(self, x: np.ndarray) -> np.ndarray:
        raise TypeError("the transpose is not available; Hamiltonians here are symmetric")


def to_linear_operator(op: Operator) -> MatrixFree:
    """`scipy.sparse.linalg.LinearOperator` of `op` that stores no matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_X
    >>> op = Operator(HilbertSpace((2, 2)), (Term(0.5, ((1, SIGMA_X),)),))
    >>> to_linear_operator(op) @ np.array([1.0, 0.0, 0.0, 0.0])
    array([0. , 0.5, 0. , 0. ])
    """
    return MatrixFree(op)


def _worth_blas(block: Block) -> bool:
    d = block.dimension
    full = len(block.values) >= _BLAS_MIN_FILLING * d * d
    return len(block.sites) == 1 and d >= _BLAS_MIN_DIMENSION and full


def _dense_block(op: Operator, block: Block) -> _DenseBlock:
    matrix = np.zeros((block.dimension, block.dimension))
    matrix[block.rows, block.columns] = block.values
    inner = op.space.strides[block.sites[0]]
    return _DenseBlock(matrix, op.dimension // (inner * block.dimension), inner)


def _sparse_block(op: Operator, block: Block) -> _SparseBlock:
    off = block.rows != block.columns
    offsets = site_offsets(op, block.sites)
    inwards = block.sites[::-1]
    return _SparseBlock(
        strides=np.array([op.space.strides[site] for site in inwards], dtype=np.int64),
        dims=np.array([op.space.dims[site] for site in inwards], dtype=np.int64),
        row_offsets=offsets[block.rows[off]],
        column_offsets=offsets[block.columns[off]],
        values=block.values[off],
    )
