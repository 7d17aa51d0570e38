"""l-bits around the Hubbard bubble of C section IV: samples, circles, and many of them (Fig 6)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import hubbard_bubble as theory
from ... import hubbard_bubble as figure
from ...direct import hubbard_bubble as direct
from ...evidence import AtOnce
from ...tables import parts_of
from ..case import Case
from ..check import Check, Relation
from .hubbard import modules


def _samples(table: pd.DataFrame) -> list[Check]:
    of = direct.STRONG
    rows = table[table["bubble"] == "strong"].groupby("w")
    mean, error = rows.mean(numeric_only=True), rows.sem(numeric_only=True)
    w = mean.index.to_numpy()
    checks = []
    for c_hyb in (None, 1.0):
        G, G_a = _green(of, w, c_hyb)
        for name, column, found in (("site", "im", G.imag), ("l-bit", "im_lbit", G_a.imag)):
            exact = mean[column].to_numpy()
            relation: Relation = "agrees" if c_hyb is None else "differs"
            label = f"Im G of a {name}" + ("" if c_hyb is None else ", c = 1 as printed")
            values = (exact, found, error[column], abs(exact) / (2 * of.N))
            checks.append(Check(label, *values, relation=relation, x=w, x_label="w"))
    return checks


def _green(of: direct.Sampled, w: np.ndarray, c_hyb: float | None) -> tuple[np.ndarray, ...]:
    """Of a site and, averaged, of the l-bits at w + i eta, U = 0."""
    found = theory.solve(_sampled(of, c_hyb), _grid_of(of)).require_converged()
    G_a = found.G_a().mean(axis=0)
    at = np.rint(w / found.grid.dw).astype(int) + found.grid.n // 2
    return found.G[at], G_a[at]


def _sampled(of: direct.Sampled, c_hyb: float | None = None) -> theory.Bubble:
    squared, energies = np.full(of.n_lbits, of.squared), direct.energies_of(of)
    weight = {} if c_hyb is None else {"c_hyb": c_hyb}
    return theory.Bubble(of.N, of.t, 0.0, 1.0, squared, energies, **weight)


def _grid_of(of: direct.Sampled) -> theory.FrequencyGrid:
    """With all of the frequencies that are sampled on it."""
    return theory.FrequencyGrid(2**10, 25.6, of.eta)


def _lbit_width(table: pd.DataFrame) -> list[Check]:
    of = direct.WEAK
    rows = table[table["bubble"] == "weak"]
    G_a = np.asarray(rows["re_lbit"] + 1j * rows["im_lbit"])
    mean, n = G_a.mean(), len(G_a)
    exact = float((1 / mean).imag - of.eta)
    error = float((-G_a / mean**2).imag.std(ddof=1) / np.sqrt(n))
    found = theory.solve(_sampled(of), _grid_of(of)).require_converged()
    width = float(found.widths[0])
    return [Check("half width of an l-bit's line", exact, width, error, width / (2 * of.N))]


def _plane(table: pd.DataFrame) -> list[Check]:
    V, xi, n_L = (direct.PLANE[name] for name in ("V", "xi", "n_L"))
    (exact,) = table["value"]
    step = 1 / (xi * np.sqrt(2 * np.pi * n_L))  # between circles, over xi
    sums = {}
    for filling in ("n", "n-1"):
        sums[filling] = float(theory.circles(2000, V, xi, n_L, filling).sum())
    return [
        # one on the first circle besides, and the next order of the sum over circles
        Check("sum of V_a^2, n - 1 on circle n", exact, sums["n-1"], 0, 2 * step**2 * exact),
        Check("the same, n on circle n", exact, sums["n"], 0, step * exact * (1 + 2 * step)),
    ]


def _many(table: pd.DataFrame) -> list[Check]:
    grid = theory.FrequencyGrid(2**12, 20.48, direct.MANY_ETA)
    checks = []
    for V, part in parts_of(table, "V"):
        w, exact = part["w"].to_numpy(), part["value"].to_numpy()
        rho = {}
        at = np.rint(w / grid.dw).astype(int) + grid.n // 2
        for U in (0.0, 2.0):
            bubble = figure.bubble_of_figure(V, figure.MANY, U)
            rho[U > 0] = theory.solve(bubble, grid).require_converged().rho[at]
        name = f"V = {V:g}, M = 10011"
        apart = float(abs(exact - rho[True]).sum() / exact.sum())
        checks += [
            Check(f"rho, U = 0, {name}", exact, rho[False], 0, 1e-3 * exact, x=w, x_label="w"),
            Check(f"rho of U = 2 less that of U = 0, {name}", apart, 0.0, 0.0, 0.05, "above"),
        ]
        if V > 1:
            checks.append(
                Check(
                    f"rho, U = 0 beside U = 2, {name}",
                    *(exact, rho[True], 0.0, 0.05 * exact, "above"),
                    x=w,
                    x_label="w",
                )
            )
    return checks


CASES = (
    Case(
        "C-bubble-samples",
        "eqs 10, 11, 16b",
        "l-bits count with V_a^2/sqrt N in the hybridisation of the bubble",
        "with half of it: two spins share the l-bits",
        "statistics; 1/2N: 2N squares of Gaussian couplings at each l-bit",
        modules("bubble", "lbits", "equations"),
        AtOnce(direct.sampled_bubbles),
        _samples,
    ),
    Case(
        "C-bubble-line",
        "eq 14",
        "l-bits are broadened by V_a^2 sqrt N G",
        "half width pi V_a^2 sqrt N rho",
        "statistics; 1/2N: 2N squares of Gaussian couplings at each l-bit",
        modules("solution"),
        AtOnce(direct.sampled_bubbles),
        _lbit_width,
    ),
    Case(
        "C-circles",
        "section IV, above eq 12",
        "l-bits on circles, as many as their radius is large, n_L of them in a unit of area",
        "n - 1 on circle n fill the plane; n are more by the distance of circles over xi",
        "2 (r_0/xi)^2: the sum over circles in place of an integral; of n on circle n r_0/xi",
        modules("circles"),
        AtOnce(direct.plane),
        _plane,
    ),
    Case(
        "C-bubble-many",
        "Fig 6",
        "V = 0.5: U = 2 and U = 0 differ; V = 1.5: identical at |w| < W for many l-bits",
        "with 10011 l-bits they differ in both, at V = 1.5 by 10 to 15 % at every energy",
        "1e-3: ends of iterations; 5 % would be seen in a figure",
        ("hubbard_bubble",),
        AtOnce(direct.free_bubble),
        _many,
    ),
)
