"""Between tensors of this solver and quimb's networks."""

from __future__ import annotations

from typing import Any

import numpy as np


def mpo_tensors(mpo: Any) -> list[np.ndarray]:
    """(left, right, d, d) of every site, row before column."""
    mpo = mpo.copy()
    mpo.permute_arrays("lrud")
    arrays = [np.asarray(a, dtype=float) for a in mpo.arrays]
    if len(arrays) == 1:
        return [arrays[0][None, None]]
    return [arrays[0][None], *arrays[1:-1], arrays[-1][:, None]]


def to_mps(tensors: list[np.ndarray]) -> Any:
    """quimb's matrix product state of tensors (left, d, right)."""
    from quimb.tensor import MatrixProductState

    if len(tensors) == 1:
        return MatrixProductState([tensors[0][0, :, 0]], shape="p")
    arrays = [tensors[0][0], *tensors[1:-1], tensors[-1][:, :, 0]]
    return MatrixProductState(arrays, shape="lpr")


def residual_norm(mpo: Any, mps: Any, energy: float) -> float:
    """``||H psi - E psi||`` of a normalised state.

    H psi - E psi is itself an MPS; orthogonalised site by site its norm is that of the last tensor,
    so that rounding is eps ||H|| in the norm, not in its square as in <H^2> - <H>^2.
    """
    scaled = mps.copy()
    scaled[0].modify(data=-energy * scaled[0].data)
    rest = mpo.apply(mps).add_MPS(scaled)
    rest.left_canonize()
    return float(rest[rest.L - 1].norm())


def overlap(a: Any, b: Any) -> float:
    """<a|b>."""
    return float(np.real(a.overlap(b)))
