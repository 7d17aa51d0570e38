"""One round of the self-consistency: a Green function in, the one that it implies out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .._quadrature import Floats
from .bubble import Bubble
from .grid import Complexes, FrequencyGrid
from .lbits import hybridisation
from .self_energy import second_order


class Round(NamedTuple):
    """All (n,): bare G_0 and rho_S, Sigma of the given G, and G_new = 1/(z - D - Sigma)."""

    G_0: Complexes
    rho_S: Floats
    Sigma: Complexes
    G_new: Complexes


def symmetrised(G: Complexes) -> Complexes:
    """(G(w) - G(-w)*)/2, particles and holes alike; the point -w_max, without partner, as it is."""
    even = G.copy()
    even[1:] = (G[1:] - G[:0:-1].conj()) / 2
    return even


def one_round(G: Complexes, bubble: Bubble, grid: FrequencyGrid) -> Round:
    """Iterated perturbation theory, docs/physics.md (H3, H4); C eqs 16-19."""
    inverse = grid.z - hybridisation(G, bubble, grid)
    G_0 = 1 / inverse
    rho_S, Sigma = second_order(-G_0.imag / np.pi, bubble.U, bubble.T, grid)
    return Round(G_0, rho_S, Sigma, 1 / (inverse - Sigma))
