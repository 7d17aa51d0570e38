"""How far an avalanche reaches: bottleneck, stability radius, spacing of grains (paper D)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....observables.entanglement import LOG2
from ....theory import avalanche_extent
from ...evidence import AtOnce
from ...failed_avalanches import lattice_sizes
from ...tables import Tick, nothing
from ..case import Case
from ..check import Check


def bottlenecks(tick: Tick = nothing) -> pd.DataFrame:
    """Minimum of eq 17 by a scan: `xi`, `n`, `coupling`."""
    rows = []
    for xi in (0.2, 0.5, 1.0, 3.0):
        n = np.linspace(1, 400, 400_001)
        g = 0.7 * np.exp(-np.sqrt(n) / xi) * np.sqrt(2) ** (n - 1)
        at = int(g.argmin())
        rows.append({"xi": xi, "n": n[at], "coupling": g[at]})
    return pd.DataFrame(rows)


def _bottleneck(table: pd.DataFrame) -> list[Check]:
    found = [avalanche_extent.bottleneck(0.7, xi) for xi in table["xi"]]
    weakest = np.array([each.coupling for each in found])
    return [
        Check("n", table["n"], [each.n_lbits for each in found], band=2e-3),
        Check("g_n/J_0", table["coupling"], weakest, band=1e-6 * weakest),
    ]


_DISTANCES = np.sqrt(np.arange(1, 4001))


def radii_by_sums(tick: Tick = nothing) -> pd.DataFrame:
    """Stability radius of l-bits at r = sqrt(n) by its definition: `xi`, `radius`."""
    rows = []
    for xi in (0.5, 1.0, 2.0, 8.0):
        bare = 0.7 * np.exp(-_DISTANCES / xi)
        radius = lattice_sizes.reach_by_sums(bare, _DISTANCES, 12 * LOG2)
        rows.append({"xi": xi, "radius": radius})
    return pd.DataFrame(rows)


def _stability(table: pd.DataFrame) -> list[Check]:
    theory = [
        avalanche_extent.stability_radius(
            0.7 * np.exp(-_DISTANCES / xi), _DISTANCES, lattice_sizes.GRAIN_DIMENSION, 12 * LOG2
        )
        for xi in table["xi"]
    ]
    return [
        Check("R", table["radius"], [each.radius for each in theory], x=table["xi"], x_label="xi"),
        # In 4000 l-bits, of which those with xi = 8 are too few.
        Check(
            "R within the sample",
            table["radius"] < _DISTANCES[-1],
            [each.resolved for each in theory],
        ),
    ]


def packings(tick: Tick = nothing) -> pd.DataFrame:
    """Grains counted in a large disc: `distance`, `R`, least distance `apart`, `density`."""
    R, shells, big = 6.0, 60, 250.0
    k = np.arange(-shells, shells + 1)
    first, second = (grid.ravel() for grid in np.meshgrid(k, k))
    rows = []
    for distance, a, b, order in (
        ("lattice", (R, R), (R, -R), 1),
        ("euclidean", (2 * R, 0.0), (R, np.sqrt(3) * R), 2),
    ):
        grains = np.outer(first, a) + np.outer(second, b)
        lengths = np.linalg.norm(grains, ord=order, axis=1)
        inside = (np.linalg.norm(grains, axis=1) < big).sum()
        rows.append(
            {
                "distance": distance,
                "R": R,
                "apart": lengths[lengths > 0].min(),
                "density": inside / (np.pi * big**2),
            }
        )
    return pd.DataFrame(rows)


def _spacing(table: pd.DataFrame) -> list[Check]:
    checks = []
    for row in table.to_dict(orient="records"):
        R, distance = row["R"], row["distance"]
        theory = avalanche_extent.grain_spacing([3.0, R, 4.0], [True] * 3, distance)
        checks += [
            Check(f"distance, {distance}", row["apart"], theory.distance, band=1e-9),
            # grains that the rim of the disc, 2 pi 250 long, cuts off or lets in: fewer than
            # its square root in number
            Check(
                f"density, {distance}",
                row["density"],
                theory.density,
                band=np.sqrt(2 * np.pi * 250 / (2 * R)) / (np.pi * 250.0**2),
            ),
        ]
    return checks


CASES = (
    Case(
        "D-bottleneck",
        "eq 17",
        "in two dimensions the coupling to the next l-bit is weakest at some n",
        "at sqrt(n) = 1/(xi log 2), or the first l-bit where that is beyond it",
        "steps of the scan: 0.001 in n, their square in g",
        ("avalanche_extent",),
        AtOnce(bottlenecks),
        _bottleneck,
    ),
    Case(
        "D-stability-radius",
        "eq 20",
        "beyond R no l-bit is resonant in any state",
        "adding up resonances shell by shell gives this R, or finds the sample too small for one",
        "none: the same shell",
        ("avalanche_extent",),
        AtOnce(radii_by_sums),
        _stability,
    ),
    Case(
        "D-grain-spacing",
        "text above eq 20",
        "grains 2 R apart do not help each other: a finite density of them is harmless",
        "one to 2 R^2 sites, or 2 sqrt3 R^2 for Euclidean distance, counted",
        "grains at the rim of the disc in which they are counted",
        ("avalanche_extent",),
        AtOnce(packings),
        _spacing,
    ),
)
