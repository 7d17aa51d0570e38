"""Does the grid matter? Solved again on finer and wider ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mbltn.errors import InvalidInput

from .checks import Check
from .grid import FrequencyGrid
from .solution import Solution
from .solve import solve

_BOUND = 1e-4


def refinement(solution: Solution) -> tuple[Check, ...]:
    """Change of rho when dw is halved or doubled, and w_max doubled or halved, at the same eta_0.

    docs/physics.md (H6): the one check that is not in `Solution.checks`, for it costs up to four
    solutions on up to twice as many points. Grids that `solve` would refuse are left out.

    Returns
    -------
    tuple of Check
        Largest change of rho at the frequencies in common; the bound is 1e-4.

    Raises
    ------
    SolverFailure
        If one of the solutions does not converge.

    Examples
    --------
    >>> from mbltn.theory.hubbard_bubble import Bubble
    >>> found = solve(Bubble(30, 1.0, 2.0, 2.0), FrequencyGrid(2048, 20.0, 0.08))
    >>> [(row.name, row.passed) for row in refinement(found)]
    [('dw/2', True), ('dw 2', True), ('w_max 2', True)]
    """
    grid, bubble = solution.grid, solution.bubble
    others = {
        "dw/2": lambda: replace(grid, n=2 * grid.n),
        "dw 2": lambda: replace(grid, n=grid.n // 2),
        "w_max 2": lambda: replace(grid, n=2 * grid.n, w_max=2 * grid.w_max),
        "w_max/2": lambda: replace(grid, n=grid.n // 2, w_max=grid.w_max / 2),
    }
    rows = []
    for name, other in others.items():
        try:
            changed = other()
            changed.require_room(bubble)
        except InvalidInput:
            continue
        found = solve(bubble, changed, tolerance=solution.tolerance).require_converged()
        rows.append(_row(name, solution, found, grid))
    return tuple(rows)


def _row(name: str, one: Solution, other: Solution, grid: FrequencyGrid) -> Check:
    common, here, there = np.intersect1d(
        np.rint(one.w / grid.dw * 2), np.rint(other.w / grid.dw * 2), return_indices=True
    )
    change = float(np.max(np.abs(one.rho[here] - other.rho[there])))
    return Check(name, change, _BOUND, len(common) > 0 and change <= _BOUND)
