"""The orthonormal basis that `krylov` grows, and the orthogonalisation of a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg

from ..errors import InvalidInput

Apply = Callable[[np.ndarray], np.ndarray]
Sum = Callable[[np.ndarray], np.ndarray]
Decide = Callable[[Callable[[], Any]], Any]

_EPS = float(np.finfo(float).eps)
# Below this share of the largest number met, a direction is rounding noise.
_NOISE = 200 * _EPS
_ROWS_AT_ONCE = 4096
MAX_WIDTH = 32


def alone(array: np.ndarray) -> np.ndarray:
    """`sum` of one rank."""
    return array


def here(compute: Callable[[], Any]) -> Any:
    """`decide` of one rank."""
    return compute()


def rotate_columns(vectors: np.ndarray, rotation: np.ndarray) -> None:
    """``V @ rotation`` in the first columns of V, a few rows at a time: no second array."""
    kept = rotation.shape[1]
    for first in range(0, len(vectors), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        vectors[rows, :kept] = vectors[rows] @ rotation


class KrylovBasis:
    """Krylov vectors, Fortran-ordered so that any leading columns are one contiguous array."""

    def __init__(
        self,
        start: np.ndarray,
        max_vectors: int,
        wanted: int | Callable[[np.ndarray], int],
        sum: Sum,
        random: Callable[[int], np.ndarray] | None,
        decide: Decide,
    ) -> None:
        n_local, self.width = start.shape
        self._sum = sum
        self._decide = decide
        self.dimension = round(float(sum(np.array([float(n_local)]))[0]))
        self.capacity = min(int(max_vectors), self.dimension)
        need = 2 * self.width + (1 if callable(wanted) else int(wanted))
        if not 1 <= self.width <= MAX_WIDTH:
            raise InvalidInput(f"a block of {self.width} vectors must have 1 to {MAX_WIDTH}")
        if self.capacity < min(need, self.dimension):
            raise InvalidInput(
                f"max_vectors={max_vectors} is too few for wanted={wanted} with blocks of "
                f"{self.width} in D={self.dimension}: give at least {min(need, self.dimension)}"
            )
        if not callable(wanted) and not 1 <= wanted <= self.dimension:
            raise InvalidInput(f"wanted={wanted} must lie in 1..D={self.dimension}")
        generator = np.random.default_rng(0)
        self._random = random or (lambda n: generator.standard_normal((n_local, n)))
        self.vectors = np.empty((n_local, self.capacity), order="F")
        self.projected = np.zeros((self.capacity, self.capacity))
        self.filled = 0
        self.replaced = False
        self._scale = 0.0
        first, _ = self._orthogonalised(np.array(start, dtype=float, order="C"), 0.0)[1:]
        self._put(first)

    def _put(self, block: np.ndarray) -> None:
        self._next = block
        self.pending = block.shape[1]

    def expand(self, apply: Apply) -> int:
        """Take the pending block into the basis and find the one after it."""
        block, width = self._next, self.pending
        old, self.filled = self.filled, self.filled + width
        self.vectors[:, old : self.filled] = block
        image = np.ascontiguousarray(apply(block))
        norms = np.sqrt(self._sum(np.einsum("ij,ij->j", image, image)))
        self._scale = max(self._scale, float(norms.max()))
        coefficients, following, self._coupling = self._orthogonalised(image, self._scale)
        self.projected[: self.filled, old : self.filled] = coefficients
        self.projected[old : self.filled, : self.filled] = coefficients.T
        corner = self.projected[old : self.filled, old : self.filled]
        corner[...] = 0.5 * (corner + corner.T)
        self._put(following)
        return width

    def ritz(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ritz values, their coefficients in the basis, estimates of their residuals."""
        m = self.filled
        values, rotation = self._decide(
            lambda: scipy.linalg.eigh(self.projected[:m, :m], driver="evd")
        )
        last = rotation[m - self._coupling.shape[1] :]
        return values, rotation, np.linalg.norm(self._coupling @ last, axis=0)

    def rotate(self, rotation: np.ndarray, values: np.ndarray) -> None:
        """Replace the basis by Ritz vectors."""
        m, kept = rotation.shape
        rotate_columns(self.vectors[:, :m], rotation)
        self.filled = kept
        self.projected[...] = 0.0
        self.projected[range(kept), range(kept)] = values

    def _orthogonalised(
        self, block: np.ndarray, scale: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """``block = V C + Q R`` with Q orthonormal to V; random columns in Q where R has no row.

        The second pass works on normalised vectors, so a block that lies almost inside V keeps
        its accuracy; it is repeated where it still removed something.
        """
        basis = self.vectors[:, : self.filled]
        width = block.shape[1]
        room = min(self.width, self.dimension - self.filled)
        coefficients = np.zeros((self.filled, width))
        factor = np.eye(width)
        for number in range(6):
            part = self._sum(basis.T @ block)
            block = block - basis @ part
            coefficients += part @ factor
            block, r = orthonormalised(block, self._sum, floor=_NOISE * (1.0 if number else scale))
            lost = np.linalg.svd(r, compute_uv=False).min(initial=1.0) < 0.5
            lost = lost or r.shape[0] < r.shape[1]
            factor = r @ factor
            if block.shape[1] > room:
                u, s, vt = np.linalg.svd(factor, full_matrices=False)
                block, factor = block @ u[:, :room], s[:room, None] * vt[:room]
                lost = True
            lack = room - block.shape[1]
            if lack:
                fresh = self._random(lack)
                block = np.ascontiguousarray(np.hstack([block, fresh]))
                factor = np.vstack([factor, np.zeros((lack, width))])
                self.replaced = True
            if room == 0 or (number > 0 and not lost and not lack):
                break
        return coefficients, block, factor


def orthonormalised(
    block: np.ndarray, sum: Sum = alone, floor: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """``block = Q R`` with orthonormal Q of as many columns as the block has rank.

    Cholesky of the Gram matrix, repeated until it is accurate (CholeskyQR2, Yamamoto et al., ETNA
    44, 306, 2015); where it is nearly singular, its eigenvectors (SVQB, Stathopoulos and Wu, SIAM
    J. Sci. Comput. 23, 2165, 2002), which show what vanishes.

    Parameters
    ----------
    block : (n_local, b)
    sum : callable
    floor : float
        Norm up to which a direction counts as zero; rounding of the largest column at least.

    Returns
    -------
    vectors : (n_local, rank), C-ordered
    factor : (rank, b)

    Examples
    --------
    >>> q, r = orthonormalised(np.array([[1.0, 1.0], [1.0, 1.0], [0.0, 0.0]]))
    >>> q.shape, bool(np.allclose(q @ r, 1.0 * np.array([[1, 1], [1, 1], [0, 0]])))
    ((3, 1), True)
    """
    factor = np.eye(block.shape[1])
    for number in range(8):
        gram = sum(block.T @ block)
        kept = gram.diagonal() > 0
        if not kept.all():
            gram, block, factor = gram[kept][:, kept], block[:, kept], factor[kept]
        if not kept.any():
            return block, factor
        norms = np.sqrt(gram.diagonal())
        if number == 0:
            floor = max(floor, 64 * _EPS * float(norms.max()))
        gram = gram / np.outer(norms, norms)
        weights, directions = np.linalg.eigh(0.5 * (gram + gram.T))
        factor = norms[:, None] * factor
        if weights[0] > 1e-12:
            lower = np.linalg.cholesky(gram)
            back = scipy.linalg.solve_triangular(lower, np.eye(len(gram)), lower=True).T
            factor = lower.T @ factor
        else:
            # Smaller weights are rounding of the Gram matrix; the next pass tells what they are.
            root = np.sqrt(weights.clip(4 * _EPS * weights[-1]))
            back = directions / root
            factor = root[:, None] * (directions.T @ factor)
        block = block @ (back / norms[:, None])
        if weights[0] > 1e-2:
            break
    u, s, vt = np.linalg.svd(factor, full_matrices=False)
    if s[-1] > floor:
        return block, factor
    rank = int((s > floor).sum())
    return block @ u[:, :rank], s[:rank, None] * vt[:rank]
