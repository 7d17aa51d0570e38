"""Spins beside a bath of no memory: the master equation that E's golden rules approximate."""

from __future__ import annotations

from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd

from ...operators import SIGMA_X, SIGMA_Z
from ..tables import Tick, nothing


class Chain(NamedTuple):
    """E eq 18 in two couplings, beside a bath with v(w) = v0."""

    fields: tuple[float, ...]
    couplings: tuple[float, float]
    v0: float


CHAINS = {
    "one spin": Chain((1.0,), (2e-4, 1e-4), 1e4),
    "near": Chain((1.0, 0.995), (2e-4, 1e-4), 1e4),
    # to either side of it
    "nearer": Chain((1.0, 0.99505), (2e-4, 1e-4), 1e4),
    "farther": Chain((1.0, 0.99495), (2e-4, 1e-4), 1e4),
    "far": Chain((1.0, 0.4), (4e-3, 2e-3), 100.0),
    "reverse": Chain((0.4, 1.0), (4e-3, 2e-3), 100.0),
    "three": Chain((1.0, 0.4, 0.9), (4e-3, 2e-3), 100.0),
}


def flip_rates(tick: Tick = nothing) -> pd.DataFrame:
    """Half width w_i of the last spin, a quarter of the rate at which its sigma^z decays.

    Columns `chain`, `g`, `v0`, `half_width`. A bath of even density and v(w) = v0, far broader than
    all that is coupled to it, flips the first spin of E eq 18 at random times: d rho/dt = -i [H,
    rho] + 2 pi g^2 v0 (sigma^x_1 rho sigma^x_1 - rho), exact in this limit. A product state decays
    at the rate 2 w_i of a flip, and sigma^z, to which flips either way count, at twice that.
    """
    rows = []
    for name, (fields, couplings, v0) in CHAINS.items():
        for g in couplings:
            rates = np.sort(abs(np.linalg.eigvals(liouvillian(fields, g, v0)).real))
            # 0 of the identity; sigma^x and sigma^y of the last spin at half of what follows
            rows.append((name, g, v0, rates[3] / 4))
    return pd.DataFrame(rows, columns=["chain", "g", "v0", "half_width"])


def liouvillian(fields: tuple[float, ...], g: float, v0: float) -> np.ndarray:
    """(4^n, 4^n), on matrices in row-major order."""
    n = len(fields)
    one = np.eye(2**n)
    H = sum(h * _of_spin(SIGMA_Z, i, n) for i, h in enumerate(fields))
    H = H + sum(g * _of_spin(SIGMA_X, i, n) @ _of_spin(SIGMA_X, i + 1, n) for i in range(n - 1))
    jump = _of_spin(SIGMA_X, 0, n)
    coherent = -1j * (np.kron(H, one) - np.kron(one, H.T))
    flips = 2 * np.pi * g**2 * v0 * (np.kron(jump, jump.T) - np.kron(one, one))
    return np.asarray(coherent + flips)


def _of_spin(matrix: np.ndarray, spin: int, n: int) -> np.ndarray:
    return reduce(np.kron, [matrix if i == spin else np.eye(2) for i in range(n)])
