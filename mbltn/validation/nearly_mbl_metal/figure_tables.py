"""Paper A, the nearly localized metal: its figures as tables, exact numbers beside theory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from ...models import QuantumDot, SpinOnBath
from ...observables import fock_decay, fock_profile, log_echo, mean_population
from ...solvers import Target, eigenpairs
from ...theory import metal, metal_temperature, slow_bath
from ..tables import Tick, long_table, nothing

FIG2: dict[str, Any] = {"J": 1000.0, "Gamma0": 1.0, "A": 4.0, "d": 1}
FIG5: dict[str, Any] = {"K": 3.0, "N": 10, "s": 0.5, "d": 1}
FIG7: dict[str, Any] = {"gamma": 1e-3, "K": 10.0, "N": 10, "s": 0.5, "d": 1}
FIG8: dict[str, Any] = {"gamma": 0.1, "K": 3.0, "N": 10, "s": 0.5, "d": 1}
DOTS = metal_temperature.DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)


def line_shapes(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 2: the line over its value at w = 0, closed forms beside the transform of the echo."""
    w = np.geomspace(0.3, 400.0, 120)
    at_zero = float(slow_bath.lineshape_exact(0.0, **FIG2))
    exact = np.empty_like(w)
    for i, frequency in enumerate(w):
        exact[i] = slow_bath.lineshape_exact(frequency, **FIG2)
        tick(i + 1, len(w))
    width = slow_bath.linewidth(**FIG2)
    return long_table(
        "w",
        {
            "transform of the echo": (w, exact / at_zero),
            "A eq 12": (w, slow_bath.lineshape(w, **FIG2) / at_zero),
            "A eq 12, pinned": (w, slow_bath.lineshape(w, variant="pinned", **FIG2) / at_zero),
            "Lorentzian of the linewidth": (w, width / (w**2 + width**2) / at_zero),
        },
    )


