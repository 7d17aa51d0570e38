"""Paper C section IV, the Hubbard bubble: its figure as a table, and an exact average beside it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...streams import Streams
from ...theory.hubbard_bubble import Bubble, FrequencyGrid, Solution, circles, solve
from ..tables import Tick, nothing
from .random_hopping import CIRCLES, COUPLINGS, FEW, FIG6, MANY, W, single_particle

GRID = FrequencyGrid(n=2**14, w_max=20.0, eta_0=0.01)
_SHOWN = 4.0
_DECADES = 8  # of the change of G, down to the tolerance


def bubble_of_figure(
    V: float, n_circles: int, U: float = 2.0, realization: int = 0, **options: Any
) -> Bubble:
    """A bubble of C Fig 6; more circles leave the energies of the inner ones as they are."""
    squared = circles(n_circles, V, **CIRCLES)
    energies = Streams(6, realization)("lbit energies").uniform(-W, W, len(squared))
    return Bubble(U=U, squared_couplings=squared, energies=energies, **FIG6, **options)


def spectral_functions(tick: Tick = nothing) -> pd.DataFrame:
    """C Fig 6: rho(w) with few l-bits, and with many, where U = 0 is beside it.

    Columns `panel`, `curve`, `w`, `value`. `tick` counts decades of the change of G.
    """
    tasks = []
    for V, (few, many) in zip(COUPLINGS, (("a", "b"), ("c", "d")), strict=True):
        for n_circles in FEW:
            tasks.append((f"({few}) V = {V:g}", V, n_circles, 2.0))
        for U in (2.0, 0.0):
            tasks.append((f"({many}) V = {V:g}, many l-bits", V, MANY, U))
    shown = np.abs(GRID.w) <= _SHOWN
    parts = []
    for done, (panel, V, n_circles, U) in enumerate(tasks):
        bubble = bubble_of_figure(V, n_circles, U)
        found = _watched(bubble, _DECADES * done, _DECADES * len(tasks), tick)
        curve = f"M = {bubble.n_lbits}, U = {U:g}"
        columns = {"panel": panel, "curve": curve, "w": GRID.w[shown], "value": found.rho[shown]}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _watched(bubble: Bubble, done: int, total: int, tick: Tick) -> Solution:
    reached = 0

    def within(_: int, change: float) -> None:
        nonlocal reached
        # not always nearer, but progress does not go back
        reached = max(reached, int(np.clip(-np.log10(max(change, 1e-300)), 0, _DECADES)))
        tick(done + reached, total)

    found = solve(bubble, GRID, tolerance=10.0**-_DECADES, tick=within).require_converged()
    tick(done + _DECADES, total)
    return found


def difference_ratio(interacting: Solution, free: Solution, within: float = W) -> float:
    """int |rho - rho_free| dw over int rho_free dw, both for |w| < `within`, docs/physics.md (H8).

    Examples
    --------
    >>> few = [solve(bubble_of_figure(1.5, 2, U), GRID) for U in (2.0, 0.0)]
    >>> abs(difference_ratio(*few) - 0.224) < 0.01
    True
    """
    inside = np.abs(interacting.w) < within
    change = np.abs(interacting.rho - free.rho)[inside].sum()
    return float(change / free.rho[inside].sum())


class Averaged(NamedTuple):
    """Broadened densities of a site and of an l-bit, averaged, with standard errors; all (n,)."""

    rho: np.ndarray
    error: np.ndarray
    rho_lbits: np.ndarray
    error_lbits: np.ndarray


def quadratic_average(
    bubble: Bubble,
    w: np.ndarray,
    eta_0: float,
    samples: int,
    seed: int = 1,
    tick: Tick = nothing,
) -> Averaged:
    """Exact densities at U = 0, averaged over random hopping and couplings at fixed eps_a.

    Diagonalises the single-particle matrix of two spins of N sites and M l-bits: hopping
    t_ij/sqrt(N) of each spin a matrix of the unitary ensemble with <|t_ij|^2> = t^2, and complex
    Gaussian V_ia with <|V_ia|^2> = V_a^2/(2 sqrt N) between each l-bit and both. Every level is a
    Lorentzian of half width eta_0. U, T and c_hyb of `bubble` are not used.
    """
    found = np.empty((samples, 2, len(w)))
    for realization in range(samples):
        E, psi = np.linalg.eigh(single_particle(bubble, Streams(seed, realization)))
        lines = eta_0 / np.pi / ((w - E[:, None]) ** 2 + eta_0**2)
        weights = np.abs(psi) ** 2
        found[realization, 0] = weights[: 2 * bubble.N].mean(axis=0) @ lines
        found[realization, 1] = weights[2 * bubble.N :].mean(axis=0) @ lines
        tick(realization + 1, samples)
    mean = found.mean(axis=0)
    error = found.std(axis=0, ddof=1) / np.sqrt(samples)
    return Averaged(mean[0], error[0], mean[1], error[1])
