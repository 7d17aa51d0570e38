"""Which core and which half width cost the least: counts of states and of operations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import UnfitMethod
from ...operators import Operator, to_dense
from ...operators.operator import matrix_bytes, norm_bound
from .split import split, tail_norm

# w / omega up to which SQMR converges in about twenty iterations and the pencil is a good start: it
# falls to half when w is this share of the norm of H, for W then mixes all far states.
_MAX_RATIO = 0.7
_STRONG_TAIL = 0.035
_SHARES_OF_RATIO = (0.3, 0.45, 0.6, 0.8, 1.0)
_SLICES = (50, 100, 150, 200, 300, 500)
# Half width of the near window over that of a slice with its buffer, at least.
_REACH = 4.0
_LARGEST_CORE = 8192
# Of the memory, up to which it is spent on speed.
_SHARE_FOR_SPEED = 0.5
_SMALL_CORE = 256
# Rates relative to matrix products in double precision (1), measured on the star model.
_EIGH = 22.0  # operations x n^3 of LAPACK syevd, whose half is memory bound
_LDL = 2.0
# Operations a vector element and application that memory traffic is worth, and its part that
# columns of one product share.
_TRAFFIC = 600.0
_SHARED_TRAFFIC = 6400.0
_RR = 3.0
_ITERATIONS = 13.0
_KRYLOV = 2.4  # products with triangles, and few columns at once
# Columns times iterations of the exact solves of one count.
COUNTED = 300.0
_SOLVE = 12.0  # of one column with the inverse of S0, which is read from memory


@dataclass(frozen=True)
class Setting:
    """A choice of core and window, and what it is expected to cost.

    Attributes
    ----------
    n_core : sites of the core;  omega : half width of the window of near states
    tail_norm : w;  near : expected number of near states
    slice_levels : wanted levels that share one centre
    slices : with a centre each;  columns : levels of one of them with its buffer
    iterations : of SQMR for every column, all corrections together
    operations : floating-point operations of matrix-product speed
    alone : those of them that rank 0 does alone, or every rank alike
    matvecs : applications of H to a vector
    memory : bytes on all ranks, beside those of the process itself
    width : columns that share one matrix product
    """

    n_core: int
    omega: float
    tail_norm: float
    near: int
    core_dimension: int
    slice_levels: int
    slices: int
    columns: int
    iterations: float
    operations: float
    alone: float
    matvecs: float
    memory: float
    width: int

    def shared(self, ranks: int) -> float:
        """Operations that one of so many ranks does."""
        return self.alone + (self.operations - self.alone) / ranks


def level_density(op: Operator, energy: float) -> float:
    """Levels per unit energy at `energy`, from the product levels of a small core.

    The neglected couplings move levels by less than the width that is averaged over.
    """
    n_core, dimension = 1, op.space.dims[0]
    while n_core < len(op.space.dims) and dimension * op.space.dims[n_core] <= _SMALL_CORE:
        dimension *= op.space.dims[n_core]
        n_core += 1
    tail = split(op, n_core)
    core = np.linalg.eigvalsh(to_dense(tail.core))
    half = max(0.25, 2.0 * tail.tail_norm)
    shifted = energy - tail.outer_energies
    inside = np.searchsorted(core, shifted + half) - np.searchsorted(core, shifted - half)
    return max(float(inside.sum()), 1.0) / (2.0 * half)


def max_ratio(w: float, norm: float) -> float:
    """Tail norm over half width of the near window at most."""
    if w == 0:
        return _MAX_RATIO
    return _MAX_RATIO / (1.0 + (w / (_STRONG_TAIL * norm)) ** 2)


def settings(
    op: Operator,
    energy: float,
    count: int,
    *,
    density: float,
    buffer: int,
    widths: Sequence[int],
    single: bool,
    n_core: int | None = None,
    omega: float | None = None,
    threads: int = 1,
    ranks: int = 1,
) -> list[Setting]:
    """Every sensible setting for `count` levels around `energy`, cheapest on these ranks first.

    `threads` are those of each of `ranks`, all of which hold the core and the near block.
    """
    found = []
    dims, norm = op.space.dims, norm_bound(op)
    for sites in range(1, len(dims) + 1) if n_core is None else [n_core]:
        core = math.prod(dims[:sites])
        if n_core is None and (core > _LARGEST_CORE or (core > op.dimension // 4 and sites > 1)):
            continue
        w = tail_norm(op, sites)
        cut = _Cut(op.dimension, sites, core, w, _couplings(op, sites), len(dims) - sites)
        most = max_ratio(w, norm)
        for share in _SHARES_OF_RATIO if omega is None else [1.0]:
            least = w / (share * most) if omega is None else omega
            for levels in sorted({min(count, n) for n in _SLICES}):
                half = least
                if omega is None:
                    # Room for the ends of the slice, and for a count of the levels there.
                    reach = 0.5 * (levels + 2 * buffer) / density
                    half = max(least, 1.3 * reach + w, _REACH * reach)
                found += [
                    _setting(
                        cut,
                        half,
                        levels,
                        density=density,
                        count=count,
                        buffer=buffer,
                        width=width,
                        single=single,
                        threads=threads,
                        ranks=ranks,
                    )
                    for width in widths
                ]
    return sorted(found, key=lambda setting: setting.shared(ranks))


@dataclass(frozen=True)
class _Cut:
    """A core, and what is beyond it."""

    dimension: int
    sites: int
    core: int
    tail_norm: float
    n_products: int
    n_outer_sites: int


def _setting(
    cut: _Cut,
    omega: float,
    levels: int,
    *,
    density: float,
    count: int,
    buffer: int,
    width: int,
    single: bool,
    threads: int,
    ranks: int,
) -> Setting:
    core, w, n_products = cut.core, cut.tail_norm, cut.n_products
    d, near = float(cut.dimension), min(2.0 * omega * density, float(cut.dimension))
    # The last one is for what the density of levels, which fluctuates, has left over.
    slices = 1 if levels >= count else -(-count // levels) + 1
    outer, columns = d / core, levels + 2.0 * buffer
    width = min(width, int(columns))
    apply = (2.0 * core * n_products + _TRAFFIC + _SHARED_TRAFFIC / width) * d
    linked = near / outer * max(1, cut.n_outer_sites)
    schur = 2.0 * outer * core * linked**2
    ldl = _LDL * near**3
    krylov = 2.5 * columns + 160.0
    pencil = min(_EIGH * near**3, _KRYLOV * krylov * (8.0 * near**2 + 4.0 * near * krylov))
    iterations = _ITERATIONS * (1.0 + w / omega)
    step = 1.7 * apply + _SOLVE * near**2
    corrections = columns * (4.0 * apply + iterations * (0.5 if single else 1.0) * step)
    one_slice = schur + ldl + pencil + corrections + 3.0 * _RR * columns**2 * d
    certificate = 2.0 * (schur + ldl + 120.0 * apply + COUNTED * step)
    operations = _EIGH * core**3 + slices * one_slice + certificate
    # Rank 0 diagonalises the core and solves pencil and Ritz problems; all factorise the near block
    # of every slice and, each half of them, of one count, and keep the pencil's levels out of P.
    kept_out = 4.0 * near * columns**2 * iterations * (0.5 if single else 1.0)
    a_slice_alone = ldl + pencil + kept_out + 3.0 * _EIGH * columns**3
    alone = min(operations, _EIGH * core**3 + slices * a_slice_alone + ldl)
    matvecs = slices * columns * (4.0 + iterations) + 240.0 + 2.0 * COUNTED
    precision = 4 if single else 8
    blocks = d * width * (8 * precision + 16) * threads
    vectors = 8.0 * d * (columns + count + (slices > 1) * count)
    matrices = n_products * core**2 * (8 + precision * single) + 8.0 * core**2
    dense = near**2 * (2 * 8 + precision) + near * columns * (16 + 2 * precision)
    near_part = max(blocks + ranks * near**2 * precision, ranks * dense)
    memory = vectors + ranks * matrices + near_part + 8 * d
    return Setting(
        *(cut.sites, omega, w, round(near), core, levels, slices, round(columns), iterations),
        *(operations, alone, matvecs, memory, width),
    )


def _couplings(op: Operator, n_core: int) -> int:
    """Products with a core matrix in one application of H."""
    cores = {
        tuple((s, matrix_bytes(m)) for s, m in term.factors if s < n_core)
        for term in op.terms
        if any(s >= n_core for s, _ in term.factors) and any(s < n_core for s, _ in term.factors)
    }
    return max(1, len(cores))


def cheapest_within(found: Sequence[Setting], max_memory: float, narrow: int) -> Setting | None:
    """The first of these that fits; blocks wider than `narrow` only where memory is plentiful."""
    for setting in found:
        share = 1.0 if setting.width <= narrow else _SHARE_FOR_SPEED
        if setting.memory <= share * max_memory:
            return setting
    return None


def best_setting(
    op: Operator,
    energy: float,
    count: int,
    *,
    max_memory: float,
    widths: Sequence[int],
    omega: float | None = None,
    n_core: int | None = None,
    **options: Any,
) -> Setting:
    """The cheapest setting that fits into memory; `options` are those of `settings`.

    Raises
    ------
    UnfitMethod
        If the tail couplings are too strong for every core that fits.
    """
    found = settings(op, energy, count, widths=widths, n_core=n_core, omega=omega, **options)
    fit = [setting for setting in found if omega is None or setting.tail_norm < omega]
    affordable = cheapest_within(fit, max_memory, min(widths))
    if affordable is not None:
        return affordable
    if not found:
        raise UnfitMethod(
            f"the first site has {op.space.dims[0]} levels, more than the window method can "
            f"diagonalise as its core ({_LARGEST_CORE}): use 'slepc' or 'filtered'"
        )
    if omega is not None and not fit:
        raise UnfitMethod(
            f"omega={omega:.4g} does not exceed the norm {found[0].tail_norm:.4g} of the couplings "
            f"beyond {found[0].n_core} core sites: raise omega, or take more core sites (n_core)"
        )
    nearest = min(fit, key=lambda setting: setting.memory)
    raise UnfitMethod(
        f"the window method does not fit: with a core of dimension {nearest.core_dimension} the "
        f"couplings left out have norm {nearest.tail_norm:.3g}, which needs a window of half width "
        f"{nearest.omega:.3g} with {nearest.near} states and {nearest.memory / 1e9:.3g} GB "
        f"(allowed: {max_memory / 1e9:.3g} GB). Couplings that decay faster, more memory, or "
        "solver='filtered' would do"
    )
