"""Real operators as sums of products of one-site matrices."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp

from ..errors import InvalidInput
from .space import HilbertSpace

SYMMETRY_TOLERANCE = 1e-12


@dataclass(frozen=True, eq=False)
class Term:
    """``coefficient * prod_s matrix_s``, each real matrix acting on its own site.

    Parameters
    ----------
    coefficient : float
    factors : iterable of (site, matrix)
        Sites are distinct; the order does not matter. A matrix on a large site may be sparse.
    """

    coefficient: float
    factors: tuple[tuple[int, np.ndarray | sp.csr_array], ...]

    def __post_init__(self) -> None:
        if not np.isfinite(self.coefficient):
            raise InvalidInput(f"the coefficient {self.coefficient} of a term must be finite")
        factors = []
        for site, matrix in self.factors:
            if np.iscomplexobj(matrix):
                raise InvalidInput(f"the matrix on site {site} is complex; operators here are real")
            factors.append((int(site), _own_copy(matrix)))
        factors.sort(key=lambda factor: factor[0])
        sites = [site for site, _ in factors]
        if len(set(sites)) != len(sites):
            raise InvalidInput(f"a term names a site twice: {sites}; multiply the matrices first")
        for site, matrix in factors:
            values = _values(matrix)
            if not np.isfinite(values).all():
                raise InvalidInput(f"the matrix on site {site} contains NaN or infinity")
            values.setflags(write=False)
        object.__setattr__(self, "factors", tuple(factors))

    @property
    def sites(self) -> tuple[int, ...]:
        return tuple(site for site, _ in self.factors)


def _own_copy(matrix: Any) -> np.ndarray | sp.csr_array:
    if not sp.issparse(matrix):
        return np.array(matrix, dtype=float)
    copy = sp.csr_array(matrix, dtype=float, copy=True)
    copy.sum_duplicates()
    return copy


def _values(matrix: np.ndarray | sp.csr_array) -> np.ndarray:
    """The numbers that are stored."""
    return np.asarray(matrix.data) if sp.issparse(matrix) else np.asarray(matrix)


def matrix_bytes(matrix: np.ndarray | sp.csr_array) -> bytes:
    """All that distinguishes this matrix from others on the same site."""
    if isinstance(matrix, np.ndarray):
        return bytes(matrix.tobytes())
    parts = (matrix.indptr, matrix.indices, matrix.data)
    return b"sparse" + b"".join(part.tobytes() for part in parts)


@dataclass(frozen=True, eq=False)
class Operator:
    """A sum of terms on a `HilbertSpace`. Representations are free functions of it.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, to_dense, SIGMA_X, SIGMA_Z
    >>> space = HilbertSpace((2, 2))
    >>> op = Operator(space, (Term(0.5, ((0, SIGMA_X), (1, SIGMA_X))), Term(1.0, ((1, SIGMA_Z),))))
    >>> to_dense(op)
    array([[ 1. ,  0. ,  0. ,  0.5],
           [ 0. , -1. ,  0.5,  0. ],
           [ 0. ,  0.5,  1. ,  0. ],
           [ 0.5,  0. ,  0. , -1. ]])
    """

    space: HilbertSpace
    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(self.terms))
        for term in self.terms:
            for site, matrix in term.factors:
                if not 0 <= site < len(self.space.dims):
                    raise InvalidInput(
                        f"a term acts on site {site}, but there are {len(self.space.dims)} sites"
                    )
                d = self.space.dims[site]
                if matrix.shape != (d, d):
                    raise InvalidInput(
                        f"site {site} has dimension {d}, but its matrix has shape {matrix.shape}"
                    )

    def __add__(self, other: Operator) -> Operator:
        if other.space != self.space:
            raise InvalidInput(f"cannot add operators on {self.space} and {other.space}")
        return Operator(self.space, self.terms + other.terms)

    def __rmul__(self, factor: float) -> Operator:
        return Operator(
            self.space, tuple(Term(factor * t.coefficient, t.factors) for t in self.terms)
        )

    @property
    def dimension(self) -> int:
        return self.space.dimension

    def mean_energy(self) -> float:
        """tr H / D, the energy of maximum entropy, exactly from the terms."""
        return sum(
            term.coefficient * float(np.prod([m.trace() / m.shape[0] for _, m in term.factors]))
            for term in self.terms
        )

    def is_symmetric(self) -> bool:
        """Whether the terms on every set of sites add up to a symmetric matrix (to 1e-12)."""
        return self._symmetric

    @cached_property
    def _blocks(self) -> tuple[Block, ...]:
        return _merge(self.space, self.terms)

    @cached_property
    def _symmetric(self) -> bool:
        return all(_is_symmetric(block) for block in self._blocks)

    def digest(self) -> str:
        """Hash of the space and all numbers; ranks compare it before they act together."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        state = hashlib.sha256(repr((self.space.dims, self.space.lbits)).encode())
        for term in self.terms:
            state.update(repr((float(term.coefficient), term.sites)).encode())
            for _, matrix in term.factors:
                state.update(matrix_bytes(matrix))
        return state.hexdigest()


