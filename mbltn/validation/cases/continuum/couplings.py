"""Cases of paper B: hot electrons beside cold pairs, their coupling and where it decides."""

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


def theory_of(name: str) -> continuum.Continuum:
    """The system of the direct evaluation as theory has it."""
    system = {**direct.SYSTEMS, "white": direct.WHITE}[name]
    common: dict[str, Any] = {
        "eps_F": system.eps_F,
        "m": system.m,
        "convention": "full" if system.full else "paper",
    }
    if system.dim == 2:
        return continuum.Film(
            **common, tau=system.tau, alpha=system.interaction, field=system.in_field
        )
    kind = name.split(",")[0]
    d = 0.0 if kind == "white" else direct.RANGE
    correlator = continuum.Correlator(kind, system.w, d)
    return continuum.Wire(**common, correlator=correlator, u=system.interaction)


def _couplings(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name in (*direct.SYSTEMS, "white"):
        par = theory_of(name)
        T = par.Delta_c * np.exp(-direct.DEPTH)
        eps = direct.ENERGIES * par.eps_F
        theory = {
            "spacing": continuum.level_spacing(par, eps),
            "partners": continuum.N_eff(par, eps, T),
            "three-particle spacing": continuum.delta_3hc(par, eps, T),
            "matrix element": continuum.V_hartree(par, eps, T),
            "alpha": continuum.alpha(par, eps),
            "ln eta": np.log(continuum.eta(par, eps, T)),
            "rate over spacing": continuum.rate_ratio(par, eps, T),
            "pairs": continuum.n_T(par, T),
            "l_M": continuum.mott_length(par, T),
        }
        for quantity, value in theory.items():
            exact = curve(table, f"{name}: {quantity}")[1]
            checks.append(Check(f"{name}: {quantity}", exact, value, band=1e-9 * abs(exact)))
    x = np.log(direct.ENERGIES)
    slopes = [
        np.diff(np.log(curve(table, f"white: {quantity}")[1])) / np.diff(x)
        for quantity in ("three-particle spacing", "matrix element")
    ]
    rate = {name: curve(table, f"{name}: rate over spacing")[1] for name in direct.SYSTEMS}
    falling = curve(table, "white: rate over spacing")[1]
    return [
        *checks,
        Check("white noise: powers of eps of V and Delta_3", np.ravel(slopes), -1.5, band=1e-9),
        Check("eq 19 falls in white noise", falling[1:], falling[:-1], relation="below"),
        *(
            Check(f"eq 19 grows: {name}", rate[name][1:], rate[name][:-1], relation="above")
            for name in ("lorentzian", "film", "field")
        ),
    ]


def _chi(table: pd.DataFrame) -> list[Check]:
    checks = []
    for name, system in direct.SYSTEMS.items():
        par = theory_of(name)
        bound = curve(table, f"{name}: eta")[1]
        # B: alpha/(3 e) of a wire and 4 alpha/(9 e^2) of a film, times the numbers of "full".
        D = system.dim
        depth = D / 3
        T = par.Delta_c * np.exp(-depth)
        eta = continuum.eta(par, par.eps_F, T) / continuum.alpha(par, par.eps_F)
        found = curve(table, f"{name}: depth")[1]
        conditions = continuum.conditions(par, par.Delta_c * np.exp(-found), eps=2 * par.eps_F)
        checks += [
            # The grid of ln T has steps of 1e-3.
            Check(f"{name}: largest eta", bound, eta, band=1e-5 * bound),
            Check(
                f"{name}: T there over exp(-D/3) Delta_c",
                1.0,
                conditions["T < exp(-D/3) Delta_c"].ratio,
                band=1e-3,
            ),
        ]
        if D == 1:
            assert isinstance(par, continuum.Wire)
            xi, T = system.xi(system.eps_F), par.Delta_c * np.exp(-2.0)
            # eta of the ratio F at the momentum 2 k: with the other factors, 1/(pi^2 chi).
            number = 4 * np.pi**2 / 3 if system.full else 1.0
            F = xi * system.w / system.velocity(system.eps_F) ** 2
            exact = number * F / np.exp(system.ln_eta(system.eps_F, T)) / np.pi**2
            checks.append(Check(f"{name}: chi", exact, continuum.chi(par, T), band=1e-9 * exact))
    weak = np.concatenate([curve(table, f"{name}: eta")[1] for name in direct.SYSTEMS])
    return [
        *checks,
        Check("no T_c below Delta_c for alpha < 0.2", 0.2 * weak, 1.0, relation="below"),
    ]


def _conditions(table: pd.DataFrame) -> list[Check]:
    del table
    checks = []
    for name, system in direct.SYSTEMS.items():
        par = theory_of(name)
        T, eps = par.Delta_c * np.exp(-direct.DEPTH), 3 * par.eps_F
        v = system.velocity(eps)
        both: dict[str, tuple[float, float]] = {
            "T < Delta_c": (T, system.spacing(system.eps_F)),
            "Delta_h < T": (system.spacing(eps), T),
            "l_M < xi_h": (system.mott_length(T), system.xi(eps)),
            "l_M < v_h/T": (system.mott_length(T), v / T),
            "T < eps - eps_F": (T, eps - system.eps_F),
            "1 < N_eff": (1.0, system.partners(eps, T)),
            "alpha_c < 1": (system.alpha(system.eps_F), 1.0),
        }
        if system.dim == 1:
            both["E* < eps_F"] = ((system.m * system.w**2) ** (1 / 3), system.eps_F)
        else:
            both["1/tau < eps_F"] = (1 / system.tau, system.eps_F)
        found = continuum.conditions(par, T, eps=eps)
        small, large = np.transpose(list(both.values()))
        theory = np.array([found[key].ratio for key in both])
        checks.append(Check(name, small / large, theory, band=1e-9 * small / large))
    return checks


CASES = (
    Case(
        "B-couplings",
        "eqs 8-13, 19, 22-27",
        "numbers of partners, spacings and matrix elements, and their ratio eta; hot electrons "
        "stay below their level spacing at any energy (eq 19)",
        "from lengths and densities upwards; the ratio of eq 19 falls in white noise only, and "
        "grows in Lorentzian disorder and in films",
        "rounding: 1e-9",
        ("continuum/hot_cold", "continuum/systems", "continuum/cold_bath"),
        AtOnce(direct.couplings),
        _couplings,
    ),
    Case(
        "B-no-transition",
        "Fig 2, eq 16",
        "with a constant xi there is a transition at some T_c",
        "not below Delta_c at weak interaction: the largest eta is alpha/(3 e) in a wire, "
        "4 alpha/(9 e^2) in a film (times 4 pi^2/3 and 4 with all prefactors), at T = "
        "exp(-D/3) Delta_c",
        "grid of ln T: 1e-3, and its square for the largest value",
        ("continuum/hot_cold", "continuum/systems", "continuum/validity"),
        AtOnce(direct.largest_eta),
        _chi,
    ),
    Case(
        "B-conditions",
        "sections II to IV",
        "where the theory of a hot electron beside cold pairs holds",
        "both sides of each condition, from lengths and densities upwards",
        "rounding: 1e-9",
        ("continuum/validity",),
        AtOnce(direct.couplings),
        _conditions,
    ),
)
