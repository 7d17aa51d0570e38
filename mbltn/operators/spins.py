"""Pauli matrices and their embedding in a grain of several spins.

Basis 0 = up, 1 = down; sigma^+ = |up><down| (docs/physics.md, Conventions).
"""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput


def _constant(rows: list[list[float]]) -> np.ndarray:
    matrix = np.array(rows)
    matrix.setflags(write=False)
    return matrix


SIGMA_X = _constant([[0.0, 1.0], [1.0, 0.0]])
SIGMA_Z = _constant([[1.0, 0.0], [0.0, -1.0]])
SIGMA_PLUS = _constant([[0.0, 1.0], [0.0, 0.0]])
SIGMA_MINUS = _constant([[0.0, 0.0], [1.0, 0.0]])


def embed(matrix: np.ndarray, spin: int, n_spins: int) -> np.ndarray:
    """One-spin operator on spin `spin` (1..n_spins) of a site made of `n_spins` spins.

    Spin 1 is the most significant factor.

    Examples
    --------
    >>> embed(SIGMA_Z, spin=1, n_spins=2).diagonal()
    array([ 1.,  1., -1., -1.])
    """
    if not 1 <= spin <= n_spins:
        raise InvalidInput(f"spin={spin} is not one of the {n_spins} spins 1..{n_spins}")
    return np.kron(np.kron(np.eye(2 ** (spin - 1)), matrix), np.eye(2 ** (n_spins - spin)))
