"""Cases of paper B: pairs of cold electrons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.integrate import trapezoid

from ....theory import continuum
from ...continuum import figure_tables
from ...direct import cold_bath as direct
from ...evidence import AtOnce
from ...tables import curve
from ..case import Case
from ..check import Check
from ..curves import agrees_along

# pi v/xi = DELTA and v^2/w = XI of white noise, m = 1.
_V = direct.XI * direct.DELTA / np.pi
_WIRE = continuum.Wire(
    _V**2 / 2, correlator=continuum.Correlator("white", _V**2 / direct.XI), convention="full"
)


def _thermal_pairs(table: pd.DataFrame) -> list[Check]:
    checks = []
    for cut in (0.0, 1.0):

        def pairs(shares: np.ndarray, cut: float = cut) -> Any:
            found = [
                continuum.n_T_integral(_WIRE, share * direct.DELTA, cut * direct.XI)
                for share in shares
            ]
            return np.array(found)

        checks.append(agrees_along(table, f"cut {cut:g}", pairs, relative=1e-7))
    shares, exact = curve(table, "cut 0")
    low = np.asarray(continuum.n_T(_WIRE, shares * direct.DELTA))
    # erfc(sqrt l/2)/2 < exp(-l/4)/2 of pairs at l xi lie at negative distances, integrated over z =
    # omega/T with z/(e^z - 1): 0.54 (T/Delta)^(1/2).
    missing = 0.55 * np.sqrt(shares)
    return [
        *checks,
        Check("eq 6 as T -> 0", exact, low, band=missing * low),
        Check("eq 6 is too high", exact, low, band=1e-5 * low, relation="below"),
    ]


def _peaks(table: pd.DataFrame) -> list[Check]:
    x = np.linspace(0.0, 300.0, 300_001) * direct.XI
    rho = 1 / (direct.XI * direct.DELTA)
    moments = []
    for L in direct.LOGARITHMS:
        density = -np.asarray(continuum.S_mott(_WIRE, x, direct.DELTA * np.exp(-L)))
        area = trapezoid(density, x)
        mean = trapezoid(x * density, x) / area
        variance = trapezoid((x - mean) ** 2 * density, x) / area
        moments.append([area / (rho**2 * direct.XI), mean / direct.XI, variance / direct.XI**2])
    area, mean, variance = np.transpose(moments)
    exact = {name: curve(table, name)[1] for name in ("area", "mean", "variance")}
    lengths = [continuum.mott_length(_WIRE, direct.DELTA * np.exp(-L)) for L in direct.LOGARITHMS]
    moved = np.diff(exact["mean"])
    return [
        Check("area of one peak", exact["area"], area, band=1e-5),
        Check("its mean moves by", moved, np.diff(mean), band=1e-4),
        Check("its mean moves as l_M", moved, np.diff(lengths) / direct.XI, band=1e-4),
        Check("its variance grows by", np.diff(exact["variance"]), np.diff(variance), band=1e-3),
        # The mean of ln u over the peak and half of its variance are numbers of order one.
        Check("mean distance", exact["mean"], mean, band=4.0),
    ]


def _pair_density(table: pd.DataFrame) -> list[Check]:
    areas, means, lengths = [], [], []
    for _, part in table.groupby("omega"):
        omega = float(part["omega"].iloc[0])
        x, S = part["x"].to_numpy(), part["value"].to_numpy()
        negative = np.where(S < 0, -S, 0.0)
        # Of both peaks over 2 rho^2 xi: S is in rho^2 and x in xi.
        areas.append(trapezoid(negative, x))
        means.append(trapezoid(x * negative, x) / areas[-1])
        lengths.append(float(continuum.mott_length(_WIRE, omega * direct.DELTA)) / direct.XI)
    slope = np.polyfit(lengths, means, 1)[0]
    return [
        Check("l_M/xi", part_lengths(table), lengths, band=1e-9),
        Check("area of the peaks over 2 rho^2 xi", areas, 1.0, band=0.2, relation="below"),
        Check("is larger for the smallest omega", areas[0], areas[-1], band=0.1, relation="above"),
        Check("d<|x|>/d l_M", slope, 1.0, band=0.05, relation="below"),
    ]


def part_lengths(table: pd.DataFrame) -> np.ndarray:
    """l_M/xi of the table, one for each omega."""
    return np.array([part["mott_length"].iloc[0] for _, part in table.groupby("omega")])


def _exchange(table: pd.DataFrame) -> list[Check]:
    checks = []
    for shape in ("gaussian", "exponential"):
        ka, exact = curve(table, shape)
        found = []
        for each in ka:
            wire = continuum.Wire(_V**2 / 2, a=each / _V, u=0.2)
            ratio = continuum.alpha_exchange(wire, wire.eps_F, shape)
            found.append(float(ratio) / float(continuum.alpha(wire, wire.eps_F)))
        checks.append(Check(f"exchange over Hartree, {shape}", exact, found, band=1e-9))
    wire, wider = (continuum.Wire(1.0, u=0.5, a=a) for a in (0.01, 0.02))
    scale, wide = (
        np.array([continuum.exchange_scaling(w, e) for e in (2.0, 8.0)]) for w in (wire, wider)
    )
    return [
        *checks,
        # The hot states' product is 1/xi_h = m w/(2 eps) at the place of the cold ones.
        Check(
            "small a: u a^2/eps", [0.25, 4.0], [scale[1] / scale[0], wide[0] / scale[0]], band=1e-12
        ),
    ]


CASES = (
    Case(
        "B-thermal-pairs",
        "eqs 3, 6",
        "n_T of eq 3 is (2 pi^2/3) (T/Delta_c)^2/xi_c for T << Delta_c",
        "the integral in all three variables tends to it from below; 0.92 of it at T = Delta_c/10",
        "quadrature: 1e-7; 0.55 (T/Delta_c)^(1/2): bound of what eq 5 has at the wrong side",
        ("continuum/cold_bath", "continuum/systems"),
        AtOnce(direct.thermal_pairs),
        _thermal_pairs,
    ),
    Case(
        "B-mott-peaks",
        "eqs 5, 7",
        "resonant pairs lie at l_M = 2 xi ln(Delta/omega) with a width (2 xi l_M)^(1/2)",
        "so do pairs that hybridize at random, log-normally: area, motion and growth of the peak "
        "are those of eq 5",
        "quadrature: 1e-5; terms of order xi beside l_M",
        ("continuum/cold_bath", "continuum/systems"),
        AtOnce(direct.hybridized_pairs),
        _peaks,
    ),
    Case(
        "B-pairs",
        "eqs 4, 5",
        "for omega << Delta the spectral function has peaks of the area rho^2 xi at l_M",
        "in exact eigenstates (omega = 0.013 to 0.23 Delta) they have a quarter to a half of it "
        "and move out by 0.8 of l_M: the central peak overlaps them",
        "a fifth, and a tenth, of the area: statistics of 60 samples",
        ("continuum/cold_bath",),
        AtOnce(figure_tables.mott_pairs),
        _pair_density,
        figure="B-pairs",
    ),
    Case(
        "B-exchange",
        "below eq 12",
        "the exchange coupling is |int V cos(2 eps x/v)| and falls below the Hartree one",
        "Fourier transforms of two interactions",
        "quadrature: 1e-9",
        ("continuum/hot_cold",),
        AtOnce(direct.exchange),
        _exchange,
    ),
)
