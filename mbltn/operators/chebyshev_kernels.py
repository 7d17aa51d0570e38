"""Compiled loops of `chebyshev`: H on a block of vectors and one recurrence step in one pass.

A configuration of the outer sites holds a tile of (d, width) numbers: d levels of the core, a
block of vectors. Its new tile needs its neighbours' tiles (sums of whole tiles, so that even the
nearest flip is one long contiguous run) and a small matrix product with the core's matrix.
"""

from __future__ import annotations

import numba
import numpy as np

from .vector_code import (
    LANES,
    ROWS_TOGETHER,
    VECTORS_TOGETHER,
    add_tile_rows,
    sum_of_tiles,
    tile_rows,
)

_sum_few = sum_of_tiles(1)
_sum_many = sum_of_tiles(VECTORS_TOGETHER)
_one_row = tile_rows(1)
_some_rows = tile_rows(ROWS_TOGETHER)
_add_one_row = add_tile_rows(1)
_add_some_rows = add_tile_rows(ROWS_TOGETHER)

_TILES_AT_ONCE = 128


@numba.njit(nogil=True)
def _gather(
    u: np.ndarray,
    x: np.ndarray,
    s: int,
    pointers: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    length: int,
) -> None:
    """Sum of the neighbours' tiles of tile s, one sum for each group."""
    for group in range(pointers.shape[0]):
        first, last = pointers[group, s], pointers[group, s + 1]
        to = group * length
        at = 0
        while at + VECTORS_TOGETHER * LANES <= length:
            _sum_many(u, x, columns, values, to + at, at, length, first, last)
            at += VECTORS_TOGETHER * LANES
        while at < length:
            _sum_few(u, x, columns, values, to + at, at, length, first, last)
            at += LANES


@numba.njit(parallel=True, cache=True, nogil=True)
def near_step(
    y: np.ndarray,
    x: np.ndarray,
    z: np.ndarray,
    core: np.ndarray,
    energies: np.ndarray,
    pointers: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    mix_columns: np.ndarray,
    mix_values: np.ndarray,
    width: int,
    a: float,
    e: float,
    f: float,
    g: float,
) -> None:
    """``y = a H x + e x + f y + g z`` with the neighbours listed here.

    Parameters
    ----------
    y, x, z : flat; tile after tile
    core : (d d,) matrix of the core, applied to every tile; empty if there is none
    energies : (tiles,), on the diagonal
    pointers : (groups, tiles + 1); columns, values : neighbours of a tile, group by group
    mix_columns, mix_values : (entries, d); level r gets ``sum_i values[i, r] u[columns[i, r]]`` of
        the groups' sums u, whose level m of group k is row k d + m
    """
    mixed, d = mix_columns.shape
    inner = d if len(core) else 0
    length = d * width
    tiles = len(energies)
    for part in numba.prange((tiles + _TILES_AT_ONCE - 1) // _TILES_AT_ONCE):
        u = np.empty(pointers.shape[0] * length)
        for s in range(part * _TILES_AT_ONCE, min(tiles, (part + 1) * _TILES_AT_ONCE)):
            _gather(u, x, s, pointers, columns, values, length)
            own = a * energies[s] + e
            here = s * length
            for i in range(0, width, LANES):
                row = 0
                while row + ROWS_TOGETHER <= d:
                    _some_rows(
                        y, z, x, u, core, mix_columns, mix_values,
                        row, i, width, d, inner, mixed, here, a, own, f, g,
                    )  # fmt: skip
                    row += ROWS_TOGETHER
                while row < d:
                    _one_row(
                        y, z, x, u, core, mix_columns, mix_values,
                        row, i, width, d, inner, mixed, here, a, own, f, g,
                    )  # fmt: skip
                    row += 1


@numba.njit(parallel=True, cache=True, nogil=True)
def add_far(
    y: np.ndarray,
    x: np.ndarray,
    order: np.ndarray,
    pointers: np.ndarray,
    columns: np.ndarray,
    values: np.ndarray,
    mix_columns: np.ndarray,
    mix_values: np.ndarray,
    width: int,
    a: float,
) -> None:
    """``y += a (neighbours listed here) x``, the tiles taken in the given order."""
    mixed, d = mix_columns.shape
    length = d * width
    tiles = len(order)
    for part in numba.prange((tiles + _TILES_AT_ONCE - 1) // _TILES_AT_ONCE):
        u = np.empty(pointers.shape[0] * length)
        for k in range(part * _TILES_AT_ONCE, min(tiles, (part + 1) * _TILES_AT_ONCE)):
            s = order[k]
            _gather(u, x, s, pointers, columns, values, length)
            here = s * length
            for i in range(0, width, LANES):
                row = 0
                while row + ROWS_TOGETHER <= d:
                    _add_some_rows(y, u, mix_columns, mix_values, row, i, width, d, mixed, here, a)
                    row += ROWS_TOGETHER
                while row < d:
                    _add_one_row(y, u, mix_columns, mix_values, row, i, width, d, mixed, here, a)
                    row += 1
