"""Single particles of a Hubbard bubble and its l-bits at U = 0, and the parameters of C Fig 6."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from ...streams import Streams

# C Fig 6
W = 2.0
FIG6: dict[str, Any] = {"N": 30, "t": 1.0, "T": 2.0}
CIRCLES: dict[str, Any] = {"xi": 10.0, "n_L": 1.0}
COUPLINGS = (0.5, 1.5)
FEW, MANY = (2, 10, 20), 141


class Particles(Protocol):
    """A `Bubble` of the theory, or `Energies`."""

    @property
    def N(self) -> int: ...
    @property
    def t(self) -> float: ...
    @property
    def squared_couplings(self) -> np.ndarray: ...
    @property
    def energies(self) -> np.ndarray: ...


class Energies(NamedTuple):
    """What the single-particle matrix of a bubble is made of."""

    N: int
    t: float
    squared_couplings: np.ndarray
    energies: np.ndarray


def single_particle(bubble: Particles, streams: Streams) -> np.ndarray:
    """Sites of spin up, sites of spin down, l-bits."""
    N, M = bubble.N, len(bubble.energies)
    matrix = np.zeros((2 * N + M, 2 * N + M), dtype=complex)
    for spin in range(2):
        A = _complex_normal(streams("hopping", spin), (N, N))
        block = slice(spin * N, (spin + 1) * N)
        matrix[block, block] = bubble.t * (A + A.conj().T) / np.sqrt(2 * N)
    V = _complex_normal(streams("couplings"), (2 * N, M))
    matrix[: 2 * N, 2 * N :] = V * np.sqrt(bubble.squared_couplings / (2 * np.sqrt(N)))
    matrix[2 * N :, : 2 * N] = matrix[: 2 * N, 2 * N :].conj().T
    matrix[2 * N :, 2 * N :] = np.diag(bubble.energies)
    return matrix


def _complex_normal(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Complex Gaussian numbers with <|x|^2> = 1."""
    return np.asarray(rng.normal(size=shape) + 1j * rng.normal(size=shape)) / np.sqrt(2)
