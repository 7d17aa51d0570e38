"""Mutual information and logarithmic negativity of two blocks of sites, in nats."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import InvalidInput
from ..operators.mpo import import_quimb
from .block_states import block_states
from .entanglement import (
    block_of,
    entropy,
    in_nats,
    page_entropy,
    require_fit,
    smaller_side,
)
from .schmidt import matricised, renyi_entropy, schmidt_weights


def mutual_information(
    vector: np.ndarray, dims: Sequence[int], a: Sequence[int] | int, b: Sequence[int] | int
) -> float:
    """Mutual information ``I(A:B) = S_A + S_B - S_AB`` of two blocks in a pure state, in nats.

    docs/physics.md (O27). All correlations, classical ones too: 0 for a product, 2 min(S_A, S_B)
    at most, which is reached if A and B are all sites. Each entropy is taken on the smaller side,
    so that the cost is that of `entropy`, whatever the dimension of A. Errors of 2e-15 d, d the
    largest of the smaller sides; smaller values mean nothing. A random state has
    `page_mutual_information`.

    Parameters
    ----------
    vector : (D,) normalised state in kron order, real or complex
    dims : dimension of every site
    a, b : sites of the two blocks; not all neighbours, none in both

    Raises
    ------
    InvalidInput
        For blocks that share sites or are empty, for other sites, sizes or norms, or if the
        smaller side of A, B or AB has more than 2^14 levels.

    Examples
    --------
    >>> ghz = np.array([1, 0, 0, 0, 0, 0, 0, 1]) / np.sqrt(2)
    >>> round(mutual_information(ghz, [2, 2, 2], 0, 2), 12)
    0.69314718056
    """
    a, b = _two_blocks(vector, dims, a, b)
    s_a, s_b, s_ab = (entropy(vector, dims, block) for block in (a, b, a + b))
    return max(0.0, s_a + s_b - s_ab)


def log_negativity(
    vector: np.ndarray, dims: Sequence[int], a: Sequence[int] | int, b: Sequence[int] | int
) -> float:
    """Logarithmic negativity ``log ||rho_AB^(T_B)||_1`` of two blocks in a pure state, in nats.

    docs/physics.md (O27). Entanglement alone: 0 without it (but not only then, if A and B are
    larger than 2 x 3), log d_B for a Bell pair. If A and B are all sites it is the Renyi entropy
    of order 1/2. Of a block A beyond the smaller side of A, only the Schmidt states are kept,
    d_A -> min(d_A, D/d_A), a local unitary that changes nothing. Errors of 1e-16 d, d the
    product of both dimensions after that. Time D min(d_A, D/d_A) + d^3, memory 2 D + 2 d^2.

    Parameters
    ----------
    vector : (D,) normalised state in kron order, real or complex
    dims : dimension of every site
    a, b : sites of the two blocks; not all neighbours, none in both

    Raises
    ------
    InvalidInput
        For blocks that share sites or are empty, for other sites, sizes or norms, or if d > 2^14.

    Examples
    --------
    >>> ghz = np.array([1, 0, 0, 0, 0, 0, 0, 1]) / np.sqrt(2)
    >>> log_negativity(ghz, [2, 2, 2], 0, 2)
    0.0
    >>> round(log_negativity(ghz, [2, 2, 2], 0, [1, 2]), 12)
    0.69314718056
    """
    a, b = _two_blocks(vector, dims, a, b)
    if len(a) + len(b) == len(dims):
        return renyi_entropy(schmidt_weights(vector, dims, a), 0.5)
    sides = smaller_side(dims, a), smaller_side(dims, b)
    require_fit(math.prod(sides))
    state = np.asarray(vector).reshape(-1, 1)
    d_a, d_b = (math.prod(dims[site] for site in block) for block in (a, b))
    (matrix,) = matricised(state, dims, a + b)
    state = _within_schmidt_states(matrix.reshape(d_a, -1), sides[0])
    state = state.reshape(sides[0], d_b, -1).transpose(1, 0, 2)
    state = _within_schmidt_states(state.reshape(d_b, -1), sides[1])
    state = state.reshape(sides[1], sides[0], -1).transpose(1, 0, 2)
    (density,) = block_states(state.reshape(-1, 1), state.shape, [0, 1])
    return log_negativity_of(density, *sides)


def mutual_information_of(density: np.ndarray, d_a: int, d_b: int) -> float:
    """Mutual information of the density matrix of A and B, in nats (docs/physics.md, O27).

    Parameters
    ----------
    density : (d_a d_b, d_a d_b) of trace 1, A the more significant, as of `block_states`

    Examples
    --------
    >>> round(mutual_information_of(np.diag([0.5, 0, 0, 0.5]), 2, 2), 12)
    0.69314718056
    """
    _check_density(density, d_a, d_b)
    bits = import_quimb().mutinf(density, (d_a, d_b), 0)
    return in_nats(bits)


def log_negativity_of(density: np.ndarray, d_a: int, d_b: int) -> float:
    """Logarithmic negativity of the density matrix of A and B, in nats (docs/physics.md, O27).

    Parameters
    ----------
    density : (d_a d_b, d_a d_b) of trace 1, A the more significant, as of `block_states`

    Examples
    --------
    >>> bell = np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / 2
    >>> round(log_negativity_of(0.5 * bell + np.eye(4) / 8, 2, 2), 12)
    0.223143551314
    """
    _check_density(density, d_a, d_b)
    # quimb transposes A in place of B: the spectrum is the same.
    bits = import_quimb().logneg(density, (d_a, d_b), 0)
    return in_nats(bits)


def page_mutual_information(d_a: int, d_b: int, d_rest: int) -> float:
    """Mean mutual information of two blocks of a random complex state, in nats.

    Three times the Page entropy (`page_entropy`): that of A, plus that of B, less that of AB.

    Examples
    --------
    >>> round(page_mutual_information(2, 2, 1) / page_entropy(2, 2), 12)
    2.0
    """
    alone = page_entropy(d_a, d_b * d_rest) + page_entropy(d_b, d_a * d_rest)
    return alone - page_entropy(d_a * d_b, d_rest)


def _two_blocks(
    vector: np.ndarray, dims: Sequence[int], a: Sequence[int] | int, b: Sequence[int] | int
) -> tuple[list[int], list[int]]:
    first, second = block_of(vector, dims, a), block_of(vector, dims, b)
    if not first or not second or set(first) & set(second):
        raise InvalidInput(f"blocks a={first} and b={second} must have sites, and none in common")
    return first, second


def _within_schmidt_states(matrix: np.ndarray, d: int) -> np.ndarray:
    """The same state with its first side reduced to d levels that hold all of it."""
    return matrix if d == len(matrix) else np.asarray(np.linalg.qr(matrix, mode="r"))


def _check_density(density: np.ndarray, d_a: int, d_b: int) -> None:
    if density.shape != (d_a * d_b, d_a * d_b):
        raise InvalidInput(f"density has shape {density.shape}, not that of {d_a} x {d_b} levels")
    if not abs(np.trace(density) - 1) < 1e-8:
        raise InvalidInput(f"the density matrix has trace {np.trace(density):.6g}; normalise it")
    require_fit(d_a * d_b)
