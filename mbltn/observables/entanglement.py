"""Entanglement entropies, in nats. quimb does the work for blocks of sites; it counts in bits.

For one block of a pure state; Schmidt spectra are in `schmidt`, two blocks in `two_blocks`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import InvalidInput
from ..operators.mpo import import_quimb

LOG2 = float(np.log(2.0))
LARGEST_MATRIX = 2**14


def two_level_entropy(
    up: np.ndarray | float, down: np.ndarray | float, coherence: np.ndarray | float = 0.0
) -> np.ndarray:
    """Entropy of the density matrix ``[[up, c], [c, down]]`` (docs/physics.md, eq O3), nats.

    ``S = -p log p - q log q`` with p, q = (1 +- r)/2 and r the length of the Bloch vector. The
    smaller eigenvalue comes from the determinant: without coherence, entropies far below the
    rounding error of r keep their digits; with coherence c the error is 1e-16 |c|^2 at least.
    Range 0..log 2.

    Examples
    --------
    >>> round(float(two_level_entropy(0.7, 0.3)), 13)
    0.6108643020549
    """
    determinant = np.multiply(up, down) - np.abs(np.asarray(coherence)) ** 2
    determinant = np.clip(determinant, 0.0, 0.25)
    q = 2 * determinant / (1 + np.sqrt(1 - 4 * determinant))
    minus = (1 - q) * np.log1p(-q) + q * np.log(np.where(q > 0, q, 1.0))
    return np.asarray(0.0 - minus)


def entropy(vector: np.ndarray, dims: Sequence[int], sites: Sequence[int] | int) -> float:
    """Entanglement entropy between `sites` and all others in a pure state, in nats.

    ``S = -tr rho log rho`` (docs/physics.md, O3), from 0 to the log of the smaller side's
    dimension d; a random state has `page_entropy`. Errors of 1e-15 d. Time
    D d + d^3, memory D + d^2 numbers.

    Parameters
    ----------
    vector : (D,) normalised state in kron order
    dims : dimension of every site
    sites : the sites of one side; not all neighbours

    Raises
    ------
    InvalidInput
        For other sites, sizes or norms, or if d > 2^14.

    Examples
    --------
    >>> bell = np.array([0.7, 0, 0, 0.3]) ** 0.5
    >>> round(entropy(bell, [2, 2], [0]), 12)
    0.610864302055
    """
    block = block_of(vector, dims, sites)
    if not block or len(block) == len(dims):
        return 0.0
    require_fit(smaller_side(dims, block))
    state = np.asarray(vector).reshape(-1, 1)
    # From 2^13 on quimb would take a random estimate, with an error of a few per cent.
    bits = import_quimb().entropy_subsys(state, list(dims), block, approx_thresh=None)
    return in_nats(bits)


def entropy_cut(vector: np.ndarray, dims: Sequence[int], cut: int) -> float:
    """Entropy between the first `cut` sites (grain + l-bits 1..cut-1) and the rest, in nats."""
    if not 1 <= cut < len(dims):
        raise InvalidInput(f"cut={cut} must leave sites on both sides: 1..{len(dims) - 1}")
    return entropy(vector, dims, range(cut))


def page_entropy(d_a: int, d_b: int) -> float:
    """Mean entropy of a random pure state (Page 1993), in nats.

    ``sum_{k=d_B+1}^{d_A d_B} 1/k - (d_A - 1)/(2 d_B)`` for d_A <= d_B. That is for complex
    states; for real ones, as all eigenstates here, it is (1 - 1/d_A)/(2 d_B) less if d_A << d_B.

    Examples
    --------
    >>> round(page_entropy(2, 4), 12)
    0.509523809524
    """
    if min(d_a, d_b) < 1:
        raise InvalidInput(f"d_a={d_a} and d_b={d_b} must be dimensions of at least 1")
    d_a, d_b = min(d_a, d_b), max(d_a, d_b)
    return float((1.0 / np.arange(d_b + 1, d_a * d_b + 1)).sum() - (d_a - 1) / (2 * d_b))


def block_of(vector: np.ndarray, dims: Sequence[int], sites: Sequence[int] | int) -> list[int]:
    """The sites as an ascending list, or an `InvalidInput` if sites or vector do not fit."""
    chosen = [sites] if isinstance(sites, (int, np.integer)) else list(sites)
    if math.prod(dims) != np.size(vector):
        raise InvalidInput(f"dims={list(dims)} do not fit a vector of {np.size(vector)} numbers")
    if not set(chosen) <= set(range(len(dims))):
        raise InvalidInput(f"sites={chosen} must be numbers 0..{len(dims) - 1}")
    norm = float(np.linalg.norm(vector))
    if abs(norm - 1) > 1e-8:
        raise InvalidInput(f"the vector has norm {norm:.6g}; normalise it first")
    return sorted(set(chosen))


def smaller_side(dims: Sequence[int], block: Sequence[int]) -> int:
    """Dimension of the block or of all other sites, which have the same Schmidt weights."""
    inside = math.prod(dims[site] for site in block)
    return min(inside, math.prod(dims) // inside)


def require_fit(d: int, what: str = "this") -> None:
    """Raise `InvalidInput` if d x d matrices are too large to be diagonalised in minutes."""
    if d > LARGEST_MATRIX:
        raise InvalidInput(
            f"{what} needs all eigenvalues of a {d} x {d} matrix, and {LARGEST_MATRIX} is the "
            "largest that is tried (2 GiB): take fewer sites"
        )


def in_nats(bits: float) -> float:
    """What quimb counts in bits and cannot be negative; the only place that converts."""
    return max(0.0, float(bits)) * LOG2


def entropy_distribution(entropies: np.ndarray, bins: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Histogram p(S) of single l-bit entropies, normalised in the variable S / log 2.

    Returns
    -------
    edges : (bins + 1,) in S / log 2, from 0 to 1
    density : (bins,), sum(density) / bins = 1
    """
    values = np.clip(np.ravel(entropies) / LOG2, 0.0, 1.0)
    density, edges = np.histogram(values, bins=bins, range=(0.0, 1.0), density=True)
    return edges, density
