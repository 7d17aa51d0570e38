"""Block LDU preconditioner: exact on P and between P and Q, diagonal on Q."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .frame import Frame
from .near import Near

NearSolve = Callable[[np.ndarray], np.ndarray]


class Preconditioner:
    """``M^-1 r``: z_Q = D_Q^-1 r_Q; z_P = G (r_P - W_PQ z_Q); z_Q -= D_Q^-1 W_QP z_P.

    With G = S0(sigma)^-1 this inverts H - sigma but for W_QQ, the tail couplings between far
    states. Symmetric when G is.

    Parameters
    ----------
    near : Near
    sigma : float
    near_solve : G, from whole (n, c) blocks to the rows of this rank's near states
    dtype : precision of the blocks
    width : columns of a block
    """

    def __init__(
        self, near: Near, sigma: float, near_solve: NearSolve, dtype: Any, width: int
    ) -> None:
        self.near, self.frame = near, near.frame
        self.near_solve = near_solve
        far = ~near.mask()
        gaps = near.frame.diagonal - sigma
        self.weights = np.where(far, 1.0 / np.where(far, gaps, 1.0), 0.0).astype(dtype)
        self.places = near.places()
        self._image = np.empty((*near.frame.shape, width), dtype)
        self._flipped = np.empty_like(self._image)

    def __call__(self, r: np.ndarray, z: np.ndarray) -> np.ndarray:
        from .kernels import put, scaled, subtract_scaled, take

        near, width = self.near, r.shape[2]
        scaled(z, r, self.weights)
        on_near = np.empty((len(self.places[0]), width), r.dtype)
        take(r, *self.places, on_near)
        on_near -= near_part_of_coupling(near, z, self._flipped)
        solved = self.near_solve(gathered(self.frame, on_near))
        coupling_of_near_part(near, solved, self._image, self._flipped)
        subtract_scaled(z, self._image, self.weights)
        put(z, *self.places, np.ascontiguousarray(solved))
        return z


def gathered(frame: Frame, own: np.ndarray) -> np.ndarray:
    """Rows of all ranks, in the numbering of `Near`."""
    if frame.comm.size == 1:
        return own
    return np.concatenate(frame.comm.allgather(own))


def near_part_of_coupling(near: Near, x: np.ndarray, work: np.ndarray) -> np.ndarray:
    """``(W x)_P`` on this rank's near states."""
    frame = near.frame
    start = near.own.start
    result = np.zeros((near.own.stop - start, x.shape[2]), x.dtype)
    by_outer = work.reshape(len(frame.own), frame.n_levels, -1)
    for coupling in frame.couplings:
        frame.flipped(coupling, x, by_outer, layout="to outer")
        for position, s in enumerate(frame.own):
            levels, part = near.levels(s), near.part(s)
            if levels.start < levels.stop:
                here = by_outer[position]
                image = (
                    here[levels]
                    if coupling.matrix is None
                    else (frame.levels_of(coupling, levels, x.dtype) @ here)
                )
                result[part.start - start : part.stop - start] += image
    return result


def coupling_of_near_part(
    near: Near, on_near: np.ndarray, out: np.ndarray, work: np.ndarray
) -> None:
    """``out = W x`` for an x that lives on this rank's near states."""
    frame = near.frame
    start = near.own.start
    by_outer = work.reshape(len(frame.own), frame.n_levels, -1)
    out[...] = 0
    for coupling in frame.couplings:
        for position, s in enumerate(frame.own):
            levels, part = near.levels(s), near.part(s)
            values = on_near[part.start - start : part.stop - start]
            here = by_outer[position]
            if coupling.matrix is None or levels.start == levels.stop:
                here[...] = 0
                here[levels] = values
            else:
                np.matmul(
                    frame.levels_of(coupling, levels, out.dtype, mirror=True).T, values, out=here
                )
        frame.flipped(coupling, by_outer, out, add=True, layout="from outer")
