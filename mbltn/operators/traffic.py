"""Tiles that ranks send each other when H acts on a block, counted from its terms."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from ..network import Traffic
from .operator import Operator, local_blocks
from .tiles import Cut, transitions

_BYTES = 8
_PADDED = 8

# Levels of some sites, all others free.
Levels = dict[int, int]


@dataclass(frozen=True)
class TileTraffic:
    """One application of `BlockOperator`, for every rank.

    Attributes
    ----------
    messages : (ranks,) that each sends, one to every partner
    tiles : (ranks,) tiles that each sends
    levels : of a tile
    """

    messages: np.ndarray
    tiles: np.ndarray
    levels: int

    def of(self, rank: int, width: int) -> Traffic:
        """What this rank sends for a block of so many vectors.

        ``bytes = 8 tiles levels padded``, padded the next multiple of eight of the width.
        """
        padded = -(-width // _PADDED) * _PADDED
        sent = _BYTES * self.levels * padded * int(self.tiles[rank])
        return Traffic(messages=int(self.messages[rank]), sent=sent)

    def busiest(self, width: int) -> Traffic:
        """What that rank sends that sends most."""
        return self.of(int(np.argmax(self.tiles)), width)


def tile_traffic(op: Operator, ranks: int) -> TileTraffic:
    """Messages and tiles of `BlockOperator` where ranks send, for ranks that divide the space.

    The first outer sites, whose levels together are `ranks`, read the number of the rank (`Deal`).
    A term that takes them from one set of levels to another makes those ranks partners, and what is
    sent are the tiles whose other sites have the levels that the term asks for, each tile once: all
    of a rank's tiles for the flip of an l-bit alone, half of them where a neighbour of the other
    sign flips with it. Star of l-bits: log2(ranks) messages, ``log2(ranks) D / ranks`` rows.

    Raises
    ------
    InvalidInput
        Where no run of the first outer sites has so many levels, or there are fewer configurations.

    Examples
    --------
    >>> from mbltn.models import CentralGrain
    >>> model = CentralGrain(n_grain=3, n_lbits=9, alpha=0.6)
    >>> traffic = tile_traffic(model.operator(model.draw(seed=7, realization=0)), ranks=8)
    >>> traffic.of(0, width=8)  # 3 times 2^12 / 8 rows of 8 doubles
    Traffic(messages=3, sent=98304)
    """
    cut = Cut.of(op.space)
    outer = [site for site in range(len(op.space.dims)) if not cut.first <= site < cut.last]
    number = _sites_of_ranks(op, outer, ranks, cut)
    strides = {
        outer[i]: ranks // math.prod(op.space.dims[s] for s in outer[: i + 1])
        for i in range(number)
    }
    everyone = np.arange(ranks)
    # By the distance to the partner: which ranks take part, and which of their tiles.
    parts: dict[int, list[tuple[np.ndarray, Levels]]] = defaultdict(list)
    for block in local_blocks(op):
        sites = [site for site in block.sites if site in set(outer)]
        if not any(site in strides for site in sites):
            continue
        for row, column, _ in transitions(op, block, cut):
            here, there = _levels(op, sites, row), _levels(op, sites, column)
            distance = sum(n * (there[s] - here[s]) for s, n in strides.items() if s in here)
            if distance:
                taking = np.ones(ranks, dtype=bool)
                for site, n in strides.items():
                    if site in here:
                        taking &= everyone // n % op.space.dims[site] == here[site]
                parts[distance].append((taking, {s: here[s] for s in sites if s not in strides}))
    own = cut.configurations // ranks
    messages, tiles = np.zeros((2, ranks), dtype=np.int64)
    for found in parts.values():
        masks = np.array([taking for taking, _ in found])
        kinds, kind_of = np.unique(masks, axis=1, return_inverse=True)
        sizes = np.array(
            [
                round(
                    own
                    * _share(op, [cube for on, (_, cube) in zip(kind, found, strict=True) if on])
                )
                for kind in kinds.T
            ]
        )
        tiles += sizes[kind_of.ravel()]
        messages += sizes[kind_of.ravel()] > 0
    return TileTraffic(messages, tiles, cut.levels)


def useful_ranks(op: Operator, ranks: int) -> int:
    """The least number of ranks, these or more, that divides the space evenly; all configurations
    if there are no more.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace
    >>> chain = Operator(HilbertSpace((8, 2, 2, 2)), ())
    >>> useful_ranks(chain, 3), useful_ranks(chain, 100)
    (4, 8)
    """
    cut, levels = Cut.of(op.space), 1
    for site, d in enumerate(op.space.dims):
        if levels < ranks and not cut.first <= site < cut.last:
            levels *= d
    return levels


def _sites_of_ranks(op: Operator, outer: list[int], ranks: int, cut: Cut) -> int:
    """How many of the first outer sites number the ranks."""
    number, levels = 0, 1
    while levels < ranks and number < len(outer):
        levels *= op.space.dims[outer[number]]
        number += 1
    if levels != ranks:
        raise InvalidInput(
            f"ranks={ranks} do not divide the {cut.configurations} configurations of this space "
            "evenly: take a product of the dimensions of its first sites outside the core, such as "
            "a power of two for spins"
        )
    return number


def _levels(op: Operator, sites: list[int], index: int) -> Levels:
    """Levels of these sites, whose product has this index."""
    found = {}
    for site in reversed(sites):
        index, found[site] = divmod(index, op.space.dims[site])
    return found


def _share(op: Operator, cubes: list[Levels]) -> float:
    """Share of the configurations that lie in any of these sets."""
    if not cubes:
        return 0.0
    if any(not cube for cube in cubes):
        return 1.0
    sites = sorted({site for cube in cubes for site in cube})
    dims = [op.space.dims[site] for site in sites]
    inside = 0
    for levels in itertools.product(*map(range, dims)):
        at = dict(zip(sites, levels, strict=True))
        inside += any(all(at[s] == level for s, level in cube.items()) for cube in cubes)
    return inside / math.prod(dims)
