"""Spectral functions of a spin by Chebyshev moments: no partner's eigenvector is needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.polynomial.chebyshev import chebval

from ..comm import agreed
from ..errors import InvalidInput
from ..operators.chebyshev import BlockOperator
from ..solvers import Eigenpairs
from ..solvers.filtered.delta_filter import Scale
from ..solvers.filtered.kpm import Density, density_of_states, jackson
from ..solvers.spectrum import enclosing_energies
from ..solvers.threads import threads_of_rank
from ..streams import Streams
from .energy_histogram import bins_within
from .line_width import quartile_width
from .pauli import Pauli
from .spectral import TYPICAL_SHIFT, SpectralFunction

_COLUMNS_AT_ONCE = 16
# The density of levels has no lines: this many moments resolve it.
_MOMENTS_OF_LEVELS = 128
_BINS_A_RESOLUTION = 8
# A line must be so many times as wide as the kernel to be told from it.
_RESOLVED = 3.0


@dataclass(frozen=True)
class SmoothLine:
    """A line as the kernel shows it.

    Attributes
    ----------
    smoothed : distance of the quartiles of the smoothed line; NaN if there is no weight
    resolution : standard deviation of the kernel; a level alone is 1.35 of it wide
    captured : weight a state of this line
    """

    smoothed: float
    resolution: float
    captured: float

    @property
    def width(self) -> float:
        """gamma, or NaN if the line is not three kernels wide: then measure it with eigenpairs.

        The kernel widens a Lorentzian by 2 (resolution/gamma)^2 of gamma where that is small: by
        2 % at ten kernels, 8 % at five, 29 % at the limit.
        """
        return self.smoothed if self.smoothed >= _RESOLVED * self.resolution else float("nan")


@dataclass(frozen=True, eq=False)
class DynamicalMoments:
    """What O does to eigenstates n, as Chebyshev moments over all energies (docs/physics.md, O24).

    Attributes
    ----------
    energies : (k,) E_n
    moments : (n_moments, k) <n|O' T_j(H') O'|n>, O' = O - <n|O|n>, H' = (H - centre)/half;
        moments[0] is the whole weight 1 - <n|O|n>^2
    expectation : (k,) <n|O|n>
    scale : Scale
        Ends of the spectrum; `half` is half of the distance between them.
    levels : Density
        Density of levels of the same H.
    """

    energies: np.ndarray
    moments: np.ndarray
    expectation: np.ndarray
    scale: Scale
    levels: Density

    @property
    def resolution(self) -> float:
        """Standard deviation of the kernel in the middle of the spectrum: pi half/n_moments."""
        return float(np.pi * self.scale.half / len(self.moments))

    @property
    def available(self) -> np.ndarray:
        """(k,) weight of all partners, 1 - <n|O|n>^2."""
        return self.moments[0]

    @cached_property
    def damped(self) -> np.ndarray:
        """(n_moments, k) moments times the Jackson kernel's g_j."""
        return self.moments * jackson(len(self.moments))[:, None]

    def density(self, w: np.ndarray) -> np.ndarray:
        """rho_n(w) without prefactor, (k, n_w): int rho_n dw = 1 - <n|O|n>^2.

        Every level is a bump of the Jackson kernel, of standard deviation sqrt(1 - x^2) times
        `resolution` at E_n + w = centre + half x.
        """
        x = (self.energies[:, None] + np.asarray(w, float) - self.scale.centre) / self.scale.half
        inside = abs(x) < 1
        x = np.where(inside, x, 0.0)
        series = self.damped.copy()
        series[1:] *= 2
        values = chebval(x, series[:, :, None], tensor=False)
        values /= np.pi * self.scale.half * np.sqrt(1 - x * x)
        return np.where(inside, np.maximum(values, 0.0), 0.0)

    def cumulative(self, w: np.ndarray) -> np.ndarray:
        """int_{-inf}^w rho_n, (k, n_w), term by term."""
        angle = self.scale.angle(self.energies[:, None] + np.asarray(w, dtype=float))
        x = np.cos(angle)
        newer, older = np.zeros_like(x), np.zeros_like(x)
        for j in range(len(self.damped) - 1, 0, -1):  # Clenshaw's recurrence for sin(j angle)
            newer, older = self.damped[j][:, None] / j + 2 * x * newer - older, newer
        below = (np.pi - angle) * self.moments[0][:, None] - 2 * np.sin(angle) * newer
        return below / np.pi

    def spectral_function(
        self, dw: float, reach: float, prefactor: float = np.pi
    ) -> SpectralFunction:
        """The smoothed rho_n(w), averaged over the states, in the bins of `spectral_function`.

        `thermal` agrees with the one of eigenpairs where that is smooth over the resolution.
        `typical` is that of the smoothed rho_n, hence larger than that of single levels: no bin
        is empty where the kernel is wider than the level spacing, whatever dw.

        Parameters
        ----------
        dw : float, > 0
        reach : float, > 0
            The largest |w| that is kept.
        prefactor : float

        Raises
        ------
        InvalidInput
            If there are no such bins (`bins_within`).
        """
        n = bins_within(dw, reach)
        weights = np.diff(self.cumulative(dw * np.arange(-n, n + 1)), axis=1)
        rho = np.maximum(weights, 0.0) * (prefactor / dw)
        bound = prefactor * float(self.available.mean())
        mean_log = np.log(rho + TYPICAL_SHIFT).mean(axis=0)
        return SpectralFunction(dw, rho.mean(axis=0), mean_log, prefactor, bound)

    def line_width(self, centre: float) -> SmoothLine:
        """Quartiles of the line at 0 < w < 2 centre, pooled over the states, as `line_width`.

        Parameters
        ----------
        centre : float
            Energy to flip the spin; the sign does not matter.

        Raises
        ------
        InvalidInput
            If it is 0.
        """
        if not 0 < abs(centre) < np.inf:
            raise InvalidInput(
                f"centre={centre} must not be 0: the line is at the energy that flips the spin"
            )
        bins = int(np.ceil(2 * abs(centre) * _BINS_A_RESOLUTION / self.resolution))
        ends = np.linspace(0.0, 2 * abs(centre), bins + 1)
        weights = np.diff(self.cumulative(ends).mean(axis=0))
        smoothed = quartile_width(0.5 * (ends[1:] + ends[:-1]), weights)
        return SmoothLine(smoothed, self.resolution, float(weights.sum()))


