"""The polynomial of the filtered solver: a Chebyshev series of a delta function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Above this value of the normalised filter lie only energies of its main lobe: the highest side
# lobe of the series reaches 0.13 (POLFED uses the same cutoff).
CUTOFF = 0.17


@dataclass(frozen=True)
class Scale:
    """Affine map of the spectrum into [-1, 1].

    Attributes
    ----------
    low, high : float
        Energies between which all levels lie.
    """

    low: float
    high: float

    @property
    def centre(self) -> float:
        return 0.5 * (self.low + self.high)

    @property
    def half(self) -> float:
        return 0.5 * (self.high - self.low)

    def angle(self, energy: float | np.ndarray) -> np.ndarray:
        """``arccos((E - centre) / half)``, energies beyond the ends taken as the ends."""
        return np.arccos(np.clip((np.asarray(energy) - self.centre) / self.half, -1.0, 1.0))


@dataclass(frozen=True)
class DeltaFilter:
    """``p(E) = sum_k c_k T_k(x) / p_0``, ``c_k = (2 - delta_k0) T_k(x_c)``, ``p(centre) = 1``.

    The truncated series of a delta function (Sierant, Lewenstein and Zakrzewski, Phys. Rev. Lett.
    125, 156601, 2020): of all polynomials of its order with p(centre) = 1 the one of least weight
    elsewhere (Christoffel). It is even around its centre in the angle ``arccos x``, not in energy.

    Attributes
    ----------
    angle : of the centre
    order : of the polynomial
    scale : Scale

    Examples
    --------
    >>> p = DeltaFilter.over(-0.1, 0.1, Scale(-1.0, 1.0))
    >>> p.order, p(np.array([0.0, 0.1])).round(2)
    (25, array([1.  , 0.24]))
    """

    angle: float
    order: int
    scale: Scale

    @classmethod
    def over(cls, low: float, high: float, scale: Scale, stretch: float = 1.0) -> DeltaFilter:
        """The highest order that is still above the cutoff at the ends of an interval.

        Both ends have the same p. An interval that reaches beyond the spectrum is centred at its
        edge. With `stretch` the interval is first made wider by this factor.
        """
        above, below = float(scale.angle(low)), float(scale.angle(high))
        if low <= scale.low and high >= scale.high:
            return cls(0.5 * np.pi, 2, scale)
        centre = np.pi if low <= scale.low else 0.0 if high >= scale.high else 0.5 * (above + below)
        reach = stretch * max(above - centre, centre - below)
        longest = 2 + int(np.ceil(4.0 / reach))
        k = np.arange(longest + 1)
        shape = np.cos(k * centre)
        weights = np.where(k == 0, 1.0, 2.0) * shape
        ends = np.array([t for t in (centre - reach, centre + reach) if 0.0 <= t <= np.pi])
        if not len(ends):
            return cls(centre, 2, scale)
        values = np.cumsum(weights * np.cos(np.outer(ends, k)), axis=1) / np.cumsum(weights * shape)
        fallen = (values < CUTOFF).any(axis=0)
        order = int(np.argmax(fallen)) - 1 if fallen.any() else longest
        return cls(centre, max(order, 2), scale)

    @property
    def coefficients(self) -> np.ndarray:
        k = np.arange(self.order + 1)
        shape = np.cos(k * self.angle)
        weights = np.where(k == 0, 1.0, 2.0) * shape
        return weights / (weights @ shape)

    def __call__(self, energies: np.ndarray) -> np.ndarray:
        return np.polynomial.chebyshev.chebval(
            np.cos(self.scale.angle(energies)), self.coefficients
        )

    def lobe_above(self, value: float) -> tuple[float, float]:
        """Ends of the interval around the centre where p exceeds `value`; infinite at the edges."""
        ends = []
        for sign, edge, infinity in ((1, np.pi, -np.inf), (-1, 0.0, np.inf)):
            far = self.angle + sign * 6.0 / self.order
            angles = np.linspace(self.angle, np.clip(far, 0.0, np.pi), 3001)
            energies = self.scale.centre + self.scale.half * np.cos(angles)
            low = np.flatnonzero(self(energies) < value)
            if len(low):
                ends.append(float(energies[max(int(low[0]) - 1, 0)]))
            else:
                ends.append(infinity if angles[-1] == edge else float(energies[-1]))
        return ends[0], ends[1]
