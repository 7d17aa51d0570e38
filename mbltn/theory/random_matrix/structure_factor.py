"""Structure factors on a grid, and what an added spin makes of them (E sections II D, E)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from mbltn.errors import InvalidInput

from .._inputs import one_finite, one_number, require_finite, require_nonnegative
from .._quadrature import Floats
from .hybridisation import lorentzian

POINTS_PER_WIDTH = 8
_MOST_STEPS = 1e8


@dataclass(frozen=True)
class StructureFactor:
    """v on an even grid that is symmetric about 0.

    Attributes
    ----------
    step : float
        Distance of neighbouring frequencies.
    values : ndarray, shape (2 m + 1,)
        v at -m step .. m step.
    lost : float
        Weight that fell off the grid in the updates so far, put back in proportion.

    Raises
    ------
    InvalidInput
        For a step that is not positive, values that are negative or not finite, or an even number
        of them, which has no middle.
    """

    step: float
    values: Floats
    lost: float = 0.0

    def __post_init__(self) -> None:
        one_number("step", self.step, "it is the distance of frequencies")
        values = require_nonnegative("values", self.values, "a structure factor is positive")
        require_finite("values", values, "a structure factor is finite")
        if values.ndim != 1 or values.size % 2 == 0:
            raise InvalidInput(
                f"values has shape {values.shape} and must be (2 m + 1,): one for each frequency "
                "from -m step to m step"
            )
        object.__setattr__(self, "values", values)

    @property
    def frequencies(self) -> Floats:
        m = len(self.values) // 2
        return np.asarray(self.step * np.arange(-m, m + 1))

    @property
    def weight(self) -> float:
        """int v dw; <V^2>."""
        return float(self.values.sum() * self.step)

    @property
    def weight_of_square(self) -> float:
        """int v^2 dw, which operator IPRs need."""
        return float(np.square(self.values).sum() * self.step)

    def at(self, w: float) -> float:
        """v(w) by linear interpolation, 0 off the grid."""
        return float(np.interp(w, self.frequencies, self.values, left=0.0, right=0.0))


def sampled(line: Callable[[Floats], Floats], reach: float, step: float) -> StructureFactor:
    """`line` on -reach .. reach with weight 1; what is missing of its integral is `lost`.

    Raises
    ------
    InvalidInput
        For a grid of no or more than 1e8 points, or a line that is negative or of no weight there
        or does not give one value for each frequency.

    Examples
    --------
    >>> v = sampled(lambda w: lorentzian(w, 1.0), reach=1000.0, step=0.1)
    >>> round(v.weight, 9), round(v.lost, 5)
    (1.0, 0.00064)
    """
    reach = one_number("reach", reach, "it is the largest frequency of a grid")
    step = one_number("step", step, "it is the distance of frequencies")
    if not 0.5 < reach / step < _MOST_STEPS:
        raise InvalidInput(
            f"reach={reach} holds {reach / step:.3g} steps of step={step}: take a grid of 1 to "
            f"{_MOST_STEPS:.0e} steps"
        )
    m = round(reach / step)
    w = step * np.arange(-m, m + 1)
    values = require_nonnegative("line", line(w), "a structure factor is positive")
    if values.shape != w.shape:
        raise InvalidInput(
            f"the line gave shape {values.shape} for {w.shape} frequencies: it must give one value "
            "for each"
        )
    weight = float(values.sum() * step)
    if not 0 < weight < np.inf:
        raise InvalidInput(f"the line has weight {weight} on the grid: take another grid")
    return StructureFactor(step, values / weight, 1 - weight)


def bath_update(v: StructureFactor, half_width: float) -> StructureFactor:
    """v' = k * v * k of a bath operator, with the weight of v, docs/physics.md (E3), E eq 6.

    Raises
    ------
    InvalidInput
        For a half width below 8 steps of the grid, or so large that the grid cannot hold it.

    Examples
    --------
    >>> v = sampled(lambda w: lorentzian(w, 1.0), reach=200.0, step=0.02)
    >>> round(v.at(0.0), 4), round(bath_update(v, 0.25).at(0.0), 4)
    (0.3193, 0.2132)
    """
    width = _resolved(v, half_width)
    reach = v.step * (len(v.values) // 2)
    k = sampled(lambda w: np.asarray(lorentzian(w, width)), reach, v.step)
    if k.lost > 0.5:
        raise InvalidInput(
            f"half_width={width} on a grid that reaches {reach}: most of k is off the grid, "
            "take one that reaches at least 10 half widths"
        )
    once = _convolved(v, k)
    return _convolved(once, k)


def spin_update(v: StructureFactor, h: float, half_width: float) -> StructureFactor:
    """v' of the added spin on the grid of `v`: k * [two delta peaks at +-2h] * k, (E4), E eq 8.

    Raises
    ------
    InvalidInput
        For a half width below 8 steps of the grid, or peaks that the grid cannot hold.

    Examples
    --------
    >>> v = sampled(lambda w: lorentzian(w, 1.0), reach=200.0, step=0.02)
    >>> round(spin_update(v, h=1.0, half_width=0.2).at(2.0), 4)
    0.4023
    """
    flip = 2 * one_finite("h", h, "it is the field of the spin")
    width = 2 * _resolved(v, half_width)
    _require_peaks_on(v, flip, width)
    return sampled(
        lambda w: np.asarray(0.5 * (lorentzian(w - flip, width) + lorentzian(w + flip, width))),
        v.step * (len(v.values) // 2),
        v.step,
    )


def depletion(g: float, xi_v: float, h: float) -> float:
    """W = (g/max(xi_v, |h|))^2, weight of each of the new peaks, docs/physics.md (E5), E eq 13.

    Raises
    ------
    InvalidInput
        For a number outside its range, and for W >= 1/2, where the expansion in g has no meaning.

    Examples
    --------
    >>> round(depletion(0.2, xi_v=2.1, h=1.0), 6)
    0.00907
    """
    coupling = one_number("g", g, "it is a coupling; take its absolute value", zero=True)
    width = one_number("xi_v", xi_v, "it is the half width of v")
    field = one_finite("h", h, "it is the field of the spin")
    W = (coupling / max(width, abs(field))) ** 2
    if W >= 0.5:
        raise InvalidInput(
            f"g={coupling} is so strong that the two peaks would hold 2 W = {2 * W:.3g} of the "
            "weight: the back-reaction is an expansion for g << max(xi_v, |h|)"
        )
    return W


def back_reaction(
    v: StructureFactor, half_width: float, g: float, xi_v: float, h: float, renormalise: bool = True
) -> StructureFactor:
    """v' with the peaks at +-2h that the spin leaves in a bath operator, (E5), E eq 14.

    (1 - 2 W) k*v*k + W [k0*k0](w - 2h) + W [k0*k0](w + 2h), k0 = k cut off at |w| = w_h.

    Parameters
    ----------
    v : StructureFactor
        Of weight 1.
    half_width : float
        w_h of k.
    g, xi_v, h : float
        As for `depletion`.
    renormalise : bool
        k0 holds half of k's weight. True makes it 1, so that int v' = 1 as E asks; False leaves
        int v' = 1 - 3 W/2.

    Raises
    ------
    InvalidInput
        As for `bath_update` and `depletion`, and where a peak lies off the grid.

    Examples
    --------
    >>> v = sampled(lambda w: lorentzian(w, 2.0), reach=100.0, step=0.01)
    >>> spiked = back_reaction(v, half_width=0.1, g=0.5, xi_v=2.0, h=1.0)
    >>> round(spiked.weight, 9), bool(spiked.at(2.0) > 1.5 * v.at(2.0))
    (1.0, True)
    """
    W = depletion(g, xi_v, h)
    width = _resolved(v, half_width)
    w, flip = v.frequencies, 2 * float(h)
    _require_peaks_on(v, flip, 2 * width)
    smooth = bath_update(v, width)
    peak_weight = 1.0 if renormalise else 0.25
    values = (1 - 2 * W) * smooth.values
    for centre in (flip, -flip):
        peak = cut_twice(w - centre, width)
        values = values + W * peak_weight * peak / (peak.sum() * v.step)
    return StructureFactor(v.step, values, smooth.lost)


def cut_twice(w: Floats, half_width: float) -> Floats:
    """k0 * k0 in closed form, k0 = 2 k for |w| <= w_h and 0 beyond; integral 1."""
    x = np.abs(np.asarray(w, dtype=np.float64)) / half_width
    inside = x < 2
    y = np.where(inside, np.maximum(x, 1e-15), 1.0)
    logarithm = -np.log1p(y * (y / 2 - 1))
    shape = (np.pi / 2 + 2 * np.arctan(1 - y) + 2 * logarithm / y) / (y**2 + 4)
    return np.where(inside, 4 / np.pi**2 * shape / half_width, 0.0)


def _resolved(v: StructureFactor, half_width: float) -> float:
    width = one_number("half_width", half_width, "it is a half width")
    if v.step * POINTS_PER_WIDTH > width * (1 + 1e-12):
        raise InvalidInput(
            f"half_width={width} is below {POINTS_PER_WIDTH} steps of {v.step}: take a grid of "
            f"step {width / POINTS_PER_WIDTH:.3g} or finer"
        )
    return width


def _require_peaks_on(v: StructureFactor, flip: float, width: float) -> None:
    """Peaks at +-flip fit on the grid of `v` as far as `width` from their middle."""
    reach = float(v.frequencies[-1])
    if abs(flip) + width > reach:
        raise InvalidInput(
            f"h={flip / 2} puts a peak of half width {width} at 2h = {flip}, off a grid that "
            f"reaches {reach}: take one that reaches farther"
        )


def _convolved(v: StructureFactor, k: StructureFactor) -> StructureFactor:
    """v * k on the grid of v, with its weight; zero-padded, so that nothing wraps around."""
    # rounding of the transform leaves values of either sign where there is nothing
    values = np.maximum(fftconvolve(v.values, k.values, mode="same") * v.step, 0.0)
    kept = float(values.sum() * v.step) / v.weight
    # of the weight that belongs to k's own tails nothing reached the grid at all
    lost = 1 - (1 - v.lost) * (1 - k.lost) * kept
    return StructureFactor(v.step, values / kept, lost)
