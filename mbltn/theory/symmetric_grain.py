"""Equal couplings of all l-bits: where does the localised solution end? (D eqs 21, 22)"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from ._inputs import count_of_lbits, one_number
from ._quadrature import LOG2, enhancement_of_log, enhancement_slope, enhancement_table

__all__ = ["symmetric_critical", "symmetric_solve"]


@lru_cache(maxsize=1)
def _steepest() -> tuple[float, float]:
    """log g at which eta grows fastest per log g, and that slope; it has no other extremum."""
    table = enhancement_table()
    log_g = brentq(
        lambda t: float(table.curvature(t) + table.slope(t) ** 2), np.log(1e-3), 0.0, xtol=1e-13
    )
    return float(log_g), enhancement_slope(float(log_g))


def _bare_of_dressed(log_g: float, n_lbits: int) -> float:
    return log_g - (n_lbits - 1) * float(enhancement_of_log(log_g)) / 2


def _folds(n_lbits: int) -> tuple[float, float] | None:
    """log g at the end of the localised branch and at the start of the thermal one."""
    steepest, slope = _steepest()
    if (n_lbits - 1) * slope <= 2:
        return None

    def stability(log_g: float) -> float:
        return (n_lbits - 1) * enhancement_slope(log_g) / 2 - 1

    # at the two ends (T9) makes N/2 d eta/d log g = 4 N g |log g| and 9 N/(32 pi^6 g^4), both << 1
    localised = brentq(stability, -np.log(n_lbits) - 40, steepest, xtol=1e-13)
    thermal = brentq(stability, steepest, np.log(n_lbits) / 4 + 5, xtol=1e-13)
    return float(localised), float(thermal)


def symmetric_critical(n_lbits: int) -> float:
    """Largest bare coupling at which N equally coupled l-bits stay localised, (T15).

    docs/physics.md (T15), D eq 21: log g = log g_0 + (N-1) eta(g)/2 has its localised solution
    up to g_0 = g_c(N), the first local maximum of g exp(-(N-1) eta(g)/2). Asymptotically
    g_c = 1/(4 e N log N); D eq 22 has the same scaling without the e.

    Returns
    -------
    float
        inf for N <= 11, where the crossover is smooth.

    Raises
    ------
    InvalidInput
        If `n_lbits` is no positive integer.

    Examples
    --------
    >>> symmetric_critical(11)
    inf
    >>> round(symmetric_critical(100), 9)
    0.000157006
    """
    folds = _folds(count_of_lbits(n_lbits))
    return float(np.inf) if folds is None else float(np.exp(_bare_of_dressed(folds[0], n_lbits)))


def symmetric_solve(g0: float, n_lbits: int) -> float:
    """The smallest solution g of log g = log g_0 + (N-1) eta(g)/2, docs/physics.md (T15).

    Same as `solve` for N equal couplings, at a cost that does not grow with N or near g_c. For
    g_0 beyond `symmetric_critical` this is the thermal solution; inf where it exceeds a float.

    Raises
    ------
    InvalidInput
        For negative, NaN or infinite g0, or if `n_lbits` is no positive integer.

    Examples
    --------
    >>> from mbltn.theory import resonance
    >>> g = symmetric_solve(1e-4, 100)
    >>> round(g / 1e-4, 4), round(float(np.exp(99 * resonance.eta(g) / 2)), 4)
    (1.5358, 1.5358)
    """
    n_lbits = count_of_lbits(n_lbits)
    g0 = one_number("g0", g0, "it is a bare reduced coupling", zero=True)
    if g0 == 0 or n_lbits == 1:
        return g0
    target = float(np.log(g0))
    low, high = target, target + (n_lbits - 1) * LOG2 / 2 + 1.0
    folds = _folds(n_lbits)
    if folds is not None:
        localised, thermal = folds
        if target <= _bare_of_dressed(localised, n_lbits):
            low, high = min(low, localised), localised
        else:
            low = max(low, thermal)
    log_g = brentq(lambda t: _bare_of_dressed(t, n_lbits) - target, low, high, xtol=1e-13)
    with np.errstate(over="ignore"):
        return float(np.exp(log_g))
