"""Contractions of a matrix product state with itself that leave runs of sites open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import InvalidInput
from ..machine import available_bytes, size

_NORMALISED = 1e-8


class Run(NamedTuple):
    """Neighbouring sites as one tensor (left, levels, right); whether it is left open."""

    tensor: np.ndarray
    inside: bool


def tensors_around(mps: Any, centre: int) -> list[np.ndarray]:
    """(left, d, right) of every site, orthonormal towards the centre."""
    mps = mps.copy()
    mps.canonicalize_(centre)
    norm = float(mps[centre].norm())
    if abs(norm - 1) > _NORMALISED:
        raise InvalidInput(f"the state has norm {norm:.6g}; normalise it first")
    mps.permute_arrays("lpr")
    # mps.arrays has the order in which tensors were added, which gates change.
    arrays = [np.asarray(mps[i].data) for i in range(mps.L)]
    if len(arrays) == 1:
        return [arrays[0][None, :, None]]
    return [arrays[0][None], *arrays[1:-1], arrays[-1][:, :, None]]


def runs_of(block: Sequence[int]) -> list[list[int]]:
    """Neighbours of an ascending block.

    Examples
    --------
    >>> runs_of([0, 1, 4])
    [[0, 1], [4]]
    """
    runs: list[list[int]] = []
    for site in block:
        if runs and site == runs[-1][-1] + 1:
            runs[-1].append(site)
        else:
            runs.append([site])
    return runs


def states_of(mps: Any, block: Sequence[int]) -> int:
    """Levels that hold all of an ascending block: l r at most for a run between bonds l and r.

    Examples
    --------
    >>> from quimb.tensor import MPS_ghz_state
    >>> states_of(MPS_ghz_state(9), [0, 1, 2, 5, 6, 7])
    8
    """
    bonds = [1, *(int(mps.bond_size(i, i + 1)) for i in range(mps.L - 1)), 1]
    return math.prod(
        min(math.prod(mps.phys_dim(i) for i in run), bonds[run[0]] * bonds[run[-1] + 1])
        for run in runs_of(block)
    )


def plain_density(mps: Any, block: Sequence[int]) -> np.ndarray:
    """Density matrix (d, d) of an ascending block in the basis of its sites."""
    tensors = tensors_around(mps, block[0])
    return density([Run(tensors[i], i in block) for i in range(block[0], block[-1] + 1)])


def reduced_density(mps: Any, a: Sequence[int], b: Sequence[int] = ()) -> tuple[np.ndarray, int]:
    """Density matrix of two ascending blocks within levels that hold all of each of their runs,
    A the more significant; and the number of those of A."""
    ends = {run[0]: run for block in (a, b) for run in runs_of(block)}
    tensors, site = tensors_around(mps, min(ends)), min(ends)
    runs, dims, of_b = [], [], []
    while site <= max(run[-1] for run in ends.values()):
        inside = site in ends
        sites = ends[site] if inside else [site]
        runs.append(Run(_merged([tensors[i] for i in sites]) if inside else tensors[site], inside))
        if inside:
            dims.append(runs[-1].tensor.shape[1])
            of_b.append(site in b)
        site = sites[-1] + 1
    order = np.argsort(of_b, kind="stable")
    matrix = density(runs).reshape(dims * 2).transpose([*order, *(order + len(dims))])
    d_a = math.prod(d for d, other in zip(dims, of_b, strict=True) if not other)
    return matrix.reshape(math.prod(dims), -1), d_a


def _merged(tensors: list[np.ndarray]) -> np.ndarray:
    """One tensor of neighbours, in a basis of no more levels than its bonds allow."""
    merged = _fewest_levels(tensors[0])
    for tensor in tensors[1:]:
        left, right = merged.shape[0], tensor.shape[2]
        merged = np.tensordot(merged, tensor, (2, 0)).reshape(left, -1, right)
        merged = _fewest_levels(merged)
    return merged


def _fewest_levels(tensor: np.ndarray) -> np.ndarray:
    left, d, right = tensor.shape
    if d <= left * right:
        return tensor
    matrix = tensor.transpose(1, 0, 2).reshape(d, left * right)
    rest = np.asarray(np.linalg.qr(matrix, mode="r"))
    return rest.reshape(-1, left, right).transpose(1, 0, 2)


def density(runs: Sequence[Run]) -> np.ndarray:
    """Density matrix of the runs inside, the first the most significant.

    The first and the last run are inside, the centre is in the first one.
    """
    levels, needed = 1, 0
    for run in runs[:-1]:
        levels *= run.tensor.shape[1] if run.inside else 1
        needed = max(needed, bytes_beside_bond(levels, run.tensor))
    require_memory(levels, needed)
    part = start(runs[0].tensor.shape[0])
    for run in runs[:-1]:
        part = (opened if run.inside else passed)(part, run.tensor)
    return closed(part, runs[-1].tensor)


def bytes_beside_bond(levels: int, tensor: np.ndarray) -> int:
    """Of a block with so many levels beside the bond behind this tensor, and of two products."""
    return int(3 * tensor.itemsize * (levels * tensor.shape[2]) ** 2)


def require_memory(levels: int, needed: int) -> None:
    """Raise `InvalidInput` if so many bytes are not free."""
    if needed > available_bytes():
        raise InvalidInput(
            f"a block with {levels} levels before its last sites needs, beside its bonds, "
            f"{size(needed, up=True)} and {size(available_bytes())} are free: take fewer sites"
        )


def start(bond: int) -> np.ndarray:
    """(ket levels, bra levels, ket bond, bra bond) of all sites to the left."""
    return np.eye(bond)[None, None]


def opened(part: np.ndarray, tensor: np.ndarray) -> np.ndarray:
    """A site is added whose levels are left open, the least significant ones."""
    ket, bra = part.shape[:2]
    d, right = tensor.shape[1:]
    grown = np.tensordot(np.tensordot(part, tensor, (2, 0)), tensor.conj(), (2, 0))
    return grown.transpose(0, 2, 1, 4, 3, 5).reshape(ket * d, bra * d, right, right)


def passed(part: np.ndarray, tensor: np.ndarray) -> np.ndarray:
    """A site is added that is traced out."""
    return np.tensordot(np.tensordot(part, tensor, (2, 0)), tensor.conj(), ((2, 3), (0, 1)))


def closed(part: np.ndarray, tensor: np.ndarray) -> np.ndarray:
    """The density matrix of what is open and of this site, all behind it traced out."""
    ket, bra = part.shape[:2]
    d = tensor.shape[1]
    grown = np.tensordot(np.tensordot(part, tensor, (2, 0)), tensor.conj(), ((2, 4), (0, 2)))
    return np.asarray(grown.transpose(0, 2, 1, 3)).reshape(ket * d, bra * d)
