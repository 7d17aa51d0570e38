"""The self-consistent array of dots (A eqs 17-20), term by term: rates, and where they vanish.

Orders n of the dot and p of its bath are added up one by one, or integrated over by quadrature.
Energies are in units of delta_m.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy.integrate import quad
from scipy.optimize import brentq

from ..tables import Tick, long_table, nothing
from .search import first_root, first_true


@dataclass(frozen=True)
class Array:
    """One array; `upper` is None for the sum, else where the integral over n + p ends.

    `form` "E1" and "E3" are sums of A's appendix E: n_fast goes on beyond 1/Gamma, and in E3, which
    A solved for Fig 8, below 1 with its sign, m - 1 pairs of orders being counted up to m = 2 N.
    """

    gamma: float
    K: float
    N: int
    s: float
    d: int
    upper: float | None = None
    form: str = "full"

    def n_fast(self, ln_t: np.ndarray | float, ln_Gamma: float) -> np.ndarray:
        """A eq 20 with at least the one level itself."""
        latest = ln_t if self.form == "E1" else np.minimum(ln_t, -ln_Gamma)
        many = np.maximum(np.log(self.gamma) + latest, 0.0) ** self.d
        return np.maximum(1.0, self.s * self.N * many)

    def terms(self, m: np.ndarray | float, ln_Gamma: float, eps: float) -> np.ndarray:
        """Of eq 19 over Gamma at n + p = m, exp(-2 m/Xi) = K^(-2 (1 - eps) m)."""
        ln_t = np.asarray(m) * np.log(self.K)
        n = self.n_fast(ln_t, ln_Gamma)
        # 1 + (Gamma n t)^2, which may be far beyond the largest number.
        ln_denominator = np.logaddexp(0.0, 2 * (ln_Gamma + np.log(n) + ln_t))
        return np.asarray(self.gamma**2 * n * np.exp(2 * eps * ln_t - ln_denominator))

    def gain(self, ln_Gamma: float, eps: float) -> float:
        """F(Gamma): the sum of eq 19 over Gamma."""
        if self.form == "E3":
            return self._gain_e3(ln_Gamma, eps)
        if self.upper is None:
            one = np.arange(1.0, self.N + 1)
            return float(self.terms(np.add.outer(one, one), ln_Gamma, eps).sum())
        kinks = [-np.log(self.gamma), -np.log(self.gamma) + (self.s * self.N) ** (-1 / self.d)]
        # Of the exponentials at the end nothing is left after 60 decay lengths.
        fall = -eps
        if ln_Gamma > -np.inf:
            kinks.append(-ln_Gamma)
            fall = 1 - eps
        kinks = [kink / np.log(self.K) for kink in kinks]
        end = min(self.upper, max(*kinks, 1.5) + 60 / np.log(self.K) / fall)
        edges = [1.5, *sorted(k for k in kinks if 1.5 < k < end), end]

        def weighted(m: float) -> float:
            return (m - 1) * float(self.terms(m, ln_Gamma, eps))

        parts = [quad(weighted, a, b, epsrel=1e-10, limit=200)[0] for a, b in pairwise(edges)]
        return float(sum(parts))

    def _gain_e3(self, ln_Gamma: float, eps: float) -> float:
        m = np.arange(2.0, 2 * self.N + 1)
        n = self.s * self.N * np.log(self.gamma * self.K**m) ** self.d
        terms = (
            (m - 1) * n * self.K ** (2 * eps * m) / (1 + (np.exp(ln_Gamma) * n * self.K**m) ** 2)
        )
        return float(self.gamma**2 * terms.sum())

    def ln_rate(self, eps: float, step: float = 0.05) -> float:
        """ln of the smallest rate with F = 1, or -inf; of an integral that below gamma e^(-d/2)."""
        if (self.upper is None or eps < 0) and self.gain(-np.inf, eps) <= 1:
            return -np.inf

        def beyond_one(x: float) -> float:
            return self.gain(x, eps) - 1

        if self.upper is None:
            grid = np.concatenate([np.arange(-700.0, -80.0, 5.0), np.arange(-80.0, 3.0, step)])
            return first_root(beyond_one, grid)
        high = low = np.log(self.gamma) - 0.5 * self.d
        while beyond_one(low) <= 0:
            low *= 1.5
        return float(brentq(beyond_one, low, high, xtol=1e-11))

    def critical_eps(self) -> float:
        """Where F(0+) = 1."""
        end = 0.99 if self.upper is None else -1e-4
        return float(brentq(lambda eps: self.gain(-np.inf, eps) - 1, -5.0, end, xtol=1e-14))


FIG5: dict[str, Any] = {"K": 3.0, "N": 10, "s": 0.5, "d": 1}
FIG7: dict[str, Any] = {"K": 10.0, "N": 10, "s": 0.5, "d": 1}
ARRAYS = {
    "Fig 8": Array(0.1, **FIG5),
    "weak": Array(0.01, **FIG5),
    "Fig 8, E1": Array(0.1, **FIG5, form="E1"),
    "Fig 8, E3": Array(0.1, **FIG5, form="E3"),
    "d = 2": Array(0.02, 4.0, 12, 0.7, 2),
    "d = 3": Array(0.01, 5.0, 8, 0.9, 3),
}
INTEGRALS = {
    "Fig 8, integral": Array(0.1, **FIG5, upper=20.5),
    "d = 2, integral": Array(0.02, 4.0, 12, 0.7, 2, upper=24.5),
    "Fig 6, no upper end": Array(0.01, **FIG5, upper=np.inf),
}


def rates(tick: Tick = nothing) -> pd.DataFrame:
    """ln Gamma against eps, by ARRAYS and INTEGRALS."""
    eps = np.array([-0.2, -0.05, 0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
    curves = {}
    for name, array in {**ARRAYS, **INTEGRALS}.items():
        at = eps if array.upper is None else eps[eps > 0]
        curves[name] = (at, np.array([array.ln_rate(float(e)) for e in at]))
        tick(len(curves), len(ARRAYS) + len(INTEGRALS))
    return long_table("eps", curves)


def folds(tick: Tick = nothing) -> pd.DataFrame:
    """Between which eps three rates solve F = 1, and from which rate on F may rise (d = 1 to 3).

    "window": changes of the number of roots on a grid of 1e-3 in ln Gamma, against 1 and 3.
    "rises": ln Gamma/gamma at the largest saturated term, gamma^2/[Gamma^2 ln^d(gamma/Gamma)] being
    the part of it that depends on Gamma.
    """
    array = ARRAYS["Fig 8"]
    grid = np.log(array.gamma) + np.arange(-1.5, 1.5, 1e-3)

    def several(eps: float) -> bool:
        above = np.array([array.gain(float(x), eps) for x in grid]) > 1
        return int((above[1:] != above[:-1]).sum()) == 3

    inside = 0.68
    begin = first_true(several, 0.65, inside, within=1e-7)
    end = first_true(lambda eps: not several(eps), inside, 0.70, within=1e-7)
    x = np.linspace(1e-4, 3.0, 300_001)
    rises = [-x[(2 * x - d * np.log(x)).argmin()] for d in (1, 2, 3)]
    return long_table(
        "x",
        {
            "window": (np.array([1.0, 3.0]), np.array([begin, end])),
            "rises": (np.array([1.0, 2.0, 3.0]), np.array(rises)),
        },
    )


EDGES: dict[str, Any] = {"K": 3.0, "N": 10, "s": 0.5, "d": 2, "Xi": 1.3}


def edges(tick: Tick = nothing) -> pd.DataFrame:
    """Where both sides of the conditions of A (eqs 23 to 27, C6, C7) are equal, by bisection.

    In gamma, in Gamma at gamma = 0.1, or in eps ("C6b" and "C7", gamma = 0.1): EDGES, and z = 6 or
    2 neighbours as `x` says.
    """
    K, N, s, d, Xi = EDGES.values()

    def edge(holds: Callable[[float], bool]) -> float:
        return first_true(holds, 1e-12, 3.0)

    n_c = s * N * d**d
    found = {
        "23": [
            edge(lambda g: g >= np.exp(-1 / Xi) or g * 6 >= 1),
            edge(lambda g: g >= np.exp(-1 / Xi) or g * 2 >= 1),
        ],
        "24": [
            edge(lambda g: g / np.sqrt(6 * N**2) >= K**-N),
            edge(lambda g: g / np.sqrt(2 * N**2) >= K**-N),
        ],
        # Gamma/gamma ln^(2d) rises up to ln(gamma/Gamma) = 2 d, and is 1 before that.
        "26": [0.1 * edge(lambda x: x * np.log(1 / min(x, 0.018)) ** (2 * d) >= 1)],
        "27_low": [edge(lambda x: x >= N * K**-N)],
        "27_high": [edge(lambda x: x >= 0.1)],
        "C6a": [edge(lambda g: g * g * n_c >= 1)],
        # The rate of A eq C5, but for its prefactor, is the level spacing of the dot.
        "C6b": [edge(lambda e: np.log(0.1 * np.sqrt(s * N)) / e >= -N * np.log(K))],
        "C7": [edge(lambda e: e * np.log(K) >= 0.5)],
    }
    z = np.array([6.0, 2.0])
    curves = {name: (z[: len(values)], np.array(values)) for name, values in found.items()}
    orders = {d: ARRAYS[name] for d, name in ((1, "Fig 8"), (2, "d = 2"), (3, "d = 3"))}
    curves["N0"] = (
        np.array([1.0, 2.0, 3.0]),
        np.array([first_of_many(a) for a in orders.values()]),
    )
    return long_table("x", curves)


def first_of_many(array: Array) -> float:
    """The order from which on n_fast exceeds 1 (N0 of A appendix E)."""
    return first_true(
        lambda m: float(array.n_fast(m * np.log(array.K), -np.inf)) > 1 + 1e-13, 0.0, 50.0
    )
