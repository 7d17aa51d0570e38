"""Core and outer sites of an Operator: H = H_core + E_outer + sum_k B_k (x) X_k."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ...errors import InvalidInput
from ...operators import HilbertSpace, Operator, Term, to_csr
from ...operators.operator import Block, local_blocks, matrix_bytes


@dataclass(frozen=True, eq=False)
class Coupling:
    """``B (x) X``: `core` (A, A) on the core, None for the identity; `outer` (S, S). Sparse."""

    core: sp.csr_array | None
    outer: sp.csr_array


@dataclass(frozen=True, eq=False)
class Split:
    """The first `n_core` sites and the others.

    Attributes
    ----------
    core : Operator
        All terms on core sites alone; dimension A.
    outer_energies : (S,)
        The diagonal of all terms on outer sites alone.
    couplings : what is left, W = sum_k B_k (x) X_k
    tail_norm : upper bound of the spectral norm of W
    """

    n_core: int
    core: Operator
    outer_energies: np.ndarray
    couplings: tuple[Coupling, ...]
    tail_norm: float


def split(op: Operator, n_core: int) -> Split:
    """Cut `op` after its first `n_core` sites.

    Examples
    --------
    >>> from mbltn.models import CentralGrain
    >>> model = CentralGrain(n_grain=2, n_lbits=4, alpha=0.5, coupling="xx")
    >>> cut = split(model.operator(model.draw(seed=1, realization=0)), n_core=3)
    >>> cut.core.dimension, len(cut.outer_energies), len(cut.couplings)
    (16, 4, 1)
    >>> round(cut.tail_norm, 6) == round(0.41 * (0.5**2 + 0.5**3), 6)
    True
    """
    dims = op.space.dims
    if not 1 <= n_core <= len(dims):
        raise InvalidInput(f"n_core={n_core} must lie between 1 and {len(dims)} sites")
    outer_space = HilbertSpace(dims[n_core:] or (1,))
    core_space = HilbertSpace(dims[:n_core])
    inside: list[Term] = []
    by_core: dict[tuple[tuple[int, bytes], ...], list[Term]] = {}
    for term in op.terms:
        on_core = tuple(factor for factor in term.factors if factor[0] < n_core)
        if len(on_core) == len(term.factors):
            inside.append(term)
        else:
            key = tuple((site, matrix_bytes(matrix)) for site, matrix in on_core)
            by_core.setdefault(key, []).append(term)
    energies = np.zeros(outer_space.dimension)
    couplings = []
    for key, terms in by_core.items():
        outer = to_csr(Operator(outer_space, tuple(_outer_part(term, n_core) for term in terms)))
        if not key:
            energies += outer.diagonal()
            outer = outer - sp.diags_array(outer.diagonal())
        outer.eliminate_zeros()
        if outer.nnz:
            couplings.append(Coupling(_core_part(core_space, terms[0], n_core), outer.tocsr()))
    return Split(
        n_core=n_core,
        core=Operator(core_space, tuple(inside)),
        outer_energies=energies,
        couplings=tuple(couplings),
        tail_norm=tail_norm(op, n_core),
    )


def tail_norm(op: Operator, n_core: int) -> float:
    """Upper bound of ||W||: sqrt(||.||_1 ||.||_inf) of every group of terms on the same sites."""
    return sum(_off_split_norm(block, n_core) for block in local_blocks(op))


def _off_split_norm(block: Block, n_core: int) -> float:
    if all(site < n_core for site in block.sites):
        return 0.0
    kept = np.ones(len(block.rows), dtype=bool)
    if all(site >= n_core for site in block.sites):
        kept = block.rows != block.columns
    if not kept.any():
        return 0.0
    sizes = abs(block.values[kept])
    rows = np.bincount(block.rows[kept], sizes).max()
    columns = np.bincount(block.columns[kept], sizes).max()
    return math.sqrt(float(rows) * float(columns))


def _outer_part(term: Term, n_core: int) -> Term:
    return Term(
        term.coefficient,
        tuple((site - n_core, matrix) for site, matrix in term.factors if site >= n_core),
    )


def _core_part(space: HilbertSpace, term: Term, n_core: int) -> sp.csr_array | None:
    factors = tuple(factor for factor in term.factors if factor[0] < n_core)
    if not factors:
        return None
    core = to_csr(Operator(space, (Term(1.0, factors),)))
    core.eliminate_zeros()
    return core
