"""What a Hubbard bubble and the l-bits around it are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from mbltn.errors import InvalidInput

from .._inputs import one_number, positive_integer, require_finite, require_nonnegative
from .._quadrature import Floats

_EQUAL = 1e-12


def _none() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class Bubble:
    """N sites with random hopping and a repulsion U, and M l-bits, docs/physics.md (H1).

    C section IV. Half filling: the chemical potential is at the particle-hole symmetric point.

    Parameters
    ----------
    N : int, >= 1
        Sites of the bubble; the equations are those of large N.
    t : float, >= 0
        <|t_ij|^2> = t^2, hopping t_ij/sqrt(N): alone it makes a semicircle of radius 2 t.
    U : float, >= 0
    T : float, > 0
    squared_couplings : (M,), >= 0
        V_a^2, with <|V_ia|^2> = V_a^2/(2 sqrt N); see `circles`.
    energies : (M,)
        eps_a of the l-bits, which have no spin.
    c_hyb : float, >= 0
        Weight of the l-bits in the bubble's hybridisation: 1/2 for two spins; 1 as C eq 16b prints.

    Raises
    ------
    InvalidInput
        For numbers outside of these ranges or arrays of different length.

    Examples
    --------
    >>> Bubble(N=30, t=1.0, U=2.0, T=2.0, squared_couplings=[0.04], energies=[0.5]).n_lbits
    1
    """

    N: int
    t: float
    U: float
    T: float
    squared_couplings: Floats = field(default_factory=_none)
    energies: Floats = field(default_factory=_none)
    c_hyb: float = 0.5

    def __post_init__(self) -> None:
        positive_integer("N", self.N, "it counts the sites of the bubble")
        one_number("T", self.T, "it is the temperature")
        for name, meaning in (
            ("t", "it is the root mean square hopping"),
            ("U", "it is the repulsion of two electrons on a site"),
            ("c_hyb", "it is the weight of the l-bits, 0.5 or as printed 1"),
        ):
            one_number(name, getattr(self, name), meaning, zero=True)
        require_nonnegative("squared_couplings", self.squared_couplings, "they are squares V_a^2")
        for name in ("squared_couplings", "energies"):
            array = require_finite(name, getattr(self, name), "one number for each l-bit").copy()
            if array.ndim != 1:
                raise InvalidInput(f"{name} has shape {array.shape}: give (M,), one for each l-bit")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        if self.squared_couplings.shape != self.energies.shape:
            raise InvalidInput(
                f"squared_couplings {self.squared_couplings.shape} and energies "
                f"{self.energies.shape} must have one entry for each l-bit"
            )

    @property
    def n_lbits(self) -> int:
        return len(self.energies)

    @property
    def reach(self) -> float:
        """2 t + max|eps_a| + U: beyond a few of these the bubble has no spectral weight."""
        return 2 * self.t + float(np.max(np.abs(self.energies), initial=0.0)) + self.U

    @property
    def symmetric(self) -> bool:
        """Whether each coupled l-bit has a partner of equal coupling at the opposite energy.

        Equal to 1e-12: `solve` then makes particles and holes alike.
        """
        coupled = self.squared_couplings > 0
        strengths, energies = self.squared_couplings[coupled], self.energies[coupled]
        # Levels first, then couplings within each: sorted by energies that differ by rounding,
        # couplings of one level would come in any order.
        both = np.concatenate([energies, -energies])
        order = np.argsort(both)
        steps = np.diff(both[order], prepend=both[order][:1])
        levels = np.empty(len(both), dtype=int)
        levels[order] = np.cumsum(steps > _EQUAL * self.reach)
        up, down = np.split(levels, 2)
        of_up, of_down = np.lexsort((strengths, up)), np.lexsort((strengths, down))
        return bool(
            np.array_equal(up[of_up], down[of_down])
            and np.allclose(strengths[of_up], strengths[of_down], rtol=_EQUAL, atol=0)
        )

    def __repr__(self) -> str:
        plain = [f.name for f in fields(self) if f.name not in ("squared_couplings", "energies")]
        numbers = ", ".join(f"{name}={getattr(self, name)!r}" for name in plain)
        return f"Bubble({numbers}, n_lbits={self.n_lbits})"
