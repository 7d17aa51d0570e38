"""Where the levels of an operator lie, from sums over its terms."""

from __future__ import annotations

import math

import numpy as np

from ...operators import Operator
from ...operators.operator import Block, local_blocks
from ..windowed.cost import level_density

# Product levels of the sites are listed between these dimensions: below, that takes as long as the
# problem itself; beyond, there are too many.
_LISTED = 2**12, 2**22
# Beyond it a site counts by norms instead of levels.
_DIAGONALISED = 512
# Variance of the levels of an operator that has but one.
_LEAST = 1e-30


def density_at(op: Operator, energy: float) -> float:
    """Levels per unit energy: product levels of the sites, or for few or very many a Gaussian.

    The Gaussian has the exact mean; its variance leaves out what two terms on different sites have
    in common.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_Z
    >>> op = Operator(HilbertSpace((2,) * 30), tuple(Term(0.5, ((i, SIGMA_Z),)) for i in range(30)))
    >>> round(density_at(op, 0.0) / 2**30, 4)  # 1 / sqrt(2 pi 30 / 4)
    0.1457
    """
    fewest, most = _LISTED
    if fewest <= op.dimension <= most and op.space.dims[0] <= _DIAGONALISED:
        return level_density(op, energy)
    variance = max(sum(_variance(block) for block in local_blocks(op)), _LEAST)
    distance = (energy - op.mean_energy()) ** 2 / (2.0 * variance)
    # At least one level in the bandwidth of a Gaussian: targets beyond the edge have none.
    return max(
        op.dimension * math.exp(-distance) / math.sqrt(2.0 * math.pi * variance),
        1.0 / math.sqrt(variance),
    )


def _variance(block: Block) -> float:
    trace = float(block.values[block.rows == block.columns].sum())
    return float((block.values**2).sum()) / block.dimension - (trace / block.dimension) ** 2


def half_bandwidth(op: Operator) -> float:
    """Half of E_max - E_min, a little too large: extremes of the terms, added.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_X, SIGMA_Z
    >>> terms = (Term(2.0, ((0, SIGMA_X),)), Term(0.5, ((0, SIGMA_Z), (1, SIGMA_Z))))
    >>> half_bandwidth(Operator(HilbertSpace((2, 2)), terms))
    2.5
    """
    total = 0.0
    for block in local_blocks(op):
        if len(block.sites) == 1 and block.dimension <= _DIAGONALISED:
            matrix = np.zeros((block.dimension, block.dimension))
            matrix[block.rows, block.columns] = block.values
            levels = np.linalg.eigvalsh(matrix)
            total += 0.5 * float(levels[-1] - levels[0])
        else:
            total += float(np.bincount(block.rows, abs(block.values)).max())
    return max(total, math.sqrt(_LEAST))
