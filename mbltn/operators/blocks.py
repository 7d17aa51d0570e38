"""Blocks of sites in a basis: what an operator has on one side of a bond, for each of its indices
there, (D, chi, chi); between a left and a right block it is ``sum_w A_w (x) B_w``."""

from __future__ import annotations

from typing import Any

import numpy as np


def mpo_tensors(mpo: Any) -> list[np.ndarray]:
    """(left, right, d, d) of every site, row before column."""
    mpo = mpo.copy()
    mpo.permute_arrays("lrud")
    arrays = [np.asarray(a, dtype=float) for a in mpo.arrays]
    if len(arrays) == 1:
        return [arrays[0][None, None]]
    return [arrays[0][None], *arrays[1:-1], arrays[-1][:, None]]


def with_site_left(block: np.ndarray, w: np.ndarray) -> np.ndarray:
    """A left block and the site after it: (D, a, a) and (D, D', d, d) to (D', a d, a d)."""
    grown = np.tensordot(block, w, (0, 0)).transpose(2, 0, 3, 1, 4)  # (D', a, s, a', s')
    size = block.shape[1] * w.shape[2]
    return np.ascontiguousarray(grown).reshape(w.shape[1], size, size)


def with_site_right(block: np.ndarray, w: np.ndarray) -> np.ndarray:
    """A right block and the site before it: (D', b, b) and (D, D', d, d) to (D, d b, d b)."""
    grown = np.tensordot(w, block, (1, 0)).transpose(0, 1, 3, 2, 4)  # (D, s, b, s', b')
    size = block.shape[1] * w.shape[2]
    return np.ascontiguousarray(grown).reshape(w.shape[0], size, size)


def in_basis(block: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """(D, m, m) on the columns of `basis` (m, chi)."""
    return np.matmul(np.matmul(basis.conj().T, block), basis)


def between(left: np.ndarray, right: np.ndarray, x: np.ndarray) -> np.ndarray:
    """``sum_w A_w x B_w^T``: left A (D, m, m) and right B (D, n, n) on x (m, n)."""
    return np.matmul(np.matmul(left, x), right.transpose(0, 2, 1)).sum(axis=0)
