"""Reduced density matrices of single two-level sites, from rows of the eigenvectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..comm import Rows
from ..operators import HilbertSpace


@dataclass(frozen=True)
class ReducedStates:
    """Density matrices ``[[up, coherence], [coherence, down]]`` of single sites in real states.

    Every array is (k, n_sites). up + down = 1; <sigma^z> = up - down, <sigma^x> = 2 coherence
    and <sigma^y> = 0.
    """

    up: np.ndarray
    down: np.ndarray
    coherence: np.ndarray

    @property
    def sigma_z(self) -> np.ndarray:
        return self.up - self.down

    @property
    def sigma_x(self) -> np.ndarray:
        return 2 * self.coherence


def reduced_states(
    vectors: np.ndarray, space: HilbertSpace, sites: tuple[int, ...], rows: Rows | None = None
) -> ReducedStates:
    """Density matrices of two-level `sites` in real states.

    Every rank uses its own rows; of the other ranks' it receives only the rows that differ from
    its own by a flip of the site, and the sums over ranks are (k, n_sites) numbers.

    Parameters
    ----------
    vectors : (n_rows, k) this rank's rows of normalised real states
    space : HilbertSpace
    sites : numbers of two-level sites
    rows : which rows these are; all of them by default
    """
    rows = rows if rows is not None else Rows(space.dimension)
    index = np.arange(rows.start, rows.stop)
    sums = np.empty((3, vectors.shape[1], len(sites)))
    for column, site in enumerate(sites):
        stride = space.strides[site]
        is_up = (index // stride) % 2 == 0
        up, down = vectors[is_up], vectors[~is_up]
        flipped = rows.shifted(vectors, stride)[is_up]
        sums[0, :, column] = np.einsum("ik,ik->k", up, up)
        sums[1, :, column] = np.einsum("ik,ik->k", down, down)
        sums[2, :, column] = np.einsum("ik,ik->k", up, flipped)
    return ReducedStates(*rows.sum(sums))
