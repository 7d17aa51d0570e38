"""What an l-bit remembers at infinite time."""

from __future__ import annotations

import numpy as np

from ..operators import HilbertSpace
from ..rows import Rows
from .levels import DEGENERATE


def infinite_time_correlator(
    energies: np.ndarray,
    vectors: np.ndarray,
    space: HilbertSpace,
    sites: tuple[int, ...],
    rows: Rows | None = None,
    bandwidth: float | None = None,
) -> np.ndarray:
    """Each state's share of C^zz (docs/physics.md, eq O4): sum over a' of |<a|sigma^z|a'>|^2
    over all a' degenerate with a.

    Parameters
    ----------
    energies, vectors : ascending levels, and this rank's rows of the states. A degenerate partner
        outside of them is not counted.
    sites : two-level sites
    bandwidth : E_max - E_min of the Hamiltonian; levels closer than 1e-12 of it count as
        degenerate. By default that of `energies`.

    Returns
    -------
    (k, n_sites) in [0, 1]; the mean over states is C^zz: 1 is frozen, 0 is thermal.
    """
    rows = rows if rows is not None else Rows(space.dimension)
    index = np.arange(rows.start, rows.stop)
    resolution = DEGENERATE * (np.ptp(energies) if bandwidth is None else bandwidth)
    levels = np.arange(len(energies))
    groups = np.split(levels, np.flatnonzero(np.diff(energies) > resolution) + 1)
    result = np.empty((len(energies), len(sites)))
    for column, site in enumerate(sites):
        sign = 1.0 - 2.0 * ((index // space.strides[site]) % 2)
        weights = np.einsum("i,ik,ik->k", sign, vectors.conj(), vectors)
        result[:, column] = rows.sum(weights).real ** 2
        for group in groups:
            if len(group) > 1:
                states = vectors[:, group]
                elements = rows.sum(states.conj().T @ (sign[:, None] * states))
                result[group, column] = (abs(elements) ** 2).sum(axis=1)
    return result
