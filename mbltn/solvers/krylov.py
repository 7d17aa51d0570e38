"""Block Lanczos with full reorthogonalisation and thick restart, on anything that can be applied.

It knows no Hamiltonian: the polynomial filter and the window method hand it their operators.
Vectors are this rank's rows; `sum` adds small arrays over the ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg

from .krylov_basis import MAX_WIDTH, Apply, Decide, KrylovBasis, Sum, alone, here, orthonormalised

__all__ = [
    "GROWTH_BETWEEN_CHECKS",
    "RitzPairs",
    "alone",
    "basis_bytes",
    "block_lanczos",
    "largest",
    "largest_magnitude",
    "orthonormalised",
    "rayleigh_ritz",
]

GROWTH_BETWEEN_CHECKS = 1.1
_BLOCKS_TO_CONFIRM = 4


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
    decide: Decide = here,
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
    decide : callable
        What its argument returns on rank 0, for every rank: Ritz vectors whose signs rounding
        flips on one rank would tear the vectors apart.
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
    basis = KrylovBasis(start, max_vectors, wanted, sum, random, decide)
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
        next_check = int(GROWTH_BETWEEN_CHECKS * basis.filled) + basis.pending
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
        room = basis.capacity - 2 * basis.pending
        if converged or stop or (full and n > room):  # more are wanted than can be kept
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
            chosen = order[: max(1, min((n + basis.capacity) // 2, room))]
            basis.rotate(rotation[:, chosen], values[chosen])
            restarts += 1
            next_check = 0 if callable(wanted) else n


def rayleigh_ritz(
    apply: Apply,
    vectors: np.ndarray,
    sum: Sum = alone,
    decide: Decide = here,
    columns_at_once: int = MAX_WIDTH,
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
    values, rotation = decide(
        lambda: scipy.linalg.eigh(0.5 * (projected + projected.T), driver="evd")
    )
    return values, rotation
