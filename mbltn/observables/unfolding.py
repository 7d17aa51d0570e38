"""Levels in units of their local mean spacing."""

from __future__ import annotations

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike

from ..errors import InvalidInput
from .levels import middle_by_rank

# In spacings: rounding errors of the polynomial may turn a doublet round.
_ROUNDING = 1e-8
# A polynomial may fall at the edges, where the filter lets less than this part pass.
_EDGE = 0.1


def unfold(energies: ArrayLike, degree: int = 6, central: float = 0.8) -> np.ndarray:
    """Levels in units of their local mean spacing (docs/physics.md, eq O15).

    A polynomial is fitted to the staircase (E_n, n) of the central levels, by rank, and evaluated
    there. It takes slow fluctuations for a mean density: K lacks them, for degree 6 below tau =
    3/levels.

    Parameters
    ----------
    energies : (levels,), ascending, of one sample and one symmetry sector
    degree : of the polynomial
    central : share of the levels that is kept

    Returns
    -------
    (round(central levels),) ascending, of mean spacing 1; n = 0 is the lowest level kept.

    Raises
    ------
    InvalidInput
        For levels that are not finite, not ascending or too few for the polynomial, and if the
        polynomial is not monotonic and turns two of them round.

    Examples
    --------
    >>> (unfold(np.sqrt(np.arange(1.0, 21.0)), degree=2)[:4] + 1).round(6)
    array([1., 2., 3., 4.])
    """
    levels = ascending_levels(energies, "the sample")
    eps = by_polynomial(levels, degree, central, "the sample")
    turned_pairs(eps, np.ones(len(eps)), "the sample")
    return eps


def by_polynomial(levels: np.ndarray, degree: int, central: float, of: str) -> np.ndarray:
    if degree < 1 or degree != int(degree):
        raise InvalidInput(f"degree={degree} of the polynomial must be a whole number from 1 on")
    if not 0 < central <= 1:
        raise InvalidInput(f"central={central} must be a share of the levels, 0 < central <= 1")
    inner = levels[middle_by_rank(len(levels), max(1, round(central * len(levels))))]
    distinct = len(np.unique(inner))
    if distinct < degree + 2:
        raise InvalidInput(
            f"{of}: {distinct} different levels in the central {central:.0%} of {len(levels)} are "
            f"too few for a polynomial of degree {degree}, which needs {degree + 2} to leave any "
            "fluctuation: take more levels or a lower degree"
        )
    staircase = np.arange(len(inner), dtype=float)
    return np.asarray(Polynomial.fit(inner, staircase, int(degree))(inner))


def turned_pairs(eps: np.ndarray, weights: np.ndarray, of: str) -> int:
    """Number of levels out of order; refused where they have weight."""
    falls = np.flatnonzero(np.diff(eps) < -_ROUNDING)
    heavy = falls[weights[falls] > _EDGE]
    if len(heavy):
        raise InvalidInput(
            f"{of}: the polynomial through the staircase is not monotonic, it turns {len(heavy)} "
            f"pairs of levels round (the first: {heavy[0]} and {heavy[0] + 1} of {len(eps)}): "
            "take a lower degree, leave more out at the edges (`central`), or unfold bands apart"
        )
    return len(falls)


def ascending_levels(energies: ArrayLike, of: str) -> np.ndarray:
    levels = np.asarray(energies, dtype=float)
    if levels.ndim != 1 or len(levels) == 0:
        raise InvalidInput(
            f"{of} has levels of shape {levels.shape}, not (levels,): an ensemble is a list of "
            "arrays of levels or an array (samples, levels)"
        )
    if not np.isfinite(levels).all():
        raise InvalidInput(f"{of}: {(~np.isfinite(levels)).sum()} of its levels are not finite")
    if (np.diff(levels) < 0).any():
        raise InvalidInput(f"{of}: levels must be in ascending order: sort them first")
    return levels
