"""Names of observables, and the one function that measures them on eigenpairs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable

import numpy as np

from ..errors import InvalidInput
from ..solvers import Eigenpairs
from .entanglement import entropy_cut, two_level_entropy
from .levels import gap_ratio
from .local_spins import reduced_states
from .memory import infinite_time_correlator


def _gap_ratio(pairs: Eigenpairs) -> np.ndarray:
    return gap_ratio(pairs.energies)


def _entropy_lbits(pairs: Eigenpairs) -> np.ndarray:
    space = pairs.operator.space
    state = reduced_states(pairs.vectors, space, space.lbits, pairs.rows)
    return two_level_entropy(state.up, state.down, state.coherence)


def _sigma_z_lbits(pairs: Eigenpairs) -> np.ndarray:
    space = pairs.operator.space
    return reduced_states(pairs.vectors, space, space.lbits, pairs.rows).sigma_z


def _memory_lbits(pairs: Eigenpairs) -> np.ndarray:
    space = pairs.operator.space
    return infinite_time_correlator(pairs.energies, pairs.vectors, space, space.lbits, pairs.rows)


def _entropy_cuts(pairs: Eigenpairs) -> np.ndarray:
    dims = pairs.operator.space.dims
    columns, vectors = pairs.rows.whole_columns(pairs.vectors)
    entropies = np.zeros((len(pairs), len(dims) - 1))
    for column, vector in zip(columns, vectors.T, strict=True):
        entropies[column] = [entropy_cut(vector, dims, cut) for cut in range(1, len(dims))]
    return pairs.rows.sum(entropies)


OBSERVABLES: dict[str, Callable[[Eigenpairs], np.ndarray]] = {
    "gap_ratio": _gap_ratio,
    "entropy_lbits": _entropy_lbits,
    "sigma_z_lbits": _sigma_z_lbits,
    "memory_lbits": _memory_lbits,
    "entropy_cuts": _entropy_cuts,
}


def check_names(names: Iterable[str]) -> list[str]:
    """The names as a list, or an `InvalidInput` that offers the nearest valid one."""
    names = list(names)
    for name in names:
        if name not in OBSERVABLES:
            near = difflib.get_close_matches(name, OBSERVABLES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not an observable ({', '.join(OBSERVABLES)}){hint}")
    return names


def measure(pairs: Eigenpairs, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Observables of every state, not averaged; equal on every rank.

    ==================  ==============  =====================================================
    ``gap_ratio``       (k - 2,)        r_n of consecutive levels
    ``entropy_lbits``   (k, n_lbits)    entanglement entropy of each l-bit, nats
    ``sigma_z_lbits``   (k, n_lbits)    <sigma^z> of each l-bit
    ``memory_lbits``    (k, n_lbits)    share of C^zz; its mean over states is C^zz
    ``entropy_cuts``    (k, n_sites-1)  entropy of grain + l-bits 1..c-1 with the rest, nats
    ==================  ==============  =====================================================

    Parameters
    ----------
    pairs : Eigenpairs
        Serial or distributed; local quantities never gather whole vectors.
    names : iterable of str

    Raises
    ------
    InvalidInput
        If a name is unknown.
    """
    return {name: OBSERVABLES[name](pairs) for name in check_names(names)}
