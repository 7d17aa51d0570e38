"""Which levels to look at, and the statistics of their spacings."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput
from ..solvers.base import consecutive_levels, middle_by_rank

GAP_RATIO_GOE = 0.5307
GAP_RATIO_POISSON = 2 * np.log(2) - 1

# Levels closer than this part of the bandwidth cannot be told from exact doublets.
DEGENERATE = 1e-12


def around_energy(energies: np.ndarray, count: int, energy: float = 0.0) -> slice:
    """`count` consecutive levels around `energy` (paper E): ``lo = round(i_0 - count/2)``,
    where i_0 levels lie below `energy`.

    Examples
    --------
    >>> around_energy(np.array([-2.0, -1.0, 0.5, 1.0, 3.0]), 2)
    slice(1, 3, None)
    """
    below = int(np.searchsorted(energies, energy))
    return consecutive_levels(below, len(energies), count)


def middle_quarter(dimension: int) -> slice:
    """The quarter of the levels nearest the middle rank (paper D: maximum entropy)."""
    return middle_by_rank(dimension, max(1, dimension // 4))


def paper_c_count(dimension: int) -> int:
    """N_A = floor(D/log2 D), one or more: the number of middle states of paper C, D = 2^(N+M).

    Examples
    --------
    >>> paper_c_count(2 ** (8 + 6))
    1170
    """
    return max(1, int(dimension // max(1.0, np.log2(dimension))))


def gap_ratio(energies: np.ndarray) -> np.ndarray:
    """``r_n = min(s_n, s_{n+1}) / max(s_n, s_{n+1})`` with ``s_n = E_{n+1} - E_n``.

    Parameters
    ----------
    energies : (k,) consecutive levels, ascending, of one symmetry sector

    Returns
    -------
    (k - 2,) array; 0/0 (a triple degeneracy) gives 0. Means: 0.5307 for the orthogonal
    ensemble, 2 log 2 - 1 = 0.3863 for Poisson levels.

    Examples
    --------
    >>> gap_ratio(np.array([0.0, 1.0, 3.0, 4.5, 4.6])).round(4)
    array([0.5   , 0.75  , 0.0667])
    """
    spacings = np.diff(_ascending(energies))
    smaller = np.minimum(spacings[:-1], spacings[1:])
    larger = np.maximum(spacings[:-1], spacings[1:])
    return np.divide(smaller, larger, out=np.zeros_like(smaller), where=larger > 0)


def level_spacing(energies: np.ndarray) -> float:
    """Mean spacing ``(E_last - E_first) / (k - 1)`` of consecutive levels, delta_E."""
    energies = _ascending(energies)
    if len(energies) < 2:
        raise InvalidInput(f"a level spacing needs two levels or more, {len(energies)} given")
    return float((energies[-1] - energies[0]) / (len(energies) - 1))


def mean_spacing(levels: np.ndarray) -> float:
    """Bandwidth over dimension, the "level spacing" that paper E quotes for its baths.

    Examples
    --------
    >>> mean_spacing(np.array([-2.1, 0.0, 0.5, 2.1]))
    1.05
    """
    levels = _ascending(levels)
    return float((levels[-1] - levels[0]) / len(levels))


def centre_spacing(radius: float, dimension: int) -> float:
    """Spacing at the centre of a semicircle of this radius, ``pi R / (2 d)``.

    Examples
    --------
    >>> round(centre_spacing(2.1, 64), 4)
    0.0515
    """
    return float(np.pi * radius / (2 * dimension))


def doublets(energies: np.ndarray, bandwidth: float) -> int:
    """Number of neighbouring pairs closer than 1e-12 of the Hamiltonian's bandwidth.

    Couplings below the level spacing times machine precision decouple the far l-bits: exact
    doublets appear and the gap ratio drops to 0 for a numerical, not a physical reason.
    """
    return int((np.diff(_ascending(energies)) < DEGENERATE * bandwidth).sum())


def _ascending(energies: np.ndarray) -> np.ndarray:
    energies = np.asarray(energies, dtype=float)
    if energies.ndim != 1:
        raise InvalidInput(f"energies have shape {energies.shape}; give the levels of one sample")
    if not np.isfinite(energies).all() or (np.diff(energies) < 0).any():
        raise InvalidInput("energies must be finite and in ascending order: sort them first")
    return energies
