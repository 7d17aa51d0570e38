"""Tensor products of sites of any dimension."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import InvalidInput


@dataclass(frozen=True)
class HilbertSpace:
    """Tensor product of sites; the first site is the most significant (``numpy.kron`` order).

    Parameters
    ----------
    dims : tuple of int
        Dimension of every site. A grain of N spins is one site of dimension 2^N.
    lbits : tuple of int
        Numbers of the two-level sites that the ``*_lbits`` observables look at, outermost last.

    Examples
    --------
    >>> space = HilbertSpace((8, 2, 2), lbits=(1, 2))
    >>> space.dimension, space.strides
    (32, (4, 2, 1))
    """

    dims: tuple[int, ...]
    lbits: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if not self.dims or any(int(d) != d or d < 1 for d in self.dims):
            raise InvalidInput(f"dims={self.dims} must be positive integers, one for every site")
        for site in self.lbits:
            if not 0 <= site < len(self.dims) or self.dims[site] != 2:
                raise InvalidInput(
                    f"lbits={self.lbits}: site {site} is not a two-level site of dims={self.dims}"
                )

    @property
    def dimension(self) -> int:
        return math.prod(self.dims)

    @property
    def strides(self) -> tuple[int, ...]:
        """Distance in the basis between neighbouring levels of each site."""
        return tuple(math.prod(self.dims[site + 1 :]) for site in range(len(self.dims)))
