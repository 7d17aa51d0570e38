"""How wide the filter is, how many Krylov vectors it takes, and whether they fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...errors import InvalidInput
from ...operators.chebyshev import BlockOperator
from ..base import Target
from .kpm import Density
from .sizes import Sizes, levels_for, levels_in_window, pairs_that_fit


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


def plan_filter(
    options: Options,
    h: BlockOperator,
    target: Target,
    sigma: float,
    density: Density,
    memory: float,
    more: float = 1.0,
) -> FilterPlan:
    """Sizes for this target, from the density of states.

    Parameters
    ----------
    memory : float
        Bytes, all ranks together, that a solve may take.
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
        k = wanted = min(d, levels_in_window(*density.count(*target.interval)))
        half_width = 0.5 * (target.interval[1] - target.interval[0])
        interval = target.interval
    else:
        k = target.count(d)
        wanted = min(d, levels_for(k, more))
        half_width = density.half_width(sigma, wanted)
        interval = (sigma - half_width, sigma + half_width)
    sizes = Sizes.for_levels(d, b, wanted, more * options.krylov_factor)
    vectors = sizes.vectors_within(memory)
    if vectors is None:
        fits = pairs_that_fit(d, b, memory)
        hint = f"at most about {fits} pairs fit" if fits else "not even one pair fits"
        raise InvalidInput(
            f"{k} pairs of D={d} need {sizes.bytes(sizes.fewest) / 1e9:.3g} GB for {sizes.fewest} "
            f"Krylov vectors, more than the {memory / 1e9:.3g} GB that max_memory or the machine "
            f"allows: {hint}; ask for fewer, use more nodes, or raise max_memory"
        )
    stretch = max(1.0, density.half_width(sigma, sizes.held) / half_width)
    return FilterPlan(
        interval, stretch, min(sizes.returned, vectors), vectors, sizes.bytes(vectors)
    )
