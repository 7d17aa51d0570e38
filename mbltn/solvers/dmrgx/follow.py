"""The eigenvector of a local Hamiltonian that resembles a given vector most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

# Ritz vectors that a restart keeps; overlap above which a reference adds nothing to the start.
_KEPT, _SAME = 6, 0.999
# Distances of the diagonal from the energy below this part of it count as this much.
_NEAREST = 1e-6
# Levels within so much of the largest entry are one.
_DEGENERATE = 64 * np.finfo(float).eps


@dataclass(frozen=True, eq=False)
class Followed:
    """An eigenvector (n,): energy, norm of its residual, overlap^2 with what it followed."""

    energy: float
    vector: np.ndarray
    residual: float
    overlap: float
    applies: int


def followed_dense(matrix: np.ndarray, reference: np.ndarray) -> Followed:
    """From all eigenvectors of a small matrix (n, n), the one of largest overlap with (n,)."""
    energies, vectors = np.linalg.eigh(matrix)
    overlaps = reference @ vectors
    best, turn = _of_level(energies, overlaps, float(abs(energies).max()))
    overlap = float(overlaps @ turn)
    return Followed(float(energies[best]), vectors @ turn, 0.0, overlap**2, 0)


def followed(
    apply: Callable[[np.ndarray], np.ndarray],
    diagonal: np.ndarray,
    start: np.ndarray,
    reference: np.ndarray | None = None,
    *,
    tol: float,
    max_applies: int,
    max_vectors: int = 24,
) -> Followed:
    """Davidson's method, following the Ritz vector of largest overlap with a reference.

    Parameters
    ----------
    apply : function of (n,), a real symmetric matrix of a vector
    diagonal : (n,), of the matrix
    start : (n,), normalised
    reference : (n,), normalised; by default the start
    tol : norm of the residual that suffices
    max_applies, max_vectors : applications, and vectors of the basis at most

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> a = np.diag(np.arange(300.0)) + 0.01 * rng.standard_normal((300, 300))
    >>> a = (a + a.T) / 2
    >>> state = followed(lambda x: a @ x, a.diagonal(), np.eye(300)[150], tol=1e-11, max_applies=40)
    >>> bool(min(abs(np.linalg.eigvalsh(a) - state.energy)) < 1e-11), state.overlap > 0.99
    (True, True)
    """
    other = start if reference is None else reference
    basis, images = np.empty((max_vectors, len(start))), np.empty((max_vectors, len(start)))
    gram, size, new = np.zeros((max_vectors, max_vectors)), 0, start
    scale = float(abs(diagonal).max())
    for applies in range(1, max_applies + 1):
        basis[size], images[size] = new, apply(new)
        gram[size, : size + 1] = gram[: size + 1, size] = images[: size + 1] @ new
        size += 1
        energies, turn = np.linalg.eigh(gram[:size, :size])
        overlaps = (basis[:size] @ other) @ turn
        best, of_level = _of_level(energies, overlaps, scale)
        energy, found = energies[best], turn @ of_level
        vector = found @ basis[:size]
        rest = found @ images[:size] - energy * vector
        residual = float(np.linalg.norm(rest))
        wants_reference = size == 1 and reference is not None and abs(overlaps[0]) < _SAME
        enough = residual <= tol and not wants_reference
        if enough or size == len(start) or applies == max_applies:
            break
        if size == max_vectors:
            keep = np.argsort(-abs(overlaps))[:_KEPT]
            basis[:_KEPT], images[:_KEPT] = turn[:, keep].T @ basis, turn[:, keep].T @ images
            gram[:_KEPT, :_KEPT], size = np.diag(energies[keep]), _KEPT
        if wants_reference:
            new = other.copy()
        else:
            new = _correction(diagonal - energy, vector, rest, _NEAREST * scale)
        for _ in range(2):
            new -= (basis[:size] @ new) @ basis[:size]
            new /= np.linalg.norm(new)
    overlap = float(overlaps @ of_level)
    vector = vector / np.linalg.norm(vector)
    return Followed(float(energy), vector, residual, overlap**2, applies)


def _of_level(energies: np.ndarray, overlaps: np.ndarray, scale: float) -> tuple[int, np.ndarray]:
    """Number of the eigenvector of largest overlap, and what of the reference lies in its level.

    (n,) amplitudes, normalised. Of a degenerate level any basis may be given: the vector that
    resembles the reference most is its projection.
    """
    best = int(np.argmax(abs(overlaps)))
    within = abs(energies - energies[best]) <= _DEGENERATE * scale
    part = np.where(within, overlaps, 0.0)
    norm = float(np.linalg.norm(part))
    return best, part / norm if norm > 0 else np.where(np.arange(len(part)) == best, 1.0, 0.0)


def _correction(
    distance: np.ndarray, vector: np.ndarray, rest: np.ndarray, nearest: float
) -> np.ndarray:
    """Olsen's correction: -(D - E)^-1 r, orthogonal to the vector."""
    safe = np.where(abs(distance) < nearest, np.copysign(nearest, distance), distance)
    step, shift = rest / safe, vector / safe
    product = float(vector @ shift)
    if abs(product) > 1e-12 * float(np.linalg.norm(shift)):
        step -= (float(vector @ step) / product) * shift
    return np.asarray(step / np.linalg.norm(step))
