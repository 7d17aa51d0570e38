"""Has the bath taken up its l-bits? Observables of papers C and E on measured eigenstates.

Where there is no l-bit the arrays have no component, and tables no row.
"""

from __future__ import annotations

import numpy as np

from .measured import Measured
from .operator_ipr import log_operator_ipr
from .pauli import Pauli
from .spectral import spectral_function
from .thouless import thouless_parameter
from .transitions import Transitions, transitions_within


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
    found = transitions_within(measured.pairs, Pauli("z", 0, measured.probe_spin))
    return thouless_parameter(found.energies, found.elements).values


def log_ipr_probe(measured: Measured) -> np.ndarray:
    return log_operator_ipr(measured.transitions(Pauli("x", 0, measured.probe_spin)))


def log_ipr_lbits(measured: Measured) -> np.ndarray:
    sites = measured.pairs.operator.space.lbits
    found = np.empty((len(measured.pairs), len(sites)))
    for column, site in enumerate(sites):
        last = site == measured.last_lbit
        of_site = measured.of_last_lbit if last else measured.transitions(Pauli("x", site))
        found[:, column] = log_operator_ipr(of_site)
    return found


def spectral_contact(measured: Measured) -> np.ndarray:
    contact = measured.grain_model.contact_spin
    assert contact is not None
    return _curve(measured, measured.transitions(Pauli("x", 0, contact)))


def spectral_last_lbit(measured: Measured) -> np.ndarray:
    if not measured.last_lbit:
        return np.zeros((2, 0))
    return _curve(measured, measured.of_last_lbit)


def _curve(measured: Measured, transitions: Transitions) -> np.ndarray:
    found = spectral_function(transitions, *measured.options.grid())
    return np.stack([found.thermal, found.mean_log])
