"""What was found, how well, and what it cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mbltn.errors import SolverFailure

from .._quadrature import Floats
from .bubble import Bubble
from .checks import Check, cheap_checks, costly_checks
from .grid import Complexes, FrequencyGrid
from .lbits import lbit_green
from .self_energy import empty_and_occupied

_ADVICE = {
    "iteration limit": "raise max_iterations, or use the other mixing",
    "stalled": "use the other mixing, a larger eta_0 or T, or a tolerance above the rounding, "
    "which 1/eta_0 enlarges",
}
_APART = 0.02  # n and n_0; by 0.01 at most where the l-bits tip the spectrum a little only


@dataclass(frozen=True, eq=False, repr=False)
class Solution:
    """A solution of the large-N equations, with the distance eta_0 from the real axis in it.

    Where nothing converged, that of the round which changed G least. `warnings` says what is wrong
    with it or cannot be seen in it, as far as that costs nothing; `checks` and `refinement` are the
    whole of it.

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
    def change(self) -> float:
        """max|G_new - G| of this G, the least of all rounds."""
        return float(self.changes.min())

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
    def electrons(self) -> tuple[float, float]:
        """n = int rho f/int rho and n_0 = int A_0 f/int A_0 of a spin: with and without Sigma.

        Both 1/2 where particles and holes are alike. (H4) expands about n_0, and is not to be
        trusted where n is another.
        """
        return self._share_occupied(self.rho), self._share_occupied(-self.G_0.imag / np.pi)

    def _share_occupied(self, density: Floats) -> float:
        empty, occupied = empty_and_occupied(density, self.bubble.T, self.grid)
        return float(occupied.sum() / (empty.sum() + occupied.sum()))

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What is wrong with this solution, or not seen in it, in words; of `checks` the cheap."""
        said = []
        if self.status != "converged":
            said.append(f"{self._ending()}; {_ADVICE[self.status]}")
        for row in self._cheap_checks:
            if not row.passed:
                said.append(
                    f"fails the check {row.name!r}: {row.value:.2g}, at most {row.bound:.2g} is "
                    "allowed; levels beyond the grid need a larger w_max, sharp lines a larger n"
                )
        n, n_0 = self.electrons
        if abs(n - n_0) > _APART:
            said.append(
                f"a site holds n={n:.3f} electrons of each spin, n_0={n_0:.3f} without the "
                "self-energy: second order in U is made for half filling, and this may be a "
                "solution that the l-bits tip to one side; use a larger T or a smaller U, or "
                "l-bits that have partners at the opposite energies"
            )
        if self.unresolved.any():
            said.append(
                f"{np.count_nonzero(self.unresolved)} of {self.bubble.n_lbits} l-bits have widths "
                f"below eta_0={self.eta_0:g} (down to {self.widths.min():.2g}): their lines are "
                "not resolved; a smaller eta_0 needs a larger n"
            )
        return tuple(said)

    def _ending(self) -> str:
        return (
            f"{self.status} after {self.iterations} rounds: the best changed G by "
            f"{self.change:.2g}, the tolerance is {self.tolerance:g}"
        )

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Sum rules and exact limits that it must meet on its own grid, docs/physics.md (H6).

        Costs about as much as the solution, more at U = 0. Whether the grid matters takes other
        solutions: `refinement`.
        """
        rest = costly_checks(self.bubble, self.grid, self.G, self.rho_S, self.G_0, self.tolerance)
        return (*self._cheap_checks, *rest)

    @cached_property
    def _cheap_checks(self) -> tuple[Check, ...]:
        return tuple(cheap_checks(self.bubble, self.grid, self.G, self.Sigma, self.tolerance))

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
            f"iterations={self.iterations}, change={self.change:.2g}, "
            f"warnings={len(self.warnings)})"
        )
