"""Cases of paper A: l-bits on a narrow bath."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....theory import metal, slow_bath
from ...direct import slow_bath as direct
from ...evidence import AtOnce
from ...tables import curve
from ..case import Case
from ..check import Check
from ..curves import agrees_along

_SCALES: dict[str, Any] = {
    "gamma": direct.GAMMA,
    "Delta": direct.DELTA,
    "Xi": direct.FOCK,
    "s": direct.ENTROPY,
}


def _channels(table: pd.DataFrame) -> list[Check]:
    W = direct.BANDWIDTHS
    checks = []
    for d in (1, 2, 3):
        rates = slow_bath.channel_rates(W=W, xi=direct.XI, d=d, **_SCALES)
        a, b = (curve(table, f"{name}, d = {d}")[1] for name in "ab")
        checks += [
            Check(f"ln rate a, d = {d}", a, rates.ln_a, band=1e-9 * abs(a), x=W, x_label="W"),
            Check(f"ln rate b, d = {d}", b, rates.ln_b, band=1e-9 * abs(b), x=W, x_label="W"),
        ]
    c = curve(table, "c")[1]
    checks.append(Check("ln rate c", c, rates.ln_c, band=1e-9 * abs(c), x=W, x_label="W"))
    leading = slow_bath.channel_rates(W=W, xi=direct.XI, d=1, form="leading", **_SCALES)
    b = curve(table, "b, d = 1")[1]
    last = curve(table, "b, d = 3")[1][-1]
    others = [curve(table, "a, d = 3")[1][-1], c[-1]]
    return [
        *checks,
        Check("ln rate b, d = 1, leading", b, leading.ln_b, band=1e-9 * abs(b)),
        # With m = ln(Delta/W)/s too many couplings are paid for: by orders of magnitude.
        Check("ln rate c, m = ln(Delta/W)/s", c[2:], leading.ln_c[2:], band=1.0, relation="above"),
        Check("W -> 0: b beats a and c", last, others, band=1.0, relation="above"),
    ]


def _power_of_blocks(table: pd.DataFrame) -> list[Check]:
    W, exact = curve(table, "typical")
    depth = np.log(W[1] / W[0])
    rates = slow_bath.channel_rates(W=W, xi=direct.XI, d=1, **_SCALES)
    power, measured = np.diff(rates.ln_b)[0] / depth, np.diff(exact)[0] / depth
    Xi, xi = direct.FOCK, direct.XI
    printed = 2 * (xi + Xi) / (xi * Xi) - 1
    # Orders below the first one, about 30 below the typical one, have W/Delta of the weight.
    band = 30 * W[0] / direct.DELTA
    return [
        Check("d ln rate/d ln W", measured, power, band=band),
        Check("the same with xi Xi/(xi + Xi)", measured, printed, band=band, relation="differs"),
    ]


def _spectra(table: pd.DataFrame) -> list[Check]:
    W = direct.BANDWIDTHS
    checks = []
    for name, convention in (("Gaussian", "per_free_lbit"), ("Gaussian, per site", "per_site")):
        best = slow_bath.gaussian_bath_optimum(W=W, convention=convention, **_SCALES)
        narrow = slow_bath.gaussian_bath_optimum(
            W=W * np.exp(-10 * direct.ENTROPY), convention=convention, **_SCALES
        )
        order, rate, total = (
            curve(table, f"{name}, {what}")[1] for what in ("order", "rate", "sum")
        )
        checks += [
            Check(f"{name}: order", order, best.order, band=direct.STEP, x=W, x_label="W"),
            # Half of the curvature of ln rate, 4 s/Xi, times the square of a step.
            Check(f"{name}: ln rate", rate, best.ln_rate, band=1e-6, x=W, x_label="W"),
            # What lies below the order 0 is exp(-Delta^2/W^2) of the sum.
            Check(
                f"{name}: growth of the sum from W e^(-10 s) to W",
                total[1:],
                (np.asarray(narrow.ln_rate) - best.ln_rate)[1:],
                band=1e-6,
            ),
        ]
    s = direct.ENTROPY
    printed = np.log(s * direct.FOCK / 2 * (direct.DELTA / W) ** 2) / (2 * s)
    order = curve(table, "Gaussian, per site, order")[1]
    checks.append(Check("A eq A2 as printed", order, printed, band=direct.STEP, relation="differs"))
    for name, Xi, cutoff in (
        ("Lorentzian, collective", 1.5, None),
        ("Lorentzian, localized", 0.5, None),
        ("Lorentzian, cut", 0.5, 0.05),
    ):
        within = W if cutoff is None else W[cutoff > W]
        parameters: dict[str, Any] = {
            "gamma": direct.GAMMA,
            "W": within,
            "Delta": direct.DELTA,
            "Xi": Xi,
            "K": 3.0,
        }
        best = slow_bath.lorentzian_bath_optimum(cutoff=cutoff, **parameters)
        whole = slow_bath.lorentzian_bath_optimum(cutoff=cutoff, integer=True, **parameters)
        order, rate, integer = (
            curve(table, f"{name}, {what}")[1][-len(within) :]
            for what in ("order", "rate", "whole order")
        )
        # Where the wings end the rate falls by 2/Xi - 2 ln 3 an order, and the grid is late.
        late = 0.0 if cutoff is None else 4.0 * direct.STEP
        checks += [
            Check(f"{name}: order", order, best.order, band=1.001 * direct.STEP),
            Check(f"{name}: ln rate", rate, best.ln_rate, band=1e-6 + late),
            Check(f"{name}: whole order", integer, whole.order),
        ]
    return checks


def _one_dot(table: pd.DataFrame) -> list[Check]:
    checks = []
    for Xi in (0.3, 0.8, 1.4):
        # A sum over orders, K exp(-2/Xi) each of the one before, has its first term as a part.
        series = -np.log1p(-3.0 * np.exp(-2 / Xi))

        def law(W: np.ndarray, Xi: float = Xi, series: float = series) -> np.ndarray:
            return np.asarray(metal.dot_rate(W, 1e-5, 1.0, Xi, 3.0).ln_rate) + series

        checks.append(agrees_along(table, f"Xi = {Xi}", law))
    sizes, least = curve(table, "discrete below")
    around = [0.99, 1.01]
    for N, W in zip(sizes, least, strict=True):
        regimes = [metal.dot_rate(f * W, 1e-5, 1.0, 0.8, 3.0, int(N)).regime for f in around]
        checks.append(
            Check(
                f"discrete at 0.99 and 1.01 of the least W, N = {N:g}",
                [1.0, 0.0],
                [float(regime == "discrete") for regime in regimes],
            )
        )
    return checks


CASES = (
    Case(
        "A-channels",
        "eqs 6-8",
        "a hop, a block or a high order puts an l-bit on shell; for W -> 0 blocks win",
        "so it is; the approximate order m = ln(Delta/W)/s of eq 8 is too slow by orders",
        "bisection: 1e-9; a factor e where one channel is said to win",
        ("slow_bath/channels",),
        AtOnce(direct.channels),
        _channels,
    ),
    Case(
        "A-block-power",
        "below eq 7",
        "in one dimension the power of W has xi Xi/(xi + Xi) in place of Xi",
        "for s = 1 only: of random levels it is 2/Xi + 2/(s xi) - 1",
        "30 W/Delta: orders below the first one are left out",
        ("slow_bath/channels",),
        AtOnce(direct.random_levels),
        _power_of_blocks,
    ),
    Case(
        "A-bath-spectra",
        "eqs A1-A5",
        "the fastest order on Gaussian and Lorentzian baths, and the power of W of its rate",
        "as derived; eq A2 has Xi s/2 in its logarithm, which eq A1 does not give",
        "step of the orders that are looked through, and its square for rates",
        ("slow_bath/gaussian_bath", "slow_bath/lorentzian_bath"),
        AtOnce(direct.bath_spectra),
        _spectra,
    ),
    Case(
        "A-dot-orders",
        "eq 16",
        "rate of a dot on a bath of bandwidth W by its orders on shell; none below N delta_m K^-N",
        "the sum over orders is eq 16 over 1 - K exp(-2/Xi), where that is below 1",
        "rounding: 1e-9",
        ("metal/one_dot",),
        AtOnce(direct.one_dot),
        _one_dot,
    ),
)
