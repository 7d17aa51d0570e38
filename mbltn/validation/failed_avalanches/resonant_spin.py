"""One l-bit on a random-matrix grain, exactly, with a reduced coupling that is known (paper D)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models import CentralGrain
from ...models.grains import GOEGrain
from ...observables import measure
from ...observables.entanglement import LOG2
from ...solvers import Dense, Target, eigenpairs
from ..tables import Tick, nothing

N_GRAIN, DIMENSION = 7, 128
RADIUS, FIELD, WINDOW = 1.0, 0.25, 0.3
LEVELS = (0.1, 0.5, 0.9)  # entropies over log 2 whose shares are counted
# g at energy 0, and matrices: fewer resonances need more.
COUPLINGS = {0.003: 1500, 0.03: 600, 0.1: 400, 0.3: 400}
_SEED = 52


def resonant_spin(tick: Tick = nothing) -> pd.DataFrame:
    """Eigenstates with |E| < WINDOW, averaged over each matrix.

    Columns `g`, `matrix`, `entropy` (nats), `memory`, `below 0.1` .. (shares of states with S
    below that part of log 2), and `even`, `odd`: mean |<a|sigma^x|b>| of a grain spin that
    does not touch the l-bit, between states a != b that belong to the same and to opposite
    directions of the l-bit, over that between levels of the bare grain.
    """
    return one_lbit(COUPLINGS, _SEED, tick)


def one_lbit(couplings: dict[float, int], seed: int, tick: Tick = nothing) -> pd.DataFrame:
    """The table of `resonant_spin` for these couplings and numbers of matrices."""
    rows, done = [], 0
    for g, matrices in couplings.items():
        model = model_of(g)
        for matrix in range(matrices):
            rows.append({"g": g, "matrix": matrix, **_averages(model, seed, matrix)})
            done += 1
            tick(done, sum(couplings.values()))
    return pd.DataFrame(rows)


def model_of(g: float) -> CentralGrain:
    """With J such that rho [|V_ab|] = g at energy 0, where both levels lie FIELD away from it.

    Elements of sigma^+ have the variance 1/(2 d), levels the density d p_0 of the semicircle.
    """
    density = DIMENSION * semicircle(np.array(FIELD))
    return CentralGrain(
        n_grain=N_GRAIN,
        n_lbits=1,
        alpha=1.0,
        first_coupling=float(g / density * np.sqrt(np.pi * DIMENSION)),
        field_range=(FIELD, FIELD),
        grain=GOEGrain(RADIUS, "radius"),
    )


def semicircle(E: np.ndarray) -> np.ndarray:
    """Density of the grain's levels, integral 1."""
    density: np.ndarray = 2 / (np.pi * RADIUS**2) * np.sqrt(np.maximum(RADIUS**2 - E**2, 0.0))
    return density


def couplings_in_window(g: float, points: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Reduced couplings of the states with |E| < WINDOW, and the share of states of each.

    With the l-bit up or down the grain has the energy E -+ FIELD, its partners E +- FIELD.
    """
    x, w = np.polynomial.legendre.leggauss(points)
    own = semicircle(WINDOW * np.concatenate([x, x]) - FIELD * np.repeat([1, -1], points))
    partners = semicircle(WINDOW * np.concatenate([x, x]) + FIELD * np.repeat([1, -1], points))
    shares = np.concatenate([w, w]) * own
    return g * partners / semicircle(np.array(FIELD)), shares / shares.sum()


def _averages(model: CentralGrain, seed: int, matrix: int) -> dict[str, float]:
    operator = model.operator(model.draw(seed, matrix))
    pairs = eigenpairs(operator, Target.all(), Dense())
    chosen = pairs.select(abs(pairs.energies) < WINDOW)
    found = measure(chosen, ["entropy_lbits", "memory_lbits"], model)
    entropies = found["entropy_lbits"][:, 0]
    states = chosen.vectors.reshape(DIMENSION, 2, -1)
    up = (states[:, 0] ** 2).sum(axis=0) > 0.5
    flipped = chosen.vectors.reshape(DIMENSION // 2, 2, 2, -1)[:, ::-1]
    elements = abs(chosen.vectors.T @ flipped.reshape(2 * DIMENSION, -1))
    bare = np.sqrt(2 / np.pi * DIMENSION / ((DIMENSION - 1) * (DIMENSION + 2)))
    even = np.equal.outer(up, up) & ~np.eye(len(up), dtype=bool)
    return {
        "entropy": entropies.mean(),
        "memory": found["memory_lbits"][:, 0].mean(),
        **{f"below {s:g}": (entropies < s * LOG2).mean() for s in LEVELS},
        "even": elements[even].mean() / bare,
        "odd": elements[np.not_equal.outer(up, up)].mean() / bare,
    }
