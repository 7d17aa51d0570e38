"""Product states to start from, chosen by energy."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np

from ...errors import InvalidInput
from ...operators import Operator
from ...operators.operator import Block, local_blocks, norm_bound
from ...streams import Streams
from ..base import Target

# Levels of each of the two halves whose sums are searched for the nearest energies.
_HALF = 2**12
# Draws of the outer sites at most, until the inner ones can make up for their energy.
_DRAWS = 8


@dataclass(frozen=True)
class ProductState:
    """One level of every site, and the sum of their energies.

    Attributes
    ----------
    levels : one number a site. A site with a diagonal Hamiltonian of its own keeps its basis
        (l-bits: 0 is up, 1 is down); other sites (the grain) number their levels from below.
    energy : zeroth order, e_a + sum_n (+-h_n); couplings add their part
    """

    levels: tuple[int, ...]
    energy: float


@dataclass(frozen=True, eq=False)
class SiteBasis:
    """Levels of a site's own Hamiltonian: energies (d,), vectors (d, d) in columns."""

    energies: np.ndarray
    vectors: np.ndarray


def site_bases(op: Operator) -> tuple[SiteBasis, ...]:
    """The levels of every site without any coupling, from the terms that act on it alone."""
    own = [np.zeros((d, d)) for d in op.space.dims]
    for block in local_blocks(op):
        if len(block.sites) == 1:
            own[block.sites[0]] += _dense(block)
    return tuple(_levels(h) for h in own)


def _dense(block: Block) -> np.ndarray:
    h = np.zeros((block.dimension, block.dimension))
    h[block.rows, block.columns] = block.values
    return h


def _levels(h: np.ndarray) -> SiteBasis:
    if np.array_equal(h, np.diag(h.diagonal())):
        return SiteBasis(h.diagonal().copy(), np.eye(len(h)))
    return SiteBasis(*np.linalg.eigh(h))


def product_state(op: Operator, levels: tuple[int, ...]) -> ProductState:
    """The product state with these levels (see `ProductState`).

    Raises
    ------
    InvalidInput
        If a level is missing or not there.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=1, n_lbits=2, alpha=0.4)
    >>> sample = model.sample(grain=[[0.0, 0.5], [0.5, 0.0]], fields=[1.0, 0.9])
    >>> product_state(model.operator(sample), (1, 0, 1))
    ProductState(levels=(1, 0, 1), energy=0.6)
    """
    bases = site_bases(op)
    if len(levels) != len(bases) or any(
        not 0 <= level < len(basis.energies) for level, basis in zip(levels, bases, strict=False)
    ):
        raise InvalidInput(
            f"levels={levels} must be one level for each of the sites of dimensions "
            f"{op.space.dims}, counted from 0"
        )
    return _state(bases, np.asarray(levels))


def product_vectors(op: Operator, start: ProductState) -> list[np.ndarray]:
    """The normalised vector of every site, (d,).

    Raises
    ------
    InvalidInput
        If the start does not belong to this operator.
    """
    expected = product_state(op, start.levels).energy
    if not math.isclose(expected, start.energy, abs_tol=1e-9 * (1 + norm_bound(op))):
        raise InvalidInput(
            f"the start has energy {start.energy:.10g}, but these levels have {expected:.10g} "
            "here: it belongs to another operator; take it from product_states(op, target)"
        )
    bases = site_bases(op)
    return [basis.vectors[:, n] for basis, n in zip(bases, start.levels, strict=True)]


