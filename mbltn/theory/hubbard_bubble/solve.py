"""Fixed point of the large-N equations."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mbltn.errors import InvalidInput

from .._inputs import one_number, one_of, positive_integer
from .bubble import Bubble
from .equations import Round, one_round
from .grid import Complexes, FrequencyGrid
from .mixing import Anderson, Linear, Mixing
from .solution import Solution

# Called after each round: its number, and max|G_new - G|.
Tick = Callable[[int, float], None]

_MIXINGS = ("anderson", "linear")
_IMPATIENT, _PATIENT = 10, 100  # rounds without progress: for the mixing, and for the end


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
    `tolerance`.

    Parameters
    ----------
    bubble, grid
        What is solved, and where.
    mixing : {"anderson", "linear"}
        "linear" is (1 - m) G + m G_new: 40 rounds at U = 2, some hundred at U = 0, where G
        is further from its limit than `tolerance` by 1/sqrt(eta_0) near edges of the spectrum.
        "anderson" needs about ten.
    fraction : float, in (0, 1]
        m.
    tolerance : float, > 0
    max_iterations : int, >= 1
    tick : callable, optional
        ``tick(iteration, change)`` after each round.

    Returns
    -------
    Solution
        Also where nothing converged: `status` says so, and `require_converged` raises.

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
    G = np.asarray(1 / (grid.z + 1j * bubble.t))
    changes: list[float] = []
    best, since, status = np.inf, 0, "iteration limit"
    nearest = G, G
    while True:
        found = one_round(G, bubble, grid)
        changes.append(float(np.max(np.abs(found.G_new - G))))
        if tick is not None:
            tick(len(changes), changes[-1])
        if changes[-1] < tolerance:
            status = "converged"
            break
        if len(changes) == max_iterations:
            break
        since = 0 if changes[-1] < 0.99 * best else since + 1
        if changes[-1] < best:
            best, nearest = changes[-1], (G, found.G_new)
        if since == _PATIENT:
            status = "stalled"
            break
        G_new = found.G_new
        if since == _IMPATIENT:
            how.no_progress()
            G, G_new = nearest
        G = how.step(G, G_new - G)
    return _solution(bubble, grid, G, found, changes, tolerance, status)


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
