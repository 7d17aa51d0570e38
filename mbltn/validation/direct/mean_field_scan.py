"""Paper D's mean field (T10) solved another way: one equation for its size, all roots by a scan.

Nothing of `mbltn.theory` is used. With H = eta_tot, l-bit n obeys log g_n + eta(g_n)/2 = B_n,
B_n = log g_{n,0} + H/2, which has one solution, so that eta_n = h(B_n) and H = sum_n h(B_n).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from ...observables.entanglement import LOG2
from .resonance_sums import enhancement

_LOWEST, _HIGHEST = -45.0, 9.0  # of log g: eta is below 1e-17 and log 2 beyond


@lru_cache(maxsize=1)
def _curves() -> tuple[CubicSpline, CubicSpline]:
    """log eta as a function of log g, and log h as one of B, by direct sums; good to 1e-8."""
    log_g = np.concatenate(
        [np.arange(_LOWEST, -12.0, 0.25), np.arange(-12.0, _HIGHEST + 1e-9, 1 / 32)]
    )
    eta = np.array([enhancement(float(np.exp(one))) for one in log_g])
    return CubicSpline(log_g, np.log(eta)), CubicSpline(log_g + eta / 2, np.log(eta))


def _between(curve: CubicSpline, at: np.ndarray) -> np.ndarray:
    values: np.ndarray = np.exp(curve(np.clip(at, curve.x[0], curve.x[-1])))
    return np.where(at < curve.x[0], 0.0, np.minimum(values, LOG2))


def enhancement_at(log_g: np.ndarray) -> np.ndarray:
    """eta(g)."""
    return _between(_curves()[0], np.asarray(log_g, dtype=float))


def helped_enhancement(B: np.ndarray) -> np.ndarray:
    """h(B): eta(g) of the l-bit for which log g + eta(g)/2 = B."""
    return _between(_curves()[1], np.asarray(B, dtype=float))


def sizes(bare_couplings: np.ndarray, points: int = 1001) -> np.ndarray:
    """All H that solve the mean field, ascending; the first is the physical one.

    Found where H - sum h changes its sign between two of `points` trial values, so that two roots
    closer than 1/points of the whole range are missed.
    """
    bare = np.asarray(bare_couplings, dtype=float)
    log_bare = np.log(bare[bare > 0])
    # Trial values are dense at small H, where few l-bits are thermal.
    trials = len(log_bare) * LOG2 * 1.001 * np.linspace(0, 1, points) ** 2

    def missing(H: float) -> float:
        return float(helped_enhancement(log_bare + H / 2).sum() - H)

    values = helped_enhancement(log_bare[:, None] + trials / 2).sum(axis=0) - trials
    crossings = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    return np.array(
        [brentq(missing, trials[i], trials[i + 1], xtol=1e-13, rtol=1e-14) for i in crossings]
    )


def log_couplings(bare_couplings: np.ndarray, size: float) -> np.ndarray:
    """log g_n = B_n - h(B_n)/2 of a solution of this size."""
    B = np.log(bare_couplings) + size / 2
    result: np.ndarray = B - helped_enhancement(B) / 2
    return result


def long_chain_size(first: float, alpha: float) -> float:
    """H of an infinite chain g_{n,0} = first alpha^(n-1), for alpha below 1/sqrt2.

    Sum by Euler and Maclaurin, since h(B) is log 2 at the chain's beginning and 0 at its end: with
    lambda = -log alpha and A = int (log 2 theta(B) - h(B)) dB,
    H = log 2 (log first - A/log 2 + lambda/2)/(lambda - log(2)/2). Errors are exponentially
    small in 1/lambda; the first coupling with help must be strong.
    """
    # Ends where the curve of h does, beyond which it is 0 or log 2 to 1e-16.
    edges = np.concatenate([np.linspace(-45.0, -10.0, 36), np.linspace(-9.75, 9.0, 76)])
    x, w = np.polynomial.legendre.leggauss(16)
    B = ((edges[1:] + edges[:-1])[:, None] + np.diff(edges)[:, None] * x) / 2
    weights = np.diff(edges)[:, None] * w / 2
    area = LOG2 * edges[-1] - float((weights * helped_enhancement(B)).sum())
    decay = -np.log(alpha)
    return float(LOG2 * (np.log(first) - area / LOG2 + decay / 2) / (decay - LOG2 / 2))
