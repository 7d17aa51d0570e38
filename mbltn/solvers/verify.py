"""Residuals and orthonormality, recomputed independently of what a solver claims."""

from __future__ import annotations

import numpy as np

from ..comm import Rows
from ..operators import Operator, to_linear_operator

_COLUMNS_AT_ONCE = 64


def residuals(op: Operator, energies: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """``||H v_n - E_n v_n||`` for whole vectors, with the matrix-free operator."""
    h = to_linear_operator(op)
    norms = np.empty(len(energies))
    for first in range(0, len(energies), _COLUMNS_AT_ONCE):
        part = slice(first, first + _COLUMNS_AT_ONCE)
        block = np.ascontiguousarray(vectors[:, part])
        norms[part] = np.linalg.norm(h @ block - block * energies[part], axis=0)
    return norms


def orthonormality(vectors: np.ndarray, rows: Rows) -> float:
    """``max |V^T V - 1|`` over all pairs of columns; `vectors` are this rank's rows."""
    gram = rows.sum(vectors.T @ vectors)
    return float(abs(gram - np.eye(len(gram))).max(initial=0.0))
