"""Compiled inner loops of the matrix-free apply; the only module that imports numba."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def add_local_block(
    y: np.ndarray,
    x: np.ndarray,
    strides: np.ndarray,
    dims: np.ndarray,
    row_offsets: np.ndarray,
    column_offsets: np.ndarray,
    values: np.ndarray,
    run: int,
    n_runs: int,
) -> None:
    """``y += A x`` for a few-site matrix A, with x and y flat.

    The other sites are walked in contiguous runs; `strides` ascends, so that inserting a zero
    digit for each site turns the number of a run into its place in the full basis.
    """
    for number in range(n_runs):
        base = number * run
        for s in range(len(strides)):
            high = base // strides[s]
            base += high * strides[s] * (dims[s] - 1)
        for entry in range(len(values)):
            value = values[entry]
            row = base + row_offsets[entry]
            column = base + column_offsets[entry]
            for i in range(run):
                y[row + i] += value * x[column + i]
