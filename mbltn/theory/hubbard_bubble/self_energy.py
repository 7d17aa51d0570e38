"""Second order in U, on the grid."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import fft

from .._quadrature import Floats
from .grid import Complexes, FrequencyGrid


class SelfEnergy(NamedTuple):
    """rho_S = -Im Sigma/pi, and Sigma; both (n,)."""

    rho_S: Floats
    Sigma: Complexes


def empty_and_occupied(A_0: Floats, T: float, grid: FrequencyGrid) -> tuple[Floats, Floats]:
    """A+ = A_0 (1 - f) and A- = A_0 f with f = 1/(exp(w/T) + 1); 0 at -w_max."""
    # exp(w/T) overflows at low temperature
    step = np.tanh(grid.w / (2 * T))
    A_0 = _with_partner(A_0)
    return A_0 * (1 + step) / 2, A_0 * (1 - step) / 2


def _with_partner(values: Floats) -> Floats:
    """Without the point -w_max, since +w_max is not on the grid.

    Alone it would favour one of particles and holes: by little, but in a Mott insulator each round
    of the iteration multiplies that.
    """
    values = values.copy()
    values[0] = 0.0
    return values


def second_order(A_0: Floats, U: float, T: float, grid: FrequencyGrid) -> SelfEnergy:
    """Sigma_2 of the bare density A_0 = -Im G_0/pi, docs/physics.md (H4).

    C eq 19, continued to real frequencies.
    """
    if U == 0:
        return SelfEnergy(np.zeros(grid.n), np.zeros(grid.n, dtype=complex))
    empty, occupied = empty_and_occupied(A_0, T, grid)
    # Indices a + b - c run from -(n-1) to 2n-2: with 2n points none of them folds onto 0..n-1.
    p, q = fft.rfft(empty, 2 * grid.n), fft.rfft(occupied, 2 * grid.n)
    both = fft.irfft(p * p * q.conj() + q * q * p.conj(), 2 * grid.n)[: grid.n]
    rho_S = (U * grid.dw) ** 2 * both
    return SelfEnergy(rho_S, hilbert(rho_S) - 1j * np.pi * rho_S)


def hilbert(rho: Floats) -> Floats:
    """Principal value of int rho(e)/(w - e) de: sum_j rho_j K(k-j), K(m) = 2/m for odd m, else 0.

    The points next to a pole cancel in pairs; the rule has no error for what the grid resolves. The
    point -w_max, which has no partner, is left out.
    """
    n = len(rho)
    rho = _with_partner(rho)
    kernel = np.zeros(2 * n)
    odd = np.arange(1, n, 2)
    kernel[odd], kernel[-odd] = 2 / odd, -2 / odd
    return np.asarray(fft.irfft(fft.rfft(rho, 2 * n) * fft.rfft(kernel), 2 * n)[:n])
