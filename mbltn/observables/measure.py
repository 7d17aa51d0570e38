"""Names of observables, and the one function that measures them on eigenpairs."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np

from ..comm import together
from ..errors import InvalidInput
from ..models import ContinuumGrid, Model, QuantumDot, SquareLattice
from ..operators import HilbertSpace, to_csr
from ..operators.operator import norm_bound
from ..solvers import Eigenpairs
from .entanglement import entropy_cut, import_quimb, two_level_entropy
from .fock_space import fock_decay, fock_profile
from .levels import gap_ratio
from .local_spins import ReducedStates, reduced_states
from .memory import infinite_time_correlator
from .orbitals import amplitudes_at_origin, orbital_sites
from .participation import participation_volume


class _Measured:
    """Eigenpairs with what several observables share."""

    def __init__(self, pairs: Eigenpairs, model: Model | None) -> None:
        self.pairs = pairs
        self.model = model
        self.space = pairs.operator.space

    def of_whole_vectors(
        self, values: Callable[[np.ndarray], np.ndarray], *shape: int
    ) -> np.ndarray:
        """(k, *shape) from a function of (D, some of the k): every rank takes some states."""
        rows = self.pairs.rows
        columns, vectors = rows.whole_columns(self.pairs.vectors)
        found = np.zeros((len(self.pairs), *shape))
        if len(columns):
            found[columns] = values(vectors)
        return rows.sum(found)

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
    dims = measured.space.dims
    together(measured.pairs.rows.comm, import_quimb)
    cuts = range(1, len(dims))

    def entropies(vectors: np.ndarray) -> np.ndarray:
        return np.array([[entropy_cut(vector, dims, cut) for cut in cuts] for vector in vectors.T])

    return measured.of_whole_vectors(entropies, len(cuts))


def _participation(measured: _Measured) -> np.ndarray:
    model = measured.model
    volume = model.dx ** len(model.shape) if isinstance(model, ContinuumGrid) else 1.0
    return measured.of_whole_vectors(lambda vectors: participation_volume(vectors, volume))


def _fock_decay(measured: _Measured) -> np.ndarray:
    dot = measured.model
    assert isinstance(dot, QuantumDot)
    occupations = dot.occupations()
    moves = (min(dot.electrons, dot.n_levels - dot.electrons) + 1) // 2
    return measured.of_whole_vectors(lambda v: fock_decay(fock_profile(v, occupations)), moves)


def _grain_amplitude(measured: _Measured) -> np.ndarray:
    pairs = measured.pairs
    columns, orbitals = pairs.rows.whole_columns(pairs.vectors)
    found = np.zeros(len(pairs))
    found[columns] = amplitudes_at_origin(to_csr(pairs.operator), pairs.energies[columns], orbitals)
    return pairs.rows.sum(found)


def _orbital_site(measured: _Measured) -> np.ndarray:
    return orbital_sites(measured.pairs.rows.gather(measured.pairs.vectors))


OBSERVABLES: dict[str, Callable[[_Measured], np.ndarray]] = {
    "gap_ratio": _gap_ratio,
    "entropy_lbits": _entropy_lbits,
    "sigma_z_lbits": _sigma_z_lbits,
    "memory_lbits": _memory_lbits,
    "entropy_cuts": _entropy_cuts,
    "participation": _participation,
    "fock_decay": _fock_decay,
    "grain_amplitude": _grain_amplitude,
    "orbital_site": _orbital_site,
}
LABELS = ("orbital_site",)
"""Observables that name something: they have no mean."""
_OF_A_LATTICE = ("grain_amplitude", "orbital_site")
_OF_LBITS = ("entropy_lbits", "sigma_z_lbits", "memory_lbits")


def check_names(names: Iterable[str]) -> list[str]:
    """The names as a list, or an `InvalidInput` that offers the nearest valid one."""
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in OBSERVABLES:
            near = difflib.get_close_matches(name, OBSERVABLES, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not an observable ({', '.join(OBSERVABLES)}){hint}")
    return names


def check_measurable(
    names: Iterable[str], space: HilbertSpace, model: Model | None, n_states: int
) -> None:
    """Raise `InvalidInput` if one of these observables is of what model or states do not have.

    Examples
    --------
    >>> from mbltn.models import QuantumDot
    >>> dot = QuantumDot(n_levels=4, lam=0.1)
    >>> check_measurable(["gap_ratio", "fock_decay"], dot.space(), dot, n_states=6)
    """
    for name in check_names(names):
        lack = _lack(name, space, model)
        if lack:
            of = "this operator" if model is None else type(model).__name__
            others = [other for other in OBSERVABLES if not _lack(other, space, model)]
            raise InvalidInput(f"{name!r} is of {lack}, not of {of}: use {', '.join(others)}")
        if name == "orbital_site" and n_states < space.dimension:
            raise InvalidInput(
                f"'orbital_site' gives each site to one of {space.dimension} orbitals, not of "
                f"{n_states}: take all states"
            )


def _lack(name: str, space: HilbertSpace, model: Model | None) -> str:
    """What this observable needs and is not there."""
    if name in _OF_LBITS and not space.lbits:
        return "l-bits"
    if name == "entropy_cuts" and len(space.dims) < 2:
        return "several sites"
    if name == "fock_decay" and not isinstance(model, QuantumDot):
        return "the electrons of a QuantumDot, given as the model"
    if name in _OF_A_LATTICE and not isinstance(model, SquareLattice):
        return "the orbitals of a SquareLattice, given as the model"
    return ""


def measure(
    pairs: Eigenpairs, names: Iterable[str], model: Model | None = None
) -> dict[str, np.ndarray]:
    """Observables of every state, not averaged; equal on every rank.

    ==================  ==============  =====================================================
    ``gap_ratio``       (k - 2,)        r_n of consecutive levels
    ``entropy_lbits``   (k, n_lbits)    entanglement entropy of each l-bit, nats
    ``sigma_z_lbits``   (k, n_lbits)    <sigma^z> of each l-bit
    ``memory_lbits``    (k, n_lbits)    share of C^zz; its mean over states is C^zz
    ``entropy_cuts``    (k, n_sites-1)  entropy of grain + l-bits 1..c-1 with the rest, nats
    ``participation``   (k,)            basis states a state spreads over; length or area on
                                        the grid of a `ContinuumGrid`
    ``fock_decay``      (k, m)          local 1/Xi of each two-body move, of a `QuantumDot`
    ``grain_amplitude`` (k,)            |phi_a(0)| at the grain, of a `SquareLattice`
    ``orbital_site``    (k,), integers  number of the orbital's site, of a `SquareLattice`
    ==================  ==============  =====================================================

    Parameters
    ----------
    pairs : Eigenpairs
        Serial or distributed; local quantities never gather whole vectors.
    names : iterable of str
    model : Model, optional
        That the operator is of, for lengths and what only one model has.

    Raises
    ------
    InvalidInput
        If a name is unknown, or of what operator or model do not have.
    """
    names = check_names(names)
    check_measurable(names, pairs.operator.space, model, len(pairs))
    measured = _Measured(pairs, model)
    return {name: OBSERVABLES[name](measured) for name in names}
