"""Which starts ended in one and the same eigenstate."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...comm import together
from .network import overlap

# Overlap^2 above which two states are one: no two eigenstates can both be meant.
SAME = 0.5


def may_be_same(
    energies: np.ndarray,
    residuals: np.ndarray,
    overlaps: np.ndarray,
    starts: Sequence[tuple[int, ...]],
) -> list[tuple[int, int]]:
    """Pairs i < j whose overlap^2 may exceed one half (docs/solvers.md, X7).

    For all others energies or overlaps with the starts rule it out.

    Parameters
    ----------
    energies, residuals : (n,) <H> and ``||H psi - E psi||``; nan where there is no state
    overlaps : (n,) ``|<start|psi>|^2``
    starts : levels of the product states

    Examples
    --------
    >>> starts = [(0, 0), (0, 1), (1, 0)]
    >>> may_be_same(np.array([0.1, 0.1, 0.3]), np.full(3, 1e-9), np.array([0.6, 0.4, 0.9]), starts)
    [(0, 1)]
    """
    i, j = np.triu_indices(len(energies), 1)
    near = abs(energies[i] - energies[j]) <= math.sqrt(1 / SAME) * (residuals[i] + residuals[j])
    angles = np.arccos(np.sqrt(np.clip(overlaps, 0, 1)))
    turned = angles[i] + angles[j] >= math.pi / 2 - math.acos(math.sqrt(SAME))
    pairs = [(int(a), int(b)) for a, b in zip(i[near], j[near], strict=True)]
    return [
        pair
        for pair, far in zip(pairs, turned[near], strict=True)
        if far or starts[pair[0]] == starts[pair[1]]
    ]


def overlaps_of(
    pairs: Sequence[tuple[int, int]], own: Mapping[int, Any], ranks: Sequence[int], comm: Any
) -> dict[tuple[int, int], float]:
    """Overlap^2 of these pairs, equal on every rank; collective.

    A rank sees one foreign state at a time, and only if one of its own may be the same.

    Parameters
    ----------
    own : this rank's matrix product states by number
    ranks : the rank that holds each state
    """
    found: dict[tuple[int, int], float] = {}
    for second in sorted({j for _, j in pairs}):
        firsts = [i for i, j in pairs if j == second]
        other = own.get(second)
        if any(ranks[i] != ranks[second] for i in firsts):
            other = comm.bcast(other, root=ranks[second])
        mine = [i for i in firsts if ranks[i] == comm.rank]
        # The loop binds its variables anew only after every rank is through.
        values = together(comm, lambda: {i: overlap(own[i], other) ** 2 for i in mine})  # noqa: B023
        for part in comm.allgather(values):
            found.update({(i, second): value for i, value in part.items()})
    return found


def first_of_each(
    order: Sequence[int], squares: Mapping[tuple[int, int], float]
) -> dict[int, tuple[int, float]]:
    """For every state the one that stands for it, itself or an earlier one in this order, and
    their overlap^2.

    Examples
    --------
    >>> first_of_each([2, 0, 1], {(0, 1): 0.1, (1, 2): 0.9})
    {2: (2, 1.0), 0: (0, 1.0), 1: (2, 0.9)}
    """
    found: dict[int, tuple[int, float]] = {}
    kept: list[int] = []
    for i in order:
        weights = {j: squares.get((min(i, j), max(i, j)), 0.0) for j in kept}
        nearest = max(weights, key=weights.__getitem__, default=i)
        if nearest != i and weights[nearest] > SAME:
            found[i] = nearest, weights[nearest]
        else:
            kept.append(i)
            found[i] = i, 1.0
    return found
