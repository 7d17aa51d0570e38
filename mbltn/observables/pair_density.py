"""Spectral function of the density: where the pairs of states are that absorb a small energy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..errors import InvalidInput


class PairDensity(NamedTuple):
    """S_omega(x) on a grid of distances.

    Attributes
    ----------
    x : (2 n - 1,), from -(n - 1) dx to (n - 1) dx
    S : (bins, 2 n - 1)
    pairs : (bins,), how many pairs of states fell into each bin
    """

    x: np.ndarray
    S: np.ndarray
    pairs: np.ndarray


def s_omega_numeric(
    energies: np.ndarray,
    vectors: np.ndarray,
    dx: float,
    edges: np.ndarray,
    window: tuple[float, float],
    covered: tuple[float, float] | None = None,
) -> PairDensity:
    """``S_omega(x) = sum_pairs int f(y) f(y + x) dy / (L dE d omega)``, f = psi_i psi_j.

    docs/physics.md (O9).
    Each pair counts once, omega = |E_i - E_j|. int S dx = 0 exactly, since the states are
    orthogonal.

    Parameters
    ----------
    energies : (k,);  vectors : (n, k)
        Neighbouring eigenstates of a wire of n grid points, all of those whose pairs have a mean
        energy within `window` and omega below the last edge; of any norm.
    dx : float
    edges : (bins + 1,)
        Of omega, ascending.
    window : (low, high)
        Of the mean energy of a pair.
    covered : (low, high), optional
        Energies between which no state is missing; by default those of the outermost states.

    Raises
    ------
    InvalidInput
        If the states do not cover the window and half of the largest omega beside it.

    Examples
    --------
    >>> from scipy.linalg import eigh_tridiagonal
    >>> noise = 2 * np.random.default_rng(1).standard_normal(400)
    >>> energies, vectors = eigh_tridiagonal(16 + noise, np.full(399, -8.0))
    >>> found = s_omega_numeric(energies, vectors, 0.25, np.array([0.01, 0.05]), window=(4.5, 5.5))
    >>> bool(abs(found.S.sum()) < 1e-10 * abs(found.S).sum())
    True
    """
    energies, edges = np.asarray(energies, dtype=float), np.asarray(edges, dtype=float)
    low, high = window
    if np.any(np.diff(edges) <= 0) or edges[0] < 0:
        raise InvalidInput("the edges of omega must be ascending and not negative")
    if not low < high:
        raise InvalidInput(f"the window {window} must be two energies, the smaller one first")
    half = 0.5 * edges[-1]
    first, last = covered if covered is not None else (energies.min(), energies.max())
    if first > low - half or last < high + half:
        raise InvalidInput(
            f"the states reach from {first:.4g} to {last:.4g}, but pairs within "
            f"{low:.4g} .. {high:.4g} of omega up to {edges[-1]:.4g} need {low - half:.4g} .. "
            f"{high + half:.4g}: take more states"
        )
    psi = vectors / np.sqrt((vectors**2).sum(axis=0) * dx)
    n = len(psi)
    i, j = np.triu_indices(len(energies), 1)
    mean, omega = 0.5 * (energies[i] + energies[j]), abs(energies[i] - energies[j])
    bins = np.searchsorted(edges, omega, side="right") - 1
    inside = (mean >= low) & (mean < high) & (bins >= 0) & (bins < len(edges) - 1)
    size = 1 << (2 * n - 1).bit_length()
    S, pairs = np.zeros((len(edges) - 1, 2 * n - 1)), np.zeros(len(edges) - 1, dtype=int)
    for number in range(len(edges) - 1):
        chosen = np.flatnonzero(inside & (bins == number))
        pairs[number] = len(chosen)
        power = np.zeros(size // 2 + 1)
        for a, b in zip(i[chosen], j[chosen], strict=True):
            power += abs(np.fft.rfft(psi[:, a] * psi[:, b], size)) ** 2
        correlation = np.fft.irfft(power, size)
        S[number] = np.concatenate([correlation[size - n + 1 :], correlation[:n]])
    widths = np.diff(edges)[:, None]
    return PairDensity(dx * np.arange(1 - n, n), S * dx / (n * dx * (high - low) * widths), pairs)