@dataclass(frozen=True, eq=False)
class Block:
    """All terms on one set of sites, merged: entries of a matrix on those sites alone.

    `rows` and `columns` number the levels of the product of the sites (ascending, first site
    most significant). No entry appears twice, none is zero, and they are sorted by row.
    """

    sites: tuple[int, ...]
    dimension: int
    rows: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def local_blocks(op: Operator) -> tuple[Block, ...]:
    """Terms merged by the sites they act on; every representation is built from this form."""
    return op._blocks


def _merge(space: HilbertSpace, terms: Iterable[Term]) -> tuple[Block, ...]:
    by_sites: dict[tuple[int, ...], list[Term]] = {}
    for term in terms:
        by_sites.setdefault(term.sites, []).append(term)
    blocks = []
    for sites, members in by_sites.items():
        dimension = math.prod(space.dims[site] for site in sites)
        entries = [_entries(term) for term in members]
        place = np.concatenate([rows * dimension + columns for rows, columns, _ in entries])
        values = np.concatenate([values for _, _, values in entries])
        place, inverse = np.unique(place, return_inverse=True)
        values = np.bincount(inverse.ravel(), weights=values, minlength=len(place))
        kept = values != 0
        if kept.any():
            rows, columns = np.divmod(place[kept], dimension)
            blocks.append(Block(sites, dimension, rows, columns, values[kept]))
    return tuple(blocks)


def _entries(term: Term) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows, columns and values of the Kronecker product of a term's matrices."""
    rows = columns = np.zeros(1, dtype=np.int64)
    values = np.array([term.coefficient])
    for _, matrix in term.factors:
        r, c, entries = sp.find(matrix) if sp.issparse(matrix) else _full_entries(matrix)
        rows = (rows[:, None] * matrix.shape[0] + r).ravel()
        columns = (columns[:, None] * matrix.shape[0] + c).ravel()
        values = (values[:, None] * entries).ravel()
    return rows, columns, values


def _full_entries(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, columns = np.nonzero(matrix)
    return rows, columns, matrix[rows, columns]


def entries_per_row(op: Operator) -> int:
    """Upper bound of the stored entries in any row (diagonal counted once)."""
    off_diagonal = [block.rows[block.rows != block.columns] for block in local_blocks(op)]
    return 1 + sum(int(np.bincount(rows, minlength=1).max(initial=0)) for rows in off_diagonal)


def _is_symmetric(block: Block) -> bool:
    place = block.rows * block.dimension + block.columns
    mirror = block.columns * block.dimension + block.rows
    _, inverse = np.unique(np.concatenate([place, mirror]), return_inverse=True)
    difference = np.bincount(inverse.ravel(), np.concatenate([block.values, -block.values]))
    return bool(abs(difference).max() <= SYMMETRY_TOLERANCE * max(1.0, abs(block.values).max()))


def norm_bound(op: Operator) -> float:
    """Upper bound of the spectral norm: the largest absolute row sums, added over the blocks."""
    return sum(
        float(np.bincount(block.rows, abs(block.values)).max()) for block in local_blocks(op)
    )


def site_offsets(op: Operator, sites: Iterable[int]) -> np.ndarray:
    """Basis offset of every local index of the given sites (first site most significant)."""
    offsets = np.zeros(1, dtype=np.int64)
    for site in sites:
        levels = np.arange(op.space.dims[site], dtype=np.int64) * op.space.strides[site]
        offsets = (offsets[:, None] + levels[None, :]).ravel()
    return offsets
