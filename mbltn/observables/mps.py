"""Entanglement in a matrix product state, from quimb's canonical forms. Entropies in nats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InvalidInput
from .entanglement import two_level_entropy
from .local_spins import ReducedStates
from .schmidt import renyi_entropy, schmidt_gap


def mps_reduced_states(mps: Any, sites: Sequence[int]) -> ReducedStates:
    """Density matrices of two-level `sites` of one state; arrays (1, n_sites).

    Parameters
    ----------
    mps : quimb.tensor.MatrixProductState, normalised; is not changed
    sites : numbers of two-level sites

    Examples
    --------
    >>> from quimb.tensor import MPS_computational_state
    >>> mps_reduced_states(MPS_computational_state("010"), [0, 1]).sigma_z
    array([[ 1., -1.]])
    """
    sites = list(sites)
    if not set(sites) <= set(range(mps.L)) or any(mps.phys_dim(site) != 2 for site in sites):
        raise InvalidInput(f"sites={sites} must be two-level sites among 0..{mps.L - 1}")
    mps, where = mps.copy(), {"cur_orthog": "calc"}
    states = np.empty((len(sites), 2, 2), dtype=mps.dtype)
    for site in sorted(set(sites)):
        density = _density_of(mps)(site, info=where)
        states[[i for i, other in enumerate(sites) if other == site]] = density
    up, down, coherence = states[:, 0, 0], states[:, 1, 1], states[:, 0, 1]
    return ReducedStates(up.real[None], down.real[None], coherence[None])


def _density_of(mps: Any) -> Any:
    """quimb 1.16 has renamed it, and warns of the name that 1.15 knows."""
    return getattr(mps, "partial_trace_canonical", None) or mps.partial_trace_to_dense_canonical


def mps_schmidt_weights(mps: Any) -> list[np.ndarray]:
    """Schmidt weights ``p_j`` of every cut (docs/physics.md, O26), descending; entry i cuts after
    site i."""
    mps, where = mps.copy(), {"cur_orthog": "calc"}
    cuts = range(1, mps.L)
    return [np.asarray(mps.schmidt_values(cut, info=where)) for cut in cuts]


def mps_cut_entropies(mps: Any) -> np.ndarray:
    """Entropy ``-sum_j p_j log p_j`` of every cut (docs/physics.md, O26), nats, (n_sites - 1,).

    Entry i cuts after site i.

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> mps_cut_entropies(MPS_ghz_state(3)).round(6)
    array([0.693147, 0.693147])
    """
    return np.array([renyi_entropy(weights, 1) for weights in mps_schmidt_weights(mps)])


def mps_lbit_entropies(mps: Any, sites: Sequence[int]) -> np.ndarray:
    """Entropy of each of these two-level sites with all others (docs/physics.md, O3), nats,
    (n_sites,).

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> mps_lbit_entropies(MPS_ghz_state(3), [1, 2]).round(6)
    array([0.693147, 0.693147])
    """
    state = mps_reduced_states(mps, sites)
    return two_level_entropy(state.up, state.down, state.coherence)[0]


def mps_schmidt_gaps(mps: Any) -> np.ndarray:
    """Schmidt gap p_1 - p_2 of every cut (docs/physics.md, O26), no unit, (n_sites - 1,).

    Examples
    --------
    >>> from quimb.tensor import MPS_computational_state
    >>> mps_schmidt_gaps(MPS_computational_state("010"))
    array([1., 1.])
    """
    return np.array([schmidt_gap(weights) for weights in mps_schmidt_weights(mps)])
