"""Compiled sum over l-bits; imported when the first one is summed."""

from __future__ import annotations

import numba
import numpy as np


# Without leave to reorder the sums the inner loop is not vectorised, which makes it ten times as
# slow; frequencies are independent, so that the result does not depend on the threads.
@numba.njit(
    parallel=True,
    cache=True,
    nogil=True,
    error_model="numpy",
    fastmath={"contract", "reassoc"},
)
def sum_lbits(
    w: np.ndarray,
    eta_0: float,
    g_re: np.ndarray,
    g_im: np.ndarray,
    squared_couplings: np.ndarray,
    energies: np.ndarray,
    root_N: float,
    re: np.ndarray,
    im: np.ndarray,
) -> None:
    """``re + i im = sum_a V_a^2/(w + i eta_0 - eps_a - V_a^2 sqrt(N) g)`` at each frequency."""
    for k in numba.prange(len(w)):
        sum_re, sum_im = 0.0, 0.0
        pull_re, pull_im = root_N * g_re[k], root_N * g_im[k]
        for a in range(len(energies)):
            strength = squared_couplings[a]
            x = w[k] - energies[a] - strength * pull_re
            y = eta_0 - strength * pull_im
            weight = strength / (x * x + y * y)
            sum_re += weight * x
            sum_im -= weight * y
        re[k] = sum_re
        im[k] = sum_im
