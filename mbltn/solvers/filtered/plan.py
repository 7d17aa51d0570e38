"""How wide the filter is, how many Krylov vectors it takes, and whether they fit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

from ...errors import InvalidInput
from ...operators.chebyshev import BlockOperator
from ..base import Target
from ..krylov import basis_bytes
from .kpm import Density

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


class Options(Protocol):
    """What the parts of the filtered solver look at."""

    @property
    def block(self) -> int: ...
    @property
    def krylov_factor(self) -> float: ...
    @property
    def max_memory(self) -> float | None: ...
    @property
    def order_factor(self) -> float: ...
    @property
    def certify(self) -> bool: ...
    @property
    def seed(self) -> int: ...


@dataclass(frozen=True)
class FilterPlan:
    """Sizes of one filtered solve.

    Attributes
    ----------
    interval : energies between which all levels must converge
    stretch : how much wider the filter is
    returned : pairs that are looked at
    max_vectors : Krylov vectors
    memory : bytes, all ranks together
    """

    interval: tuple[float, float]
    stretch: float
    returned: int
    max_vectors: int
    memory: int

    def __str__(self) -> str:
        low, high = self.interval
        size = f"{self.max_vectors} Krylov vectors, {self.memory / 1e6:.0f} MB"
        return f"levels in [{low:.6g}, {high:.6g}], {size}"


def solve_bytes(dimension: int, block: int, vectors: int, returned: int) -> int:
    """Memory of a solve: the Krylov basis, the pairs that are looked at once more, ten blocks.

    Examples
    --------
    >>> solve_bytes(2**16, 8, 1000, 500) / 2**30
    0.7...
    """
    return basis_bytes(dimension, vectors, block) + 8 * dimension * (returned + 6 * block)


def plan_filter(
    options: Options,
    h: BlockOperator,
    target: Target,
    sigma: float,
    density: Density,
    more: float = 1.0,
) -> FilterPlan:
    """Sizes for this target, from the density of states.

    Parameters
    ----------
    more : float
        Multiplies the levels that must converge, and the Krylov vectors, when too few were found.

    Raises
    ------
    InvalidInput
        If even the fewest Krylov vectors with which Lanczos can restart need more than max_memory,
        or if a window lies outside the spectrum.
    """
    d, b = h.dimension, options.block
    if target.interval is not None:
        scale = density.scale
        if target.interval[1] < scale.low or target.interval[0] > scale.high:
            low, high = target.interval
            raise InvalidInput(
                f"no level lies in the window [{low:.10g}, {high:.10g}]: the spectrum lies between "
                f"E={scale.low:.6g} and E={scale.high:.6g}"
            )
        count, error = density.count(*target.interval)
        k = wanted = max(1, min(d, math.ceil(count + 3 * error) + _SOME))
        half_width = 0.5 * (target.interval[1] - target.interval[0])
        interval = target.interval
    else:
        k = target.count(d)
        wanted = min(d, math.ceil(more * _MORE * k) + _SOME)
        half_width = density.half_width(sigma, wanted)
        interval = (sigma - half_width, sigma + half_width)
    fewest = _fewest(d, b, wanted)
    returned = min(d, math.ceil(_RETURNED * wanted) + b)
    held = min(d, max(math.ceil(_HELD * wanted), _BLOCKS_OF_LEVELS * b))
    krylov = more * options.krylov_factor * (_A_BLOCK_VECTOR * b + _A_LEVEL * held)
    most = min(d, math.ceil(krylov))
    vectors = max(fewest, most)
    if options.max_memory is not None:
        while vectors > fewest and solve_bytes(d, b, vectors, returned) > options.max_memory:
            vectors = max(fewest, int(0.9 * vectors))
        need = solve_bytes(d, b, vectors, returned)
        if need > options.max_memory:
            fits = _pairs_that_fit(d, b, options.max_memory)
            hint = f"at most about {fits} pairs fit" if fits else "not even one pair fits"
            raise InvalidInput(
                f"{k} pairs of D={d} need {need / 1e9:.3g} GB for {vectors} Krylov vectors, more "
                f"than max_memory={options.max_memory / 1e9:.3g} GB: {hint}; ask for fewer, use "
                "more nodes, or raise max_memory"
            )
    stretch = max(1.0, density.half_width(sigma, held) / half_width)
    returned = min(returned, vectors)
    memory = solve_bytes(d, b, vectors, returned)
    return FilterPlan(interval, stretch, returned, vectors, memory)


def _fewest(dimension: int, block: int, wanted: int) -> int:
    """Krylov vectors with which a restart still leaves room to grow."""
    return min(dimension, math.ceil(1.2 * wanted) + 6 * block)


def _pairs_that_fit(dimension: int, block: int, memory: float) -> int:
    low, high = 0, dimension
    while low < high:
        k = (low + high + 1) // 2
        wanted = min(dimension, math.ceil(_MORE * k) + _SOME)
        vectors = _fewest(dimension, block, wanted)
        returned = min(dimension, math.ceil(_RETURNED * wanted) + block)
        if solve_bytes(dimension, block, vectors, returned) <= memory:
            low = k
        else:
            high = k - 1
    return low
