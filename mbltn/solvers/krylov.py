"""Block Lanczos with full reorthogonalisation and thick restart, on anything that can be applied.

It knows no Hamiltonian: the polynomial filter and the window method hand it their operators.
Vectors are this rank's rows; `sum` adds small arrays over the ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from ..errors import InvalidInput

Apply = Callable[[np.ndarray], np.ndarray]
Sum = Callable[[np.ndarray], np.ndarray]

_EPS = float(np.finfo(float).eps)
# Below this share of the largest number met, a direction is rounding noise.
_NOISE = 200 * _EPS
_GROWTH_BETWEEN_CHECKS = 1.1
_BLOCKS_TO_CONFIRM = 4
_ROWS_AT_ONCE = 4096
_MAX_WIDTH = 32


def alone(array: np.ndarray) -> np.ndarray:
    """`sum` of one rank."""
    return array


def largest_magnitude(values: np.ndarray) -> np.ndarray:
    """Numbers of the Ritz values, largest modulus first."""
    return np.argsort(-abs(values), kind="stable")


def largest(values: np.ndarray) -> np.ndarray:
    """Numbers of the Ritz values, algebraically largest first."""
    return np.argsort(-values, kind="stable")


@dataclass(frozen=True, eq=False)
class RitzPairs:
    """What `block_lanczos` found.

    Attributes
    ----------
    values : (n,) in the order of `select`, best first; equal on every rank
    vectors : (n_local, n) orthonormal columns, a view of the Krylov basis: copy it to free the rest
    residuals : (n,) estimates of ``||A v - theta v||``
    applies : operator applications, counted in single vectors
    restarts : times that the basis was full
    converged : whether all wanted pairs have residuals below tol
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    applies: int
    restarts: int
    converged: bool


def basis_bytes(n_local: int, max_vectors: int, block: int) -> int:
    """Memory of `block_lanczos` on one rank: the basis, four blocks, three projected matrices."""
    return 8 * (n_local * (max_vectors + 4 * block) + 3 * max_vectors**2)


