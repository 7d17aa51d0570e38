"""Density matrices of a few sites, from rows of the eigenvectors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..comm import together
from ..errors import InvalidInput
from ..rows import Rows
from .schmidt import matricised


def block_states(
    vectors: np.ndarray, dims: Sequence[int], sites: Sequence[int], rows: Rows | None = None
) -> np.ndarray:
    """Reduced density matrices ``tr_rest |psi><psi|`` of `sites`, for every state.

    No rank needs a whole vector: the ranks exchange rows once, so that each has all levels of the
    sites and its share of the levels of the rest, and sum what they find. Time D d a state over
    the number of ranks; memory that of the rows twice, and k d^2 numbers, which is the smaller
    part for blocks with d^2 <= D/ranks.

    Parameters
    ----------
    vectors : (n_rows, k) this rank's rows of normalised states, real or complex
    dims : dimension of every site
    sites : the block; the first one is the most significant in the matrices
    rows : which rows these are; all of them by default

    Returns
    -------
    (k, d, d), equal on every rank; trace 1

    Raises
    ------
    InvalidInput
        If sites are not there or named twice, or dims do not fit the rows.

    Examples
    --------
    >>> ghz = np.array([[1, 0, 0, 0, 0, 0, 0, 1]]).T / np.sqrt(2)
    >>> block_states(ghz, [2, 2, 2], [0, 2])[0].diagonal().round(12)
    array([0.5, 0. , 0. , 0.5])
    """
    rows = rows if rows is not None else Rows(math.prod(dims))
    sites = list(sites)
    together(rows.comm, lambda: _check(vectors, dims, sites, rows))
    if rows.distributed:
        matrices = _own_share(vectors, dims, sites, rows)
    else:
        matrices = matricised(vectors, dims, sites)
    return rows.sum(matrices @ matrices.conj().transpose(0, 2, 1))


def _check(vectors: np.ndarray, dims: Sequence[int], sites: list[int], rows: Rows) -> None:
    if len(set(sites)) < len(sites) or not set(sites) <= set(range(len(dims))):
        raise InvalidInput(f"sites={sites} must be different numbers 0..{len(dims) - 1}")
    if math.prod(dims) != rows.dimension or len(vectors) != rows.stop - rows.start:
        raise InvalidInput(
            f"dims={list(dims)} and {len(vectors)} rows do not fit vectors of {rows.dimension} "
            f"numbers of which {rows.stop - rows.start} are here"
        )


def _own_share(
    vectors: np.ndarray, dims: Sequence[int], sites: list[int], rows: Rows
) -> np.ndarray:
    """(k, d, part of the rest): `matricised` with the columns dealt to the ranks."""
    rest = [site for site in range(len(dims)) if site not in sites]
    d = math.prod(dims[site] for site in sites)
    columns = Rows(rows.dimension // d, rows.comm)
    ends = [columns.bounds(rank)[1] for rank in range(rows.comm.size)]
    column = _levels(np.arange(rows.start, rows.stop), dims, rest)
    received = rows.dealt(vectors, np.searchsorted(ends, column, side="right"))
    inside = _basis_states(np.arange(d), dims, sites)
    outside = _basis_states(np.arange(columns.start, columns.stop), dims, rest)
    # Rows arrive in their own order, whatever the order of the sites.
    places = np.argsort((inside[:, None] + outside).ravel())
    share = np.empty_like(received, order="C")
    share[places] = received
    return share.reshape(d, -1, vectors.shape[1]).transpose(2, 0, 1)


def _levels(states: np.ndarray, dims: Sequence[int], sites: Sequence[int]) -> np.ndarray:
    """Number of the level of `sites`, the first the most significant, in these basis states."""
    levels = np.zeros_like(states)
    for site in sites:
        levels = levels * dims[site] + states // math.prod(dims[site + 1 :]) % dims[site]
    return levels


def _basis_states(levels: np.ndarray, dims: Sequence[int], sites: Sequence[int]) -> np.ndarray:
    """The inverse, with all other sites in their level 0."""
    states = np.zeros_like(levels)
    for site in reversed(sites):
        states += levels % dims[site] * math.prod(dims[site + 1 :])
        levels = levels // dims[site]
    return states
