"""l-bits around the Hubbard bubble of C section IV: samples, circles, and many of them (Fig 6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....theory import hubbard_bubble as theory
from ...bubble import hubbard
from ...direct import hubbard_bubble as direct
from ...evidence import AtOnce
from ...tables import parts_of
from ..case import Case
from ..check import Check, Relation
from .hubbard import modules


def _samples(table: pd.DataFrame) -> list[Check]:
    checks = []
    for curve, of in (("strong", direct.STRONG), ("fewer sites", direct.FEWER)):
        rows = table[table["bubble"] == curve].groupby("w")
        mean, error = rows.mean(numeric_only=True), rows.sem(numeric_only=True)
        w = mean.index.to_numpy()
        for c_hyb in (None, 1.0):
            G, G_a = _green(of, w, c_hyb)
            for name, column, found in (("site", "im", G.imag), ("l-bit", "im_lbit", G_a.imag)):
                exact = mean[column].to_numpy()
                relation: Relation = "agrees" if c_hyb is None else "differs"
                printed = "" if c_hyb is None else ", c = 1 as printed"
                label = f"Im G, {name}, N = {of.N}{printed}"
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
    V, xi = direct.PLANE["V"], direct.PLANE["xi"]
    checks = []
    for n_L, exact in zip(table["n_L"], table["value"], strict=True):
        step = 1 / (xi * np.sqrt(2 * np.pi * n_L))  # between circles, over xi
        sums = {}
        for filling in ("n", "n-1"):
            sums[filling] = float(theory.circles(4000, V, xi, n_L, filling).sum())
        # one on the first circle besides, and the next order of the sum over circles
        label, band = f"sum of V_a^2, n_L = {n_L:g}", 2 * step**2 * exact
        more = step * exact * (1 + 2 * step)
        checks += [
            Check(f"{label}, n - 1 on circle n", exact, sums["n-1"], band=band),
            Check(f"{label}, n on circle n", exact, sums["n"], band=more),
        ]
    return checks


_GRID = theory.FrequencyGrid(2**12, 20.48, direct.MANY_ETA)
_INSIDE = np.rint(direct.MANY_FREQUENCIES / _GRID.dw).astype(int) + _GRID.n // 2


def _many(table: pd.DataFrame) -> list[Check]:
    checks = []
    for V, part in parts_of(table, "V"):
        w, exact = part["w"].to_numpy(), part["value"].to_numpy()
        name = f"V = {V:g}, M = 10011"
        about: dict[str, Any] = {"x": w, "x_label": "w"}
        for c_hyb, printed in ((0.5, ""), (1.0, ", c = 1 as printed")):
            free, whole = (
                _rho(hubbard.bubble_of_figure(V, hubbard.MANY, U, c_hyb=c_hyb)) for U in (0.0, 2.0)
            )
            if not printed:
                checks.append(Check(f"rho, U = 0, {name}", exact, free, 0, 1e-3 * exact, **about))
            label = f"int |rho(U = 2) - rho(U = 0)|, {name}{printed}"
            checks.append(Check(label, _apart(whole, free), 0.0, 0.0, 0.05, "above"))
            if V > 1:
                label = f"rho(U = 0), {name}{printed}: rho(U = 2)"
                checks.append(Check(label, free, whole, 0.0, 0.05 * free, "above", **about))
    return checks


def _rho(bubble: theory.Bubble) -> np.ndarray:
    return np.asarray(theory.solve(bubble, _GRID).require_converged().rho[_INSIDE])


def _apart(rho: np.ndarray, reference: np.ndarray) -> float:
    return float(abs(rho - reference).sum() / reference.sum())


def _back_action(table: pd.DataFrame) -> list[Check]:
    """How far l-bits change rho, beside how far U does without them."""
    alone = {U: _rho(theory.Bubble(U=U, **hubbard.FIG6)) for U in (0.0, 2.0)}
    by_interaction = _apart(alone[2.0], alone[0.0])
    free = table[table["V"] == table["V"].iloc[0]]["alone"].to_numpy()
    w = direct.MANY_FREQUENCIES
    checks = [Check("rho, U = 0, M = 0", free, alone[0.0], 0.0, 1e-6, x=w, x_label="w")]
    for V, part in parts_of(table, "V"):
        relation: Relation = "above" if V > 1 else "below"
        of_free = _apart(part["value"].to_numpy(), part["alone"].to_numpy())
        few, many = (_rho(hubbard.bubble_of_figure(V, n)) for n in (hubbard.FEW[0], hubbard.MANY))
        of_many = _apart(many, few)
        checks += [
            Check(f"{name}, V = {V:g}: change by U = 2", change, by_interaction, 0, 0, relation)
            for name, change in (
                ("change of rho by 10011 l-bits, U = 0", of_free),
                ("from 3 to 10011 l-bits, U = 2", of_many),
            )
        ]
    return checks


CASES = (
    Case(
        "C-bubble-samples",
        "eqs 10, 11, 16b",
        "l-bits count with V_a^2/sqrt N in the hybridisation of the bubble",
        "with half of it at N = 15 and 60: two spins share the l-bits",
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
        "n - 1 on circle n fill the plane, with n_L times as many; n are more by the distance of "
        "circles over xi",
        "2 (r_0/xi)^2: the sum over circles in place of an integral; of n on circle n r_0/xi",
        modules("circles"),
        AtOnce(direct.plane),
        _plane,
    ),
    Case(
        "C-bubble-many",
        "Fig 6b, d",
        "V = 0.5: U = 2 and U = 0 differ; V = 1.5: identical at |w| < W for many l-bits",
        "U = 2, by iterated perturbation theory, differs from U = 0 at both V, at V = 1.5 by more "
        "than 5 % at every |w| < W: 12 % in all for c = 1/2, 8.5 % for c = 1 as printed",
        "1e-3: ends of iterations; 5 % would be seen in a figure",
        ("hubbard_bubble",),
        AtOnce(direct.free_bubble),
        _many,
    ),
    Case(
        "C-back-action",
        "Fig 6",
        "rho changes drastically with M at V = 1.5, and not much at V = 0.5",
        "at V = 1.5 by more than U = 2 changes it (22 %), at V = 0.5 by less: by 24 and 3 % in "
        "iterated perturbation theory, by 34 and 6 % at U = 0, exactly",
        "none: larger or smaller than what U does",
        ("hubbard_bubble",),
        AtOnce(direct.free_bubble),
        _back_action,
    ),
)
