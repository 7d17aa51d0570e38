"""The observables by name: what each needs, and how it is measured on eigenpairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..models import CentralGrain, ContinuumGrid, Model, QuantumDot, SquareLattice
from ..models.base import GrainModel
from ..operators import HilbertSpace, to_csr
from ..operators.operator import norm_bound
from . import avalanche_probes as probes, entanglement_probes as entangled
from .entanglement import two_level_entropy
from .fock_space import fock_decay, fock_profile
from .levels import gap_ratio
from .measured import Measured
from .memory import infinite_time_correlator
from .orbitals import amplitudes_at_origin, orbital_sites
from .participation import participation_volume


@dataclass(frozen=True)
class Observable:
    """
    Attributes
    ----------
    measure : values whose first axis is averaged: states, or one for a whole sample
    needs : names in `NEEDS`
    partners : "whole" if matrix elements to all eigenstates enter, "windows" if pairs around E +-
        the splittings of l-bits suffice; empty if the measured states do
    of_disorder : the sample enters
    label : names something, and has no mean
    smooth : from Chebyshev moments of the measured states alone, at `Measurement.resolution`
    curve : a function on the grid of `Measurement`, averaged point by point and kept out of tables
    matrix : dimension of the largest dense matrix of a space that must be diagonalised
    least_states : that must be measured
    """

    measure: Callable[[Measured], np.ndarray]
    needs: tuple[str, ...] = ()
    partners: str = ""
    of_disorder: bool = False
    label: bool = False
    smooth: bool = False
    curve: bool = False
    matrix: Callable[[HilbertSpace], int] | None = None
    least_states: int = 1

    @property
    def has_mean(self) -> bool:
        """Whether tables have a row of it."""
        return not (self.label or self.curve)


@dataclass(frozen=True)
class Need:
    """What operator or model must have, in words."""

    met: Callable[[HilbertSpace, Model | None], bool]
    words: str


def _is_grain(model: Model | None) -> bool:
    return isinstance(model, GrainModel)


NEEDS: dict[str, Need] = {
    "lbits": Need(lambda space, model: bool(space.lbits) or _is_grain(model), "l-bits"),
    "bath": Need(
        lambda space, model: _is_grain(model) or 0 < len(space.lbits) < len(space.dims),
        "l-bits beside a grain or bath",
    ),
    "sites": Need(lambda space, model: len(space.dims) > 1 or _is_grain(model), "several sites"),
    "grain": Need(
        lambda _, model: _is_grain(model), "the spins of a grain with l-bits, given as the model"
    ),
    "contact": Need(
        lambda _, model: isinstance(model, GrainModel) and model.contact_spin is not None,
        "the grain spin that all l-bits touch, in the model that is given",
    ),
    "xx": Need(
        lambda _, model: isinstance(model, CentralGrain) and model.coupling == "xx",
        "sigma^x sigma^x couplings, of a CentralGrain with coupling='xx' given as the model",
    ),
    "dot": Need(
        lambda _, model: isinstance(model, QuantumDot),
        "the electrons of a QuantumDot, given as the model",
    ),
    "lattice": Need(
        lambda _, model: isinstance(model, SquareLattice),
        "the orbitals of a SquareLattice, given as the model",
    ),
}


def _gap_ratio(measured: Measured) -> np.ndarray:
    return gap_ratio(measured.pairs.energies)


def _entropy_lbits(measured: Measured) -> np.ndarray:
    state = measured.lbits
    return two_level_entropy(state.up, state.down, state.coherence)


def _sigma_z_lbits(measured: Measured) -> np.ndarray:
    return measured.lbits.sigma_z


def _memory_lbits(measured: Measured) -> np.ndarray:
    pairs = measured.pairs
    space = pairs.operator.space
    bandwidth = 2 * norm_bound(pairs.operator)
    return infinite_time_correlator(
        pairs.energies, pairs.vectors, space, space.lbits, pairs.rows, bandwidth
    )


def _participation(measured: Measured) -> np.ndarray:
    model = measured.model
    volume = model.dx ** len(model.shape) if isinstance(model, ContinuumGrid) else 1.0
    return measured.of_whole_vectors(lambda vectors: participation_volume(vectors, volume))


def _fock_decay(measured: Measured) -> np.ndarray:
    dot = measured.model
    assert isinstance(dot, QuantumDot)
    occupations = dot.occupations()
    moves = (min(dot.electrons, dot.n_levels - dot.electrons) + 1) // 2
    return measured.of_whole_vectors(lambda v: fock_decay(fock_profile(v, occupations)), moves)


def _grain_amplitude(measured: Measured) -> np.ndarray:
    pairs = measured.pairs
    columns, orbitals = pairs.rows.whole_columns(pairs.vectors)
    found = np.zeros(len(pairs))
    found[columns] = amplitudes_at_origin(to_csr(pairs.operator), pairs.energies[columns], orbitals)
    return pairs.rows.sum(found)


def _orbital_site(measured: Measured) -> np.ndarray:
    return orbital_sites(measured.pairs.rows.gather(measured.pairs.vectors))


OBSERVABLES: dict[str, Observable] = {
    "gap_ratio": Observable(_gap_ratio, least_states=3),
    "entropy_lbits": Observable(_entropy_lbits, ("lbits",)),
    "sigma_z_lbits": Observable(_sigma_z_lbits, ("lbits",)),
    "memory_lbits": Observable(_memory_lbits, ("lbits",)),
    "entropy_cuts": Observable(
        entangled.entropy_cuts, ("sites",), matrix=entangled.largest_of_cuts
    ),
    "schmidt_gap_cuts": Observable(
        entangled.schmidt_gap_cuts, ("sites",), matrix=entangled.largest_of_cuts
    ),
    "mutual_information_lbits": Observable(
        entangled.mutual_information_lbits, ("bath",), matrix=entangled.largest_of_lbits
    ),
    "negativity_lbits": Observable(
        entangled.negativity_lbits, ("bath",), matrix=entangled.largest_of_lbits
    ),
    "participation": Observable(_participation),
    "fock_decay": Observable(_fock_decay, ("dot",)),
    "grain_amplitude": Observable(_grain_amplitude, ("lattice",)),
    "orbital_site": Observable(_orbital_site, ("lattice",), label=True),
    "thouless": Observable(probes.thouless, ("grain",), least_states=2),
    "thouless_dropped": Observable(probes.thouless_dropped, ("grain",), least_states=2),
    "line_ratio": Observable(
        probes.line_ratio, ("grain",), partners="windows", of_disorder=True, least_states=2
    ),
    "line_ratio_raw": Observable(
        probes.line_ratio_raw, ("grain",), partners="windows", of_disorder=True, least_states=2
    ),
    "line_captured": Observable(
        probes.line_captured, ("grain",), partners="windows", of_disorder=True, least_states=2
    ),
    "log_ipr_probe": Observable(probes.log_ipr_probe, ("grain",), partners="whole"),
    "log_ipr_lbits": Observable(probes.log_ipr_lbits, ("grain",), partners="windows"),
    "captured_lbits": Observable(probes.captured_lbits, ("grain",), partners="windows"),
    "spectral_contact": Observable(
        probes.spectral_contact, ("contact",), partners="whole", curve=True
    ),
    "spectral_last_lbit": Observable(
        probes.spectral_last_lbit, ("grain",), partners="windows", curve=True
    ),
    "hybridization": Observable(probes.hybridization, ("grain",), of_disorder=True, curve=True),
    "bare_coupling": Observable(
        probes.bare_coupling, ("xx",), of_disorder=True, matrix=probes.largest_of_bare_coupling
    ),
    "log_ipr_probe_smooth": Observable(probes.log_ipr_probe_smooth, ("grain",), smooth=True),
    "spectral_contact_smooth": Observable(
        probes.spectral_contact_smooth, ("contact",), smooth=True, curve=True
    ),
}