def block_lanczos(
    apply: Apply,
    start: np.ndarray,
    wanted: int | Callable[[np.ndarray], int],
    *,
    max_vectors: int,
    tol: float,
    select: Callable[[np.ndarray], np.ndarray] = largest_magnitude,
    sum: Sum = alone,
    random: Callable[[int], np.ndarray] | None = None,
    returned: int | None = None,
    max_applies: int | None = None,
    go_on: Callable[[int, int], bool] = lambda converged, applies: True,
) -> RitzPairs:
    """Outermost eigenpairs of a real symmetric operator A.

    The Krylov basis V is kept orthonormal to rounding against *all* earlier vectors, so the
    projection ``T = V^T A V`` has no ghosts, and ``A V = V T + Q R`` with R in the last block
    gives the residuals ``||R s_last||`` without further applications. A full basis is rotated to
    the best Ritz vectors (thick restart, Wu and Simon, SIAM J. Matrix Anal. Appl. 22, 602, 2000).
    Directions that vanish, as in an invariant subspace, are replaced by random ones, so that
    degenerate levels are found however the first block lies.

    Parameters
    ----------
    apply : callable
        (n_local, b) C-ordered block -> A times it, a new array or one that is not used again.
    start : (n_local, b) first block, 1 <= b <= 32; its columns need not be orthonormal
    wanted : int, or a function of the Ritz values (best first) that counts the wanted ones
    max_vectors : int
        Krylov vectors at most; memory is `basis_bytes`. At least wanted + 2 b, or D.
    tol : float
        Absolute bound of the residual estimates.
    select : callable
        Ritz values -> their numbers, best first (`largest_magnitude`, `largest`).
    sum : callable
        Sum of an array over the ranks, such as ``Rows.sum``.
    random : callable, optional
        Number of columns -> this rank's rows of new random columns; needed on several ranks, where
        the default would repeat the same rows.
    returned : int, optional
        Pairs to return beside and among the wanted ones, converged or not; the wanted by default.
    max_applies : int, optional
        Applications to single vectors at most; 20 max_vectors by default.
    go_on : callable
        (converged pairs, applications so far) -> whether to go on; equal on every rank.

    Returns
    -------
    RitzPairs
        The wanted pairs, and as many after them as asked, as far as the basis reaches.

    Examples
    --------
    >>> a = np.diag(np.arange(100.0))
    >>> pairs = block_lanczos(
    ...     lambda x: a @ x, np.random.default_rng(1).normal(size=(100, 2)), 3, max_vectors=40,
    ...     tol=1e-10)
    >>> pairs.converged, pairs.values.round(8)
    (True, array([99., 98., 97.]))
    """
    basis = _Basis(start, max_vectors, wanted, sum, random)
    count = wanted if callable(wanted) else lambda values: int(wanted)
    limit = max_applies if max_applies is not None else 20 * basis.capacity
    next_check = 0 if callable(wanted) else int(wanted)
    applies = restarts = n_good = 0
    seen = np.empty(0)
    while True:
        width = basis.expand(apply)
        applies += width
        exhausted = basis.pending == 0
        # Ending is decided by numbers that all ranks share.
        stop = exhausted or applies >= limit or not go_on(n_good, applies)
        full = basis.filled + basis.pending > basis.capacity
        if not (stop or full or basis.filled >= next_check):
            continue
        next_check = int(_GROWTH_BETWEEN_CHECKS * basis.filled) + basis.pending
        values, rotation, residuals = basis.ritz()
        order = select(values)
        n = count(values[order])
        good = residuals[order[:n]] <= tol
        n_good = int(good.sum())
        converged = exhausted or (len(good) == n > 0 and bool(good.all()))
        chosen = order[:n]
        if converged and basis.replaced and not stop:
            # An invariant subspace has residual zero whatever lies outside it: look there first.
            converged = len(seen) == n and bool(abs(values[chosen] - seen).max() <= tol)
            seen = values[chosen]
            next_check = basis.filled + _BLOCKS_TO_CONFIRM * basis.pending
        if converged or stop:
            chosen = order[: max(n, returned or 0)]
            basis.rotate(rotation[:, chosen], values[chosen])
            return RitzPairs(
                values[chosen],
                basis.vectors[:, : len(chosen)],
                residuals[chosen],
                applies,
                restarts,
                converged,
            )
        if full:
            room = basis.capacity - 2 * basis.pending
            chosen = order[: max(1, min((n + basis.capacity) // 2, room))]
            basis.rotate(rotation[:, chosen], values[chosen])
            restarts += 1
            next_check = 0 if callable(wanted) else n


class _Basis:
    """Krylov vectors, Fortran-ordered so that any leading columns are one contiguous array."""

    def __init__(
        self,
        start: np.ndarray,
        max_vectors: int,
        wanted: int | Callable[[np.ndarray], int],
        sum: Sum,
        random: Callable[[int], np.ndarray] | None,
    ) -> None:
        n_local, self.width = start.shape
        self._sum = sum
        self.dimension = round(float(sum(np.array([float(n_local)]))[0]))
        self.capacity = min(int(max_vectors), self.dimension)
        need = 2 * self.width + (1 if callable(wanted) else int(wanted))
        if not 1 <= self.width <= _MAX_WIDTH:
            raise InvalidInput(f"a block of {self.width} vectors must have 1 to {_MAX_WIDTH}")
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
        values, rotation = scipy.linalg.eigh(self.projected[:m, :m], driver="evd")
        last = rotation[m - self._coupling.shape[1] :]
        return values, rotation, np.linalg.norm(self._coupling @ last, axis=0)

    def rotate(self, rotation: np.ndarray, values: np.ndarray) -> None:
        """Replace the basis by Ritz vectors, a few rows at a time: no second basis."""
        m, kept = rotation.shape
        for first in range(0, len(self.vectors), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            self.vectors[rows, :kept] = self.vectors[rows, :m] @ rotation
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


def rayleigh_ritz(
    apply: Apply, vectors: np.ndarray, sum: Sum = alone, columns_at_once: int = _MAX_WIDTH
) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues and eigenvectors of ``V^T A V`` for orthonormal columns V.

    Returns
    -------
    values : (n,) ascending
    rotation : (n, n); ``V @ rotation`` are the Ritz vectors

    Examples
    --------
    >>> values, _ = rayleigh_ritz(lambda x: np.diag([1.0, 2.0, 5.0]) @ x, np.eye(3)[:, :2])
    >>> values
    array([1., 2.])
    """
    n = vectors.shape[1]
    projected = np.zeros((n, n))
    for first in range(0, n, columns_at_once):
        part = slice(first, first + columns_at_once)
        projected[:, part] = vectors.T @ apply(np.ascontiguousarray(vectors[:, part]))
    projected = sum(projected)
    values, rotation = scipy.linalg.eigh(0.5 * (projected + projected.T), driver="evd")
    return values, rotation
