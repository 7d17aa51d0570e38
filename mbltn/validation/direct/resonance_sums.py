"""Averages over resonances by direct sums: another way to the numbers of `mbltn.theory.resonance`.

Nothing of `mbltn.theory` is used. Instead of x = g_a/g its inverse t is integrated over, the
distance to resonance in units of the coupling. Its density is a mean over a normal number z
(docs/physics.md, T3), which is summed as well, so that no Bessel function is needed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

_POINTS = 16
_LARGEST_T = 3.5  # the density is below 1e-40 beyond
_RULE = np.polynomial.legendre.leggauss(_POINTS)


def _panels(largest: float, smallest: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on (0, largest), panels halving down to `smallest`."""
    count = int(np.ceil(np.log2(largest / smallest)))
    edges = np.concatenate([[0.0], largest * 2.0 ** -np.arange(count, -1, -1.0)])
    half = np.diff(edges)[:, None] / 2
    x, w = _RULE
    return ((edges[1:] + edges[:-1])[:, None] / 2 + half * x).ravel(), (half * w).ravel()


_Z, _Z_WEIGHTS = _panels(12.0, 1e-7)


def _density(t: np.ndarray) -> np.ndarray:
    """2 exp(-(pi^3/4) t^2) int_0^inf sqrt(z^2 + pi^3 t^2/2) exp(-z^2/2) dz."""
    roots = np.hypot(_Z, np.sqrt(np.pi**3 / 2) * t[:, None])
    density: np.ndarray = (
        2 * np.exp(-(np.pi**3) / 4 * t**2) * (roots @ (_Z_WEIGHTS * np.exp(-(_Z**2) / 2)))
    )
    return density


@lru_cache(maxsize=64)
def _distances(smallest: float) -> tuple[np.ndarray, np.ndarray]:
    t, weights = _panels(_LARGEST_T, smallest)
    return t, weights * _density(t)


def _mixing(g: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of both states of a pair with the Hamiltonian [[0, g], [g, t]], and of the nodes."""
    t, weights = _distances(2.0 ** np.floor(np.log2(min(g, 1.0))) / 64)
    apart = np.hypot(t, 2 * g)
    small = 2 * g**2 / (apart * (apart + t))
    return small, 1 - small, weights


def entropy_of(share: np.ndarray) -> np.ndarray:
    """Of a spin whose states have the weights `share` > 0 and 1 - share."""
    entropy: np.ndarray = -share * np.log(share) - (1 - share) * np.log1p(-share)
    return entropy


def mean_entropy(g: float) -> float:
    """[S](g), T6."""
    small, _, weights = _mixing(g)
    return float(weights @ entropy_of(small))


def mean_correlator(g: float) -> float:
    """[C](g), T6."""
    small, large, weights = _mixing(g)
    return float(weights @ (large - small) ** 2)


def share_below(s: float, g: float) -> float:
    """P(S < s), T7: the density's integral beyond the t at which S = s, 0 < s < log 2."""

    def excess(log_ratio: float) -> float:
        return float(entropy_of(np.array((1 - 1 / np.hypot(1, 2 * np.exp(log_ratio))) / 2)) - s)

    edge = g / np.exp(brentq(excess, -12.0, 12.0, xtol=1e-14))
    if edge >= _LARGEST_T:
        return 0.0
    x, w = np.polynomial.legendre.leggauss(200)
    half = (_LARGEST_T - edge) / 2
    return float(half * (w @ _density(edge + half * (1 + x))))


@lru_cache(maxsize=8192)
def enhancement(g: float) -> float:
    """eta(g), T8: the mean of K over pairs of states, summed."""
    if g == 0:
        return 0.0
    p, q, weights = _mixing(g)
    even = np.sqrt(np.outer(p, p) + np.outer(q, q))
    mixed = np.outer(p, q) + np.outer(q, p)
    # even - 1 = -mixed/(1 + even): nearly all pairs have even = 1, which would swamp the rest
    return float(2 * np.log1p(weights @ (np.sqrt(mixed) - mixed / (1 + even)) @ weights))
