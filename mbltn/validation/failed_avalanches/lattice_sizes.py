"""Avalanches on small square lattices: mean field, and its equation solved by a scan (paper D)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...models import SquareLattice
from ...observables.entanglement import LOG2
from ..direct import mean_field_scan
from ..tables import Tick, nothing
from .lattice import lattice_avalanche

GRAIN_DIMENSION = 8


@dataclass(frozen=True)
class Ensemble:
    """Lattices of one kind: phases 2 pi (k + 1/2)/samples, or realizations if random."""

    potential: str
    hop: float
    W: float
    radius: int
    samples: int


FEW, MANY = 60, 200
PHASES = (
    *(Ensemble("quasiperiodic", 1.0, W, 7, FEW) for W in (60.0, 80.0, 120.0)),
    Ensemble("quasiperiodic", 0.5, 20.0, 7, FEW),
    *(Ensemble("quasiperiodic", 0.5, 60.0, radius, FEW) for radius in (6, 7, 9)),
    *(Ensemble("quasiperiodic", 0.5, W, 7, MANY) for W in (35.0, 45.0, 50.0, 60.0)),
    Ensemble("random", 0.5, 60.0, 7, MANY),
)


def lattice_sizes(tick: Tick = nothing) -> pd.DataFrame:
    """One row a lattice: its ensemble, `sample` of `samples`, `orbitals`, and of the avalanche

    `size` = eta_tot/log 2, `reach` by `mbltn.theory`, `size_by_scan`, `reach_by_sums` without it.
    """
    rows: list[dict[str, Any]] = []
    for number, ensemble in enumerate(PHASES):
        for sample in range(ensemble.samples):
            rows.append({**vars(ensemble), "sample": sample, **_lattice(ensemble, sample)})
        tick(number + 1, len(PHASES))
    return pd.DataFrame(rows)


def _lattice(ensemble: Ensemble, sample: int) -> dict[str, Any]:
    phase = 2 * np.pi * (sample + 0.5) / ensemble.samples
    lattice = SquareLattice(
        radius=ensemble.radius,
        W=ensemble.W,
        hop=ensemble.hop,
        potential=ensemble.potential,
        theta_0=phase if ensemble.potential == "quasiperiodic" else None,
    )
    found = lattice_avalanche(lattice, lattice.draw(seed=53, realization=sample))
    bare = found.field.bare_couplings
    size = float(mean_field_scan.sizes(bare)[0])
    return {
        "orbitals": len(found.sites),
        "size": found.thermal_lbits,
        "reach": found.reach.radius,
        "size_by_scan": size / LOG2,
        "reach_by_sums": reach_by_sums(bare, abs(found.sites).sum(axis=1), size),
    }


def reach_by_sums(bare_couplings: np.ndarray, radii: np.ndarray, size: float) -> float:
    """Smallest radius beyond which g_{n,0} e^(H/2) d adds up to less than 1, d = d_g e^H (T14)."""
    resonances = bare_couplings * np.exp(size / 2) * GRAIN_DIMENSION * np.exp(size)
    enough = [radius for radius in np.unique(radii) if resonances[radii > radius].sum() < 1]
    return float(enough[0])
