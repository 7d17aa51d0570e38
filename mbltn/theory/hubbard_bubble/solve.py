"""Fixed point of the large-N equations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mbltn.errors import InvalidInput

from .._inputs import one_number, one_of, positive_integer
from .bubble import Bubble
from .equations import Round, one_round, symmetrised
from .grid import Complexes, FrequencyGrid
from .mixing import Anderson, Linear, Mixing
from .solution import Solution

# Called after each round: its number, and max|G_new - G|.
Tick = Callable[[int, float], None]

_MIXINGS = ("anderson", "linear")
_IMPATIENT, _PATIENT = 10, 100  # rounds without progress: for the mixing, and at least for the end


def solve(
    bubble: Bubble,
    grid: FrequencyGrid,
    mixing: str = "anderson",
    fraction: float = 0.5,
    tolerance: float = 1e-8,
    max_iterations: int = 1000,
    tick: Tick | None = None,
) -> Solution:
    """Retarded Green function of the bubble by iterated perturbation theory at real frequencies.

    docs/physics.md (H3-H5), C eqs 14-19, from G = 1/(z + i t) on, until max|G_new - G| <
    `tolerance`. Where the l-bits are symmetric (`Bubble.symmetric`), G(-w) = -G(w)* is kept: in a
    Mott insulator the iteration leaves such a solution for one that is not.

    Parameters
    ----------
    bubble, grid
        What is solved, and where.
    mixing : {"anderson", "linear"}
        "linear" is (1 - m) G + m G_new: 40 rounds at U = 2, some hundred at U = 0, where G
        is further from its limit than `tolerance` by 1/sqrt(eta_0) near edges of the spectrum.
        "anderson" needs about ten, near the Mott transition also a hundred; where it gets no
        nearer it becomes linear.
    fraction : float, in (0, 1]
        m.
    tolerance : float, > 0
    max_iterations : int, >= 1
        "stalled" is the end before, by half of these rounds (at least 100) without progress.
    tick : callable, optional
        ``tick(iteration, change)`` after each round.

    Returns
    -------
    Solution
        Also where nothing converged, the nearest: `status` says so, and `require_converged` raises.

    Raises
    ------
    InvalidInput
        For a grid that is too short for the bubble, or options outside of their ranges.

    Examples
    --------
    >>> alone = Bubble(N=30, t=1.0, U=2.0, T=2.0)
    >>> found = solve(alone, FrequencyGrid(n=4096, w_max=20.0, eta_0=0.02))
    >>> found.status, round(found.rho[2048], 3)
    ('converged', 0.227)
    """
    grid.require_room(bubble)
    one_of("mixing", mixing, _MIXINGS)
    if not 0 < fraction <= 1:
        raise InvalidInput(f"fraction={fraction!r} must lie in (0, 1]: it is the weight of G_new")
    one_number("tolerance", tolerance, "it ends the iteration")
    positive_integer("max_iterations", max_iterations, "it counts rounds")
    how: Mixing = Anderson(fraction) if mixing == "anderson" else Linear(fraction)
    symmetric = bubble.symmetric
    G = np.asarray(1 / (grid.z + 1j * bubble.t))
    changes: list[float] = []
    best, since, idle, status = np.inf, 0, 0, "iteration limit"
    while True:
        found = one_round(G, bubble, grid)
        changes.append(float(np.max(np.abs(found.G_new - G))))
        if tick is not None:
            tick(len(changes), changes[-1])
        since, idle = (0, 0) if changes[-1] < 0.99 * best else (since + 1, idle + 1)
        if changes[-1] < best or len(changes) == 1:
            best, nearest = changes[-1], (G, found)
        if best < tolerance:
            status = "converged"
            break
        if since >= max(_PATIENT, max_iterations / 2):
            status = "stalled"
            break
        if len(changes) == max_iterations:
            break
        if idle == _IMPATIENT and how.no_progress():
            (G, found), idle = nearest, 0
        G = how.step(G, found.G_new - G)
        if symmetric:
            G = symmetrised(G)
    return _solution(bubble, grid, *nearest, changes, tolerance, status)


def _solution(
    bubble: Bubble,
    grid: FrequencyGrid,
    G: Complexes,
    found: Round,
    changes: list[float],
    tolerance: float,
    status: str,
) -> Solution:
    history = np.array(changes)
    for array in (G, found.G_0, found.Sigma, found.rho_S, history):
        array.flags.writeable = False
    return Solution(
        bubble, grid, G, found.Sigma, found.rho_S, found.G_0, history, tolerance, status
    )
