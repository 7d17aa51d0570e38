"""The Hamiltonian between a left and a right block: sum_w A_w (x) B_w."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...operators.blocks import between, in_basis
from .follow import Followed, followed, followed_dense

DENSE_BELOW = 100


class LocalHamiltonian:
    """``sum_w A_w (x) B_w`` on matrices (m, n), in bases in which it is nearly diagonal.

    Both sides are turned to the levels of their mean Hamiltonian, the trace over the other side:
    what couples a far l-bit is then small beside the diagonal.
    """

    def __init__(self, left: np.ndarray, right: np.ndarray) -> None:
        self.shape = left.shape[1], right.shape[1]
        self._turn_left = _levels_of_mean(left, right)
        self._turn_right = _levels_of_mean(right, left)
        self._left = in_basis(left, self._turn_left)
        self._right = in_basis(right, self._turn_right)

    def diagonal(self) -> np.ndarray:
        left = np.diagonal(self._left, axis1=1, axis2=2)
        right = np.diagonal(self._right, axis1=1, axis2=2)
        return (left.T @ right).ravel()

    def dense(self) -> np.ndarray:
        m, n = self.shape
        product = np.tensordot(self._left, self._right, (0, 0)).transpose(0, 2, 1, 3)
        return product.reshape(m * n, m * n)

    def apply(self, x: np.ndarray) -> np.ndarray:
        m, n = self.shape
        return between(self._left, self._right, x.reshape(m, n)).ravel()

    def follow(
        self, x: np.ndarray, reference: np.ndarray | None, tol: float, max_applies: int
    ) -> Followed:
        """The eigenvector of largest overlap with the reference (m, n), by default x (m, n), as
        a matrix in the original bases."""
        start = self._turned(x)
        other = None if reference is None else self._turned(reference)
        if start.size <= DENSE_BELOW:
            found = followed_dense(self.dense(), start if other is None else other)
        else:
            found = followed(
                self.apply, self.diagonal(), start, other, tol=tol, max_applies=max_applies
            )
        vector = self._turn_left @ found.vector.reshape(self.shape) @ self._turn_right.T
        return replace(found, vector=vector)

    def _turned(self, x: np.ndarray) -> np.ndarray:
        vector = (self._turn_left.T @ x @ self._turn_right).ravel()
        return np.asarray(vector / np.linalg.norm(vector))


def _levels_of_mean(block: np.ndarray, other: np.ndarray) -> np.ndarray:
    weights = np.trace(other, axis1=1, axis2=2) / other.shape[1]
    mean = np.tensordot(weights, block, 1)
    return np.linalg.eigh((mean + mean.T) / 2)[1]
