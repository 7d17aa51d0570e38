"""How far a grain thermalises, by counting: lattice sites, levels, steps (E sections III, IV)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..tables import Tick, nothing

LOG2 = float(np.log(2.0))
STEP, SIZE_STEP = 1e-4, 0.01
CHAINS = ((1.0, 6.0), (0.5, 10.0), (2.5, 4.0), (1.5, 12.0))  # zeta and l_b
BALLS = (
    (1, 1.0, 4.0),
    (2, 0.1, 1.0),
    (2, 0.05, 3.0),
    (3, 0.02, 2.0),
    (3, 0.05, 1.0),
)  # d, zeta, l_b
CONTAINED = ((2, 0.1), (2, 0.05), (3, 0.05), (3, 0.02))  # d, zeta
SHELLS = ((1, 30.0, 20.0), (2, 400.0, 200.0), (3, 60.0, 30.0))  # d, l_b, l
# The grain is its own bandwidth, E's xi; the l-bits' lines are flat within w_i = g_i^2/xi.
LADDER, GRAIN, SPLITTING = 22, 6, 0.3
RATIO, ZETA = 0.2, 2.0
# Of matrices with a line: levels a unit of energy, half width of flat peaks at +-1.
LEVEL_DENSITY, FLAT = 1000.0, 0.25

_VOLUMES = {1: 2.0, 2: np.pi, 3: 4 * np.pi / 3}


def radii(tick: Tick = nothing) -> pd.DataFrame:
    """Columns `what`, `d`, `zeta`, `l_b`, `value`.

    `end`: l-bits in steps of STEP until 2^((l_b + l)/2) e^(-l/zeta), G of the next one, is below
    1; `alone`: the same with the grain's levels only. `ball`: the first l in steps of STEP at which
    the levels of a ball of l_b + l no longer suffice, E eq 17. `contained`: the largest l_b in
    steps of SIZE_STEP for which there is one. `volume`: lattice points in a ball of radius 60, over
    60^d; `shell`: those between l_b and l_b + l (`zeta` holds l).
    """
    rows = []
    for zeta, l_b in CHAINS:
        grid = STEP * np.arange(round(60 / STEP))
        for what, own in (("end", 1.0), ("alone", 0.0)):
            log_G = LOG2 * (l_b + own * grid) / 2 - grid / zeta
            rows.append((what, 1, zeta, l_b, grid[np.argmax(log_G < 0)]))
    for d, zeta, l_b in BALLS:
        rows.append(("ball", d, zeta, l_b, _first(d, zeta, l_b, STEP)))
    for d, zeta in CONTAINED:
        found = [_first(d, zeta, size, 10 * STEP) for size in SIZE_STEP * np.arange(1, 3000)]
        rows.append(("contained", d, zeta, np.nan, SIZE_STEP * np.argmax(np.isnan(found))))
    for d in (1, 2, 3):
        rows.append(("volume", d, np.nan, 60.0, lattice_sites(d, 60.0) / 60.0**d))
    for d, l_b, shell in SHELLS:
        rows.append(("shell", d, shell, l_b, lattice_sites(d, l_b + shell) - lattice_sites(d, l_b)))
    return pd.DataFrame(rows, columns=["what", "d", "zeta", "l_b", "value"])


def _first(d: int, zeta: float, l_b: float, step: float) -> float:
    """The first l on the grid with as few levels as couplings ask for; NaN if there is none."""
    # all of these grow beyond their couplings before 20
    grid = step * np.arange(round(20 / step))
    stopped = _VOLUMES[d] * (l_b + grid) ** d * LOG2 <= 2 * grid / zeta
    return float(grid[np.argmax(stopped)]) if stopped.any() else np.nan


def lattice_sites(d: int, radius: float) -> int:
    """Points of Z^d at most `radius` from the origin."""
    line = np.arange(-int(radius) - 1, int(radius) + 2) ** 2
    squares = line
    for _ in range(d - 1):
        squares = np.add.outer(squares, line)
    return int((squares <= radius**2).sum())


def line_levels(tick: Tick = nothing) -> pd.DataFrame:
    """Levels under the line of each l-bit; columns `i`, `levels`.

    2^LADDER levels in a band of 1, those of a grain and of l-bits that joined it. sigma^x of l-bit
    i joins a state in the middle to those within w_i = (g_i/xi)^2 of +-SPLITTING, alike.
    """
    levels = (np.arange(2**LADDER) + 0.5) / 2**LADDER - 0.5
    rows = [(0, len(levels))]
    for i in range(1, 7):
        half_width = (RATIO * np.exp(-(i - 1) / ZETA)) ** 2
        rows.append((i, int((abs(abs(levels) - SPLITTING) < half_width).sum())))
    return pd.DataFrame(rows, columns=["i", "levels"])


def band_matrices(tick: Tick = nothing, samples: int = 400, seed: int = 41) -> pd.DataFrame:
    """Sum of the fourth powers of a column of random elements, of variance v(w)/rho.

    Columns `sample`, `flat`, `semicircle`. v is flat within FLAT of +-1, or a semicircle of radius
    1; the elements are Gaussian.
    """
    rng = np.random.default_rng(seed)
    rho = LEVEL_DENSITY
    w = (np.arange(-2000, 2000) + 0.5) / rho
    flat = 1 / (4 * FLAT) * (abs(abs(w) - 1) < FLAT)
    semicircle = 2 / np.pi * np.sqrt(np.maximum(1 - w**2, 0))
    fourth = rng.normal(size=(samples, len(w))) ** 4
    return pd.DataFrame(
        {
            "sample": np.arange(samples),
            "flat": fourth @ (flat / rho) ** 2,
            "semicircle": fourth @ (semicircle / rho) ** 2,
        }
    )
