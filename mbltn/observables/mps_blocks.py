"""Density matrices and entanglement of blocks of sites in a matrix product state, in nats.

The same quantities as those of dense vectors in `block_states`, `entanglement` and `two_blocks`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ..errors import InvalidInput
from .entanglement import require_fit
from .mps import mps_schmidt_weights
from .mps_runs import (
    bytes_beside_bond,
    closed,
    opened,
    passed,
    plain_density,
    reduced_density,
    require_memory,
    start,
    states_of,
    tensors_around,
)
from .schmidt import renyi_entropy
from .two_blocks import log_negativity_of


def mps_block_state(mps: Any, sites: Sequence[int]) -> np.ndarray:
    """Reduced density matrix ``tr_rest |psi><psi|`` of `sites`, (d, d), of trace 1.

    As `block_states`. Time and memory of one site between them are 2 d^2 chi^3 and d^2 chi^2.

    Parameters
    ----------
    mps : quimb.tensor.MatrixProductState, normalised; is not changed
    sites : the block; the first one is the most significant in the matrix

    Raises
    ------
    InvalidInput
        If sites are not there or named twice, for another norm, or if d > 2^14.

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> mps_block_state(MPS_ghz_state(3), [2, 0]).diagonal().round(12)
    array([0.5, 0. , 0. , 0.5])
    """
    sites = _block(mps, sites)
    if not sites:
        return np.ones((1, 1))
    dims = [mps.phys_dim(site) for site in sites]
    require_fit(math.prod(dims))
    ascending = np.argsort(sites)
    matrix = plain_density(mps, sorted(sites)).reshape([dims[i] for i in ascending] * 2)
    back = np.argsort(ascending)
    axes = [*back, *(back + len(sites))]
    return matrix.transpose(axes).reshape(math.prod(dims), -1)


def mps_states_with_each(
    mps: Any, block: Sequence[int], sites: Sequence[int]
) -> Iterator[np.ndarray]:
    """Density matrices of a block together with each of the sites, (d d_n, d d_n), one by one.

    The block is the more significant. If the sites ascend and lie behind the block they take one
    pass, so that all partners of the grain cost little more than the last one.

    Parameters
    ----------
    mps : quimb.tensor.MatrixProductState, normalised; is not changed
    block, sites : none of the sites is in the block

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> from mbltn.observables import mutual_information_of
    >>> for state in mps_states_with_each(MPS_ghz_state(4), [0], [1, 3]):
    ...     print(round(mutual_information_of(state, 2, 2), 12))
    0.69314718056
    0.69314718056
    """
    block, sites = _block(mps, block), list(sites)
    if not block or set(block) & set(_block(mps, sites)):
        raise InvalidInput(f"block={block} must have sites, and none of sites={sites}")
    one_pass = all(a < b for a, b in zip([max(block), *sites], sites, strict=False))
    if not one_pass or block != sorted(block):
        for site in sites:
            yield mps_block_state(mps, [*block, site])
        return
    d = math.prod(mps.phys_dim(site) for site in block)
    require_fit(d * max((mps.phys_dim(site) for site in sites), default=1))
    tensors = tensors_around(mps, block[0])
    last = max(sites, default=0)
    passed_by = tensors[block[-1] : last]
    require_memory(d, max((bytes_beside_bond(d, each) for each in passed_by), default=0))
    part = start(tensors[block[0]].shape[0])
    for i in range(block[0], last + 1):
        if i in sites:
            yield closed(part, tensors[i])
        part = (opened if i in block else passed)(part, tensors[i])


def mps_entropy(mps: Any, sites: Sequence[int] | int) -> float:
    """Entanglement entropy ``-tr rho log rho`` of any block (docs/physics.md, O3), nats.

    As `entropy`. Blocks at one end are cuts, from singular values. Of others each run of neighbours
    between bonds l and r has l r Schmidt states at most, and the smaller of the block and the rest
    is diagonalised. Errors of 1e-15 times its number of states.

    Parameters
    ----------
    mps : quimb.tensor.MatrixProductState, normalised; is not changed
    sites : the sites of the block

    Raises
    ------
    InvalidInput
        If sites are not there, for another norm, or if both sides have more than 2^14 states.

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> round(mps_entropy(MPS_ghz_state(5), [1, 3]), 12)
    0.69314718056
    """
    block = _as_block(mps, sites)
    cut = _cut_of(mps, block)
    if cut is not None:
        return 0.0 if cut in (0, mps.L) else renyi_entropy(mps_schmidt_weights(mps)[cut - 1], 1)
    rest = [site for site in range(mps.L) if site not in block]
    chosen = min(block, rest, key=lambda sites: states_of(mps, sites))
    require_fit(states_of(mps, chosen))
    density, _ = reduced_density(mps, chosen)
    weights = np.clip(np.linalg.eigvalsh(density), 0.0, None)
    return renyi_entropy(weights / weights.sum(), 1)


def mps_mutual_information(mps: Any, a: Sequence[int] | int, b: Sequence[int] | int) -> float:
    """Mutual information ``S_A + S_B - S_AB`` of two blocks (docs/physics.md, O27), nats.

    As `mutual_information`; cost and errors are those of three `mps_entropy`.

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> round(mps_mutual_information(MPS_ghz_state(4), 0, [2, 3]), 12)
    0.69314718056
    """
    a, b = _two_blocks(mps, a, b)
    s_a, s_b, s_ab = (mps_entropy(mps, block) for block in (a, b, a + b))
    return max(0.0, s_a + s_b - s_ab)


def mps_log_negativity(mps: Any, a: Sequence[int] | int, b: Sequence[int] | int) -> float:
    """Logarithmic negativity ``log ||rho_AB^(T_B)||_1`` of two blocks (docs/physics.md, O27), nats.

    As `log_negativity`, within the Schmidt states of each run of neighbours (see `mps_entropy`);
    errors of 1e-15 d, d the product of their numbers, 2^14 at most.

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> round(mps_log_negativity(MPS_ghz_state(4), 0, [1, 2, 3]), 12)
    0.69314718056
    >>> mps_log_negativity(MPS_ghz_state(4), 0, 3)
    0.0
    """
    a, b = _two_blocks(mps, a, b)
    cut = _cut_of(mps, a)
    if cut is not None and len(a) + len(b) == mps.L:
        return renyi_entropy(mps_schmidt_weights(mps)[cut - 1], 0.5)
    require_fit(states_of(mps, a) * states_of(mps, b))
    density, d_a = reduced_density(mps, a, b)
    return log_negativity_of(density, d_a, len(density) // d_a)


def _block(mps: Any, sites: Sequence[int]) -> list[int]:
    sites = [int(site) for site in sites]
    if len(set(sites)) < len(sites) or not set(sites) <= set(range(mps.L)):
        raise InvalidInput(f"sites={sites} must be different numbers 0..{mps.L - 1}")
    return sites


def _as_block(mps: Any, sites: Sequence[int] | int) -> list[int]:
    """Ascending."""
    chosen = [sites] if isinstance(sites, (int, np.integer)) else sites
    return sorted(_block(mps, list(dict.fromkeys(chosen))))


def _two_blocks(
    mps: Any, a: Sequence[int] | int, b: Sequence[int] | int
) -> tuple[list[int], list[int]]:
    first, second = _as_block(mps, a), _as_block(mps, b)
    if not first or not second or set(first) & set(second):
        raise InvalidInput(f"blocks a={first} and b={second} must have sites, and none in common")
    return first, second


def _cut_of(mps: Any, block: list[int]) -> int | None:
    """Number of sites before the cut that divides this ascending block from the rest, if one."""
    n = len(block)
    if block == list(range(n)):
        return n
    return mps.L - n if block == list(range(mps.L - n, mps.L)) else None
