"""Entanglement of measured eigenstates by quimb: every cut, and the grain with each l-bit.

The grain is all sites that are not l-bits. Schmidt spectra of a whole state need all of it: each
rank takes some states, so that it holds its share of all, or one state where there are fewer
states than ranks.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..comm import together
from ..operators import HilbertSpace
from ..operators.mpo import import_quimb
from .block_states import block_states
from .entanglement import entropy_cut, smaller_side
from .measured import Measured
from .schmidt import schmidt_gap, schmidt_weights
from .two_blocks import (
    log_negativity,
    log_negativity_of,
    mutual_information,
    mutual_information_of,
)

OfVector = Callable[[np.ndarray, tuple[int, ...], list[int], int], float]
OfDensity = Callable[[np.ndarray, int, int], float]


def entropy_cuts(measured: Measured) -> np.ndarray:
    return _of_cuts(measured, entropy_cut)


def schmidt_gap_cuts(measured: Measured) -> np.ndarray:
    """Time D d a cut and state, d the dimension of its smaller side."""
    return _of_cuts(
        measured, lambda v, dims, cut: schmidt_gap(schmidt_weights(v, dims, range(cut)))
    )


def mutual_information_lbits(measured: Measured) -> np.ndarray:
    """Time D min(d_g, 2^n_lbits) an l-bit and state."""
    return _of_grain_and_lbits(measured, mutual_information, mutual_information_of)


def negativity_lbits(measured: Measured) -> np.ndarray:
    """Time D d + 8 d^3 an l-bit and state, d = min(d_g, 2^n_lbits)."""
    return _of_grain_and_lbits(measured, log_negativity, log_negativity_of)


def grain_sites(space: HilbertSpace) -> list[int]:
    """All sites that are not l-bits."""
    return [site for site in range(len(space.dims)) if site not in space.lbits]


def largest_of_cuts(space: HilbertSpace) -> int:
    """Dimension of the largest density matrix that `entropy_cuts` diagonalises."""
    cuts = range(1, len(space.dims))
    return max((smaller_side(space.dims, range(cut)) for cut in cuts), default=1)


def largest_of_lbits(space: HilbertSpace) -> int:
    """The same of `negativity_lbits`, and a bound for `mutual_information_lbits`."""
    return 2 * smaller_side(space.dims, grain_sites(space))


def _of_cuts(
    measured: Measured, of_cut: Callable[[np.ndarray, tuple[int, ...], int], float]
) -> np.ndarray:
    dims = measured.pairs.operator.space.dims
    together(measured.pairs.rows.comm, import_quimb)
    cuts = range(1, len(dims))

    def values(vectors: np.ndarray) -> np.ndarray:
        return np.array([[of_cut(vector, dims, cut) for cut in cuts] for vector in vectors.T])

    return measured.of_whole_vectors(values, len(cuts))


def _of_grain_and_lbits(
    measured: Measured, of_vector: OfVector, of_density: OfDensity
) -> np.ndarray:
    """(k, n_lbits), from density matrices of rows if they are no larger than a rank's rows."""
    pairs = measured.pairs
    space, rows = pairs.operator.space, pairs.rows
    together(rows.comm, import_quimb)
    grain = grain_sites(space)
    d_grain = math.prod(space.dims[site] for site in grain)

    def values(vectors: np.ndarray) -> np.ndarray:
        of_each = [[of_vector(v, space.dims, grain, n) for n in space.lbits] for v in vectors.T]
        return np.array(of_each).reshape(len(of_each), len(space.lbits))

    if (2 * d_grain) ** 2 * rows.comm.size > space.dimension:
        return measured.of_whole_vectors(values, len(space.lbits))
    found = np.empty((len(pairs), len(space.lbits)))
    for column, site in enumerate(space.lbits):
        densities = block_states(pairs.vectors, space.dims, [*grain, site], rows)
        found[:, column] = [of_density(density, d_grain, 2) for density in densities]
    return found
