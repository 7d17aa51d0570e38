"""How many levels the filter holds and how many Krylov vectors it takes: formulas of k and D."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..krylov import basis_bytes

# Krylov vectors a vector of the block, and a level in the filter: about the defaults of Polfed.jl.
_A_BLOCK_VECTOR = 24.0
_A_LEVEL = 1.75
# A few more levels converge than are asked for: p orders them not quite by distance.
_MORE = 1.04
_SOME = 4
# The filter holds more, so that those that are asked for converge soon, at a lower order; and the
# certificate needs levels that are known on both sides of the window.
_HELD = 1.4
_BLOCKS_OF_LEVELS = 8
_RETURNED = 1.5


@dataclass(frozen=True)
class Sizes:
    """Of one filtered solve in D dimensions, in blocks of `block` vectors.

    Attributes
    ----------
    wanted : levels that must converge;  held : levels in the filter
    returned : pairs that are looked at
    fewest, most : Krylov vectors with which a restart has room to grow, and that make it rare

    Examples
    --------
    >>> Sizes.for_levels(2**16, 8, 108)
    Sizes(dimension=65536, block=8, wanted=108, held=152, returned=170, fewest=178, most=458)
    """

    dimension: int
    block: int
    wanted: int
    held: int
    returned: int
    fewest: int
    most: int

    @classmethod
    def for_levels(cls, dimension: int, block: int, wanted: int, more: float = 1.0) -> Sizes:
        """Where `wanted` levels must converge; `more` multiplies the Krylov vectors."""
        wanted = min(dimension, wanted)
        held = min(dimension, max(math.ceil(_HELD * wanted), _BLOCKS_OF_LEVELS * block))
        fewest = min(dimension, math.ceil(1.2 * wanted) + 6 * block)
        most = min(dimension, math.ceil(more * (_A_BLOCK_VECTOR * block + _A_LEVEL * held)))
        returned = min(dimension, math.ceil(_RETURNED * wanted) + block)
        return cls(dimension, block, wanted, held, returned, fewest, max(fewest, most))

    def bytes(self, vectors: int) -> int:
        """Memory with so many Krylov vectors: the basis, the pairs that are looked at, ten blocks.

        Examples
        --------
        >>> Sizes.for_levels(2**16, 8, 500).bytes(1000) / 2**30
        0.9...
        """
        d, b = self.dimension, self.block
        return basis_bytes(d, vectors, b) + 8 * d * (self.returned + 6 * b)

    def vectors_within(self, memory: float) -> int | None:
        """The most Krylov vectors that fit into so many bytes; None if not even the fewest do."""
        vectors = self.most
        while vectors > self.fewest and self.bytes(vectors) > memory:
            vectors = max(self.fewest, int(0.9 * vectors))
        return vectors if self.bytes(vectors) <= memory else None


def levels_for(k: int, more: float = 1.0) -> int:
    """Levels that must converge so that the `k` nearest are among them."""
    return math.ceil(more * _MORE * k) + _SOME


def levels_in_window(count: float, error: float) -> int:
    """Levels that must converge where a window holds `count` with this error bar."""
    return max(1, math.ceil(count + 3 * error) + _SOME)


def pairs_that_fit(dimension: int, block: int, memory: float) -> int:
    """The most pairs that can be asked for with so many bytes."""
    low, high = 0, dimension
    while low < high:
        k = (low + high + 1) // 2
        sizes = Sizes.for_levels(dimension, block, levels_for(k))
        if sizes.bytes(sizes.fewest) <= memory:
            low = k
        else:
            high = k - 1
    return low
