"""Has the bath taken up its l-bits? Observables of papers C and E on measured eigenstates.

Where there is no l-bit the arrays have no component, and tables no row.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..comm import together
from ..models import CentralGrain
from ..operators import SIGMA_X, HilbertSpace, Operator, Term, embed, to_csr, to_dense
from .coupling import bare_hybridization
from .dynamical import DynamicalMoments, dynamical_moments
from .energy_histogram import bins_within
from .hybridization import hybridization_function
from .measured import Measured
from .operator_ipr import log_operator_ipr, log_operator_ipr_smooth
from .pauli import Pauli
from .spectral import spectral_function
from .transitions import Transitions

# Levels around E = 0 that the density of the bath is taken from.
_DENSITY_LEVELS = 100


def line_ratio(measured: Measured) -> np.ndarray:
    return _of_line(measured, "ratio")


def line_ratio_raw(measured: Measured) -> np.ndarray:
    return _of_line(measured, "raw_ratio")


def line_captured(measured: Measured) -> np.ndarray:
    return _of_line(measured, "captured")


def _of_line(measured: Measured, name: str) -> np.ndarray:
    if not measured.last_lbit:
        return np.zeros((1, 0))
    return np.array([getattr(measured.line_of_last_lbit, name)])


def thouless(measured: Measured) -> np.ndarray:
    return measured.thouless.values


def thouless_dropped(measured: Measured) -> np.ndarray:
    return np.array([measured.thouless.dropped])


def log_ipr_probe(measured: Measured) -> np.ndarray:
    return log_operator_ipr(measured.transitions(Pauli("x", 0, measured.probe_spin)))


def log_ipr_lbits(measured: Measured) -> np.ndarray:
    return measured.spread_of_lbits[0]


def captured_lbits(measured: Measured) -> np.ndarray:
    return measured.spread_of_lbits[1]


def log_ipr_probe_smooth(measured: Measured) -> np.ndarray:
    return log_operator_ipr_smooth(_moments(measured, measured.probe_spin))


def spectral_contact(measured: Measured) -> np.ndarray:
    return _curve(measured, measured.transitions(Pauli("x", 0, _contact(measured))))


def spectral_contact_smooth(measured: Measured) -> np.ndarray:
    moments = _moments(measured, _contact(measured))
    found = moments.spectral_function(*measured.options.grid())
    return np.stack([found.thermal, found.mean_log])


def _contact(measured: Measured) -> int:
    contact = measured.grain_model.contact_spin
    assert contact is not None
    return contact


def _moments(measured: Measured, spin: int) -> DynamicalMoments:
    assert measured.options.resolution is not None
    return dynamical_moments(measured.pairs, Pauli("x", 0, spin), measured.options.resolution)


def spectral_last_lbit(measured: Measured) -> np.ndarray:
    if not measured.last_lbit:
        return np.zeros((2, 0))
    return _curve(measured, measured.of_last_lbit)


def _curve(measured: Measured, transitions: Transitions) -> np.ndarray:
    found = spectral_function(transitions, *measured.options.grid())
    return np.stack([found.thermal, found.mean_log])


def hybridization(measured: Measured) -> np.ndarray:
    if not measured.last_lbit:
        return np.zeros((1, 0))
    pairs, sample = measured.pairs, measured.disorder
    levels, bath = np.linalg.eigh(sample.grain)
    fields = 0.5 * measured.grain_model.splittings(sample)
    dw, reach = measured.options.grid()
    columns, vectors = pairs.rows.whole_columns(pairs.vectors)

    def of_my_states() -> np.ndarray:
        if not len(columns):
            return np.zeros(2 * bins_within(dw, reach))
        found = hybridization_function(
            levels, bath, fields, pairs.energies[columns], vectors, dw, reach
        )
        return found.values * (len(columns) / len(pairs))

    return pairs.rows.sum(together(pairs.rows.comm, of_my_states))[None]


def largest_of_bare_coupling(space: HilbertSpace) -> int:
    """Dimension of grain and all l-bits but the last, which every rank diagonalises."""
    return space.dimension // space.dims[-1] if space.lbits else 1


def bare_coupling(measured: Measured) -> np.ndarray:
    if not measured.last_lbit:
        return np.zeros((1, 0))
    model, sample = measured.grain_model, measured.disorder
    assert isinstance(model, CentralGrain)
    bath = replace(model, n_lbits=model.n_lbits - 1, last_coupling=None)
    fields, couplings = sample.fields[:-1], sample.couplings[:-1]
    op = bath.operator(bath.sample(grain=sample.grain, fields=fields, couplings=couplings))
    levels, vectors = np.linalg.eigh(to_dense(op))
    contact = Term(1.0, ((0, embed(SIGMA_X, model.contact_spin, model.n_grain)),))
    found = bare_hybridization(
        levels,
        vectors,
        to_csr(Operator(op.space, (contact,))),
        0.5 * float(model.splittings(sample)[-1]),
        float(sample.couplings[-1]),
        density_count=min(max(2, len(levels) // 8), _DENSITY_LEVELS),
    )
    return np.array([found.G])