def phase_boundary(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 5: y_c = ln K - 1/Xi_c against gamma, and the logarithmic slope at small gamma."""
    gamma = np.geomspace(1e-6, 0.5, 100)

    def boundary(method: str) -> np.ndarray:
        Xi = metal.critical_Xi(gamma, method=method, **FIG5)
        return np.asarray(np.log(FIG5["K"]) - 1 / Xi)

    curves = {
        "sum over orders": (gamma, boundary("sum")),
        "integral": (gamma, boundary("integral")),
        "integral without an end": (gamma, boundary("integral_inf")),
    }
    start = curves["sum over orders"][1][0]
    slope = -np.log(gamma / gamma[0]) / (2 * FIG5["N"])
    curves["slope -1/(2N)"] = (gamma[:40], (start + slope)[:40])
    return long_table("gamma", curves)


def across_the_transition(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 6: -1/ln Gamma against Xi ln K - 1 at weak and stronger coupling."""
    u = np.linspace(-0.08, 0.8, 120)
    Xi = (1 + u) / np.log(FIG5["K"])
    curves = {}
    for gamma in (1e-4, 1e-2):
        for name, method in (("no upper end", "integral_inf"), ("sum", "sum")):
            rate = metal.solve_gamma(gamma, Xi=Xi, method=method, **FIG5)
            curves[f"gamma={gamma:g}, {name}"] = (u, _inverse_log(rate.ln_Gamma))
        saddle = metal.saddle_gamma(gamma, Xi=Xi, **FIG5).ln_Gamma
        curves[f"gamma={gamma:g}, saddle point"] = (u, _inverse_log(saddle))
    return long_table("u", curves)


def _inverse_log(ln_Gamma: np.ndarray) -> np.ndarray:
    """-1/ln Gamma; 0 where localized."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(np.isneginf(ln_Gamma), 0.0, -1 / ln_Gamma))


def cubic_root(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 7: -1/ln Gamma against Xi - Xi_c, and fits by B (Xi - X0)^p for several powers."""
    distance = np.linspace(0.02, 0.1, 41)
    Xi_c = float(metal.critical_Xi(**FIG7))
    y = _inverse_log(metal.solve_gamma(Xi=Xi_c + distance, **FIG7).ln_Gamma)
    curves = {"self-consistent": (distance, y)}
    for power, name in ((1 / 3, "1/3"), (0.5, "1/2"), (1.0, "1")):

        def relative(x: np.ndarray, power: float = power) -> np.ndarray:
            shape = (distance + np.exp(x[0])) ** power / y
            return np.asarray(shape.sum() / (shape**2).sum() * shape - 1)

        best = least_squares(relative, [np.log(0.01)], xtol=1e-14, ftol=1e-14).x
        rms = float(np.sqrt(np.mean(relative(best) ** 2)))
        curves[f"power {name}, rms {100 * rms:.2g} %"] = (distance, y * (1 + relative(best)))
    return long_table("distance", curves)


def approximations(tick: Tick = nothing) -> pd.DataFrame:
    """A Fig 8: -1/ln(n_c Gamma) against eps; the metallic branch ends at a fold."""
    eps = np.linspace(0.02, 0.85, 167)
    ln_nc = np.log(FIG8["s"] * FIG8["N"])
    ends = metal.folds(**FIG8)
    branch = eps[eps < ends[1]] if ends is not None else eps

    def curve(ln_Gamma: np.ndarray) -> np.ndarray:
        return np.asarray(-1 / (ln_nc + ln_Gamma))

    def solved(at: np.ndarray, **options: Any) -> tuple[np.ndarray, np.ndarray]:
        return at, curve(metal.solve_gamma(eps=at, **options, **FIG8).ln_Gamma)

    return long_table(
        "eps",
        {
            "sum": solved(branch),
            "E1": solved(eps, variant="E1", weight="m-1"),
            "E3": solved(eps, variant="E3"),
            "integral": solved(branch[branch < 0.62], method="integral"),
            "C4": (eps, curve(metal.saddle_gamma(eps=eps, form="C4", **FIG8).ln_Gamma)),
            "C5": (eps, curve(metal.saddle_gamma(eps=eps, form="C5", **FIG8).ln_Gamma)),
        },
    )


def conductivity(tick: Tick = nothing) -> pd.DataFrame:
    """ln Gamma against temperature: self-consistent, saddle point, and A eq 28."""
    T = np.linspace(0.88, 1.8, 150)
    names = {"full": "self-consistent", "saddle": "saddle point", "28": "A eq 28"}
    curves = {}
    for method, name in names.items():
        rate = np.asarray(metal_temperature.log_gamma_T(T, DOTS, method))
        shown = np.isfinite(rate) & (rate > -120)
        curves[name] = (T[shown], rate[shown])
    return long_table("T", curves)


# -- exact numbers beside theory -------------------------------------------------------------------


def telegraph(tick: Tick = nothing) -> pd.DataFrame:
    """-ln psi of the echo beside telegraph fluctuators, over k t n_fast (theory: 1)."""
    J, k, xi = 1e4, 1.0, 20.0
    strengths = J * np.exp(-np.arange(1000) / xi)
    strengths = strengths[strengths >= k / 100]
    t = np.geomspace(3e-4, 0.3, 40)
    exact = -log_echo(t, strengths, k)
    theory = -np.log(slow_bath.echo(t, J, k, xi, d=1))
    return long_table("t", {"exact": (t, exact), "A eqs 9-11": (t, theory)})


def golden_rule(tick: Tick = nothing, samples: int = 4, n_bath: int = 400) -> pd.DataFrame:
    """2 P - 1 of a level pair on a discrete bath, and exp(-2 Gamma t), Gamma = 2 pi gamma^2/W."""
    model = SpinOnBath(n_bath=n_bath, gamma=0.03, splitting=0.1)
    times = np.linspace(0.0, 250.0, 26)
    starts = np.flatnonzero(abs(model.bath_energies) < model.bandwidth / 4)
    counted = np.arange(2 * n_bath) < n_bath
    found = []
    for realization in range(samples):
        pairs = eigenpairs(model.operator(model.draw(1, realization)), Target.all(), "dense")
        found.append(2 * mean_population(pairs.energies, pairs.vectors, starts, counted, times) - 1)
        tick(realization + 1, samples)
    rate = 2 * np.pi * model.gamma**2 / model.bandwidth
    return long_table(
        "t",
        {
            "exact": (times, np.mean(found, axis=0)),
            "golden rule": (times, np.exp(-2 * rate * times)),
        },
    )


def fock_space(tick: Tick = nothing, samples: int = 24, n_levels: int = 8) -> pd.DataFrame:
    """1/Xi of a dot (the second step of ln |psi|) against the interaction; theory has slope 1.

    Columns `lam`, `value`, `error` (over realizations) of the curve "exact", and the line of slope
    1 through its weakest point.
    """
    strengths = np.array([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0])
    rows = []
    tasks = list(_dots(strengths, samples, n_levels))
    steps: dict[float, list[float]] = {}
    for done, (lam, dot, realization) in enumerate(tasks):
        op = dot.operator(dot.draw(6, realization))
        k = max(10, op.dimension // 50)
        target = Target.rank(k) if op.dimension <= 1000 else Target.middle(k)
        pairs = eigenpairs(op, target)
        profile = fock_profile(pairs.vectors, dot.occupations()).mean(axis=0)
        steps.setdefault(lam, []).append(float(fock_decay(profile)[1]))
        tick(done + 1, len(tasks))
    for lam, found in steps.items():
        error = np.std(found, ddof=1) / np.sqrt(samples)
        rows.append({"curve": "exact", "lam": lam, "value": np.mean(found), "error": error})
    first = rows[0]
    rows += [
        {
            "curve": "slope 1 in ln(1/lam)",
            "lam": lam,
            "value": first["value"] - np.log(lam / first["lam"]),
            "error": 0.0,
        }
        for lam in strengths
    ]
    return pd.DataFrame(rows)


def _dots(
    strengths: np.ndarray, samples: int, n_levels: int
) -> Iterator[tuple[float, QuantumDot, int]]:
    for lam in strengths:
        dot = QuantumDot(n_levels=n_levels, lam=float(lam))
        for realization in range(samples):
            yield float(lam), dot, realization
