"""H as a sparse matrix of configurations of the outer sites whose entries act on a small core.

``H = core (x) 1 + 1 (x) energies + sum_k B_k (x) A_k`` with the B_k few small matrices on the core
and the A_k sparse on the configurations: any sum of products of one-site matrices has this form.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from .operator import Block, Operator, local_blocks, site_offsets
from .space import HilbertSpace

# Tiles of fewer levels leave the vector units idle.
_MIN_LEVELS = 8
# A core matrix emptier than this is cheaper entry by entry.
_MIN_FILLING = 0.25
# Matrices that differ by no more than their own rounding are multiples of the same one.
_SAME = 8 * float(np.finfo(float).eps)


@dataclass(frozen=True)
class Cut:
    """A space as (core, outer sites): the core is a run of neighbouring sites.

    Attributes
    ----------
    first, last : int
        The core is the sites ``first <= site < last``.
    outside, levels, inside : int
        Dimensions of the sites before the core, of the core, and after it.

    Examples
    --------
    >>> cut = Cut.of(HilbertSpace((8, 2, 2)))
    >>> cut.levels, cut.configurations
    (8, 4)
    """

    first: int
    last: int
    outside: int
    levels: int
    inside: int

    @classmethod
    def of(cls, space: HilbertSpace) -> Cut:
        """The largest site, and its neighbours until there are eight levels."""
        dims = space.dims
        first = int(np.argmax(dims))
        last = first + 1
        while math.prod(dims[first:last]) < _MIN_LEVELS and last - first < len(dims):
            first, last = (first, last + 1) if last < len(dims) else (first - 1, last)
        parts = dims[:first], dims[first:last], dims[last:]
        return cls(first, last, *(math.prod(part) for part in parts))

    @property
    def configurations(self) -> int:
        return self.outside * self.inside

    def basis_rows(self, low: int, high: int) -> np.ndarray:
        """Rows in kron order of all levels of the configurations low..high, configuration first."""
        before, after = np.divmod(np.arange(low, high, dtype=np.int64), self.inside)
        start = before * (self.levels * self.inside) + after
        return (start[:, None] + np.arange(self.levels) * self.inside).ravel()


@dataclass(frozen=True, eq=False)
class Tiles:
    """The parts of H for the configurations ``low <= s < high``.

    Attributes
    ----------
    core : (d, d), or None if no matrix acts on the core alone or its entries are in `matrices`
    energies : (high - low,)
    matrices : B_k, each (d, d)
    neighbours : A_k, each (high - low, configurations) in compressed rows, columns ascending
    """

    core: np.ndarray | None
    energies: np.ndarray
    matrices: tuple[np.ndarray, ...]
    neighbours: tuple[sp.csr_array, ...]


def tiles(op: Operator, cut: Cut, low: int, high: int) -> Tiles:
    """Split the merged terms of `op`.

    Examples
    --------
    >>> from mbltn.operators import SIGMA_X, Term
    >>> space = HilbertSpace((8, 2, 2))
    >>> op = Operator(space, (Term(0.5, ((0, np.eye(8)), (1, SIGMA_X))),))
    >>> parts = tiles(op, Cut.of(space), 0, 4)
    >>> len(parts.matrices), parts.neighbours[0].toarray()[0]
    (1, array([0. , 0. , 0.5, 0. ]))
    """
    d, n = cut.levels, high - low
    core = np.zeros((d, d))
    energies = np.zeros(n)
    identity = np.eye(d)
    groups: dict[bytes, tuple[np.ndarray, list[tuple[np.ndarray, np.ndarray, float]]]] = {}

    def add(matrix: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> None:
        scale = float(matrix.flat[np.argmax(abs(matrix))])
        unit = matrix / scale
        if (rows + low == columns).all() and np.array_equal(unit, identity):
            energies[rows] += scale
            return
        key = np.round(unit, 12) + 0.0  # + 0.0 makes -0.0 one key with 0.0
        known, parts = groups.setdefault(key.tobytes(), (unit, []))
        if abs(known - unit).max() > _SAME:
            known, parts = groups.setdefault(unit.tobytes(), (unit, []))
        parts.append((rows, columns, scale))

    everywhere = np.arange(n, dtype=np.int64)
    for block in local_blocks(op):
        outer = [site for site in block.sites if not cut.first <= site < cut.last]
        local = _local_index(op.space, cut, outer, low, high)
        offsets = _outer_offsets(op.space, cut, outer)
        for row, column, matrix in transitions(op, block, cut):
            if not outer:
                core += matrix
                continue
            here = np.flatnonzero(local == row)
            if len(here):
                add(matrix, here, here + low + int(offsets[column] - offsets[row]))
    diagonal = core.diagonal().copy()
    dense: np.ndarray | None = core
    if not (core - np.diag(diagonal)).any():
        dense = None
        shift = float(diagonal.mean())
        energies += shift
        if (diagonal != shift).any():
            add(np.diag(diagonal - shift), everywhere, everywhere + low)
    elif np.count_nonzero(core) < _MIN_FILLING * d * d:
        dense = None
        add(core, everywhere, everywhere + low)
    neighbours = tuple(_compressed(parts, n, cut.configurations) for _, parts in groups.values())
    matrices = tuple(unit for unit, _ in groups.values())
    return Tiles(dense, energies, matrices, neighbours)


def stored_entries(op: Operator) -> int:
    """Non-zeros of H off the diagonal, and D on it: what one application multiplies."""
    return op.dimension + sum(
        int((block.rows != block.columns).sum()) * (op.dimension // block.dimension)
        for block in local_blocks(op)
    )


def _compressed(
    parts: list[tuple[np.ndarray, np.ndarray, float]], n: int, configurations: int
) -> sp.csr_array:
    rows = np.concatenate([rows for rows, _, _ in parts])
    columns = np.concatenate([columns for _, columns, _ in parts])
    values = np.concatenate([np.full(len(rows), value) for rows, _, value in parts])
    matrix = sp.coo_array((values, (rows, columns)), shape=(n, configurations)).tocsr()
    matrix.sort_indices()
    return matrix


def _outer_stride(space: HilbertSpace, cut: Cut, site: int) -> int:
    """Distance between neighbouring levels of an outer site among the configurations."""
    stride = space.strides[site]
    return stride if site >= cut.last else stride // cut.levels


def _local_index(
    space: HilbertSpace, cut: Cut, outer: list[int], low: int, high: int
) -> np.ndarray:
    """Which level of the product of these outer sites each configuration has."""
    configurations = np.arange(low, high, dtype=np.int64)
    index = np.zeros(high - low, dtype=np.int64)
    for site in outer:
        digit = (configurations // _outer_stride(space, cut, site)) % space.dims[site]
        index = index * space.dims[site] + digit
    return index


def _outer_offsets(space: HilbertSpace, cut: Cut, outer: list[int]) -> np.ndarray:
    offsets = np.zeros(1, dtype=np.int64)
    for site in outer:
        levels = np.arange(space.dims[site], dtype=np.int64) * _outer_stride(space, cut, site)
        offsets = (offsets[:, None] + levels).ravel()
    return offsets


def transitions(op: Operator, block: Block, cut: Cut) -> Iterator[tuple[int, int, np.ndarray]]:
    """(row, column) on the block's outer sites, and the matrix on the whole core beside it."""
    space = op.space
    touched = [site for site in block.sites if cut.first <= site < cut.last]
    untouched = [site for site in range(cut.first, cut.last) if site not in touched]
    idle = site_offsets(op, untouched) // cut.inside
    core_rows, outer_rows = _digits(op, block, cut, block.rows)
    core_columns, outer_columns = _digits(op, block, cut, block.columns)
    n_outer = block.dimension // math.prod(space.dims[site] for site in touched)
    pairs = outer_rows * n_outer + outer_columns
    for pair in np.unique(pairs):
        chosen = pairs == pair
        matrix = np.zeros((cut.levels, cut.levels))
        rows = core_rows[chosen][:, None] + idle
        columns = core_columns[chosen][:, None] + idle
        matrix[rows, columns] = block.values[chosen][:, None]
        yield int(pair // n_outer), int(pair % n_outer), matrix


def _digits(
    op: Operator, block: Block, cut: Cut, index: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Offset within the core, and index on the block's outer sites, of its local levels."""
    core = np.zeros_like(index)
    outer = np.zeros_like(index)
    place = block.dimension
    for site in block.sites:
        place //= op.space.dims[site]
        digit = (index // place) % op.space.dims[site]
        if cut.first <= site < cut.last:
            core = core + digit * (op.space.strides[site] // cut.inside)
        else:
            outer = outer * op.space.dims[site] + digit
    return core, outer
