"""Reduced density matrices of single two-level sites, from rows of the eigenvectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..operators import HilbertSpace
from ..rows import Rows


@dataclass(frozen=True)
class ReducedStates:
    """Density matrices ``[[up, coherence], [conj(coherence), down]]`` of single sites.

    Every array is (k, n_sites). up + down = 1; <sigma^z> = up - down, <sigma^x> = 2 Re coherence.
    """

    up: np.ndarray
    down: np.ndarray
    coherence: np.ndarray

    @property
    def sigma_z(self) -> np.ndarray:
        return self.up - self.down

    @property
    def sigma_x(self) -> np.ndarray:
        return 2 * self.coherence.real


def reduced_states(
    vectors: np.ndarray, space: HilbertSpace, sites: tuple[int, ...], rows: Rows | None = None
) -> ReducedStates:
    """Density matrices of two-level `sites`.

    Every rank uses its own rows; of the other ranks' it receives only the rows that differ from
    its own by a flip of the site, and the sums over ranks are (k, n_sites) numbers.

    Parameters
    ----------
    vectors : (n_rows, k) this rank's rows of normalised states
    space : HilbertSpace
    sites : numbers of two-level sites
    rows : which rows these are; all of them by default
    """
    rows = rows if rows is not None else Rows(space.dimension)
    vectors = np.ascontiguousarray(vectors)
    sums = np.empty((3, vectors.shape[1], len(sites)), dtype=vectors.dtype)
    for column, site in enumerate(sites):
        up, down, flipped = _halves(vectors, space.strides[site], rows)
        sums[0, :, column] = _overlaps(up, up)
        sums[1, :, column] = _overlaps(down, down)
        sums[2, :, column] = _overlaps(flipped, up)
    up, down, coherence = rows.sum(sums)
    return ReducedStates(up.real, down.real, coherence)


def _halves(
    vectors: np.ndarray, stride: int, rows: Rows
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows with the site up, with it down, and the flipped partners of the former; (., ., k)."""
    if not rows.distributed:
        pairs = vectors.reshape(-1, 2, stride, vectors.shape[1])
        return pairs[:, 0], pairs[:, 1], pairs[:, 1]
    is_up = (np.arange(rows.start, rows.stop) // stride) % 2 == 0
    flipped = rows.shifted(vectors, stride)
    return vectors[None, is_up], vectors[None, ~is_up], flipped[None, is_up]


def _overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """<a|b> of every column, summed over all indices but the last."""
    overlaps: np.ndarray = np.einsum("aik,aik->k", a.conj(), b)
    return overlaps
