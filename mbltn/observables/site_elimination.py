"""A sparse symmetric system for many shifts and many sites: one pattern, compiled loops."""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where H has entries, and its factor fills: the part below the diagonal, by columns and rows.

    Attributes
    ----------
    order : (n,) site of each column, in an order with little fill
    starts, rows, entries : columns of H with the fill, as in compressed columns
    diagonal : (n,)
    row_starts, row_places, row_columns : the same entries by rows, as places among the columns'
    """

    order: np.ndarray
    starts: np.ndarray
    rows: np.ndarray
    entries: np.ndarray
    diagonal: np.ndarray
    row_starts: np.ndarray
    row_places: np.ndarray
    row_columns: np.ndarray

    @classmethod
    def of(cls, hamiltonian: sp.csr_array) -> Pattern:
        order = _fill_reducing_order(hamiltonian)
        ordered = sp.csc_array(hamiltonian[order][:, order])
        ordered.sort_indices()
        n = len(order)
        below: list[set[int]] = []
        for j in range(n):
            column = ordered.indices[ordered.indptr[j] : ordered.indptr[j + 1]]
            below.append({int(i) for i in column if i > j})
        for j in range(n):  # what a column couples is coupled in the next one that it reaches
            if below[j]:
                parent = min(below[j])
                below[parent] |= below[j] - {parent}
        counts = [len(column) for column in below]
        rows = np.array([i for column in below for i in sorted(column)], dtype=np.int64)
        columns = np.repeat(np.arange(n), counts)
        by_rows = np.lexsort((columns, rows))
        entries = np.zeros(len(rows))
        known = sp.coo_array(sp.tril(ordered, -1))
        entries[np.searchsorted(columns * n + rows, known.col * n + known.row)] = known.data
        return cls(
            order,
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            rows,
            entries,
            np.asarray(ordered.diagonal()),
            np.searchsorted(rows[by_rows], np.arange(n + 1)),
            by_rows,
            columns[by_rows],
        )


def _fill_reducing_order(hamiltonian: sp.csr_array) -> np.ndarray:
    """Minimum degree, from SuperLU: the matrix that it factorises is diagonally dominant."""
    n = hamiltonian.shape[0]
    dominant = 2 * abs(hamiltonian).sum(axis=1).max() + 1
    shifted = sp.csc_array(hamiltonian + dominant * sp.eye_array(n))
    factor = splu(shifted, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    return np.argsort(factor.perm_c)


def solve_beside(
    pattern: Pattern, energies: np.ndarray, homes: np.ndarray, vectors: np.ndarray, site: int
) -> tuple[np.ndarray, np.ndarray]:
    """|x(site)|/|x| and |<v|x>|/|x|, x the solution of all equations but that of a home site.

    x(home) = 1 and sum_m H_nm x(m) = eps x(n) for n != home. NaN or inf where a pivot vanishes.

    Parameters
    ----------
    energies : (k,) eps;  homes : (k,) int;  vectors : (n, k) v
    site : int
    """
    place = np.empty_like(pattern.order)
    place[pattern.order] = np.arange(len(place))
    found, overlaps = np.empty((2, len(energies)))
    ordered = np.ascontiguousarray(vectors[pattern.order].T)
    _solve(
        pattern.starts,
        pattern.rows,
        pattern.entries,
        pattern.diagonal,
        pattern.row_starts,
        pattern.row_places,
        pattern.row_columns,
        np.asarray(energies, dtype=float),
        place[homes],
        ordered,
        place[site],
        found,
        overlaps,
    )
    return found, overlaps


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _solve(
    starts: np.ndarray,
    rows: np.ndarray,
    entries: np.ndarray,
    diagonal: np.ndarray,
    row_starts: np.ndarray,
    row_places: np.ndarray,
    row_columns: np.ndarray,
    energies: np.ndarray,
    homes: np.ndarray,
    vectors: np.ndarray,
    site: int,
    found: np.ndarray,
    overlaps: np.ndarray,
) -> None:
    """L D L^T without the row and column of the home site, then both triangles."""
    n = len(diagonal)
    lower, pivots = np.empty(len(rows)), np.empty(n)
    work, x = np.zeros(n), np.empty(n)
    for a in range(len(energies)):
        home = homes[a]
        for j in range(n):
            pivot = 1.0 if j == home else diagonal[j] - energies[a]
            for q in range(starts[j], starts[j + 1]):
                work[rows[q]] = 0.0 if home in (j, rows[q]) else entries[q]
            for p in range(row_starts[j], row_starts[j + 1]):
                column, q = row_columns[p], row_places[p]
                factor = lower[q] * pivots[column]
                pivot -= lower[q] * factor
                for t in range(q + 1, starts[column + 1]):
                    work[rows[t]] -= factor * lower[t]
            pivots[j] = pivot
            for q in range(starts[j], starts[j + 1]):
                lower[q] = work[rows[q]] / pivot
        x[:] = 0.0
        for q in range(starts[home], starts[home + 1]):
            x[rows[q]] = -entries[q]
        for p in range(row_starts[home], row_starts[home + 1]):
            x[row_columns[p]] = -entries[row_places[p]]
        x[home] = 1.0
        for j in range(n):
            for q in range(starts[j], starts[j + 1]):
                x[rows[q]] -= lower[q] * x[j]
        for j in range(n - 1, -1, -1):
            x[j] /= pivots[j]
            for q in range(starts[j], starts[j + 1]):
                x[j] -= lower[q] * x[rows[q]]
        norm = np.sqrt((x * x).sum())
        found[a] = abs(x[site]) / norm
        overlaps[a] = abs((x * vectors[a]).sum()) / norm
