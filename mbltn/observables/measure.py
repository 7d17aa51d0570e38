"""Names of observables, and the one function that measures them on eigenpairs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np

from ..comm import together
from ..errors import InvalidInput
from ..operators.operator import norm_bound
from ..solvers import Eigenpairs
from .entanglement import entropy_cut, import_quimb, two_level_entropy
from .levels import gap_ratio
from .local_spins import ReducedStates, reduced_states
from .memory import infinite_time_correlator


class _Measured:
    """Eigenpairs with what several observables share."""

    def __init__(self, pairs: Eigenpairs) -> None:
        self.pairs = pairs
        self.space = pairs.operator.space

    @cached_property
    def lbits(self) -> ReducedStates:
        return reduced_states(self.pairs.vectors, self.space, self.space.lbits, self.pairs.rows)


def _gap_ratio(measured: _Measured) -> np.ndarray:
    return gap_ratio(measured.pairs.energies)


def _entropy_lbits(measured: _Measured) -> np.ndarray:
    state = measured.lbits
    return two_level_entropy(state.up, state.down, state.coherence)


def _sigma_z_lbits(measured: _Measured) -> np.ndarray:
    return measured.lbits.sigma_z


def _memory_lbits(measured: _Measured) -> np.ndarray:
    pairs, space = measured.pairs, measured.space
    bandwidth = 2 * norm_bound(pairs.operator)
    return infinite_time_correlator(
        pairs.energies, pairs.vectors, space, space.lbits, pairs.rows, bandwidth
    )


def _entropy_cuts(measured: _Measured) -> np.ndarray:
    pairs, dims = measured.pairs, measured.space.dims
    together(pairs.rows.comm, import_quimb)
    columns, vectors = pairs.rows.whole_columns(pairs.vectors)
    entropies = np.zeros((len(pairs), len(dims) - 1))
    for column, vector in zip(columns, vectors.T, strict=True):
        entropies[column] = [entropy_cut(vector, dims, cut) for cut in range(1, len(dims))]
    return pairs.rows.sum(entropies)


OBSERVABLES: dict[str, Callable[[_Measured], np.ndarray]] = {
    "gap_ratio": _gap_ratio,
    "entropy_lbits": _entropy_lbits,
    "sigma_z_lbits": _sigma_z_lbits,
    "memory_lbits": _memory_lbits,
    "entropy_cuts": _entropy_cuts,
}


def check_names(names: Iterable[str]) -> list[str]:
    """The names as a list, or an `InvalidInput` that offers the nearest valid one."""
    names = [names] if isinstance(names, str) else list(names)
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
    measured = _Measured(pairs)
    return {name: OBSERVABLES[name](measured) for name in check_names(names)}
