"""Tensors of matrix product states, from and to quimb; divisions of a tensor at a bond."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


def to_mps(tensors: list[np.ndarray]) -> Any:
    """quimb's matrix product state of tensors (left, d, right)."""
    from quimb.tensor import MatrixProductState

    if len(tensors) == 1:
        return MatrixProductState([tensors[0][0, :, 0]], shape="p")
    arrays = [tensors[0][0], *tensors[1:-1], tensors[-1][:, :, 0]]
    return MatrixProductState(arrays, shape="lpr")


def mps_tensors(mps: Any) -> list[np.ndarray]:
    """(left, d, right) of every site of quimb's matrix product state."""
    mps = mps.copy()
    mps.permute_arrays("lpr")
    arrays = [np.asarray(a) for a in mps.arrays]
    if len(arrays) == 1:
        return [arrays[0][None, :, None]]
    return [arrays[0][None], *arrays[1:-1], arrays[-1][:, :, None]]


@dataclass(frozen=True, eq=False)
class Cut:
    """``x = basis @ diag(weights) @ others``, what is small cut off and the norm as it was.

    Attributes
    ----------
    basis, weights, others : (m, chi), (chi,), (chi, n)
    discarded : weight that was cut off
    limited : whether max_bond, and not the cutoff, cut it
    """

    basis: np.ndarray
    weights: np.ndarray
    others: np.ndarray
    discarded: float
    limited: bool


def cut(x: np.ndarray, max_bond: int, cutoff: float) -> Cut:
    """x (m, n) of norm 1: the fewest singular values that leave out no more than `cutoff` of the
    weight, and no more than `max_bond` of them."""
    u, s, v = np.linalg.svd(x, full_matrices=False)
    lost = np.append(np.cumsum(s[::-1] ** 2)[::-1], 0.0)  # where the first 0, 1, 2... are kept
    wanted = max(1, int(np.argmax(lost <= cutoff)))
    kept = min(wanted, max_bond)
    weights = s[:kept] / np.linalg.norm(s[:kept])
    return Cut(u[:, :kept], weights, v[:kept], float(lost[kept]), kept < wanted)


@dataclass(frozen=True, eq=False)
class NewStates:
    """States that a basis lacks: (m, k) orthonormal columns, and the norm of what is left out."""

    states: np.ndarray
    left_out: float


def new_states(basis: np.ndarray, images: np.ndarray, reach: float, room: int) -> NewStates:
    """The largest parts of the columns of `images` (m, n) outside of `basis` (m, chi): those of
    singular values above `reach`, `room` of them at most."""
    for _ in range(2):
        images = images - basis @ (basis.conj().T @ images)
    new, sizes, _ = np.linalg.svd(images, full_matrices=False)
    room = max(0, min(room, len(basis) - basis.shape[1]))
    count = min(int((sizes > reach).sum()), room)
    new = new[:, :count] - basis @ (basis.conj().T @ new[:, :count])
    return NewStates(np.linalg.qr(new)[0], float(np.linalg.norm(sizes[count:])))
