"""Cases of paper B: thresholds of hot electrons, and how the conductivity falls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....theory import continuum
from ...direct import hot_cold as direct
from ...evidence import AtOnce
from ...tables import curve
from ..case import Case
from ..check import Check
from .couplings import theory_of


def _temperatures(par: continuum.Continuum) -> np.ndarray:
    return np.asarray(par.Delta_c * np.exp(-direct.DEPTHS))


def _thresholds(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name in direct.SYSTEMS:
        par = theory_of(name)
        T = _temperatures(par)
        for quantity, theory in (
            ("threshold", continuum.threshold(par, T).eps),
            ("bethe", continuum.threshold_bethe(par, T).eps),
        ):
            depth, exact = curve(table, f"{name}: {quantity}")
            checks.append(
                Check(
                    f"{name}: {quantity}",
                    *(exact, theory),
                    band=1e-8 * exact,
                    x=depth,
                    x_label="ln Delta_c/T",
                )
            )
    return [*checks, *_leading(table), *_white()]


def _leading(table: pd.DataFrame) -> list[Check]:
    """Leading forms: logarithms of eqs 14 and 28, the order of magnitude of eq 15."""
    checks = []
    for name in ("lorentzian", "lorentzian, paper"):
        par = theory_of(name)
        assert isinstance(par, continuum.Wire)
        T = _temperatures(par)
        exact = np.sqrt(curve(table, f"{name}: threshold")[1])
        leading = np.sqrt(continuum.threshold(par, T, "leading").eps)
        # eps = eps_0 ln^2 F*, F* of chi times 3/4 or pi^2.
        number = 0.75 if par.convention == "full" else np.pi**2
        missing = np.sqrt(par.correlator.eps0(par.m)) * np.log(number)
        checks.append(Check(f"{name}: root of eq 14", exact - missing, leading, band=1e-9 * exact))
    par = theory_of("exponential")
    T = _temperatures(par)
    exact = curve(table, "exponential: threshold")[1]
    leading = np.asarray(continuum.threshold(par, T, "leading").eps)
    eps0 = 1 / (8 * direct.RANGE**2)
    checks.append(Check("eq 15, in full", exact, 0.75 * leading, band=eps0 + 1e-9 * exact))
    for name in ("film", "film, paper", "field"):
        par = theory_of(name)
        assert isinstance(par, continuum.Film)
        T = _temperatures(par)
        depth, exact = curve(table, f"{name}: threshold")
        leading = np.asarray(continuum.threshold(par, T, "leading").eps)
        # Left out: ln(eps/eps_F) + 2 ln ln(Delta_c/T) + ln of the convention's number.
        number = np.log(4.0) if par.convention == "full" else 0.0
        lost = np.log(exact / par.eps_F) + 2 * np.log(depth) + number
        if par.field:
            lacking = 2 * (np.pi * par.tau) ** 2 * (leading**2 - exact**2)
        else:
            lacking = 2 * np.pi * par.tau * (leading - exact)
        checks.append(Check(f"{name}: logarithms that eq 28 leaves out", lacking, lost, band=1e-7))
    return [*checks, _square_root_of_the_logarithm()]


def _square_root_of_the_logarithm() -> Check:
    """In a field far above eps_F: sqrt(L0) with 1/(sqrt 2 pi tau), not with 1/(2 pi tau)."""
    film = continuum.Film(eps_F=0.05, alpha=0.1, field=True)
    T = film.Delta_c * np.array([1e-40, 1e-80])
    # y + ln y = 2 (L0 - ln ln^2 ...): of L0 = 276 and more, logarithms leave 10 %.
    root = np.asarray(continuum.threshold(film, T).eps)
    words = np.asarray(continuum.threshold(film, T, "literal").eps)
    return Check("field: literal sqrt of the logarithm", root / words, np.sqrt(2), band=0.14)


def _white() -> list[Check]:
    """White noise: none; on a Bethe lattice ln eps = 1/eta - ln(N_eff/eps)."""
    par = theory_of("white")
    T = par.Delta_c * np.exp(-direct.DEPTH)
    system = direct.WHITE
    partners = system.partners(system.eps_F, T) / system.eps_F
    exact = np.exp(-system.ln_eta(system.eps_F, T)) - np.log(partners)
    none = float(np.isinf(continuum.threshold(par, T).ln_eps))
    ln_eps = float(continuum.threshold_bethe(par, T).ln_eps)
    return [
        Check("white noise: none", 1.0, none),
        Check("white noise: ln eps on a Bethe lattice", exact, ln_eps, band=1e-9 * exact),
    ]


def _superactivation(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name in direct.SYSTEMS:
        par = theory_of(name)
        T = _temperatures(par)
        measures = continuum.superactivation(par, T)
        theory = {
            "ln sigma": (continuum.ln_sigma(par, T), 1e-8),
            "activation": (continuum.activation_energy(par, T), 1e-7),
            "power": (measures.power, 1e-7),
            "growth": (measures.growth, 1e-4),
        }
        for quantity, (value, relative) in theory.items():
            depth, exact = curve(table, f"{name}: {quantity}")
            band = relative * abs(exact)
            label: dict[str, Any] = {"x": depth, "x_label": "ln Delta_c/T"}
            checks.append(Check(f"{name}: {quantity}", exact, value, band=band, **label))
        exact = curve(table, f"{name}: ln n_h")[1]
        n_h = np.asarray(continuum.ln_n_h(par, T))
        # The density falls above the threshold by T/(2 eps), and nothing else does.
        next_order = T / np.asarray(continuum.threshold(par, T).eps)
        band = next_order + 1e-9 * abs(exact)
        checks.append(Check(f"{name}: ln n_h", exact, n_h, band=band))
        growth = curve(table, f"{name}: growth")[1]
        checks.append(Check(f"{name}: faster than activated", growth, 0.0, relation="above"))
    far = theory_of("exponential")
    deep = continuum.superactivation(far, far.Delta_c * np.exp(-100.0)).power
    film = continuum.Film(eps_F=1.0, alpha=0.1)
    leading = continuum.superactivation(film, film.Delta_c * np.exp(-8.0), "leading").power
    L0 = 24 + np.log(10.0)
    return [
        *checks,
        # p is 4 - 1/ln(Delta_c/T) where the threshold is far above eps_F.
        Check("exponential: power deep down", 4.0, deep, band=0.011),
        Check("film, eq 29: power", (L0 + 3) / L0, leading, band=1e-9),
    ]


CASES = (
    Case(
        "B-thresholds",
        "eqs 14, 15, 28, 30",
        "eps_th is eps_0 ln^2 chi, of order eps_0 chi, eps_F + ln[(Delta_c/T)^3/alpha]/(2 pi tau), "
        "in a field with the square root of the logarithm",
        "leading logarithms of the roots of eta = 1; in a field the square root has a coefficient "
        "sqrt 2 larger. White noise has no threshold, on a Bethe lattice one of exp(1/eta)",
        "roots: 1e-8; terms that the leading forms leave out, of known size",
        ("continuum/thresholds", "continuum/bethe", "continuum/systems"),
        AtOnce(direct.thresholds),
        _thresholds,
    ),
    Case(
        "B-superactivation",
        "Fig 2, eqs 17, 18, 29",
        "the conductivity falls faster than activated, in any dimension",
        "-d ln sigma/d(1/T) grows on cooling everywhere; the power tends to 4 in exponential "
        "correlations and to 1 otherwise",
        "differences of roots: 1e-7, second ones 1e-4; T/eps_th of the density of hot electrons",
        ("continuum/conductivity", "continuum/thresholds"),
        AtOnce(direct.thresholds),
        _superactivation,
    ),
)
