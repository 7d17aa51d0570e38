"""Lyapunov exponents of a wire by transfer matrices."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InvalidInput

# The wave would overflow unless it is brought back to size; the first part remembers its start.
_STEPS_BETWEEN = 10
_DISCARDED = 0.2


class Lyapunov(NamedTuple):
    """Mean growth rate of ln |psi| per length over samples, and its standard error."""

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
