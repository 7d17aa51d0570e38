"""What was found, how well, and what it cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mbltn.errors import SolverFailure

from .._quadrature import Floats
from .bubble import Bubble
from .checks import Check, all_checks
from .grid import Complexes, FrequencyGrid
from .lbits import lbit_green

_ADVICE = {
    "iteration limit": "raise max_iterations, or use mixing='anderson'",
    "stalled": "use a larger eta_0, a smaller fraction, or a tolerance above the rounding of "
    "1/eta_0",
}


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """A solution of the large-N equations, with the distance eta_0 from the real axis in it.

    Attributes
    ----------
    bubble, grid : what was solved, and where
    G, Sigma : (n,) complex
        Retarded Green function and self-energy Sigma_2 of the bubble.
    rho_S : (n,) float64
        -Im Sigma/pi.
    G_0 : (n,) complex
        1/(z - D), without the self-energy.
    changes : (iterations,) float64
        max|G_new - G| of every round.
    tolerance : float
    status : "converged", "iteration limit" or "stalled"
    """

    bubble: Bubble
    grid: FrequencyGrid
    G: Complexes
    Sigma: Complexes
    rho_S: Floats
    G_0: Complexes
    changes: Floats
    tolerance: float
    status: str

    @property
    def w(self) -> Floats:
        """Frequencies, (n,)."""
        return self.grid.w

    @property
    def eta_0(self) -> float:
        """Broadening: no line is narrower."""
        return self.grid.eta_0

    @property
    def iterations(self) -> int:
        return len(self.changes)

    @property
    def rho(self) -> Floats:
        """Spectral function of the bubble, -Im G/pi, (n,)."""
        return -self.G.imag / np.pi

    def G_a(self, lbits: Any = slice(None)) -> Complexes:
        """Green functions of these l-bits (an index, slice or array of them), (len, n)."""
        which = np.atleast_1d(np.arange(self.bubble.n_lbits)[lbits])
        strengths, energies = self.bubble.squared_couplings[which], self.bubble.energies[which]
        return lbit_green(self.G, self.grid.z, strengths, energies, self.bubble.N)

    def rho_a(self, lbits: Any = slice(None)) -> Floats:
        """Spectral functions of these l-bits, -Im G_a/pi, (len, n)."""
        return -self.G_a(lbits).imag / np.pi

    @cached_property
    def widths(self) -> Floats:
        """Half width pi V_a^2 sqrt(N) rho(eps_a) that the bubble gives each l-bit, (M,).

        rho is that of this solution: eta_0 is in it, but not added.
        """
        at_lbits = np.interp(self.bubble.energies, self.w, self.rho)
        return np.pi * self.bubble.squared_couplings * np.sqrt(self.bubble.N) * at_lbits

    @property
    def unresolved(self) -> np.ndarray:
        """L-bits whose width is below eta_0, (M,) bool: their lines are eta_0 wide."""
        return np.asarray(self.widths < self.eta_0)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What this solution does not show, in words."""
        said = []
        if self.status != "converged":
            said.append(f"{self._ending()}; {_ADVICE[self.status]}")
        if self.unresolved.any():
            said.append(
                f"{np.count_nonzero(self.unresolved)} of {self.bubble.n_lbits} l-bits have widths "
                f"below eta_0={self.eta_0:g} (down to {self.widths.min():.2g}): their lines are "
                "not resolved; a smaller eta_0 needs a larger n"
            )
        return tuple(said)

    def _ending(self) -> str:
        return (
            f"{self.status} after {self.iterations} rounds: the last changed G by "
            f"{self.changes[-1]:.2g}, the tolerance is {self.tolerance:g}"
        )

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Sum rules and exact limits that it must meet, docs/physics.md (H6)."""
        return all_checks(
            self.bubble, self.grid, self.G, self.Sigma, self.rho_S, self.G_0, self.tolerance
        )

    def require_converged(self) -> Solution:
        """Itself.

        Raises
        ------
        SolverFailure
            If `status` is not "converged".
        """
        if self.status != "converged":
            raise SolverFailure(f"{self._ending()}; {_ADVICE[self.status]}")
        return self

    def __repr__(self) -> str:
        return (
            f"Solution({self.bubble!r}, {self.grid!r}, status={self.status!r}, "
            f"iterations={self.iterations}, change={self.changes[-1]:.2g})"
        )
