"""Rayleigh-Ritz within a block of columns, in place, next to columns that have converged."""

from __future__ import annotations

import numpy as np
import scipy.linalg

from ...comm import by_rank_zero
from .frame import Frame

# Rows that are in the cache together; columns whose products are taken together.
_ROWS = 4096
_COLUMNS = 128


def ritz_in_place(
    frame: Frame, x: np.ndarray, image: np.ndarray, energies: np.ndarray, active: np.ndarray
) -> None:
    """Turn the active columns of x, and those of ``image = H x``, to Ritz vectors.

    The other columns are orthonormal Ritz vectors with residuals so small that nothing can turn
    them any more; the active ones are made orthogonal to them.

    Parameters
    ----------
    x, image : (rows, n), overwritten
    energies : (n,) Rayleigh quotients; those of the active columns are overwritten, ascending
    active : numbers of columns, ascending
    """
    n, m = x.shape[1], len(active)
    rest = np.setdiff1d(np.arange(n), active)
    gram, projected, mixed = np.split(frame.sum(_products(x, image, active, rest)), [m, 2 * m])
    # To second order in `mixed`, with H u = E u for the other columns.
    gram = gram - mixed.T @ mixed
    projected = projected - mixed.T @ (energies[rest, None] * mixed)
    # Decided by rank 0: a sign that rounding flips elsewhere would tear the vectors apart.
    energies[active], turn = by_rank_zero(
        frame.comm,
        lambda: scipy.linalg.eigh(
            0.5 * (projected + projected.T),
            0.5 * (gram + gram.T),
            driver="gvd",
            check_finite=False,
        ),
    )
    rotation = np.empty((n, m))
    rotation[active] = turn
    rotation[rest] = -mixed @ turn
    turned = _columns(active, n)
    for array in (x, image):
        for first in range(0, len(array), _ROWS):
            rows = array[first : first + _ROWS]
            rows[:, turned] = rows @ rotation


def _columns(numbers: np.ndarray, n: int) -> np.ndarray | slice:
    """An index of these of n columns; one that copies nothing if they are all."""
    return slice(None) if len(numbers) == n else numbers


def _products(x: np.ndarray, image: np.ndarray, active: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """``A^T A``, ``A^T H A`` and ``R^T A`` of this rank, A the active columns and R the rest."""
    m, chosen = len(active), _columns(active, x.shape[1])
    products = np.zeros((2 * m + len(rest), m))
    gram, projected, mixed = np.split(products, [m, 2 * m])
    for first in range(0, len(x), _ROWS):
        rows = slice(first, first + _ROWS)
        block, images = x[rows][:, chosen], image[rows][:, chosen]
        gram += block.T @ block
        if len(rest):
            mixed += x[rows][:, rest].T @ block
        for start in range(0, m, _COLUMNS):
            stop = min(start + _COLUMNS, m)
            projected[:stop, start:stop] += block[:, :stop].T @ images[:, start:stop]
    above = np.triu_indices(m, 1)
    projected[above[1], above[0]] = projected[above]
    return products
