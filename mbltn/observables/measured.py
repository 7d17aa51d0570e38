"""What is measured on: states, their partners, the model and its disorder, and the options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..errors import InvalidInput
from ..models import Model, Sample
from ..models.base import GrainModel
from ..solvers import Eigenpairs
from .energy_histogram import bins_within
from .levels import level_spacing
from .line_width import LineWidth, line_width
from .local_spins import ReducedStates, reduced_states
from .operator_ipr import log_operator_ipr
from .pauli import Pauli
from .thouless import ThoulessParameter, thouless_parameter
from .transitions import Transitions, transitions_between, transitions_within


@dataclass(frozen=True)
class Measurement:
    """Options of observables; what they do not concern ignores them.

    Attributes
    ----------
    probe_spin : grain spin 1..N of the probes; by default one that the l-bits do not touch, see
        `GrainModel.probe_spin`
    bin_width, reach : bins and range of the curves: spectral functions, hybridization function
    partners : number of pairs in each of the windows around E +- splitting, where the whole
        spectrum is out of reach; by default the partners of a state are all eigenstates
    resolution : energy that Chebyshev moments resolve, for the ``*_smooth`` observables
    """

    probe_spin: int | None = None
    bin_width: float | None = None
    reach: float | None = None
    partners: int | None = None
    resolution: float | None = None

    def grid(self) -> tuple[float, float]:
        """(bin_width, reach), or an `InvalidInput` if one is missing or they make no bins."""
        if self.bin_width is None or self.reach is None:
            raise InvalidInput(
                f"bin_width={self.bin_width} and reach={self.reach}: a curve needs both, the same "
                "for all samples that are averaged; the mean level spacing is a good width"
            )
        bins_within(self.bin_width, self.reach)
        return self.bin_width, self.reach


@dataclass(frozen=True, eq=False)
class Measured:
    """Eigenpairs with what several observables share.

    Attributes
    ----------
    spectrum : all pairs that are known around the measured ones
    levels : numbers of the measured ones among them
    around : gives a window of pairs around an energy; without it, all of `spectrum` are partners
    """

    spectrum: Eigenpairs
    levels: np.ndarray
    model: Model | None = None
    sample: Sample | None = None
    around: Callable[[float], Eigenpairs] | None = None
    options: Measurement = field(default_factory=Measurement)

    @cached_property
    def pairs(self) -> Eigenpairs:
        """The measured states."""
        if len(self.levels) == len(self.spectrum):
            return self.spectrum
        return self.spectrum.select(self.levels)

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
        space = self.pairs.operator.space
        return reduced_states(self.pairs.vectors, space, space.lbits, self.pairs.rows)

    @property
    def grain_model(self) -> GrainModel:
        assert isinstance(self.model, GrainModel)
        return self.model

    @property
    def disorder(self) -> Sample:
        assert self.sample is not None
        return self.sample

    @property
    def probe_spin(self) -> int:
        chosen = self.options.probe_spin
        return self.grain_model.probe_spin if chosen is None else chosen

    @property
    def last_lbit(self) -> int:
        """Its site."""
        return self.grain_model.n_lbits

    def transitions(self, pauli: Pauli) -> Transitions:
        """Of this spin, from the measured states to their partners.

        A spin of the grain leads to the whole spectrum, an l-bit to the windows at its splitting.
        """
        if self.around is None or pauli.site == 0:
            return transitions_within(self.spectrum, pauli, self.levels)
        energy = float(self.pairs.energies.mean())
        splitting = float(self.grain_model.splittings(self.disorder)[pauli.site - 1])
        windows = [self.around(energy + sign * splitting) for sign in (1.0, -1.0)]
        return transitions_between(self.pairs, windows, pauli)

    @cached_property
    def thouless(self) -> ThoulessParameter:
        """Of sigma^z of the probe spin."""
        found = transitions_within(self.pairs, Pauli("z", 0, self.probe_spin))
        return thouless_parameter(found.energies, found.elements)

    @cached_property
    def of_last_lbit(self) -> Transitions:
        """Of sigma^x of the outermost l-bit."""
        return self.transitions(Pauli("x", self.last_lbit))

    @cached_property
    def spread_of_lbits(self) -> tuple[np.ndarray, np.ndarray]:
        """ln IPR of sigma^x of each l-bit, and the weight its partners hold; (k, n_lbits) each."""
        sites = self.pairs.operator.space.lbits
        spread, captured = np.empty((2, len(self.pairs), len(sites)))
        for column, site in enumerate(sites):
            last = site == self.last_lbit
            found = self.of_last_lbit if last else self.transitions(Pauli("x", site))
            spread[:, column] = log_operator_ipr(found)
            captured[:, column] = found.weights.sum(axis=0)
        return spread, captured

    @cached_property
    def line_of_last_lbit(self) -> LineWidth:
        splitting = float(self.grain_model.splittings(self.disorder)[-1])
        spacing = level_spacing(self.pairs.energies)
        return line_width(self.of_last_lbit, splitting, spacing)
