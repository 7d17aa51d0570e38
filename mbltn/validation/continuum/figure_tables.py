"""Paper B, the disordered continuum: its quantities as tables, exact numbers beside theory."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.linalg import eigh_tridiagonal

from ...models import ContinuumGrid
from ...observables import lyapunov_grid, s_omega_numeric
from ...streams import Streams
from ...theory import continuum
from ..tables import Tick, nothing

# The grid raises the exponent by (k dx)^2/4 of itself, which is taken off again.
_GRID = 0.25
KINDS = (("white", 0.0), ("exponential", 0.15), ("lorentzian", 0.15))


def localization_length(tick: Tick = nothing, samples: int = 200) -> pd.DataFrame:
    """Localization length against energy in a wire, m = w = 1: transfer matrices beside theory.

    Columns `panel` (correlations), `curve` ("exact", "mean free path", "Airy"), `eps`, `value`,
    `error`.
    """
    rows = []
    energies = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 12.0])
    done = 0
    for kind, d in KINDS:
        correlator = continuum.Correlator(kind, 1.0, d)
        for eps in energies:
            found = _exact_length(kind, d, float(eps), samples)
            rows.append({"panel": kind, "curve": "exact", "eps": eps, **found})
            done += 1
            tick(done, len(KINDS) * len(energies))
        fine = np.geomspace(energies[0], energies[-1], 60)
        lengths = {"mean free path": continuum.xi_1d(fine, correlator)}
        if kind == "white":
            lengths["Airy"] = 1 / (2 * np.asarray(continuum.lyapunov_airy(fine)))
        rows += [
            {"panel": kind, "curve": name, "eps": e, "value": v, "error": 0.0}
            for name, values in lengths.items()
            for e, v in zip(fine, values, strict=True)
        ]
    return pd.DataFrame(rows)


def _exact_length(kind: str, d: float, eps: float, samples: int) -> dict[str, float]:
    k = np.sqrt(2 * eps)
    dx = min(0.1, _GRID / k, d / 3 if d else np.inf)
    length = 30 * float(continuum.xi_1d(eps, continuum.Correlator(kind, 1.0, d)))
    grid = ContinuumGrid(shape=(max(200, int(length / dx)),), dx=dx, w=1.0, correlations=kind, d=d)
    found = lyapunov_grid(grid.potentials(Streams(1, 0), samples), eps, dx)
    xi = 1 / (2 * found.exponent * (1 - (k * dx) ** 2 / 4))
    return {"value": xi, "error": xi * found.error / found.exponent}


WIRES: dict[str, continuum.Continuum] = {
    kind: continuum.Wire(
        eps_F=5.0, u=0.3, convention="full", correlator=continuum.Correlator(kind, 1.0, d)
    )
    for kind, d in (("lorentzian", 0.3), ("exponential", 0.3))
}
FILMS: dict[str, continuum.Continuum] = {
    "film": continuum.Film(eps_F=1.0, convention="full"),
    "film in a field": continuum.Film(eps_F=0.6, convention="full", field=True),
}


def superactivation(tick: Tick = nothing) -> pd.DataFrame:
    """B Fig 2 made quantitative: ln sigma and the threshold against Delta_c/T.

    Columns `system`, `inverse` (Delta_c/T), `threshold` (eps_th/eps_F), `minus_ln_sigma`,
    `activation` (E_a/eps_F), `power`.
    """
    rows = []
    for name, par in {**WIRES, **FILMS}.items():
        inverse = np.geomspace(2.0, 200.0, 80)
        T = par.Delta_c / inverse
        measures = continuum.superactivation(par, T)
        rows.append(
            pd.DataFrame(
                {
                    "system": name,
                    "inverse": inverse,
                    "threshold": continuum.threshold(par, T).eps / par.eps_F,
                    "minus_ln_sigma": -np.asarray(continuum.ln_sigma(par, T)),
                    "activation": continuum.activation_energy(par, T) / par.eps_F,
                    "power": measures.power,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def mott_pairs(tick: Tick = nothing, samples: int = 60) -> pd.DataFrame:
    """S_omega(x) of a wire (n = 1280, eps = 5), and the distance l_M of theory's peak.

    Columns `curve` (omega/Delta and l_M/xi in words), `omega` (over Delta), `x` (over xi), `value`
    (S over rho^2), `mott_length` (over xi).
    """
    dx, n, eps = 0.25, 1280, 5.0
    cos = 1 - eps * dx**2
    v = float(np.sqrt(1 - cos**2) / dx)
    xi, rho = v**2, 1 / (np.pi * v)
    spacing = 1 / (rho * xi)
    edges = np.array([0.006, 0.02, 0.022, 0.05, 0.065, 0.117, 0.16, 0.294])
    grid = ContinuumGrid(shape=(n,), dx=dx, w=1.0)
    total = np.zeros((len(edges) - 1, 2 * n - 1))
    for done, U in enumerate(grid.potentials(Streams(5, 0), samples)):
        energies, vectors = eigh_tridiagonal(
            1 / dx**2 + U, np.full(n - 1, -0.5 / dx**2), select="v", select_range=(4.05, 5.95)
        )
        found = s_omega_numeric(energies, vectors, dx, edges * spacing, (4.25, 5.75), (4.05, 5.95))
        total += found.S
        tick(done + 1, samples)
    x = dx * np.arange(1 - n, n) / xi
    shown = (x >= 0) & (x <= 20)
    parts = []
    for i in range(0, len(edges) - 1, 2):
        middle = float(0.5 * (edges[i] + edges[i + 1]))
        length = -2 * np.log(middle)
        parts.append(
            pd.DataFrame(
                {
                    "curve": f"omega/Delta = {middle:.3f}, l_M/xi = {length:.1f}",
                    "omega": middle,
                    "x": x[shown],
                    "value": total[i][shown] / samples / rho**2,
                    "mott_length": length,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
