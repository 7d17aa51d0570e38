"""Where the metal of an array begins and how its rate vanishes (A Figs 5 to 8), term by term."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq, least_squares

from ..tables import Tick, long_table, nothing
from .dot_array import ARRAYS, FIG5, FIG7, INTEGRALS, Array
from .search import first_root

BOUNDARIES: dict[str, tuple[dict[str, Any], float | None]] = {
    "K = 3": (FIG5, None),
    "K = 10": (FIG7, None),
    "K = 10, s = 1, d = 3": ({"K": 10.0, "N": 10, "s": 1.0, "d": 3}, None),
    "K = 3, no upper end": (FIG5, np.inf),
}
GAMMAS = np.geomspace(1e-5, 0.3, 16)


def boundary(tick: Tick = nothing) -> pd.DataFrame:
    """ln K - 1/Xi_c = eps_c ln K against gamma, by BOUNDARIES."""
    curves = {}
    for name, (parameters, upper) in BOUNDARIES.items():
        arrays = [Array(float(gamma), **parameters, upper=upper) for gamma in GAMMAS]
        found = [array.critical_eps() * np.log(array.K) for array in arrays]
        curves[name] = (GAMMAS, np.array(found))
        tick(len(curves), len(BOUNDARIES))
    return long_table("gamma", curves)


POWERS = (0.25, 1 / 3, 0.4, 0.5, 1.0)


def near_the_transition(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 7: ln Gamma against Xi - Xi_c ("rate"; "nearest" much closer), Xi_c, and fits.

    "rms": of -1/ln Gamma over B (Xi - X0)^p less 1, B and X0 fitted, against p.
    """
    array = Array(1e-3, **FIG7)
    Xi_c = 1 / ((1 - array.critical_eps()) * np.log(array.K))

    def ln_rates(distance: np.ndarray) -> np.ndarray:
        eps = 1 - 1 / ((Xi_c + distance) * np.log(array.K))
        return np.array([array.ln_rate(float(e)) for e in eps])

    distance, nearest = np.linspace(0.02, 0.1, 41), np.geomspace(1e-6, 1e-5, 3)
    found = ln_rates(distance)
    y = -1 / found

    def left(x: np.ndarray, power: float) -> np.ndarray:
        shape = (distance - distance[0] + np.exp(x[0])) ** power / y
        return np.asarray(shape * shape.sum() / (shape**2).sum() - 1)

    fits = [least_squares(left, [np.log(0.03)], args=(p,), xtol=1e-14, ftol=1e-14) for p in POWERS]
    rms = np.array([np.sqrt(np.mean(fit.fun**2)) for fit in fits])
    return long_table(
        "x",
        {
            "rate": (distance, found),
            "nearest": (nearest, ln_rates(nearest)),
            "Xi_c": (np.zeros(1), np.array([Xi_c])),
            "rms": (np.array(POWERS), rms),
        },
    )


A_EPS = np.array([0.1, 0.3, 0.46, 0.5, 0.6, 0.7, 0.75, 0.8])  # of A's own equation
SADDLE_EPS = np.array([0.1, 0.2, 0.3, 0.4, 0.46, 0.5, 0.55, 0.6, 0.66])
NC_RATES = np.array([1e-6, 1e-4, 1e-3, 1e-2])


def saddle_points(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 8: ln Gamma against eps by the sum and the integral, and roots of A eqs C1, C4, C5.

    "C4": the largest root below gamma with N_c of C1. "C5": the same with Gamma n_c K^N_c = 1, n_c
    = s N d^d, and without N_c/2. "N_c, d" is the root of C1 against Gamma.
    """
    curves = {}
    below = SADDLE_EPS < 0.6
    for name, at in (
        ("Fig 8", SADDLE_EPS),
        ("Fig 8, E3", A_EPS),
        ("Fig 8, integral", SADDLE_EPS[below]),
    ):
        array = {**ARRAYS, **INTEGRALS}[name]
        curves[name] = (at, np.array([array.ln_rate(float(e)) for e in at]))
    arrays = {d: ARRAYS[name] for d, name in ((1, "Fig 8"), (2, "d = 2"), (3, "d = 3"))}
    for d, array in arrays.items():
        low = np.log(array.gamma)
        eps = SADDLE_EPS if d == 1 else SADDLE_EPS[:6]
        curves[f"C4, d = {d}"] = (eps, np.array([_c4(array, float(e)) for e in eps]))
        ln_nc = np.log(array.s * array.N * d**d)

        def c5(x: float, e: float, low: float = low, ln_nc: float = ln_nc) -> float:
            return 2 * low + (2 * e - 1) * (-x - ln_nc) - x

        closed = [brentq(c5, -400.0, 100.0, args=(float(e),), xtol=1e-13) for e in eps]
        curves[f"C5, d = {d}"] = (eps, np.array(closed))
        orders = [_order(array, float(np.log(Gamma))) for Gamma in NC_RATES]
        curves[f"N_c, d = {d}"] = (NC_RATES, np.array(orders))
    return long_table("x", curves)


def _order(array: Array, ln_Gamma: float) -> float:
    """N_c of A eq C1, with the form of n_fast between 1/gamma and 1/Gamma."""
    ln_K, ln_gamma = np.log(array.K), np.log(array.gamma)

    def lacking(N_c: float) -> float:
        many = array.d * np.log(ln_gamma + N_c * ln_K) + np.log(array.s * array.N)
        return float(ln_Gamma + N_c * ln_K + many)

    start = -ln_gamma / ln_K
    return float(brentq(lacking, start + 1e-12, start + 2000 / ln_K, xtol=1e-13))


def _c4(array: Array, eps: float) -> float:
    def lacking(x: float) -> float:
        N_c = _order(array, x)
        gain = (2 * eps - 1) * N_c * np.log(array.K)
        return float(2 * np.log(array.gamma) - np.log(2 / N_c) + gain - x)

    start = np.log(array.gamma)
    return first_root(lacking, start - np.geomspace(1e-6, 300.0, 600))


WEAK, STRONG = 1e-4, 1e-2
U = np.array([-0.02, 0.0, 0.1, 0.3, 0.5])


def across_the_transition(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 6: ln Gamma against u = Xi ln K - 1, by gamma, without an upper end of orders.

    "end": the smallest u of a metal by the sum, against gamma.
    """
    eps = U / (1 + U)
    curves = {}
    for gamma in (WEAK, STRONG):
        array = Array(gamma, **FIG5, upper=np.inf)
        found = [array.ln_rate(float(e)) for e in eps]
        curves[f"{gamma:g}"] = (U, np.array(found))
    last = np.array([Array(gamma, **FIG5).critical_eps() for gamma in (WEAK, STRONG)])
    curves["end"] = (np.array([WEAK, STRONG]), last / (1 - last))
    return long_table("x", curves)
