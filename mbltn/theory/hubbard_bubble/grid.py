"""The frequencies at which the equations are solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mbltn.errors import InvalidInput

from .._inputs import one_number, positive_integer
from .._quadrature import Floats
from .bubble import Bubble

Complexes = NDArray[np.complex128]


@dataclass(frozen=True)
class FrequencyGrid:
    """w_k = (k - n/2) dw with dw = 2 w_max/n, and z = w + i eta_0, docs/physics.md (H5).

    Parameters
    ----------
    n : int
        Points, an even number >= 16; a power of two is fastest. w = 0 is point n/2, and -w_max has
        no partner.
    w_max : float
        At least 3 (2 t + max|eps| + U) of the bubble.
    eta_0 : float
        Distance from the real axis, at least 2 dw: anything narrower is broadened by it.

    Raises
    ------
    InvalidInput
        For numbers outside of these ranges.

    Examples
    --------
    >>> FrequencyGrid(n=16384, w_max=20.0, eta_0=0.01).dw
    0.00244140625
    """

    n: int = 2**14
    w_max: float = 20.0
    eta_0: float = 0.02

    def __post_init__(self) -> None:
        n = positive_integer("n", self.n, "it counts frequencies")
        if n % 2 or n < 16:
            raise InvalidInput(f"n={n} must be even and >= 16, so that w = 0 is a point: use 2**14")
        for name, meaning in (("w_max", "it ends the grid"), ("eta_0", "it broadens all lines")):
            one_number(name, getattr(self, name), meaning)
        if self.eta_0 < 2 * self.dw:
            raise InvalidInput(
                f"eta_0={self.eta_0:g} is below 2 dw={2 * self.dw:g}: poles would fall between the "
                f"points; use eta_0 >= {2 * self.dw:g} or n >= {4 * self.w_max / self.eta_0:.0f}"
            )

    @property
    def dw(self) -> float:
        return 2 * self.w_max / self.n

    @property
    def w(self) -> Floats:
        """Frequencies, (n,)."""
        return (np.arange(self.n) - self.n // 2) * self.dw

    @property
    def z(self) -> Complexes:
        """w + i eta_0, (n,)."""
        return np.asarray(self.w + 1j * self.eta_0)

    def require_room(self, bubble: Bubble) -> None:
        """Refuse a grid that ends too near to the spectrum of the bubble."""
        least = 3 * bubble.reach
        if self.w_max < least:
            raise InvalidInput(
                f"w_max={self.w_max:g} is below 3 (2 t + max|eps| + U) = {least:g}: the "
                "self-energy would lose its tails; use a larger w_max, and n to match"
            )
