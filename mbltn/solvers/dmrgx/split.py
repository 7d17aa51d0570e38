"""Division of the tensor at the centre into a basis of one side and the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...operators.mps import cut, new_states

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
    part = cut(x, limits.max_bond, limits.cutoff)
    basis, rest = part.basis, part.weights[:, None] * part.others
    if limits.reach is not None:
        room = int(limits.max_bond * (1 + _SPARE)) - basis.shape[1]
        sizes = np.sqrt(np.einsum("wij,wij->w", far, far) / far.shape[1])
        images = np.matmul(near * sizes[:, None, None], basis * part.weights)
        new = new_states(basis, np.concatenate(list(images), axis=1), limits.reach, room).states
        basis = np.hstack([basis, new])
        rest = np.vstack([rest, np.zeros((new.shape[1], rest.shape[1]))])
    return Division(basis, rest, part.discarded, part.limited)
