"""Cases of paper A: the echo, the line and its width, and what is seen off the line."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import pandas as pd
from scipy.integrate import trapezoid
from scipy.special import zeta

from ....theory import slow_bath
from ...direct import echo as direct
from ...evidence import AtOnce
from ...nearly_mbl_metal import figure_tables
from ...tables import curve
from ..case import Case
from ..check import Check
from ..curves import agrees_along

# A fluctuator counts as 1 - sin(v t)/(v t) before the first flip, and as 1 from v t = 1 on in
# theory: that is ln(J t) + Euler's constant - 1 decay lengths. After many flips it counts as
# 1 - sqrt(1 - v^2/k^2) below v = k: ln(J/k) + 1 - ln 2.
_BEFORE, _AFTER = np.euler_gamma - 1, 1 - np.log(2)


def _neighbours(table: pd.DataFrame) -> list[Check]:
    checks = []
    for d in (1, 2, 3):
        for t in direct.TIMES:
            name = f"d = {d}, t = {t:g}"
            J, exact = curve(table, name)
            A = direct.DECAY**d
            n = np.asarray(slow_bath.n_fast(t, J, 1.0, A, d))
            # Whatever happens at the border, sites within it are added one by one: 1/(J t) each.
            new = factorial(d) * float(direct.SHIFT**d)
            checks.append(
                Check(
                    f"difference of order {d} in ln J, t = {t:g}",
                    np.diff(exact, d),
                    np.diff(n, d),
                    band=1e-3 * new,
                )
            )
            if d == 1:
                border = direct.DECAY * (_BEFORE if t < 1 else _AFTER) + 0.5
                echo = -np.log(slow_bath.echo(t, J, 1.0, A, d)) / t if t < 1 else n
                label = f"neighbours, t = {t:g}, beyond the known border"
                # Sites are discrete: sin(v t)/(v t) aliases where neighbours differ by 2 pi j.
                aliases = zeta(1.5) / (2 * np.pi * np.sqrt(direct.DECAY))
                late = 2 * direct.DECAY * min(t, 1 / t)
                checks.append(Check(label, exact - border, echo, band=aliases + late))
    return checks


def _telegraph(table: pd.DataFrame) -> list[Check]:
    t, exact = curve(table, "exact")
    theory = curve(table, "A eqs 9-11")[1]
    n, decay = theory / t, 20.0
    border = (decay * abs(_BEFORE) + 1) * t
    early = (t > 1e-3) & (t < 0.1)
    printed = -np.log(slow_bath.echo(1.001e-4, 1e4, 1.0, decay, 1, clip=False)) / 1.001e-4
    return [
        Check(
            "-ln psi",
            *(exact[early], theory[early]),
            band=border[early],
            x=t[early],
            x_label="t",
        ),
        Check("-ln psi below theory", exact[early], theory[early], band=t[early], relation="below"),
        Check("n_fast as printed just after 1/J", n[0], printed, band=1.0, relation="above"),
    ]


def _line(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name, parameters in direct.LINES.items():
        w, exact = curve(table, f"transform, {name}")

        def transform(w: np.ndarray, p: dict[str, Any] = parameters) -> Any:
            return slow_bath.lineshape_exact(w, **p)

        checks.append(agrees_along(table, f"transform, {name}", transform, band=1e-8 * exact[0]))
    for name in ("Fig 2", "d = 2"):
        parameters = direct.LINES[name]
        w, exact = curve(table, f"transform, {name}")
        printed = np.asarray(slow_bath.lineshape(w, **parameters))

        def held(w: np.ndarray, p: dict[str, Any] = parameters) -> Any:
            return slow_bath.lineshape(w, **p)

        label: dict[str, Any] = {"relation": "above", "x": w, "x_label": "w"}
        checks += [
            agrees_along(table, f"held, {name}", held, relative=1e-6),
            Check(f"eq 12 is too low, {name}", exact, printed, **label),
        ]
    parameters = direct.LINES["Fig 2"]
    w, exact = curve(table, "transform, Fig 2")
    width = float(slow_bath.linewidth(**parameters))
    pinned = float(slow_bath.lineshape(0.0, variant="pinned", **parameters))
    Lorentzian = width / (w**2 + width**2)
    tail = w >= 100
    near = (w >= 10) & (w <= 50)
    return [
        *checks,
        # One Lorentzian of the width, which is a root: its value at w = 0 is 1/width.
        Check("n_fast at the width at w = 0", 1 / width, pinned, band=1e-9),
        Check(
            "Lorentzian is too high at w >= 100", exact[tail], Lorentzian[tail], relation="below"
        ),
        Check("and too low for 10 <= w <= 50", exact[near], Lorentzian[near], relation="above"),
    ]


def _widths(table: pd.DataFrame) -> list[Check]:
    numbers, exact = curve(table, "width")
    theory = [
        slow_bath.linewidth(J, 1.0, A, d)
        for J, A, d in (direct.WIDTHS[int(number)] for number in numbers)
    ]
    checks = [Check("width", exact, theory, band=1e-9 * exact)]
    for d, ln_far in zip(*curve(table, "far"), strict=True):
        J, power = np.exp(direct.FAR), int(d)
        ratio = np.exp(ln_far) / np.asarray(
            [
                slow_bath.linewidth_asymptote(J, 1.0, 4.0, power, form)
                for form in ("leading", "improved")
            ]
        )
        # The logarithm is ln(J/Gamma), shorter by ln Gamma, or by what is left of that.
        lost = power * np.array([ln_far, ln_far - np.log(4.0)]) / direct.FAR
        checks.append(
            Check(f"asymptotes at ln J = 600, d = {d:g}", ratio, 1 - lost, band=0.6 * lost**2)
        )
    return checks


def _detuned(table: pd.DataFrame) -> list[Check]:
    theory, rates = [], []
    for low, high in zip(direct.DETUNINGS[:-1], direct.DETUNINGS[1:], strict=True):
        w = np.linspace(low, high, 2001)
        found = slow_bath.detuned_tunnelling(0.1, direct.DIAGONAL, w, 1.0)
        theory.append(trapezoid(found.density_of_states, w) / (high - low))
        rates.append(trapezoid(found.rate, w) / (high - low))
    exact, error = table["value"].to_numpy(), table["error"].to_numpy()
    g, W = 0.3, 1e-3
    return [
        Check("density of states", exact, theory, error, band=0.01 * exact, x=table["bin"]),
        Check("rate for t = 0.1", 0.01 * exact, rates, 0.01 * error, band=1e-4 * exact),
        Check(
            "radius of the frozen core",
            direct.frozen_core(g, W),
            slow_bath.frozen_core_radius(g, W),
            band=1e-9,
        ),
    ]


CASES = (
    Case(
        "A-neighbours",
        "eqs 9-11",
        "n_fast counts s xi^d ln^d(J t) neighbours, ln^d(J/Gamma0) after 1/Gamma0",
        "telegraph fluctuators in one to three dimensions: each new shell counts in full; those "
        "whose v is about 1/t, or about k, shift the number by a known part of xi",
        "1/(J t) of a neighbour that counts; of the border, 0.17 sites since they are discrete, "
        "and 2 xi k t, or 2 xi/(k t)",
        ("slow_bath/dephasing",),
        AtOnce(direct.counted_neighbours),
        _neighbours,
    ),
    Case(
        "A-telegraph-echo",
        "eqs 9-11",
        "the echo is exp(-Gamma0 n_fast t)",
        "telegraph fluctuators decay more slowly, towards it with 1/ln(J t); n_fast as printed "
        "falls to zero at t = 1/J",
        "fluctuators with v t of order 1: (1 - 0.577) xi and one site, 10 < J t, k t < 0.1",
        ("slow_bath/dephasing",),
        AtOnce(figure_tables.telegraph),
        _telegraph,
        figure="A-echo",
    ),
    Case(
        "A-line",
        "Fig 2, eqs 12, 17",
        "eq 12 is a good approximation to the transform of the echo; a Lorentzian of the width "
        "overestimates the tail",
        "eq 12 is too low, with a dip at w = 0; a Lorentzian is too high beyond 5 widths and "
        "too low at 1 to 3",
        "Simpson's rule: 1e-8 of the largest value, 1e-6 of a transform of an exponential",
        ("slow_bath/line", "slow_bath/dephasing", "slow_bath/width"),
        AtOnce(direct.line),
        _line,
    ),
    Case(
        "A-width",
        "eq 13",
        "Gamma = Gamma0 n_fast(1/Gamma), to leading order Gamma0 s xi^d ln^d(J/Gamma0)",
        "so it is, but the leading order is reached with ln ln J/ln J only",
        "roots: 1e-9; the next order is known, the one after it is 0.6 of its square at most",
        ("slow_bath/width",),
        AtOnce(direct.widths),
        _widths,
    ),
    Case(
        "A-off-the-line",
        "section II C, D",
        "with a diagonal coupling tunnelling sees gamma^2/(dw^2 W) off the line; bath spins within "
        "ln(gamma/W) are frozen",
        "a bath of 300 levels with a random diagonal coupling has this density of states",
        "statistics; 1 %: shift of levels by the finite band, 8 (gamma/W)^2, and (gamma/dw)^4",
        ("slow_bath/tunnelling",),
        AtOnce(direct.detuned),
        _detuned,
    ),
)
