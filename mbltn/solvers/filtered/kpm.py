"""Kernel polynomial method: density of states, counts of levels, and levels that were missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import erfc, gammainc

from ...operators.chebyshev import BlockOperator
from ...streams import Streams
from ..certify import Certificate
from .delta_filter import Scale

VECTORS = 8
# Accuracy to which the smoothed step is expanded.
_TAIL = 1e-6
# A level that was missed adds a chi-square of VECTORS degrees of freedom divided by VECTORS.
_SUSPICION = 0.15
# Distance of the step's middle from the last level known, in its widths.
_INSIDE = 2.5


@dataclass(frozen=True, eq=False)
class Density:
    """Chebyshev moments of the density of states from random vectors, with the Jackson kernel.

    ``mu_k = D <r| T_k(H') |r> / <r|r>`` (Weisse, Wellein, Alvermann and Fehske, Rev. Mod. Phys. 78,
    275, 2006). The error is the standard error over the vectors; the energy resolution is
    ``pi half / n_moments``.

    Attributes
    ----------
    moments : (n_moments, n_vectors)
    scale : Scale
    """

    moments: np.ndarray
    scale: Scale

    @property
    def resolution(self) -> float:
        return float(np.pi * self.scale.half / len(self.moments))

    def at(self, energy: float) -> tuple[float, float]:
        """Levels per energy, and its standard error."""
        angle = float(self.scale.angle(energy))
        k = np.arange(len(self.moments))
        weights = np.where(k == 0, 1.0, 2.0) * np.cos(k * angle) * jackson(len(k))
        measure = np.pi * self.scale.half * max(np.sin(angle), 1e-12)
        return _mean(weights @ self.moments / measure)

    def count(self, low: float, high: float) -> tuple[float, float]:
        """Levels between two energies, and the standard error."""
        return _mean(self._below(high) - self._below(low))

    def _below(self, energy: float) -> np.ndarray:
        angle = float(self.scale.angle(energy))
        k = np.arange(1, len(self.moments))
        weights = -2.0 * np.sin(k * angle) / k * jackson(len(self.moments))[1:]
        return ((np.pi - angle) * self.moments[0] + weights @ self.moments[1:]) / np.pi

    def half_width(self, energy: float, count: float) -> float:
        """w such that `count` levels lie in energy +- w; the whole scale if there are fewer."""
        near, far = 0.0, max(energy - self.scale.low, self.scale.high - energy, 0.0)
        if self.count(energy - far, energy + far)[0] <= count:
            return far
        for _ in range(60):
            middle = 0.5 * (near + far)
            if self.count(energy - middle, energy + middle)[0] < count:
                near = middle
            else:
                far = middle
        return far


def density_of_states(
    h: BlockOperator, scale: Scale, n_moments: int, streams: Streams, ingredient: str = "kpm"
) -> Density:
    """The density from eight random vectors, the same whatever the number of ranks.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_X
    >>> op = Operator(HilbertSpace((2,) * 8), tuple(Term(0.5, ((i, SIGMA_X),)) for i in range(8)))
    >>> density = density_of_states(BlockOperator(op), Scale(-4.1, 4.1), 64, Streams(0, 0))
    >>> round(density.count(-4.1, 4.1)[0]), abs(density.count(-0.5, 0.5)[0] - 70) < 12
    (256, True)
    """
    x = h.deal.random(streams, ingredient, 0, VECTORS)
    moments = h.moments(x, max(n_moments, 2), scale.centre, scale.half)
    return Density(h.dimension * moments / moments[0], scale)


def certify_by_kpm(
    h: BlockOperator,
    scale: Scale,
    basis: np.ndarray,
    energies: np.ndarray,
    window: tuple[float, float],
    known: tuple[float, float],
    density: float,
    most_moments: int,
    streams: Streams,
) -> Certificate:
    """Levels in a window, counted by what random vectors find outside the space of the found ones.

    ``missed = tr [(1 - V V^T) s(H) (1 - V V^T)]``, s a step smoothed by an error function, 1 in the
    window and 0 outside `known`. The found levels do not add to its variance, so eight vectors r
    suffice: every missed level adds ``s(E) chi^2_8 / 8``, and nothing else adds but the tail of s
    beyond `known`, which is bounded by the density of states.

    Parameters
    ----------
    basis : (n_local, n) orthonormal V, whose span holds the found eigenvectors
    energies : the found levels that lie in the window
    window : (low, high), where levels are counted
    known : (low, high), wider: between them the span of V holds every level it should
    density : levels per energy near the ends, from `density_of_states`
    most_moments : order of the polynomial at most; it is chosen so that s falls between the ends
        of the window and of `known`

    Returns
    -------
    Certificate
        `counted` = found + missed; `error` is the standard error if none is missed.
    """
    ends = [
        (float(scale.angle(end)), float(scale.angle(beyond)), scale.low < beyond < scale.high)
        for end, beyond in zip(window, known, strict=True)
    ]
    gaps = [abs(outside - inside) for inside, outside, sharp in ends if sharp]
    sharpness = 2.0 * np.sqrt(-np.log(_TAIL))
    wished = _INSIDE * sharpness / max(min(gaps, default=1.0), 1e-12)
    n_moments = int(min(max(wished, 64), most_moments))
    width = sharpness / n_moments
    x = h.deal.random(streams, "certificate", 0, VECTORS)
    for _ in range(2):
        x -= basis @ h.sum(basis.T @ x)
    moments = h.moments(x, n_moments, scale.centre, scale.half)
    k = np.arange(n_moments)
    damping = np.exp(-((k * width / 2.0) ** 2))
    tail = 0.5 * width * (np.exp(-(_INSIDE**2)) / np.sqrt(np.pi) - _INSIDE * erfc(_INSIDE))
    steps, weight, beyond_ends = [], 1.0, 0.0
    for sign, (inside, outside, sharp) in zip((1.0, -1.0), ends, strict=True):
        middle = outside - sign * _INSIDE * width
        if not sharp:  # it reaches the edge of the spectrum
            steps.append(np.where(k == 0, np.pi if sign > 0 else 0.0, 0.0))
            continue
        weight = min(weight, 0.5 * float(erfc(sign * (inside - middle) / width)))
        steps.append(damping * np.where(k == 0, middle, 2 * np.sin(k * middle) / np.maximum(k, 1)))
        beyond_ends += density * scale.half * np.sin(outside) * tail
    shape = (steps[0] - steps[1]) / np.pi
    missed = float((shape @ moments).mean())
    # No level beyond `known` has more weight than one at its end.
    error = float(np.sqrt(beyond_ends * erfc(_INSIDE) / VECTORS) + beyond_ends)
    lack = missed if missed > _SUSPICION + 3.0 * error else 0.0
    overlooked = float(gammainc(0.5 * VECTORS, 0.5 * VECTORS * (_SUSPICION + 3.0 * error)))
    note = (
        f"trace of a step polynomial of order {n_moments} outside the found space: {missed:.3f} "
        f"levels, up to {beyond_ends:.1g} of them from beyond the window; one missed level is "
        f"overlooked with probability {overlooked:.1g}; weight of a level at the window's ends "
        f"{weight:.2f}"
    )
    found = len(energies)
    return Certificate(
        "kpm", window[0], window[1], counted=found + lack, found=found,
        error=max(error, 1e-6), note=note,
    )  # fmt: skip


def jackson(n: int) -> np.ndarray:
    """``g_k = [(n - k + 1) cos(k q) + sin(k q) cot q] / (n + 1)``, ``q = pi / (n + 1)``."""
    k = np.arange(n)
    q = np.pi / (n + 1)
    return ((n - k + 1) * np.cos(k * q) + np.sin(k * q) / np.tan(q)) / (n + 1)


def _mean(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
