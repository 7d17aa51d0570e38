"""Pauli matrices of single spins on vectors that may be distributed by rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from ..operators import HilbertSpace
from ..rows import Rows


@dataclass(frozen=True)
class Pauli:
    """sigma^x or sigma^z of one spin of a `HilbertSpace`.

    Attributes
    ----------
    axis : {"x", "z"}
    site : number of the site, 0 for the grain
    spin : spin 1, 2, ... of this site; a site of dimension 2^N holds N of them, the first one the
        most significant

    Examples
    --------
    >>> space = HilbertSpace((8, 2, 2), lbits=(1, 2))
    >>> Pauli("x", 0, spin=3).stride(space), Pauli("z", 2).stride(space)
    (4, 1)
    """

    axis: str
    site: int
    spin: int = 1

    def __post_init__(self) -> None:
        if self.axis not in ("x", "z"):
            raise InvalidInput(f"axis={self.axis!r} must be 'x' or 'z': vectors are real here")

    def stride(self, space: HilbertSpace) -> int:
        """Distance in the basis between this spin's up and down.

        Raises
        ------
        InvalidInput
            If there is no such spin.
        """
        if not 0 <= self.site < len(space.dims):
            raise InvalidInput(f"site={self.site} must be one of 0..{len(space.dims) - 1}")
        d = space.dims[self.site]
        spins = d.bit_length() - 1
        if d != 2**spins or not 1 <= self.spin <= spins:
            raise InvalidInput(
                f"spin={self.spin} of site {self.site}, which has dimension {d}: a site of N spins "
                "has dimension 2^N and spins 1..N"
            )
        return int(space.strides[self.site] * 2 ** (spins - self.spin))

    def apply(
        self, vectors: np.ndarray, space: HilbertSpace, rows: Rows | None = None
    ) -> np.ndarray:
        """The matrix times every column; (n_rows, k), this rank's rows as given.

        A flip exchanges rows with the ranks that hold the partners; nothing is gathered.
        """
        rows = rows if rows is not None else Rows(space.dimension)
        stride = self.stride(space)
        index = np.arange(rows.start, rows.stop)
        up = (index // stride) % 2 == 0
        if self.axis == "z":
            return np.where(up, 1.0, -1.0)[:, None] * vectors
        if not rows.distributed:
            return vectors[index ^ stride]
        above, below = rows.shifted(vectors, stride), rows.shifted(vectors, -stride)
        return np.where(up[:, None], above, below)
