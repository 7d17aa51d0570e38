"""Structure factor of a bath operator, and whether its elements are Gaussian (ETH)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidInput
from .energy_histogram import EnergyHistogram, energy_histogram
from .levels import around_energy, level_spacing


def level_density(levels: np.ndarray, energies: np.ndarray, count: int) -> np.ndarray:
    """``rho(E) = (count - 1)/(E_last - E_first)`` of the `count` levels around each energy E.

    Parameters
    ----------
    levels : (d,), ascending
    energies : (n,)
    count : int, >= 2
        Consecutive levels; near an edge of the spectrum the outermost ones.

    Raises
    ------
    InvalidInput
        If the levels are not in order or fewer than `count`, count < 2, or `count` of them are
        degenerate.

    Examples
    --------
    >>> level_density(np.array([0.0, 1.0, 2.0, 4.0, 6.0]), np.array([0.5, 3.0, 9.0]), 2)
    array([1. , 0.5, 0.5])
    """
    energies = np.asarray(energies, dtype=float)
    spacings = [level_spacing(levels[around_energy(levels, count, energy)]) for energy in energies]
    if min(spacings) <= 0:
        raise InvalidInput(f"{count} levels are degenerate: take the density of more of them")
    return np.asarray(1 / np.array(spacings))


def operator_elements(vectors: np.ndarray, operator: Any, chosen: slice) -> np.ndarray:
    """``<b'|V|b>`` for all b' (rows) and the chosen b (columns).

    Parameters
    ----------
    vectors : (d, d)
        Eigenvectors of the bath, in columns.
    operator : (d, d)
        V, an array or a sparse matrix.
    chosen : slice
        Such as `around_energy` gives.

    Returns
    -------
    (d, K); no array is larger

    Examples
    --------
    >>> operator_elements(np.eye(2), np.array([[0.0, 2.0], [2.0, 1.0]]), slice(1, 2))
    array([[2.], [1.]])
    """
    return np.asarray(np.conj(vectors).T @ (operator @ vectors[:, chosen]))


def structure_factor(
    levels: np.ndarray, elements: np.ndarray, chosen: slice, dw: float, reach: float
) -> EnergyHistogram:
    """``v(w) = mean_b sum_{b' != b} |<b'|V|b>|^2 delta(w - (E_b' - E_b))`` (paper E, eq 5).

    docs/physics.md (O18). b runs over the chosen levels near an energy E_0, b' over all; the
    integral is <V^2> - <V_bb^2>. A traceless V with V^2 = 1 on a random-matrix bath has v(w) =
    p(E_0 + w), p the level density normalised to 1.

    Parameters
    ----------
    levels : (d,), ascending
    elements : (d, K)
        Of `operator_elements`.
    chosen : slice
        Which K levels are the columns.
    dw, reach : float, > 0

    Raises
    ------
    InvalidInput
        If the shapes do not fit.

    Examples
    --------
    >>> sigma_x = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> v = structure_factor([-1.0, 1.2], sigma_x, slice(0, 2), dw=0.5, reach=2.5)
    >>> v.centres[v.weights > 0], v.total
    (array([-2.25, 2.25]), 1.0)
    """
    w, off_diagonal = _pairs(levels, elements, chosen)
    squares = abs(np.asarray(elements)) ** 2
    v = energy_histogram(w[off_diagonal], squares[off_diagonal], dw, reach)
    return EnergyHistogram(v.dw, v.weights / w.shape[1], v.beyond / w.shape[1])


@dataclass(frozen=True)
class EthElements:
    """Matrix elements freed of their envelope, ``eta = V_b'b / sqrt(v(w)/rho(E_b'))``.

    Attributes
    ----------
    w : (n,);  eta : (n,)
        Of the pairs b' != b within reach of v.
    left_out : int
        Pairs beyond it or in bins without weight.
    """

    w: np.ndarray
    eta: np.ndarray
    left_out: int

    @property
    def variance(self) -> float:
        """<|eta|^2>, 1 where v and rho are those of the sample."""
        return float((abs(self.eta) ** 2).mean())

    @property
    def kurtosis(self) -> float:
        """<eta^4>/<eta^2>^2, 3 for real Gaussian elements: eigenstate thermalization."""
        return float((abs(self.eta) ** 4).mean()) / self.variance**2


def eth_elements(
    levels: np.ndarray,
    elements: np.ndarray,
    chosen: slice,
    v: EnergyHistogram,
    count: int | None = None,
) -> EthElements:
    """Elements of V over what structure factor and level density give (docs/physics.md, O18).

    Parameters
    ----------
    levels : (d,);  elements : (d, K);  chosen : slice
        As for `structure_factor`.
    v : EnergyHistogram
        Of these elements, or its mean over samples. With n elements in a bin, those of one sample
        alone make the kurtosis 3 n/(n + 2).
    count : int, optional
        Levels that the density rho(E_b') is taken from, d/8 by default (at least two).

    Raises
    ------
    InvalidInput
        If the shapes do not fit, or no pair lies where v has weight.

    Examples
    --------
    >>> sigma_x = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> v = structure_factor([-1.0, 1.2], sigma_x, slice(0, 2), dw=0.5, reach=2.5)
    >>> eth_elements([-1.0, 1.2], sigma_x, slice(0, 2), v).eta ** 2
    array([0.45454545, 0.45454545])
    """
    w, used = _pairs(levels, elements, chosen)
    number = np.floor(w / v.dw).astype(int) + len(v.weights) // 2
    inside = (number >= 0) & (number < len(v.weights))
    line = np.where(inside, v.values[np.where(inside, number, 0)], 0.0)
    pairs = int(used.sum())
    used &= line > 0
    if not used.any():
        raise InvalidInput(
            "no pair of levels lies where v has weight: take v of this bath, with a larger reach"
        )
    count = max(2, len(levels) // 8) if count is None else count
    density = np.broadcast_to(level_density(levels, levels, count)[:, None], w.shape)
    eta = np.asarray(elements)[used] * np.sqrt(density[used] / line[used])
    return EthElements(w[used], eta, pairs - len(eta))


def _pairs(
    levels: np.ndarray, elements: np.ndarray, chosen: slice
) -> tuple[np.ndarray, np.ndarray]:
    """w = E_b' - E_b, and which pairs are two different states; (d, K) both."""
    levels = np.asarray(levels, dtype=float)
    numbers = np.arange(len(levels))
    expected = (len(levels), len(numbers[chosen]))
    if np.shape(elements) != expected or not expected[1]:
        raise InvalidInput(
            f"elements {np.shape(elements)} must be {expected}: all {expected[0]} levels by the "
            "chosen ones, one or more"
        )
    return levels[:, None] - levels[chosen], numbers[:, None] != numbers[chosen]
