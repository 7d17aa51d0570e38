"""Dense and compressed-row matrices of an Operator, whole or only some rows."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from ..errors import InvalidInput
from .operator import Operator, local_blocks, site_offsets


def to_csr(op: Operator, rows: tuple[int, int] | None = None) -> sp.csr_array:
    """Compressed-row matrix of `op`, or of its rows ``rows[0] <= i < rows[1]`` only.

    Parameters
    ----------
    op : Operator
    rows : (start, stop), optional
        Row range; all rows by default.

    Returns
    -------
    scipy.sparse.csr_array of shape (stop - start, D), float64, column indices sorted. The
    diagonal is always stored.

    Raises
    ------
    InvalidInput
        If the row range does not lie in 0..D.
    """
    dimension = op.dimension
    start, stop = rows if rows is not None else (0, dimension)
    if not 0 <= start <= stop <= dimension:
        raise InvalidInput(f"rows=({start}, {stop}) must lie within 0..{dimension}")
    index = np.arange(start, stop, dtype=np.int64)
    diagonal = np.zeros(stop - start)
    narrow = np.int32 if dimension <= np.iinfo(np.int32).max else np.int64
    row_parts, column_parts = [(index - start).astype(narrow)], [index.astype(narrow)]
    value_parts = [diagonal]
    for block in local_blocks(op):
        here = _local_index(op, block.sites, index)
        counts = np.bincount(block.rows, minlength=block.dimension)
        first = np.cumsum(counts) - counts
        row = np.repeat(np.arange(stop - start), counts[here])
        entry = _entry_numbers(first[here], counts[here])
        offsets = site_offsets(op, block.sites)
        column = index[row] - offsets[here[row]] + offsets[block.columns[entry]]
        value = block.values[entry]
        on_diagonal = column == index[row]
        diagonal[row[on_diagonal]] += value[on_diagonal]  # at most one entry a row and block
        row_parts.append(row[~on_diagonal].astype(narrow))
        column_parts.append(column[~on_diagonal].astype(narrow))
        value_parts.append(value[~on_diagonal])
    matrix = sp.coo_array(
        (np.concatenate(value_parts), (np.concatenate(row_parts), np.concatenate(column_parts))),
        shape=(stop - start, dimension),
    ).tocsr()
    matrix.sort_indices()
    return matrix


def to_dense(op: Operator) -> np.ndarray:
    """Dense (D, D) float64 matrix of `op` in kron order."""
    return to_csr(op).toarray()


def _local_index(op: Operator, sites: tuple[int, ...], index: np.ndarray) -> np.ndarray:
    here = np.zeros_like(index)
    for site in sites:
        d, stride = op.space.dims[site], op.space.strides[site]
        here = here * d + (index // stride) % d
    return here


def _entry_numbers(first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Concatenation of ``first[i], first[i] + 1, ...`` (counts[i] numbers) over i."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - counts, counts) + np.repeat(first, counts)
