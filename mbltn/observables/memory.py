"""What an l-bit remembers at infinite time."""

from __future__ import annotations

import numpy as np

from ..comm import Rows
from ..operators import HilbertSpace


def infinite_time_correlator(
    energies: np.ndarray,
    vectors: np.ndarray,
    space: HilbertSpace,
    sites: tuple[int, ...],
    rows: Rows | None = None,
    degeneracy: float = 1e-12,
) -> np.ndarray:
    """Each state's share of C^zz (docs/physics.md, eq O4): sum over a' of |<a|sigma^z|a'>|^2
    over all a' degenerate with a.

    Parameters
    ----------
    energies, vectors : ascending levels, and this rank's rows of the states
    sites : two-level sites
    degeneracy : levels closer than this times the largest |E| count as degenerate

    Returns
    -------
    (k, n_sites) in [0, 1]; the mean over states is C^zz: 1 is frozen, 0 is thermal.
    """
    rows = rows if rows is not None else Rows(space.dimension)
    index = np.arange(rows.start, rows.stop)
    scale = float(abs(energies).max(initial=0.0))
    groups = np.split(
        np.arange(len(energies)), np.flatnonzero(np.diff(energies) > degeneracy * scale) + 1
    )
    result = np.empty((len(energies), len(sites)))
    for column, site in enumerate(sites):
        sign = 1.0 - 2.0 * ((index // space.strides[site]) % 2)
        diagonal = np.einsum("i,ik,ik->k", sign, vectors, vectors)
        result[:, column] = rows.sum(diagonal) ** 2
        for group in groups:
            if len(group) > 1:
                states = vectors[:, group]
                elements = rows.sum(states.T @ (sign[:, None] * states))
                result[group, column] = (elements**2).sum(axis=1)
    return result
