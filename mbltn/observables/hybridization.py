"""Over how many product states of bath and spins an eigenstate spreads: k(w) of paper E."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput
from ..models.uncoupled_states import product_energies
from .energy_histogram import EnergyHistogram, bins_within, energy_histogram

_UNIT_NORM = 1e-6


def hybridization_function(
    levels: np.ndarray,
    bath_vectors: np.ndarray,
    fields: np.ndarray,
    energies: np.ndarray,
    vectors: np.ndarray,
    dw: float,
    reach: float,
) -> EnergyHistogram:
    """``k(w) = mean_psi sum_{b,s} |<b,s|psi>|^2 delta(w - (E(b,s) - E_psi))`` (paper E, sec. II C).

    docs/physics.md (O17). |b, s> are the eigenstates of bath and spins without their coupling. Its
    integral is 1, and its `hwhm` the width that a golden rule predicts. Use `mean_histogram` over
    samples, with bins of a tenth of the expected width or of the level spacing of bath and spin,
    whichever is larger.

    Parameters
    ----------
    levels : (d,);  bath_vectors : (d, d)
        All eigenstates of the bath, in columns.
    fields : (M,)
        Of the spins that join it, h_i sigma^z_i. Spins that belong to the uncoupled part are
        spins of the bath.
    energies : (k,);  vectors : (d 2^M, k)
        Eigenstates of the coupled problem, bath first; another array of this size is made.
    dw, reach : float, > 0
        Bin width, and largest |w| that is kept.

    Raises
    ------
    InvalidInput
        If the shapes do not fit, a state does not have weight one in the product basis, or there
        are no such bins (`bins_within`).

    Examples
    --------
    >>> psi = np.sqrt([[0.75], [0.0], [0.0], [0.25]])      # 3/4 of |b=0, up>, 1/4 of |b=1, down>
    >>> k = hybridization_function([0.0, 2.5], np.eye(2), [1.0], [1.0], psi, dw=0.5, reach=1.0)
    >>> k.weights, k.edges
    (array([0.  , 0.  , 0.75, 0.25]), array([-1. , -0.5,  0. ,  0.5,  1. ]))
    """
    products = product_energies(levels, fields)
    energies, vectors = np.asarray(energies, dtype=float), np.asarray(vectors)
    d, configurations = products.shape
    expected = (products.size, len(energies))
    if np.shape(bath_vectors) != (d, d) or vectors.shape != expected or not len(energies):
        raise InvalidInput(
            f"{d} levels and {len(energies)} energies need bath_vectors ({d}, {d}) and vectors "
            f"{expected}, one state or more, but got {np.shape(bath_vectors)} and {vectors.shape}"
        )
    amplitudes = np.conj(bath_vectors).T @ vectors.reshape(d, configurations * len(energies))
    amplitudes = amplitudes.reshape(vectors.shape)
    m = bins_within(dw, reach)
    mean, beyond = np.zeros(2 * m), np.zeros(2)
    for energy, amplitude in zip(energies, amplitudes.T, strict=True):
        weights = abs(amplitude) ** 2
        if not abs(weights.sum() - 1) < _UNIT_NORM:
            raise InvalidInput(
                f"a state of weight {weights.sum():.6g} in the product basis: normalise the states "
                "and give all eigenvectors of the bath, in columns"
            )
        of_state = energy_histogram(products.ravel() - energy, weights, dw, reach)
        mean += of_state.weights / len(energies)
        beyond += of_state.beyond / len(energies)
    return EnergyHistogram(float(dw), mean, beyond)
