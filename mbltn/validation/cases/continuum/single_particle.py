"""Cases of paper B: localization lengths of single particles in wires and films."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....comm import by_rank_zero
from ....theory import continuum
from ...continuum import figure_tables, film
from ...direct import single_particle as direct
from ...evidence import AtOnce, InSizes
from ...tables import Tick
from ..case import Case
from ..check import Check
from ..curves import agrees_along

_M, _W = direct.MASS, direct.STRENGTH


def _backscattering(table: pd.DataFrame) -> list[Check]:
    checks = []
    for kind in ("lorentzian", "exponential", "white"):
        d = 0.0 if kind == "white" else direct.RANGE
        correlator = continuum.Correlator(kind, _W, d)

        def length(eps: np.ndarray, c: continuum.Correlator = correlator) -> Any:
            return continuum.xi_1d(eps, c, _M)

        checks.append(agrees_along(table, kind, length, relative=1e-8))
    return checks


def _white_noise(table: pd.DataFrame) -> list[Check]:
    return [
        agrees_along(table, "exponent", lambda eps: continuum.lyapunov_airy(eps, _M, _W), 1e-10),
        agrees_along(table, "states", lambda eps: continuum.ids_airy(eps, _M, _W), 1e-9),
    ]


def _wires(table: pd.DataFrame) -> list[Check]:
    checks = []
    for kind, d in figure_tables.KINDS:
        part = table[(table["panel"] == kind) & (table["curve"] == "exact")]
        eps, exact, error = (part[name].to_numpy() for name in ("eps", "value", "error"))
        born = np.asarray(continuum.xi_1d(eps, continuum.Correlator(kind, 1.0, d)))
        statistics: dict[str, Any] = {"independent": True, "x_label": "eps"}
        if kind == "white":
            airy = 1 / (2 * np.asarray(continuum.lyapunov_airy(eps)))
            # What is left of the grid is of the order (k dx)^4.
            ratio, share = exact / airy, error / airy
            weights = share**-2 / (share**-2).sum()
            mean_error = float((share**-2).sum() ** -0.5)
            checks += [
                Check("xi, white noise", exact, airy, error, 0.004 * exact, x=eps, **statistics),
                Check("their mean ratio", float(weights @ ratio), 1.0, mean_error, 0.004),
            ]
            order, weak = 1 / eps**3, eps >= 5
        else:
            mean_square = 1 / (2 * d) if kind == "exponential" else 1 / (np.pi * d)
            order, weak = mean_square / eps**2, eps >= 2 * np.sqrt(mean_square)
        checks.append(
            Check(
                f"xi, {kind}, beside the mean free path",
                *(exact[weak], born[weak], error[weak]),
                band=(order * exact)[weak],
                x=eps[weak],
                **statistics,
            )
        )
    return checks


def _sheets(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name in ("film", "field"):

        def length(eps: np.ndarray, in_field: bool = name == "field") -> Any:
            return continuum.ln_xi_2d(eps, direct.MEAN_FREE_TIME, _M, in_field)

        checks.append(agrees_along(table, name, length, relative=1e-10, band=1e-10))
    return checks


_FILMS: dict[str, dict[str, Any]] = {
    "small": {
        "steps": 32_000,
        "side": 60,
        "samples": 1,
        "rows": (12, 24, 48),
        "energies": (-0.75, -0.4, 0.0, 0.25, 0.5, 0.75, 1.0),
    },
    "paper": {},
}


def film_lengths(size: str, comm: Any, tick: Tick) -> pd.DataFrame:
    """Figure B-film, "small" with narrower and shorter strips."""
    return by_rank_zero(comm, lambda: film.film_lengths(tick, **_FILMS[size]))


def _films(table: pd.DataFrame) -> list[Check]:
    strips = table[table["curve"] == "strips"].set_index("eps")
    low, high = 0.25, float(strips.index.max())
    ln_xi = np.log(strips["value"])
    rate = (ln_xi[high] - ln_xi[low]) / (high - low)
    # Shifts from one energy to the next add up, and so do their errors.
    relative = strips["error"] / strips["value"]
    error = np.sqrt(relative[high] ** 2 - relative[low] ** 2) / (high - low)
    ends = np.asarray(continuum.ln_xi_2d(np.array([low, high]), tau=1.0))
    theory = (ends[1] - ends[0]) / (high - low)
    return [
        Check(f"d ln xi/d eps, {low} to {high:g}", rate, theory, error, band=0.25, relation="below")
    ]


CASES = (
    Case(
        "B-backscattering",
        "eq 2, above eq 14",
        "xi is the backscattering mean free path v^2/w~(2k): linear in eps in white noise, faster "
        "in correlated disorder from eps_0 = 1/(8 m d^2) on",
        "so are the Fourier transforms of the correlators",
        "quadrature: 1e-8",
        ("continuum/localization_length", "continuum/disorder"),
        AtOnce(direct.backscattering),
        _backscattering,
    ),
    Case(
        "B-white-noise",
        "eq 2",
        "white noise localizes at any energy",
        "exponent and number of states by the Riccati variable are those of Airy functions",
        "quadrature: 1e-10 and 1e-9",
        ("continuum/white_noise",),
        AtOnce(direct.white_noise),
        _white_noise,
    ),
    Case(
        "B-wire-lengths",
        "eq 2",
        "xi = 2 eps/(m w) in white noise, more in correlated disorder",
        "transfer matrices agree with Airy functions at all energies; with the mean free path but "
        "for higher orders in U/eps, 6 % at eps = 5 for d = 0.15",
        "statistics; 0.4 %: (k dx)^4 of the grid; (m w^2)/eps^3, or <U^2>/eps^2, of the mean "
        "free path",
        ("continuum/white_noise", "continuum/localization_length", "continuum/disorder"),
        AtOnce(figure_tables.localization_length),
        _wires,
        figure="B1",
    ),
    Case(
        "B-sheets",
        "eqs 20, 30",
        "ln xi/(v tau) is pi eps tau in a film, (pi eps tau)^2 in a field",
        "so it is where the conductance eps tau flows to zero in one and two loops",
        "quadrature: 1e-10",
        ("continuum/localization_length",),
        AtOnce(direct.sheets),
        _sheets,
    ),
    Case(
        "B-film",
        "eq 20",
        "ln xi grows as pi eps tau",
        "for eps tau <= 1.25 it grows exponentially, but at the rate 2.3(2) tau in place of "
        "3.5 tau and more; larger eps tau, where eq 20 is meant to hold, are out of reach",
        "statistics; 0.25 tau: the grid",
        ("continuum/localization_length",),
        InSizes(film_lengths),
        _films,
    ),
)
