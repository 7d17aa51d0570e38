"""Paper D, tables of its figures in two dimensions (Figs 4 and 5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...models import SquareLattice
from ...observables.entanglement import LOG2
from ..tables import Tick, nothing
from .lattice import lattice_avalanche

# With this hop the parameters that D prints for Fig 4 do what D says: docs/physics.md, D1.
HOP = 0.5
FAILS, MIXED, RUNS_AWAY = 60.0, 35.0, 20.0
PHASE = 2.954
PANELS = ("a: quasiperiodic", "b: random", f"c: W = {FAILS:g}", f"d: W = {MIXED:g}")


def site_maps(tick: Tick = nothing, radius: int = 15) -> pd.DataFrame:
    """D Fig 4: mean entropy of every orbital, of one phase, weak and strong potentials.

    Columns `panel`, `n_1`, `n_2`, `value` = [S]/log 2.

    Raises
    ------
    SolverFailure
        If a mean field has not converged.
    """
    parts = []
    for done, W in enumerate((45.0, RUNS_AWAY)):
        lattice = SquareLattice(radius=radius, W=W, theta_0=PHASE, hop=HOP)
        result = lattice_avalanche(lattice, lattice.draw(seed=0, realization=0))
        result.require_converged()
        parts.append(
            pd.DataFrame(
                {
                    "panel": f"W = {W:g}, eta_tot = {result.thermal_lbits:.1f} log 2",
                    "n_1": result.sites[:, 0],
                    "n_2": result.sites[:, 1],
                    "value": result.field.mean_entropies / LOG2,
                }
            )
        )
        tick(done + 1, 2)
    return pd.concat(parts, ignore_index=True)


def enhancements(
    tick: Tick = nothing,
    radii: Sequence[int] = (4, 8, 12),
    strengths: Sequence[float] = (10, 20, 25, 30, 35, 40, 45, 50, 55, 60, 75),
    samples: int = 40,
    phases: int = 150,
) -> pd.DataFrame:
    """D Fig 5: eta_tot/log 2 against W, averaged (a, b), and against theta_0 (c, d).

    Columns `panel`, `curve`, `W` or `theta_0`, `value`, `error`.

    Raises
    ------
    SolverFailure
        If a mean field has not converged.
    """
    total = len(radii) * (2 * len(strengths) * samples + 2 * phases)
    done = 0
    rows = []

    def size(lattice: SquareLattice, realization: int = 0) -> float:
        nonlocal done
        done += 1
        tick(done, total)
        sample = lattice.draw(seed=1, realization=realization)
        return lattice_avalanche(lattice, sample).require_converged().thermal_lbits

    for radius in radii:
        curve = f"R = {radius} ({2 * radius * (radius + 1) + 1})"
        for panel, potential in zip(PANELS[:2], ("quasiperiodic", "random"), strict=True):
            for W in strengths:
                lattice = SquareLattice(radius=radius, W=float(W), potential=potential, hop=HOP)
                found = np.array([size(lattice, realization) for realization in range(samples)])
                error = found.std(ddof=1) / np.sqrt(samples)
                rows.append((panel, curve, W, np.nan, found.mean(), error))
        for panel, W in zip(PANELS[2:], (FAILS, MIXED), strict=True):
            for theta_0 in np.linspace(0, 2 * np.pi, phases, endpoint=False):
                lattice = SquareLattice(radius=radius, W=W, theta_0=float(theta_0), hop=HOP)
                rows.append((panel, curve, np.nan, theta_0, size(lattice), np.nan))
    return pd.DataFrame(rows, columns=["panel", "curve", "W", "theta_0", "value", "error"])
