"""Division of the tensor at the centre into a basis of one side and the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# States that H leads to may fill a bond so far beyond max_bond until the next division.
_SPARE = 0.25


@dataclass(frozen=True)
class Limits:
    """Of a division: states at most, weight that may be cut off, size of states that are new.

    ``reach`` is None where no new states are taken in.
    """

    max_bond: int
    cutoff: float
    reach: float | None = None


@dataclass(frozen=True, eq=False)
class Division:
    """x = basis @ rest; columns of the basis are orthonormal.

    Attributes
    ----------
    basis : (m, chi)
    rest : (chi, n), of norm 1; rows of new states are zero
    discarded : weight that was cut off
    limited : whether max_bond, and not the cutoff, cut it
    """

    basis: np.ndarray
    rest: np.ndarray
    discarded: float
    limited: bool


def divided(x: np.ndarray, near: np.ndarray, far: np.ndarray, limits: Limits) -> Division:
    """x (m, n) of norm 1, its small singular values cut off (docs/solvers.md, X4).

    The basis then grows by the states ``A_w x``, weighted by the size of B_w, that the Hamiltonian
    ``sum_w A_w (x) B_w`` leads to: near A (D, m, m), far B (D, n, n). Without them a
    far l-bit that the grain could flip is never tried, since the flipped grain is not in the
    basis of the sites between.
    """
    u, s, v = np.linalg.svd(x, full_matrices=False)
    lost = np.append(np.cumsum(s[::-1] ** 2)[::-1], 0.0)  # where the first 0, 1, 2... are kept
    wanted = max(1, int(np.argmax(lost <= limits.cutoff)))
    kept = min(wanted, limits.max_bond)
    basis, weights = u[:, :kept], s[:kept] / np.linalg.norm(s[:kept])
    rest = weights[:, None] * v[:kept]
    if limits.reach is not None:
        room = int(limits.max_bond * (1 + _SPARE)) - kept
        sizes = np.sqrt(np.einsum("wij,wij->w", far, far) / far.shape[1])
        new = _reached(basis, basis * weights, near * sizes[:, None, None], limits.reach, room)
        basis = np.hstack([basis, new])
        rest = np.vstack([rest, np.zeros((new.shape[1], rest.shape[1]))])
    return Division(basis, rest, float(lost[kept]), kept < wanted)


def _reached(
    basis: np.ndarray, weighted: np.ndarray, near: np.ndarray, reach: float, room: int
) -> np.ndarray:
    """(m, at most room): the largest new states among ``A_w`` on the weighted basis."""
    images = np.concatenate(list(np.matmul(near, weighted)), axis=1)
    for _ in range(2):
        images -= basis @ (basis.T @ images)
    new, sizes, _ = np.linalg.svd(images, full_matrices=False)
    room = max(0, min(room, len(basis) - basis.shape[1]))
    new = new[:, : min(int((sizes > reach).sum()), room)]
    new -= basis @ (basis.T @ new)
    return np.linalg.qr(new)[0]
