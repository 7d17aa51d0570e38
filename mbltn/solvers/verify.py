"""Residuals and orthonormality, recomputed independently of what a solver claims."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..operators import Operator, to_linear_operator
from ..rows import Rows

# Pairs with larger residuals, in norms of H, are no result whatever the solver says about them.
MAX_RELATIVE_RESIDUAL = 1e-9
_COLUMNS_AT_ONCE = 32


def residuals(op: Operator, energies: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """``||H v_n - E_n v_n||`` for whole vectors, with the matrix-free operator."""
    h = to_linear_operator(op)
    return residual_norms(lambda x: h @ x, energies, vectors, Rows(op.dimension).sum)


def residual_norms(
    apply: Callable[[np.ndarray], np.ndarray],
    energies: np.ndarray,
    vectors: np.ndarray,
    sum: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """The same for this rank's rows in any layout: `apply` takes some columns, `sum` adds ranks."""
    squares = np.empty(len(energies))
    for first in range(0, len(energies), _COLUMNS_AT_ONCE):
        part = slice(first, first + _COLUMNS_AT_ONCE)
        block = np.ascontiguousarray(vectors[:, part])
        rest = apply(block) - block * energies[part]
        squares[part] = np.einsum("ij,ij->j", rest, rest)
    return np.sqrt(sum(squares))


def orthonormality(vectors: np.ndarray, rows: Rows) -> float:
    """``max |V^T V - 1|`` over all pairs of columns; `vectors` are this rank's rows."""
    gram = rows.sum(vectors.T @ vectors)
    return float(abs(gram - np.eye(len(gram))).max(initial=0.0))
