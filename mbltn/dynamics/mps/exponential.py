"""exp(-iHt) of a Hermitian matrix on one vector, by Lanczos."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Below this part of its predecessor a new direction is rounding: the space is closed.
_CLOSED = 1e-13
# No error below so much of the phase |t| ||H|| can be asked for.
_ROUNDING = 4 * np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class Exponential:
    """The vector (as it was shaped), its error by the criterion in units of the norm, and the
    applications that it took."""

    vector: np.ndarray
    error: float
    applies: int


def exponential(
    apply: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    time: float,
    tol: float,
    max_vectors: int = 30,
) -> Exponential:
    """``exp(-iHt) x`` from the Krylov space of x (Hochbruck and Lubich, SIAM J. Numer. Anal. 34,
    1911, 1997; docs/solvers.md, T2).

    The space grows until ``|t| beta_k |exp(-i T t)_{k1}| < tol``, T the matrix (k, k) of H in it
    and beta_k the norm of what leads out of it, which is above the error once the space is large
    enough for it to fall. Where `max_vectors` are not enough, the time is halved.

    Parameters
    ----------
    apply : H of an array of the shape of x
    x : not zero
    time : of either sign
    tol : largest error, in units of the norm of x
    max_vectors : of the space

    Examples
    --------
    >>> h, x = np.diag([0.0, 1.0, 2.0]), np.ones(3) / np.sqrt(3)
    >>> found = exponential(lambda v: h @ v, x, np.pi, 1e-12)
    >>> (found.vector * np.sqrt(3)).round(12).real, found.applies
    (array([ 1., -1.,  1.]), 3)
    """
    norm = float(np.linalg.norm(x))
    basis = np.empty((max_vectors, x.size), dtype=complex)
    basis[0] = x.ravel() / norm
    diagonal, beside = np.empty(max_vectors), np.empty(max_vectors)
    for k in range(max_vectors):
        new = apply(basis[k].reshape(x.shape)).ravel()
        diagonal[k] = np.vdot(basis[k], new).real
        size = abs(diagonal[k]) + (beside[k - 1] if k else 0.0)
        new = new - (basis[: k + 1].conj() @ new) @ basis[: k + 1]
        beside[k] = np.linalg.norm(new)
        turned = _first_column(diagonal[: k + 1], beside[:k], time)
        closed = beside[k] <= _CLOSED * max(size, beside[k])
        error = 0.0 if closed else float(abs(time) * beside[k] * abs(turned[-1]))
        if error < max(tol, _ROUNDING * abs(time) * size):
            vector = norm * (turned @ basis[: k + 1])
            return Exponential(vector.reshape(x.shape), error, k + 1)
        if k + 1 < max_vectors:
            basis[k + 1] = new / beside[k]
    first = exponential(apply, x, 0.5 * time, 0.5 * tol, max_vectors)
    second = exponential(apply, first.vector, 0.5 * time, 0.5 * tol, max_vectors)
    applies = max_vectors + first.applies + second.applies
    return Exponential(second.vector, first.error + second.error, applies)


def _first_column(diagonal: np.ndarray, beside: np.ndarray, time: float) -> np.ndarray:
    """Of exp(-iTt), T tridiagonal."""
    levels, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.asarray(vectors @ (np.exp(-1j * time * levels) * vectors[0]))