def product_states(op: Operator, target: Target, seed: int = 0) -> tuple[ProductState, ...]:
    """The product states with zeroth-order energies nearest to the target (docs/solvers.md, X1).

    Up to D = 2^24 these are exactly the k nearest ones. Beyond, where the nearest ones lie closer
    than any physics tells apart, the sites outside of that are drawn at random, and the others
    are those that bring the energy nearest to the target: states typical for this energy.

    Parameters
    ----------
    op : Operator
    target : Target.energy(e, k) or Target.middle(k)
    seed : of the random outer sites

    Returns
    -------
    k states, the nearest first

    Raises
    ------
    InvalidInput
        For other targets, or k larger than the number of product states.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=1, n_lbits=2, alpha=0.4)
    >>> sample = model.sample(grain=[[0.0, 0.5], [0.5, 0.0]], fields=[1.0, 0.9])
    >>> for state in product_states(model.operator(sample), Target.energy(0.5, 2)):
    ...     print(state.levels, round(state.energy, 12))
    (1, 0, 1) 0.6
    (1, 1, 0) 0.4
    """
    if target.kind not in ("middle", "energy") or target.k is None:
        raise InvalidInput(
            f"{target} does not say how many product states: use Target.energy(e, k) or "
            "Target.middle(k)"
        )
    count, energy, bases = target.count(op.dimension), target.energy_for(op), site_bases(op)
    outer = _first_outer(op.space.dims)
    if outer == len(bases):
        rows = list(_nearest(bases, energy, count))
    else:
        rows = _with_random_outer(bases, outer, energy, count, seed)
    states = [_state(bases, row) for row in rows]
    return tuple(sorted(states, key=lambda state: abs(state.energy - energy)))


def _state(bases: tuple[SiteBasis, ...], levels: np.ndarray) -> ProductState:
    energies = [basis.energies[level] for basis, level in zip(bases, levels, strict=True)]
    return ProductState(tuple(int(level) for level in levels), math.fsum(energies))


def _first_outer(dims: tuple[int, ...]) -> int:
    """The first site that does not fit into the two halves; at least the first one does."""
    return next((i for i in range(1, len(dims)) if math.prod(dims[: i + 1]) > _HALF**2), len(dims))


def _with_random_outer(
    bases: tuple[SiteBasis, ...], outer: int, energy: float, count: int, seed: int
) -> list[np.ndarray]:
    rows, times_drawn = [], Counter[tuple[int, ...]]()
    far = bases[outer:]
    middle = sum(float(basis.energies.mean()) for basis in bases[:outer])
    spread = math.sqrt(sum(float(basis.energies.var()) for basis in bases[:outer]))
    for j in range(count):
        random = Streams(seed, j)("outer sites")
        # What is left for the inner levels must not lie in their tails, which are sparse.
        draws = [
            _state(far, np.array([random.integers(len(basis.energies)) for basis in far]))
            for _ in range(_DRAWS)
        ]
        best = min(draws, key=lambda s: max(spread, abs(energy - s.energy - middle)))
        drawn, rest = best.levels, energy - best.energy
        times_drawn[drawn] += 1
        inner = _nearest(bases[:outer], rest, times_drawn[drawn])[-1]
        rows.append(np.concatenate([inner, drawn]))
    return rows


def _nearest(bases: tuple[SiteBasis, ...], energy: float, count: int) -> np.ndarray:
    """(count, n_sites): levels of the product states with energies nearest to `energy`."""
    dims = [len(basis.energies) for basis in bases]
    half = next(
        i for i in range(1, len(dims) + 1) if i == len(dims) or math.prod(dims[: i + 1]) > _HALF
    )
    first, second = _sums(bases[:half]), _sums(bases[half:])
    order = np.argsort(second, kind="stable")
    middle = np.searchsorted(second[order], energy - first)
    reach = min(count, len(second))
    place = np.clip(middle[:, None] + np.arange(-reach, reach), 0, len(second) - 1)
    pairs = np.unique(np.arange(len(first))[:, None] * len(second) + order[place])
    distance = abs(first[pairs // len(second)] + second[pairs % len(second)] - energy)
    chosen = pairs[np.argsort(distance, kind="stable")[:count]]
    return np.stack(np.unravel_index(chosen, dims), axis=1)


def _sums(bases: tuple[SiteBasis, ...]) -> np.ndarray:
    sums = np.zeros(1)
    for basis in bases:
        sums = (sums[:, None] + basis.energies).ravel()
    return sums
