"""Cases of paper A: where the metal begins, how its rate vanishes, and the saddle point."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....theory import metal
from ...direct import array_transition as direct, dot_array as arrays
from ...evidence import AtOnce
from ...tables import curve
from ..case import Case
from ..check import Check
from ..curves import agrees_along, finite
from .array import parameters_of


def _boundary(table: pd.DataFrame) -> list[Check]:
    checks = []
    ln_gamma = np.log(direct.GAMMAS)
    for name, (parameters, upper) in direct.BOUNDARIES.items():
        y = curve(table, name)[1]
        method = "sum" if upper is None else "integral_inf"
        Xi = metal.critical_Xi(direct.GAMMAS, method=method, **parameters)
        exact = 1 / (np.log(parameters["K"]) - y)
        back = metal.critical_gamma(exact, method=method, **parameters)
        checks += [
            Check(
                f"Xi_c, {name}",
                exact,
                finite(Xi),
                band=1e-8 * exact,
                x=ln_gamma,
                x_label="ln gamma",
            ),
            # gamma is known to 1e-14 N times better or worse than Xi_c.
            Check(f"gamma_c, {name}", direct.GAMMAS, finite(back), band=1e-6 * direct.GAMMAS),
        ]
    y, unbounded = (curve(table, name)[1] for name in ("K = 3", "K = 3, no upper end"))
    N = arrays.FIG5["N"]
    logarithmic = np.diff(y)[:3] / np.diff(ln_gamma)[:3]
    linear = np.diff(y)[-1:] / np.diff(direct.GAMMAS)[-1:]
    power = np.diff(np.log(-unbounded))[:1] / np.diff(ln_gamma)[:1]
    # The logarithm of gamma K^m in n_fast is cut off at the largest order by |y_c| ln(1/gamma).
    next_order = 2 * abs(unbounded[0] * ln_gamma[0])
    weak = direct.GAMMAS < 0.01
    return [
        *checks,
        Check("dy_c/d ln gamma at small gamma", logarithmic, -1 / (2 * N), band=0.2 / (2 * N)),
        Check("dy_c/d gamma near 0.2", linear, -1.0, band=0.2),
        Check("power of gamma, no upper end", power, 2 / 3, band=next_order),
        Check("y_c at gamma < 0.01 is above -0.4", y[weak], -0.4, band=0.2, relation="above"),
        Check("y_c < 0 at small gamma, no upper end", unbounded, 0.0, relation="below"),
    ]


def _near_the_transition(table: pd.DataFrame) -> list[Check]:
    gamma = 1e-3
    Xi_c = float(curve(table, "Xi_c")[1][0])
    rms = dict(zip(direct.POWERS, curve(table, "rms")[1], strict=True))
    nearest, ln_rates = curve(table, "nearest")
    slopes = np.diff(ln_rates) / np.diff(np.log(nearest))
    cubic = rms[1 / 3]

    def rate(distance: np.ndarray) -> Any:
        return metal.solve_gamma(gamma, Xi=Xi_c + distance, **arrays.FIG7).ln_Gamma

    return [
        Check("Xi_c", Xi_c, finite(metal.critical_Xi(gamma, **arrays.FIG7)), band=1e-9),
        agrees_along(table, "rate", rate, relative=1e-8),
        # At 1e-6 of Xi_c seven digits of it are left.
        agrees_along(table, "nearest", rate, relative=1e-5),
        Check("fit by the power 1/3: rms within 1 %", cubic, 0.0, band=0.01),
        Check("0.4 fits better", rms[0.4], cubic, relation="below"),
        Check(
            "1/4 and 1 fit worse by a factor 2", [rms[0.25], rms[1.0]], 2 * cubic, relation="above"
        ),
        Check("1/2 fits as well, to 10 %", rms[0.5], cubic, band=0.1 * cubic),
        Check("d ln Gamma/d ln(Xi - Xi_c) next to Xi_c", slopes, 0.5, band=0.01),
        Check("all below N K^-N", np.max(curve(table, "rate")[1]), np.log(1e-9), relation="below"),
    ]


def _across(table: pd.DataFrame) -> list[Check]:
    checks = []
    shares = []
    for gamma in (direct.WEAK, direct.STRONG):
        u, exact = curve(table, f"{gamma:g}")
        Xi = (1 + u) / np.log(3.0)
        found = metal.solve_gamma(gamma, Xi=Xi, method="integral_inf", **arrays.FIG5)
        metallic = np.isfinite(exact)
        checks += [
            Check(
                f"ln Gamma, gamma = {gamma:g}",
                exact[metallic],
                finite(found.ln_Gamma)[metallic],
                band=1e-8 * abs(exact[metallic]),
                x=u[metallic],
                x_label="Xi ln K - 1",
            ),
            Check(f"localized, gamma = {gamma:g}", 1.0 * ~metallic, 1.0 * found.localized),
        ]
        above = u > 0
        saddle = metal.saddle_gamma(gamma, Xi=Xi[above], **arrays.FIG5).ln_Gamma
        shares.append(exact[above] / np.asarray(saddle))
    ends = curve(table, "end")[1]
    Xi_c = metal.critical_Xi(np.array([direct.WEAK, direct.STRONG]), **arrays.FIG5)
    return [
        *checks,
        Check("ln Gamma over that of the saddle point", shares[0], 1.0, relation="below"),
        Check("and more so at larger gamma", shares[1], shares[0], relation="below"),
        Check("a metal at u < 0 for gamma = 0.01", float(np.isfinite(_at(table, -0.02))), 1.0),
        Check("where the sum over 2 N orders ends", ends, Xi_c * np.log(3.0) - 1, band=1e-8),
    ]


def _at(table: pd.DataFrame, u: float) -> float:
    at, exact = curve(table, f"{direct.STRONG:g}")
    return float(exact[at == u][0])


def _saddle_points(table: pd.DataFrame) -> list[Check]:
    checks = []
    for d, name in ((1, "Fig 8"), (2, "d = 2"), (3, "d = 3")):
        parameters = parameters_of(arrays.ARRAYS[name])
        for form in ("C4", "C5"):

            def rate(eps: np.ndarray, form: str = form, p: Any = parameters) -> Any:
                return metal.saddle_gamma(eps=eps, form=form, **p).ln_Gamma

            checks.append(agrees_along(table, f"{form}, d = {d}", rate, relative=1e-9))

        def order(Gamma: np.ndarray, p: Any = parameters) -> Any:
            return metal.saddle_Nc(np.log(Gamma), **p).N_c

        checks.append(agrees_along(table, f"N_c, d = {d}", order, relative=1e-9))
    eps, exact = curve(table, "Fig 8")
    integral = curve(table, "Fig 8, integral")[1]
    parameters = parameters_of(arrays.ARRAYS["Fig 8"])
    c4, c5 = (
        np.asarray(metal.saddle_gamma(eps=eps, form=form, **parameters).ln_Gamma)
        for form in ("C4", "C5")
    )
    array = arrays.ARRAYS["Fig 8"]
    ln_nc = np.log(array.s * array.N)
    both = [-1 / (ln_nc + x) for x in (exact, c5)]
    own_eps, own = curve(table, "Fig 8, E3")
    own_c5 = np.asarray(metal.saddle_gamma(eps=own_eps, form="C5", **parameters).ln_Gamma)
    printed, line = (-1 / (ln_nc + x)[own_eps > 0.45] for x in (own, own_c5))
    good = (eps >= 0.3)[: len(integral)]
    factor = np.log(2) / (2 * eps[: len(integral)])
    return [
        *checks,
        Check("C5 is too low everywhere", both[0], both[1], relation="above", x=eps, x_label="eps"),
        Check("C5 beside E3 where C7 holds", printed, line, band=0.2 * printed),
        Check(
            "C5 lacks a factor 1000 at eps = 0.1",
            exact[0],
            c5[0],
            band=np.log(1e3),
            relation="above",
        ),
        Check(
            "C4 beside the integral, eps >= 0.3",
            integral[good],
            c4[: len(integral)][good],
            band=factor[good],
        ),
    ]


CASES = (
    Case(
        "A-phase-boundary",
        "Fig 5",
        "y_c = ln K - 1/Xi_c is logarithmic in gamma for small gamma and about -gamma e/delta_m "
        "for larger, between 0 and -0.4 for gamma < 0.01",
        "slopes as said, over a short range; the vertical range is not found: -0.05 at gamma = "
        "0.01. Without an upper end of orders |y_c| goes as gamma^(2/3)",
        "roots: 1e-8; a fifth for what A calls approximate; next order of the power",
        ("metal/transition", "metal/self_consistency", "metal/equation"),
        AtOnce(direct.boundary),
        _boundary,
    ),
    Case(
        "A-across",
        "Fig 6",
        "-1/ln Gamma of the saddle point vanishes linearly at Xi ln K = 1 and gets better at "
        "weaker coupling",
        "so it is without an upper end of orders: the metal goes on below Xi ln K = 1; for gamma = "
        "1e-4 the sum over 2 N orders ends at 1.42 already",
        "roots: 1e-8",
        ("metal/roots", "metal/saddle", "metal/transition"),
        AtOnce(direct.across_the_transition),
        _across,
    ),
    Case(
        "A-cubic-root",
        "Fig 7, eqs 2, 22",
        "-1/ln Gamma goes as (Xi - Xi_c)^(1/3)",
        "a good fit, 0.5 %, not singled out: 1/2 is as good and 0.4 better. Next to Xi_c Gamma "
        "goes as (Xi - Xi_c)^(1/2). All points lie below N K^-N, where eq 27 does not hold",
        "roots: 1e-8; 1 % for a fit to the eye; 0.01 for a slope at Xi - Xi_c = 1e-5 and less",
        ("metal/roots", "metal/transition"),
        AtOnce(direct.near_the_transition),
        _near_the_transition,
    ),
    Case(
        "A-saddle-point",
        "Fig 8, eqs C1-C7, 21",
        "eq C5 is a reasonable approximation for 0.45 < eps < 0.8 and much too low below",
        "too low everywhere: in the figure's quantity by 6 to 9 % of eq E3, which A solved, for "
        "0.45 < eps < 0.7, by 12 to 26 % of the full equation up to eps = 0.66; by a factor e^9.4 "
        "in Gamma at eps = 0.1; eq C4 is good from eps = 0.3 on",
        "roots: 1e-9; a fifth for 'reasonable'; a factor 2 of F for orders beside N_c in eq C4",
        ("metal/saddle",),
        AtOnce(direct.saddle_points),
        _saddle_points,
    ),
)
