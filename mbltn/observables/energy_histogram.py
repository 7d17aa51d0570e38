"""Weights against an energy difference w, on bins that all samples share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput

# 80 MB a curve.
_MOST_BINS = 5e6


@dataclass(frozen=True)
class EnergyHistogram:
    """A density of weight over the bins ``[n dw, (n + 1) dw)``, symmetric about w = 0.

    Attributes
    ----------
    dw : float
        Bin width; the density depends on it, so it belongs to the result.
    weights : (2 m,)
        Weight in each bin, the integral of the density over it.
    beyond : (2,)
        Weight below -m dw, and from m dw on.
    """

    dw: float
    weights: np.ndarray
    beyond: np.ndarray

    @property
    def edges(self) -> np.ndarray:
        """(2 m + 1,), from -m dw to m dw."""
        m = len(self.weights) // 2
        return np.asarray(self.dw * np.arange(-m, m + 1))

    @property
    def centres(self) -> np.ndarray:
        """(2 m,), (n + 1/2) dw."""
        return np.asarray(self.edges[:-1] + self.dw / 2)

    @property
    def values(self) -> np.ndarray:
        """(2 m,) density, weight over bin width; 1/energy times the unit of the weights."""
        return np.asarray(self.weights / self.dw)

    @property
    def total(self) -> float:
        """Integral of the density, with what lies beyond the reach."""
        return float(self.weights.sum() + self.beyond.sum())

    @property
    def hwhm(self) -> float:
        """Half the distance of the quartiles, (w_3/4 - w_1/4)/2; half width of a Lorentzian.

        The cumulative weight is linear within a bin and counts what lies beyond the reach, so
        neither the bins nor the tails matter. A delta peak gives dw/2 or less.

        Raises
        ------
        InvalidInput
            If there is no weight, or a quartile lies beyond the reach.
        """
        if not self.total > 0:
            raise InvalidInput("a histogram of no weight has no width")
        cumulative = np.cumsum([self.beyond[0], *self.weights]) / self.total
        if cumulative[0] > 0.25 or cumulative[-1] < 0.75:
            raise InvalidInput(
                f"a quartile of the weight lies beyond the reach {self.edges[-1]:.4g}, where "
                f"{self.beyond / self.total} of it is: take a larger reach"
            )
        first, third = np.interp([0.25, 0.75], cumulative, self.edges)
        return float(third - first) / 2


def bins_within(dw: float, reach: float) -> int:
    """How many bins of width dw lie on either side of 0 up to reach, rounded up to whole bins.

    Raises
    ------
    InvalidInput
        Unless 0 < dw <= reach < inf, and for more than 5e6 bins.

    Examples
    --------
    >>> bins_within(0.1, 0.3), bins_within(0.25, 0.3)
    (3, 2)
    """
    if not 0 < dw <= reach < np.inf:
        raise InvalidInput(f"dw={dw} and reach={reach} must be 0 < dw <= reach: a bin and a range")
    # Of the reach itself: the quotient of numbers like 1e-300 and 8 overflows.
    if reach > _MOST_BINS * dw:
        raise InvalidInput(
            f"reach={reach} in bins of dw={dw} is more than the {_MOST_BINS:.0e} bins on either "
            "side that a curve may have: take wider bins, such as the mean level spacing, or a "
            "shorter reach"
        )
    return int(np.ceil(reach / dw * (1 - 1e-12)))


def energy_histogram(
    w: np.ndarray, weights: np.ndarray, dw: float, reach: float
) -> EnergyHistogram:
    """Weights at energy differences w, binned.

    Parameters
    ----------
    w, weights : of equal shape
    dw, reach : float, > 0
        Bins, and up to where they are kept on either side: see `bins_within`.

    Raises
    ------
    InvalidInput
        If there are no such bins.

    Examples
    --------
    >>> found = energy_histogram(np.array([-0.1, 0.3, 7.0]), np.array([1.0, 2.0, 3.0]), 0.5, 1.0)
    >>> found.weights, found.beyond
    (array([0., 1., 2., 0.]), array([0., 3.]))
    """
    m = bins_within(dw, reach)
    number = np.clip(np.floor(np.asarray(w) / dw), -m - 1, m).astype(int) + m + 1
    counts = np.bincount(number.ravel(), np.ravel(weights), 2 * m + 2)
    return EnergyHistogram(float(dw), counts[1:-1], counts[[0, -1]])


def mean_histogram(curves: Sequence[EnergyHistogram]) -> EnergyHistogram:
    """Mean over samples, each of weight one (docs/physics.md, O6), on the grid they share.

    Raises
    ------
    InvalidInput
        For no curve, or curves on different grids.

    Examples
    --------
    >>> one = energy_histogram(np.array([0.1]), np.array([1.0]), 1.0, 1.0)
    >>> other = energy_histogram(np.array([-0.1]), np.array([1.0]), 1.0, 1.0)
    >>> mean_histogram([one, other]).values
    array([0.5, 0.5])
    """
    grids = {(curve.dw, len(curve.weights)) for curve in curves}
    if len(grids) != 1:
        raise InvalidInput(
            f"{len(curves)} curves on {len(grids)} grids (dw, bins) {sorted(grids)}: give one or "
            "more, made with the same dw and reach"
        )
    return EnergyHistogram(
        curves[0].dw,
        np.mean([curve.weights for curve in curves], axis=0),
        np.mean([curve.beyond for curve in curves], axis=0),
    )
