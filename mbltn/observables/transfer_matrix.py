"""Lyapunov exponents of wires and strips by transfer matrices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InvalidInput

# The wave would overflow unless it is brought back to size; the first part remembers its start.
_STEPS_BETWEEN = 10
_STEPS_BETWEEN_QR = 8
_BLOCKS = 20
_DISCARDED = 0.2


class Lyapunov(NamedTuple):
    """Mean growth rate of ln |psi| per length, and its standard error."""

    exponent: float
    error: float


def lyapunov_grid(potentials: np.ndarray, eps: float, dx: float, m: float = 1.0) -> Lyapunov:
    """Growth of ``psi_{j+1} = [2 + 2 m dx^2 (U_j - eps)] psi_j - psi_{j-1}`` (docs/physics.md, O8).

    It is 1/(2 xi) with xi the localization length of |psi|^2. The grid raises it by (k dx)^2/4 of
    itself, k = sqrt(2 m eps): divide by 1/(1 - (k dx)^2/4), or take k dx <= 0.2.

    Parameters
    ----------
    potentials : (samples, n)
        As `ContinuumGrid.potentials` draws them; 30 to 60 localization lengths are enough.
    eps : float
        Energy, from the bottom of the band, not 0.
    dx, m : float

    Raises
    ------
    InvalidInput
        For fewer than two samples, fewer than 100 grid points, or eps = 0.

    Examples
    --------
    >>> from mbltn.models import ContinuumGrid
    >>> from mbltn.streams import Streams
    >>> wire = ContinuumGrid(shape=(4000,), dx=0.05, w=1.0)
    >>> found = lyapunov_grid(wire.potentials(Streams(1, 0), 100), eps=2.0, dx=0.05)
    >>> bool(abs(found.exponent - 0.1195) < 5 * found.error)
    True
    """
    potentials = np.asarray(potentials, dtype=float)
    if potentials.ndim != 2 or len(potentials) < 2 or potentials.shape[1] < 100:
        raise InvalidInput(
            f"potentials {potentials.shape} must be (samples, n), at least 2 of 100 grid points"
        )
    if not np.isfinite(eps) or eps == 0:
        raise InvalidInput(f"eps={eps} must be a finite energy, and not the bottom of the band")
    k = np.sqrt(2 * m * abs(eps))
    samples, n = potentials.shape
    steps = 2 + 2 * m * dx**2 * (np.ascontiguousarray(potentials.T) - eps)
    before, psi = np.zeros(samples), np.ones(samples)
    grown = np.zeros(samples)
    begin = _STEPS_BETWEEN * int(np.ceil(_DISCARDED * n / _STEPS_BETWEEN))
    end = _STEPS_BETWEEN * (n // _STEPS_BETWEEN)
    for j in range(end):
        before, psi = psi, steps[j] * psi - before
        if (j + 1) % _STEPS_BETWEEN == 0:
            size = np.hypot(0.5 * (psi + before), (psi - before) / (k * dx))
            psi, before = psi / size, before / size
            if j >= begin:
                grown += np.log(size)
    rates = grown / ((end - begin) * dx)
    return Lyapunov(float(rates.mean()), float(rates.std(ddof=1) / np.sqrt(samples)))


def lyapunov_strip(potential: np.ndarray, eps: float, dx: float, m: float = 1.0) -> Lyapunov:
    """Smallest positive exponent of a strip with periodic rims (docs/physics.md, O13).

    As many waves as the strip has rows grow by ``psi_{j+1} = [4 + 2 m dx^2 (U_j - eps)] psi_j -
    (neighbours in the column) - psi_{j-1}``; QR keeps them apart, and the slowest is the one asked
    for. Its inverse is the length over which |psi| falls along the strip; it grows with the width
    up to that of the film.

    Parameters
    ----------
    potential : (n, rows)
        Of one long strip, as `ContinuumGrid.potentials` draws it; thousands of its widths.
    eps : float
        Energy, from the bottom of the band of the clean grid.
    dx, m : float

    Returns
    -------
    Lyapunov
        The error is that of 20 pieces of the strip.

    Raises
    ------
    InvalidInput
        For fewer than 3 rows, 1000 grid points along the strip, or an eps that is not finite.

    Examples
    --------
    >>> clean = np.zeros((1000, 4))
    >>> round(lyapunov_strip(clean, eps=-0.5, dx=0.1).exponent, 3)
    1.0
    """
    potential = np.asarray(potential, dtype=float)
    if potential.ndim != 2 or len(potential) < 1000 or potential.shape[1] < 3:
        raise InvalidInput(
            f"potential {potential.shape} must be (n, rows), at least 1000 grid points of 3 rows"
        )
    if not np.isfinite(eps):
        raise InvalidInput(f"eps={eps} must be a finite energy")
    n, rows = potential.shape
    steps = 4 + 2 * m * dx**2 * (potential - eps)
    psi, before = np.eye(rows), np.zeros((rows, rows))
    rates = np.empty(n // _STEPS_BETWEEN_QR)
    for i in range(len(rates)):
        for step in steps[i * _STEPS_BETWEEN_QR : (i + 1) * _STEPS_BETWEEN_QR]:
            after = step[:, None] * psi - before
            after[1:] -= psi[:-1]
            after[:-1] -= psi[1:]
            after[0] -= psi[-1]
            after[-1] -= psi[0]
            before, psi = psi, after
        both, size = np.linalg.qr(np.concatenate([psi, before]))
        psi, before = both[:rows], both[rows:]
        rates[i] = np.log(abs(size[-1, -1])) / (_STEPS_BETWEEN_QR * dx)
    kept = rates[int(np.ceil(_DISCARDED * len(rates))) :]
    pieces = np.array([piece.mean() for piece in np.array_split(kept, _BLOCKS)])
    return Lyapunov(float(kept.mean()), float(pieces.std(ddof=1) / np.sqrt(_BLOCKS)))
