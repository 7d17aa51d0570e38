"""Compiled loops over the coupling C of eliminated levels to states kept, in BSR form."""

from __future__ import annotations

import numba
import numpy as np

_compiled = numba.njit(cache=True, fastmath=True, nogil=True)


@_compiled
def subtract_weighted(
    indptr: np.ndarray,
    indices: np.ndarray,
    data: np.ndarray,
    weights: np.ndarray,
    matrix: np.ndarray,
) -> None:
    """``matrix -= C^T diag(weights) C``, of which only the blocks on and above the diagonal.

    The blocks `data`, (blocks, d, d), of every row are sorted.
    """
    d = data.shape[1]
    for row in range(len(indptr) - 1):
        for i in range(indptr[row], indptr[row + 1]):
            for a in range(d):
                weight = weights[row * d + a]
                for b in range(d):
                    factor = weight * data[i, a, b]
                    here = matrix[indices[i] * d + b]
                    for j in range(i, indptr[row + 1]):
                        first = indices[j] * d
                        for c in range(d):
                            here[first + c] -= factor * data[j, a, c]


@_compiled
def subtract_coupled(
    indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, x: np.ndarray, y: np.ndarray
) -> None:
    """``y -= C^T x``."""
    d = data.shape[1]
    for row in range(len(indptr) - 1):
        for i in range(indptr[row], indptr[row + 1]):
            first = indices[i] * d
            for a in range(d):
                value = x[row * d + a]
                for b in range(d):
                    y[first + b] -= data[i, a, b] * value


@_compiled
def subtract_weighted_coupled(
    indptr: np.ndarray,
    indices: np.ndarray,
    data: np.ndarray,
    weights: np.ndarray,
    y: np.ndarray,
    x: np.ndarray,
) -> None:
    """``x -= diag(weights) C y``."""
    d = data.shape[1]
    for row in range(len(indptr) - 1):
        for a in range(d):
            total = 0.0
            for i in range(indptr[row], indptr[row + 1]):
                first = indices[i] * d
                for b in range(d):
                    total += data[i, a, b] * y[first + b]
            x[row * d + a] -= weights[row * d + a] * total