def dynamical_moments(
    states: Eigenpairs, pauli: Pauli, resolution: float, seed: int = 0
) -> DynamicalMoments:
    """Chebyshev moments of O'|n> for O a Pauli matrix, matrix-free, on the ranks of `states`.

    docs/physics.md, O24; A. Weisse et al., Rev. Mod. Phys. 78, 275 (2006), for the moments and the
    kernel. n_moments = pi half/resolution take half as many applications of H to each of the k
    states; 1150 more find the ends of the spectrum and the density of levels. Memory beside
    the states: about 8 * 16 columns of D numbers, over all ranks.

    Parameters
    ----------
    states : Eigenpairs
        Levels near one another or not; vectors whole or distributed by rows.
    pauli : Pauli
    resolution : float, > 0
        An energy, a tenth of the line's width or less. Below the level spacing it shows single
        levels.
    seed : int
        Of the random vectors for the density of levels.

    Raises
    ------
    InvalidInput
        If there is no state, or the resolution is not positive or wider than the spectrum.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> op = model.operator(model.draw(seed=1, realization=0))
    >>> states = mb.eigenpairs(op, mb.Target.middle(8))
    >>> found = dynamical_moments(states, Pauli("x", 0, spin=1), resolution=0.2)
    >>> found.moments.shape[1], bool(abs(found.available + found.expectation**2 - 1).max() < 1e-12)
    (8, True)
    >>> round(found.spectral_function(dw=0.1, reach=10.0).captured, 6)
    1.0
    """
    if not len(states):
        raise agreed(InvalidInput("there is no state whose moments could be taken"))
    pauli.stride(states.operator.space)  # refuses a spin that is not there before any work
    with (
        threads_of_rank(None, states.rows.comm),
        BlockOperator(states.operator, states.rows.comm) as h,
    ):
        scale = Scale(*enclosing_energies(h, Streams(seed, 0)))
        if not 0 < resolution <= scale.half:
            raise agreed(
                InvalidInput(
                    f"resolution={resolution} must be positive and at most {scale.half:.4g}, half "
                    "of the bandwidth: a tenth of the width of the line that is looked for"
                )
            )
        count = int(np.ceil(np.pi * scale.half / resolution))
        levels = density_of_states(h, scale, min(count, _MOMENTS_OF_LEVELS), Streams(seed, 0))
        moments = np.empty((count, len(states)))
        expectation = np.empty(len(states))
        for first in range(0, len(states), _COLUMNS_AT_ONCE):
            part = slice(first, first + _COLUMNS_AT_ONCE)
            rest, expectation[part] = without_expectation(states.select(part), pauli)
            moments[:, part] = h.moments(h.deal.from_public(rest), count, scale.centre, scale.half)
    return DynamicalMoments(states.energies, moments, expectation, scale, levels)


def without_expectation(states: Eigenpairs, pauli: Pauli) -> tuple[np.ndarray, np.ndarray]:
    """O|n> - <n|O|n> |n>, (n_rows, k), and <n|O|n>, (k,)."""
    vectors = states.vectors
    turned = pauli.apply(vectors, states.operator.space, states.rows)
    expectation = states.rows.sum(np.einsum("ik,ik->k", vectors, turned))
    return turned - vectors * expectation, expectation
