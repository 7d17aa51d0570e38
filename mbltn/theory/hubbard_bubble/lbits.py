"""Green functions of the l-bits, and their weight in the bubble."""

from __future__ import annotations

import numpy as np

from .._quadrature import Floats
from .bubble import Bubble
from .grid import Complexes, FrequencyGrid


def lbit_green(
    G: Complexes, z: Complexes, squared_couplings: Floats, energies: Floats, N: int
) -> Complexes:
    """G_a = 1/(z - eps_a - V_a^2 sqrt(N) G), docs/physics.md (H3), C eq 14; (M, n)."""
    pull = squared_couplings[:, None] * np.sqrt(N)
    return np.asarray(1 / (z - energies[:, None] - pull * G))


def summed_lbits(G: Complexes, bubble: Bubble, grid: FrequencyGrid) -> Complexes:
    """sum_a V_a^2 G_a at every frequency, (n,)."""
    if not bubble.n_lbits:
        return np.zeros(grid.n, dtype=complex)
    from .lbit_kernel import sum_lbits

    re, im = np.empty(grid.n), np.empty(grid.n)
    sum_lbits(
        grid.w,
        float(grid.eta_0),
        np.ascontiguousarray(G.real),
        np.ascontiguousarray(G.imag),
        bubble.squared_couplings,
        bubble.energies,
        float(np.sqrt(bubble.N)),
        re,
        im,
    )
    return re + 1j * im


def hybridisation(G: Complexes, bubble: Bubble, grid: FrequencyGrid) -> Complexes:
    """D = t^2 G + (c/sqrt N) sum_a V_a^2 G_a, docs/physics.md (H3), C eq 16b."""
    weight = bubble.c_hyb / np.sqrt(bubble.N)
    return np.asarray(bubble.t**2 * G + weight * summed_lbits(G, bubble, grid))
