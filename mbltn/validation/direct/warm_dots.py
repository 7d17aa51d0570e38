"""An array of dots against temperature (A section VIII), from its parameters term by term."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from ..tables import Tick, long_table, nothing
from .dot_array import Array

DOTS: dict[str, Any] = {
    "gamma": 0.01,
    "Delta": 1.3,
    "g": 6.0,
    "lam": 0.2,
    "K": 36.0,
    "N": 20,
    "d": 1,
    "entropy": 0.8,
}
TEMPERATURES = np.array([1.16, 1.18, 1.3, 1.45, 1.6, 1.9])
NEAR = np.linspace(1.17, 1.35, 13)


def _Xi(T: float) -> float:
    """Inverse logarithm of the level spacing over the matrix element lam Delta/g."""
    return float(1 / np.log(DOTS["g"] * _spacing(T) / (DOTS["lam"] * DOTS["Delta"])))


def _spacing(T: float) -> float:
    return float(DOTS["Delta"] ** 3 / T**2)


def _eps(T: float) -> float:
    return float(1 - 1 / (_Xi(T) * np.log(DOTS["K"])))


def _array(T: float) -> Array:
    s = T / (T + DOTS["entropy"])
    return Array(DOTS["gamma"] / _spacing(T), DOTS["K"], DOTS["N"], s, DOTS["d"])


def _ln_rate(T: float) -> float:
    return _array(T).ln_rate(_eps(T)) + float(np.log(_spacing(T)))


def temperatures(tick: Tick = nothing) -> pd.DataFrame:
    """ln of rates against T: the array's own, and closed forms from its parameters.

    "C5": A eq C5 solved as Gamma^2 eps = ..., "28": its power at T0, eps from its slope there by a
    difference, "1": that with all else at T0, too. "T0" where Xi ln K = 1, "T_c" where F(0+) = 1,
    "29" where ln K - 1/Xi = 1/2. "near": the array's for fits, and "fit, p" the T_c, scale,
    constant and rms of ln Gamma = constant - scale/(T - T_c)^p, found on a grid of T_c.
    """
    T0 = brentq(lambda T: _Xi(T) * np.log(DOTS["K"]) - 1, 0.1, 3.0, xtol=1e-14)
    T_c = brentq(lambda T: _array(T).gain(-np.inf, _eps(T)) - 1, 0.5 * T0, 1.5 * T0, xtol=1e-14)
    C7 = brentq(lambda T: _eps(T) * np.log(DOTS["K"]) - 0.5, 0.1, 3.0, xtol=1e-14)
    step = 1e-5
    slope = (_eps(T0 + step) - _eps(T0 - step)) / (2 * step)

    def ln_base(T: float) -> float:
        array = _array(T)
        return float(np.log(array.gamma * np.sqrt(array.s * array.N)))

    above = TEMPERATURES[TEMPERATURES > T0]
    n_c = np.array([_array(T).s * DOTS["N"] for T in above])
    spacing = np.array([_spacing(T) for T in above])
    bases, eps = np.array([[ln_base(T), _eps(T)] for T in above]).T
    curves = {
        "self-consistent": (TEMPERATURES, np.array([_ln_rate(T) for T in TEMPERATURES])),
        "C5": (above, np.log(spacing / n_c) + bases / eps),
        "28": (above, bases / (slope * (above - T0))),
        "1": (above, ln_base(T0) / (slope * (above - T0))),
        "T0": (np.zeros(1), np.array([T0])),
        "T_c": (np.zeros(1), np.array([T_c])),
        "29": (np.zeros(1), np.array([C7])),
    }
    ln_rates = np.array([_ln_rate(T) for T in NEAR])
    curves["near"] = (NEAR, ln_rates)
    for power in (1 / 3, 0.5, 1.0):
        curves[f"fit, {power:.3f}"] = (np.arange(4.0), _fitted(NEAR, ln_rates, power))
    return long_table("x", curves)


def _fitted(T: np.ndarray, y: np.ndarray, power: float) -> np.ndarray:
    """T_c, scale, constant and rms; the grid of T_c is made finer around the best three times."""

    def left(T_c: float) -> tuple[float, np.ndarray]:
        columns = np.stack([-((T - T_c) ** -power), np.ones_like(T)], axis=1)
        best = np.linalg.lstsq(columns, y, rcond=None)[0]
        return float(np.sqrt(np.mean((columns @ best - y) ** 2))), best

    grid = T.min() - np.geomspace(1e-4, 0.5, 400)
    for _ in range(4):
        at = int(np.argmin([left(T_c)[0] for T_c in grid]))
        grid = np.linspace(grid[max(at - 1, 0)], grid[min(at + 1, len(grid) - 1)], 200)
    T_c = float(grid[100])
    rms, (scale, constant) = left(T_c)
    return np.array([T_c, scale, constant, rms])
