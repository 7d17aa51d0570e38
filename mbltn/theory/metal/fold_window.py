"""Folds of the metallic branch, between which F(Gamma) = 1 has three roots."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from .equation import equation
from .self_consistency import ln_F

_FINE = 0.005  # step in ln Gamma


def folds(gamma: float, K: float, N: int, s: float, d: int) -> tuple[float, float] | None:
    """(eps1, eps2) between which F(Gamma) = 1 has three roots; None where there are none.

    At eps1 the local maximum of ln F over ln Gamma, at eps2 the local minimum crosses zero. The
    metallic branch ends at eps2; beyond only a root with Gamma ~ gamma is left, outside the theory.

    Raises
    ------
    InvalidInput
        As for `log_F`, or for arrays.

    Examples
    --------
    >>> [round(eps, 6) for eps in folds(0.1, K=3.0, N=10, s=0.5, d=1)]
    [0.667558, 0.689908]
    """
    eq = equation(gamma, K, N, s, d, 0.0, None).single()
    ln_gamma = float(eq.ln_gamma)
    grid = np.arange(ln_gamma - 0.5 * d - _FINE, ln_gamma + _FINE, _FINE)

    def extremum(eps: float, sign: int) -> float:
        """Value of the local maximum (1) or minimum (-1) of ln F; nan where there is none."""
        part = eq._replace(eps=np.array(eps))
        values = sign * ln_F(grid, part)
        peaks = np.flatnonzero((values[1:-1] > values[:-2]) & (values[1:-1] >= values[2:])) + 1
        if not len(peaks):
            return np.nan
        peak = peaks[0] if sign < 0 else peaks[-1]
        best = minimize_scalar(
            lambda x: -sign * float(ln_F(np.array(x), part)),
            bounds=(grid[peak - 1], grid[peak + 1]),
            method="bounded",
            options={"xatol": 1e-10},
        )
        return float(-sign * best.fun)

    found = []
    scanned = np.linspace(-1.0, 0.999, 200)
    for sign in (1, -1):
        values = np.array([extremum(eps, sign) for eps in scanned])
        changes = np.flatnonzero((values[:-1] < 0) & (values[1:] > 0))
        if not len(changes):
            return None
        first = changes[0]
        found.append(
            brentq(
                lambda eps, sign=sign: extremum(eps, sign), *scanned[first : first + 2], xtol=1e-12
            )
        )
    return found[0], found[1]
