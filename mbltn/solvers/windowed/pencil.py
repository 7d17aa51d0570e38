"""Approximate levels near sigma: the pencil (S0(sigma), 1 + N) on P, lifted to Q."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from scipy.linalg.blas import dtrmm, dtrsm

from ...streams import Streams
from ..krylov import block_lanczos
from .ldl import BlockLDL
from .near import Near
from .precondition import factor_solve

# Below this size, or for more than this share of the pencil, LAPACK is the faster one.
_DENSE_BELOW = 400
_DENSE_SHARE = 3
_BLOCK = 16
_RELATIVE_TOLERANCE = 1e-7
# About so many columns' solves with the factors cost as much time as one column of the inverse.
_SOLVES_A_LEVEL = 20


@dataclass(frozen=True, eq=False)
class NearLevels:
    """Levels of ``S0 y = (mu - sigma) (1 + N) y`` with ``Y^T (1 + N) Y = 1``.

    The pencil is H - E with the couplings between far states left out (W_QQ), to second order in
    E - sigma; its levels are those of H up to about w (w / omega)^2.
    """

    sigma: float
    energies: np.ndarray  # (n,) ascending
    vectors: np.ndarray  # (|P|, n)
    weighted: np.ndarray  # (1 + N) vectors


def by_lanczos(n: int, count: int) -> bool:
    """Whether `near_levels` iterates, and then needs no S0 beside its factors."""
    return n >= _DENSE_BELOW and count * _DENSE_SHARE <= n


def near_levels(
    schur: np.ndarray | None,
    slope: np.ndarray,
    factor: BlockLDL,
    sigma: float,
    count: int,
    seed: int = 1,
) -> NearLevels:
    """The `count` levels of the pencil nearest to sigma; `seed` is that of the start block.

    `slope` is N and is overwritten; `factor` that of `schur`, which is needed unless `by_lanczos`.
    """
    n = len(slope)
    count = min(count, n)
    mass = slope
    mass[np.diag_indices(n)] += 1.0
    if schur is not None:
        values, vectors = scipy.linalg.eigh(schur, mass, driver="gvd", check_finite=False)
        nearest = np.sort(np.argsort(abs(values), kind="stable")[:count])
        vectors = vectors[:, nearest]
        return NearLevels(sigma, sigma + values[nearest], vectors, mass @ vectors)
    # In place: the transpose of a symmetric matrix in C order is itself in Fortran order.
    root = scipy.linalg.cholesky(mass.T, lower=True, overwrite_a=True, check_finite=False)
    offsets, vectors = _by_lanczos(root, factor, count, seed)
    weighted = dtrmm(1.0, root, dtrmm(1.0, root, vectors, lower=1, trans_a=1), lower=1)
    return NearLevels(sigma, sigma + offsets, vectors, weighted)


def _by_lanczos(
    root: np.ndarray, factor: BlockLDL, count: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Largest eigenvalues of ``L^T S0^-1 L`` with ``1 + N = L L^T``, L in Fortran order."""
    n = len(root)

    def inverse(x: np.ndarray) -> np.ndarray:
        y = dtrmm(1.0, root, np.asfortranarray(x), lower=1)
        return np.ascontiguousarray(dtrmm(1.0, root, factor.solve(y), lower=1, trans_a=1))

    start = Streams(0, seed)("krylov start").standard_normal((n, _BLOCK))
    # The first application says how large the eigenvalues are that the tolerance refers to.
    scale = float(np.linalg.norm(inverse(start[:, :1])) / np.linalg.norm(start[:, :1]))
    pairs = block_lanczos(
        inverse,
        start,
        count,
        max_vectors=min(n, 3 * count + 10 * _BLOCK),
        tol=_RELATIVE_TOLERANCE * scale,
    )
    order = np.argsort(1.0 / pairs.values)
    vectors = np.asfortranarray(pairs.vectors[:, order])
    return 1.0 / pairs.values[order], dtrsm(1.0, root, vectors, lower=1, trans_a=1)


class DeflatedSolve:
    """``S0^-1`` without the pencil's levels: symmetric, and regular however near they are to sigma.

    With the projector ``p = 1 - (1 + N) Y Y^T`` this is ``p^T S0^-1 p``, on whole (n, c) blocks; it
    returns this rank's rows.
    """

    def __init__(self, near: Near, factor: BlockLDL, levels: NearLevels) -> None:
        dtype = factor.lower.dtype
        self.near = near
        self.vectors = levels.vectors.astype(dtype, copy=False)
        self.weighted = levels.weighted.astype(dtype, copy=False)
        self.solve = factor_solve(near, factor)
        shared = near.frame.comm.size > 1
        if shared or len(levels.energies) * _SOLVES_A_LEVEL > len(factor.order):
            rows = factor.rows_of_inverse(near.own)
            self.solve = lambda r: rows @ r

    def __call__(self, r: np.ndarray) -> np.ndarray:
        own = self.near.own
        z = self.solve(r - self.weighted @ (self.vectors.T @ r))
        inside = self.near.frame.sum(self.weighted[own].T @ z)
        return z - self.vectors[own] @ inside
