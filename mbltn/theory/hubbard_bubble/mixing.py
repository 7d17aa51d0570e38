"""How the next Green function is guessed from the last rounds."""

from __future__ import annotations

from collections import deque
from typing import Protocol

import numpy as np

from .grid import Complexes


class Mixing(Protocol):
    """Next G from this one and from what a round changed, G_new - G."""

    def step(self, G: Complexes, residual: Complexes) -> Complexes: ...

    def no_progress(self) -> bool:
        """Told when the residual has not fallen for some rounds: is there another way to go on?"""


class Linear:
    """(1 - m) G + m G_new."""

    def __init__(self, fraction: float) -> None:
        self.fraction = fraction

    def step(self, G: Complexes, residual: Complexes) -> Complexes:
        return G + self.fraction * residual

    def no_progress(self) -> bool:
        """Slow is all that it can be."""
        return False


class Anderson:
    """Least squares over the last residuals, docs/physics.md (H5).

    Coefficients of its own for every frequency: the l-bits couple no two frequencies, and the
    self-energy joins them smoothly. Where that makes no progress (near the Mott transition), one
    set of coefficients for all; where that makes none either, linear mixing.
    """

    def __init__(self, fraction: float, regularisation: float = 1e-12) -> None:
        self.fraction, self.regularisation = fraction, regularisation
        self.for_all = self.linear = False
        self._keep(2)

    def _keep(self, depth: int) -> None:
        self.G: deque[Complexes] = deque(maxlen=depth + 1)
        self.residuals: deque[Complexes] = deque(maxlen=depth + 1)

    def no_progress(self) -> bool:
        if self.linear:
            return False
        self.for_all, self.linear = True, self.for_all
        self._keep(0 if self.linear else 5)
        return True

    def step(self, G: Complexes, residual: Complexes) -> Complexes:
        self.G.append(G)
        self.residuals.append(residual)
        linear = np.asarray(G + self.fraction * residual)
        if len(self.G) == 1:
            return linear
        dG, dR = np.diff(self.G, axis=0), np.diff(self.residuals, axis=0)
        normal = np.einsum("ik,jk->kij", dR.conj(), dR)
        right = np.einsum("ik,k->ki", dR.conj(), residual)
        if self.for_all:
            normal, right = normal.sum(axis=0)[None], right.sum(axis=0)[None]
        scale = self.regularisation * np.trace(normal, axis1=1, axis2=2).real
        # where nothing changed any more the matrix is 0
        scale = np.maximum(scale, np.finfo(float).tiny)
        normal = normal + scale[:, None, None] * np.eye(len(dR))
        weights = np.linalg.solve(normal, right[..., None])[..., 0]
        guess = linear - np.sum(weights.T * (dG + self.fraction * dR), axis=0)
        # a retarded Green function has Im G < 0, and from there the linear step keeps it
        return np.where(guess.imag < 0, guess, linear)
