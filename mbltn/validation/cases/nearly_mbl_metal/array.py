"""Cases of paper A: the self-consistent array of dots."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....theory import metal
from ...direct import dot_array as direct
from ...evidence import AtOnce
from ...tables import curve
from ..case import Case
from ..check import Check
from ..curves import finite


def parameters_of(array: direct.Array) -> dict[str, Any]:
    """What theory calls it by."""
    names = ("gamma", "K", "N", "s", "d")
    return {name: getattr(array, name) for name in names}


def _method(array: direct.Array) -> str:
    if array.upper is None:
        return "sum"
    return "integral" if np.isfinite(array.upper) else "integral_inf"


def _rates(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name, array in {**direct.ARRAYS, **direct.INTEGRALS}.items():
        eps, exact = curve(table, name)
        method = _method(array)
        form: dict[str, Any] = {"method": method, "variant": array.form}
        found = metal.solve_gamma(eps=eps, **form, **parameters_of(array))
        metallic = np.isfinite(exact)
        checks.append(
            Check(
                f"ln Gamma, {name}",
                exact[metallic],
                finite(found.ln_Gamma)[metallic],
                band=1e-8 * abs(exact[metallic]),
                x=eps[metallic],
                x_label="eps",
            )
        )
        if method == "sum":
            checks.append(Check(f"localized, {name}", 1.0 * ~metallic, 1.0 * found.localized))
    return checks


def _folds(table: pd.DataFrame) -> list[Check]:
    window = curve(table, "window")[1]
    theory = metal.folds(**parameters_of(direct.ARRAYS["Fig 8"]))
    checks = [
        # Two roots a step of 1e-3 apart are 1e-6/8 times the curvature of ln F, below 10, from one.
        Check("three roots between", window, theory if theory else [0.0, 0.0], band=3e-6)
    ]
    for d, rises in zip(*curve(table, "rises"), strict=True):
        eps = np.linspace(0.3, 0.95, 4001)
        array = direct.Array(0.01, 3.0, 10, 0.5, int(d))
        found = metal.solve_gamma(eps=eps, variant="E1", weight="mu", **parameters_of(array))
        first = int(np.argmax(found.beyond_validity))
        edge = 0.5 * (found.ln_Gamma[first - 1] + found.ln_Gamma[first]) - np.log(array.gamma)
        band = found.ln_Gamma[first] - found.ln_Gamma[first - 1]
        checks.append(Check(f"F may rise with Gamma, d = {d:g}", rises, edge, band=band + 1e-5))
    return checks


def _edges(table: pd.DataFrame) -> list[Check]:
    K, N, s, d, Xi = direct.EDGES.values()

    def ratio(name: str, x: float, z: float) -> float:
        """The condition's ratio where its sides are equal: 1."""
        gamma = x if name in ("23", "24", "C6a") else 0.1
        Gamma = x if name in ("26", "27_low", "27_high") else 1e-3
        at = 1 / ((1 - x) * np.log(K)) if name in ("C6b", "C7") else Xi
        found = metal.validity(Gamma, gamma, K=K, N=N, Xi=at, z=int(z), d=d, s=s)
        return float(found[name].ratio)

    names = ("23", "24", "26", "27_low", "27_high", "C6a", "C6b", "C7")
    checks = []
    for name in names:
        z, x = curve(table, name)
        ratios = [ratio(name, float(b), float(a)) for a, b in zip(z, x, strict=True)]
        # A step of bisection is 1e-14 beside values from 1e-5 on.
        checks.append(Check(f"condition {name} at its edge", np.ones(len(x)), ratios, band=1e-7))
    dimensions, first = curve(table, "N0")
    arrays = [direct.ARRAYS[name] for name in ("Fig 8", "d = 2", "d = 3")]
    theory = [metal.N0(**parameters_of(array)) for array in arrays]
    return [*checks, Check("N0", first, theory, band=1e-7, x=dimensions, x_label="d")]


CASES = (
    Case(
        "A-self-consistent",
        "eqs 17-20, E1",
        "the rate of the array solves F(Gamma) = 1; the integral over orders may take the sum's "
        "place",
        "double sums over n and p, and quadratures, have the same smallest root",
        "roots: 1e-8",
        ("metal/self_consistency", "metal/orders", "metal/equation", "metal/roots"),
        AtOnce(direct.rates),
        _rates,
    ),
    Case(
        "A-folds",
        "Fig 8, eq 27",
        "beyond eps = 0.85 Gamma is comparable with gamma and the theory ends",
        "the branch ends at 0.69 already: between 0.6676 and 0.6899 three rates solve the "
        "equation; F falls for Gamma < gamma exp(-d/2)",
        "grid of rates: 3e-6 of eps; one step of eps",
        ("metal/fold_window", "metal/roots"),
        AtOnce(direct.folds),
        _folds,
    ),
    Case(
        "A-validity",
        "eqs 23-27, C6, C7, E1",
        "where the equations and the saddle point hold",
        "both sides of each condition are equal where its ratio is 1",
        "bisection: 1e-7",
        ("metal/conditions", "metal/orders"),
        AtOnce(direct.edges),
        _edges,
    ),
)
