"""What ranks send each other in a filtered solve."""

from __future__ import annotations

from dataclasses import replace

from ...network import Traffic
from ...operators import Operator
from ...operators.traffic import TileTraffic, tile_traffic, useful_ranks
from ..krylov import GROWTH_BETWEEN_CHECKS
from .kpm import VECTORS

_BYTES = 8
# Lanczos steps for the edges of the spectrum, with two sums each.
_EDGE_STEPS = 80


def orthogonalisation(filled: int, block: int, passes: int = 2) -> Traffic:
    """Sums for one block of b vectors against m Krylov vectors, itself taken in.

    ``passes (8 m b + 8 b^2) + 8 b`` bytes in ``2 passes + 1`` sums: coefficients V^T X and the Gram
    matrix X^T X in every pass, and once the norms. Two passes unless directions vanish.

    Examples
    --------
    >>> orthogonalisation(filled=100, block=8)
    Traffic(sums=5, summed=13888)
    """
    numbers = passes * (filled * block + block**2) + block
    return Traffic(sums=2 * passes + 1, summed=_BYTES * numbers)


def lanczos(apply: Traffic, vectors: int, order: int, block: int) -> Traffic:
    """Blocks filtered one after the other until there are `vectors` of them.

    ``n / b`` blocks with `order` applications and one orthogonalisation each. Rank 0 gives the m^2
    numbers of the Ritz vectors to all whenever the m vectors have become a tenth more.
    """
    total, filled, next_check = Traffic(), 0, 0
    while filled < vectors:
        filled += block
        total += order * apply + orthogonalisation(filled, block)
        if filled >= next_check or filled >= vectors:
            total += Traffic(casts=1, cast=_BYTES * (filled**2 + filled))
            next_check = int(GROWTH_BETWEEN_CHECKS * filled) + block
    return total


def solve_traffic(
    op: Operator,
    ranks: int,
    *,
    vectors: float,
    order: float,
    block: int,
    steps: float,
    shared: bool = False,
) -> Traffic:
    """A whole solve, on the rank that sends most.

    Parameters
    ----------
    vectors : filtered vectors
    order : of the polynomial
    steps : applications to the random vectors of edges, density of states and certificate
    shared : whether all ranks are on one node, where they read each other's tiles and only meet
    """
    if ranks == 1:
        return Traffic()
    divided = useful_ranks(op, ranks)
    found = tile_traffic(op, divided)
    # Ranks that do not divide the space evenly have more rows each, and about as many partners.
    share = max(1.0, divided / ranks)
    step = _more(of_step(found, block, shared), share)
    beside = steps * _more(of_step(found, VECTORS, shared), share)
    edges = _EDGE_STEPS * Traffic(sums=2, summed=2 * _BYTES * VECTORS)
    return lanczos(step, round(vectors), round(order), block) + edges + beside


def _more(traffic: Traffic, times: float) -> Traffic:
    return replace(traffic, sent=times * traffic.sent)


def of_step(tiles: TileTraffic, width: int, shared: bool) -> Traffic:
    """One step of a Chebyshev series."""
    return Traffic(waits=1) if shared else tiles.busiest(width)
