"""Compiled loops over blocks of vectors x[a, s, c]: core level, outer configuration, column.

One thread each: threads of the solver work on different blocks of columns, so that no step waits
for another and no two thread pools compete for the cores.
"""

from __future__ import annotations

import numba
import numpy as np

# Levels that are moved together between the two layouts: whole cache lines, within L2.
_TILE = 8
_compiled = numba.njit(cache=True, fastmath=True, nogil=True)


@_compiled
def combine(
    x: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    data: np.ndarray,
    out: np.ndarray,
) -> None:
    """``out[a, s, :] += sum_t X[s, t] x[a, t, :]`` with X in CSR form."""
    levels, _, width = x.shape
    for a in range(levels):
        for s in range(len(indptr) - 1):
            row = out[a, s]
            for entry in range(indptr[s], indptr[s + 1]):
                value, source = data[entry], x[a, indices[entry]]
                for c in range(width):
                    row[c] += value * source[c]


@_compiled
def combine_by_outer(
    x: np.ndarray, indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, out: np.ndarray
) -> None:
    """``out[s, a, :] += sum_t X[s, t] x[a, t, :]``: one contiguous matrix for each s.

    In x the levels of one configuration lie a large power of two apart, which products with it pay
    for dearly: all its rows fall on the same few lines of the cache.
    """
    levels, _, width = x.shape
    for start in range(0, levels, _TILE):
        stop = min(start + _TILE, levels)
        for s in range(len(indptr) - 1):
            for a in range(start, stop):
                row = out[s, a]
                for entry in range(indptr[s], indptr[s + 1]):
                    value, source = data[entry], x[a, indices[entry]]
                    for c in range(width):
                        row[c] += value * source[c]


@_compiled
def combine_from_outer(
    x: np.ndarray, indptr: np.ndarray, indices: np.ndarray, data: np.ndarray, out: np.ndarray
) -> None:
    """``out[a, s, :] += sum_t X[s, t] x[t, a, :]``, the way back."""
    _, levels, width = x.shape
    for start in range(0, levels, _TILE):
        stop = min(start + _TILE, levels)
        for s in range(len(indptr) - 1):
            for entry in range(indptr[s], indptr[s + 1]):
                value, t = data[entry], indices[entry]
                for a in range(start, stop):
                    row, source = out[a, s], x[t, a]
                    for c in range(width):
                        row[c] += value * source[c]


@_compiled
def add_diagonal(y: np.ndarray, x: np.ndarray, diagonal: np.ndarray, shifts: np.ndarray) -> None:
    """``y += (diagonal[a, s] - shifts[c]) x``."""
    levels, outer, width = x.shape
    for a in range(levels):
        for s in range(outer):
            e = diagonal[a, s]
            for c in range(width):
                y[a, s, c] += (e - shifts[c]) * x[a, s, c]


@_compiled
def scaled(z: np.ndarray, r: np.ndarray, weights: np.ndarray) -> None:
    """``z = weights[a, s] r``."""
    levels, outer, width = r.shape
    for a in range(levels):
        for s in range(outer):
            w = weights[a, s]
            for c in range(width):
                z[a, s, c] = w * r[a, s, c]


@_compiled
def subtract_scaled(z: np.ndarray, u: np.ndarray, weights: np.ndarray) -> None:
    """``z -= weights[a, s] u``."""
    levels, outer, width = u.shape
    for a in range(levels):
        for s in range(outer):
            w = weights[a, s]
            for c in range(width):
                z[a, s, c] -= w * u[a, s, c]


@_compiled
def resolvent(
    z: np.ndarray, u: np.ndarray, diagonal: np.ndarray, near: np.ndarray, energies: np.ndarray
) -> None:
    """``z = u / (energies[c] - diagonal[a, s])`` away from `near`, and 0 there."""
    levels, outer, width = u.shape
    for a in range(levels):
        for s in range(outer):
            if near[a, s]:
                for c in range(width):
                    z[a, s, c] = 0
            else:
                for c in range(width):
                    z[a, s, c] = u[a, s, c] / (energies[c] - diagonal[a, s])


@_compiled
def take(x: np.ndarray, levels: np.ndarray, outer: np.ndarray, out: np.ndarray) -> None:
    """``out[i] = x[levels[i], outer[i]]``."""
    for i in range(len(levels)):
        out[i] = x[levels[i], outer[i]]


@_compiled
def put(x: np.ndarray, levels: np.ndarray, outer: np.ndarray, values: np.ndarray) -> None:
    """``x[levels[i], outer[i]] = values[i]``."""
    for i in range(len(levels)):
        x[levels[i], outer[i]] = values[i]


@_compiled
def column_dots(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """``sum_(a,s) x y`` of every column, in double precision."""
    levels, outer, width = x.shape
    total = np.zeros(width)
    part = np.zeros(width, x.dtype)
    for a in range(levels):
        part[:] = 0
        for s in range(outer):
            for c in range(width):
                part[c] += x[a, s, c] * y[a, s, c]
        for c in range(width):
            total[c] += part[c]
    return total


@_compiled
def subtract_columns(r: np.ndarray, t: np.ndarray, factors: np.ndarray) -> None:
    """``r -= factors[c] t``."""
    levels, outer, width = r.shape
    for a in range(levels):
        for s in range(outer):
            for c in range(width):
                r[a, s, c] -= factors[c] * t[a, s, c]


@_compiled
def advance(
    d: np.ndarray,
    x: np.ndarray,
    q: np.ndarray,
    t: np.ndarray,
    keep: np.ndarray,
    step: np.ndarray,
    beta: np.ndarray,
) -> None:
    """``d = keep d + step q; x += d; q = t + beta q``, column by column."""
    levels, outer, width = d.shape
    for a in range(levels):
        for s in range(outer):
            for c in range(width):
                moved = keep[c] * d[a, s, c] + step[c] * q[a, s, c]
                d[a, s, c] = moved
                x[a, s, c] += moved
                q[a, s, c] = t[a, s, c] + beta[c] * q[a, s, c]


@_compiled
def scaled_residual(
    x: np.ndarray,
    image: np.ndarray,
    columns: np.ndarray,
    energies: np.ndarray,
    factors: np.ndarray,
    out: np.ndarray,
) -> None:
    """``out = factors (image - energies x)`` of these columns, in the precision of `out`."""
    levels, outer, width = out.shape
    for a in range(levels):
        for s in range(outer):
            for c in range(width):
                n = columns[c]
                out[a, s, c] = factors[c] * (image[a, s, n] - energies[c] * x[a, s, n])


@_compiled
def add_columns(x: np.ndarray, columns: np.ndarray, d: np.ndarray, factors: np.ndarray) -> None:
    """``x[:, :, columns] += factors d``."""
    levels, outer, width = d.shape
    for a in range(levels):
        for s in range(outer):
            for c in range(width):
                x[a, s, columns[c]] += factors[c] * d[a, s, c]


@_compiled
def residual_norms(x: np.ndarray, image: np.ndarray, energies: np.ndarray) -> np.ndarray:
    """Squared norms of ``image - energies x``, column by column."""
    levels, outer, width = x.shape
    total = np.zeros(width)
    for a in range(levels):
        for s in range(outer):
            for c in range(width):
                r = image[a, s, c] - energies[c] * x[a, s, c]
                total[c] += r * r
    return total
