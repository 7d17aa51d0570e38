"""The bath of cold electrons (B eqs 3-7): pairs by integrals, and hybridized at random."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..tables import Tick, long_table, nothing

XI, DELTA = 7.0, 0.3  # of a wire; rho = 1/(XI DELTA)
SHARES = np.array([0.2, 0.1, 0.03, 0.01, 1e-3])  # T/DELTA
LOGARITHMS = np.array([40.0, 60.0])  # ln DELTA/omega
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


def thermal_pairs(tick: Tick = nothing) -> pd.DataFrame:
    """n_T of B eq 3 with S of eq 5, by quadrature in all three variables, against T/DELTA.

    By the distance from which pairs are counted, in lengths XI. The integral over energies has its
    Fermi functions, that over distances the two Gaussians of eq 5.
    """
    curves = {}
    for cut in (0.0, 1.0):
        found = [_thermal_pairs(share * DELTA, cut * XI) for share in SHARES]
        curves[f"cut {cut:g}"] = (SHARES, np.array(found))
    return long_table("share", curves)


def _thermal_pairs(T: float, cut: float) -> float:
    rho = 1 / (XI * DELTA)
    top = min(np.log(DELTA / T), 4.5)
    # Near u = DELTA the Mott length vanishes: panels that shrink towards it.
    ends = [np.arange(-30.0, top - 1, 0.5), top - np.geomspace(1.0, 1e-9, 40), [top]]
    ln_u, shares = _panels(np.unique(np.concatenate(ends)))
    u = T * np.exp(ln_u)
    x = np.linspace(-60.0, 60.0, 4001)[:, None]
    fermi = 1 / (1 + np.exp(x))
    empty = 1 / (1 + np.exp(-np.clip(x - u / T, -700, 700)))
    transitions = T * (fermi * empty).sum(axis=0) * (x[1, 0] - x[0, 0])
    length = 2 * XI * np.log(DELTA / u)
    width = np.sqrt(2 * XI * length)
    # Both signs of x, from the cut to ten standard deviations beyond the Mott length.
    low = np.maximum(cut, length - 10 * width)
    fractions, weights = _panels(np.linspace(0.0, 1.0, 40))
    span = np.maximum(length + 10 * width - low, 0.0)
    at = low + span * fractions[:, None]
    height = 0.5 * rho**2 * np.sqrt(XI / (np.pi * length))
    S = height * np.exp(-((at - length) ** 2) / (4 * XI * length))
    pairs = 2 * span * (weights[:, None] * S).sum(axis=0)
    return float(2 * (shares * u * transitions * pairs).sum())


def _panels(ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = 0.5 * np.diff(ends)[:, None]
    nodes = (ends[:-1, None] + half * (1 + _NODES)).ravel()
    return nodes, (half * _WEIGHTS).ravel()


def hybridized_pairs(tick: Tick = nothing) -> pd.DataFrame:
    """Moments over distances of the weight of pairs split by omega, by ln DELTA/omega.

    Two states a distance x apart hybridize by J, of which ln 2J is normal, DELTA exp(-x/2 xi) in
    the mean with the variance x/2 xi. Pairs split by omega have -S = (rho^2/2) u^2/sqrt(1 - u^2), u
    = 2J/omega. Curves "area" (over rho^2 xi), "mean" and "variance" of x (over xi, xi^2), x > 0.
    """
    theta, weights = _panels(np.linspace(1e-12, np.pi / 2, 60))
    rows = []
    for L in LOGARITHMS:
        x, dx = _panels(np.linspace(1e-6, 8 * L, 1200))
        spread = 0.5 * x[:, None]
        distance = np.log(np.sin(theta)) - L + spread
        normal = np.exp(-(distance**2) / (2 * spread)) / np.sqrt(2 * np.pi * spread)
        density = 0.5 * (normal * np.sin(theta) * weights).sum(axis=1) * dx
        area = density.sum()
        mean = (x * density).sum() / area
        rows.append([area, mean, ((x - mean) ** 2 * density).sum() / area])
    names = ("area", "mean", "variance")
    curves = {
        name: (LOGARITHMS, values) for name, values in zip(names, np.transpose(rows), strict=True)
    }
    return long_table("L", curves)


def exchange(tick: Tick = nothing) -> pd.DataFrame:
    """int V(x) cos(2 eps x/v) dx over int V dx against k a = m v a, by shape of the interaction."""
    ka = np.array([0.3, 1.0, 2.0])
    x, dx = _panels(np.linspace(0.0, 60.0, 600))
    shapes = {
        "gaussian": np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
        "exponential": 0.5 * np.exp(-x),
    }
    curves = {
        name: (ka, np.array([2 * (V * np.cos(q * x) * dx).sum() for q in ka]))
        for name, V in shapes.items()
    }
    return long_table("ka", curves)
