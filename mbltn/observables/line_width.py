"""Width of the line that an l-bit's flip has: is it wider than the level spacing (C Figs 3, 4)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from .spectral import SpectralFunction
from .transitions import Transitions


@dataclass(frozen=True)
class LineWidth:
    """gamma of one sample.

    Attributes
    ----------
    width : gamma, an energy; NaN if the partners hold no weight, or less than half of the line
    spacing : delta_E
    captured : weight a state that the width was measured on: about 1/2 for the lines at positive
        frequencies alone, and 1 for all
    floor : see `ratio`
    """

    width: float
    spacing: float
    captured: float
    floor: float = 2.0

    @property
    def raw_ratio(self) -> float:
        """gamma/delta_E; goes to 0 for an l-bit that takes no part."""
        return self.width / self.spacing

    @property
    def ratio(self) -> float:
        """max(floor, gamma/delta_E): C's bins have the width delta_E, and one level fills two."""
        return float(np.maximum(self.floor, self.raw_ratio))


def quartile_width(frequencies: np.ndarray, weights: np.ndarray, outside: float = 0.0) -> float:
    """w(3/4) - w(1/4) of the cumulative weight: the full half-maximum width of a Lorentzian.

    docs/physics.md, O21: c_j = (sum of the weights before j + W_j/2)/total at the frequency w_j,
    linear in between, clamped to the first and last w_j.

    Parameters
    ----------
    frequencies, weights : (n,), in any order
    outside : weight that lies beyond the ends, half of it on either side; it belongs to the total

    Returns
    -------
    float
        NaN if the total is 0, or more than half of it lies outside.

    Examples
    --------
    >>> w = np.linspace(-1.0, 1.0, 20_001)
    >>> round(quartile_width(w, 1 / (w**2 + 0.01**2)), 3), quartile_width(w, np.zeros_like(w))
    (0.02, nan)
    """
    order = np.argsort(frequencies, kind="stable")
    ascending, sorted_weights = np.asarray(frequencies)[order], np.asarray(weights)[order]
    inside = float(sorted_weights.sum())
    total = inside + outside
    if not total > 0 or outside > inside:
        return float("nan")
    cumulative = (0.5 * outside + np.cumsum(sorted_weights) - 0.5 * sorted_weights) / total
    first, last = np.interp([0.25, 0.75], cumulative, ascending)
    return float(last - first)


def line_width(
    transitions: Transitions, centre: float, spacing: float, floor: float = 2.0
) -> LineWidth:
    """gamma of the lines of an l-bit's sigma^x at +-centre, pooled over all states of a sample.

    docs/physics.md, O21. With the whole spectrum as partners: lines at 0 < w < 2 centre, of what
    weight they have. With windows of partners around E +- centre: both lines, and what is lacking
    of the weight 1 - <sigma^x>^2 counted as lying outside, half on either side; the quartiles
    are then those of the whole line as soon as they lie within the windows.

    Parameters
    ----------
    transitions : Transitions
        Of sigma^x of the l-bit.
    centre : float
        Energy to flip it, 2 eps; the sign does not matter.
    spacing : float, > 0
        delta_E, by `level_spacing` of the same states.
    floor : float
        Of `LineWidth.ratio`.

    Raises
    ------
    InvalidInput
        If the l-bit has no splitting, or the spacing is not positive.
    """
    centre = abs(centre)
    if not (0 < centre < np.inf and 0 < spacing < np.inf):
        raise InvalidInput(
            f"centre={centre} and spacing={spacing} must be positive: a line is at the energy that "
            "flips the l-bit, and its width is measured in level spacings"
        )
    w, weights = transitions.frequencies(), transitions.weights
    outside = 0.0
    if transitions.whole:
        inside = (w > 0) & (w < 2 * centre)
    else:
        inside = (abs(w) > 0) & (abs(w) < 2 * centre)
        outside = max(0.0, float(transitions.available.sum() - weights[inside].sum()))
    width = quartile_width(abs(w[inside]), weights[inside], outside)
    captured = float(weights[inside].sum() / max(1, len(transitions.energies)))
    return LineWidth(width, spacing, captured, floor)


def half_maximum_width(rho: SpectralFunction, centre: float) -> float:
    """Distance of the outermost half-maximum crossings of the thermal line at 0 < w < 2 centre.

    Linear between the middles of the bins; NaN where there is no weight. The cross-check of
    `line_width`: it depends on the bins, and on one high bin of few levels.
    """
    w = rho.frequencies
    inside = (w > 0) & (w < 2 * abs(centre))
    w, value = w[inside], rho.thermal[inside]
    if not len(value) or not value.max() > 0:
        return float("nan")
    half = 0.5 * value.max()
    above = np.flatnonzero(value >= half)
    low, high = int(above[0]), int(above[-1])
    left = w[low] if low == 0 else np.interp(half, value[low - 1 : low + 1], w[low - 1 : low + 1])
    right = w[high]
    if high + 1 < len(w):
        right = np.interp(half, value[high : high + 2][::-1], w[high : high + 2][::-1])
    return float(right - left)
