"""Block LDU preconditioner: exact on P and between P and Q, diagonal on Q."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...comm import together
from ...rows import gathered_rows
from .ldl import BlockLDL, block_ldl
from .near import Near, schur_complement
from .sqmr import Vectors, sqmr

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
    """

    def __init__(self, near: Near, sigma: float, near_solve: NearSolve, dtype: Any) -> None:
        self.near, self.dtype = near, np.dtype(dtype)
        self._near_solve = near_solve
        self._weights = near.far_weights(sigma).astype(dtype)

    def __call__(
        self, r: np.ndarray, z: np.ndarray, image: np.ndarray, flipped: np.ndarray
    ) -> np.ndarray:
        """``z = M^-1 r``; the last two blocks are overwritten."""
        from .kernels import put, scaled, subtract_scaled, take

        near = self.near
        scaled(z, r, self._weights)
        on_near = np.empty((len(near.places[0]), r.shape[2]), r.dtype)
        take(r, *near.places, on_near)
        on_near -= near_part_of_coupling(near, z, flipped)
        solved = self._near_solve(gathered(near, on_near))
        coupling_of_near_part(near, solved, image, flipped)
        subtract_scaled(z, image, self._weights)
        put(z, *near.places, np.ascontiguousarray(solved))
        return z


def schur_factor(near: Near, energy: float) -> BlockLDL:
    """The factors of S0(energy), the same on every rank; S0 itself is not kept."""
    schur = schur_complement(near, energy)
    return together(near.frame.comm, lambda: block_ldl(schur))


def factor_solve(near: Near, factor: BlockLDL) -> NearSolve:
    """G = S0^-1 from its factors, as `Preconditioner` wants it."""
    return lambda r: factor.solve(r)[near.own]


class ShiftedSystem:
    """``(H - shifts[c]) x = b`` by preconditioned SQMR, with the blocks that this takes.

    Write b into `right_side`; the answer is in `solution`. One thread each.
    """

    def __init__(self, precondition: Preconditioner, width: int) -> None:
        frame, dtype = precondition.near.frame, precondition.dtype
        self._precondition, self._frame = precondition, frame
        self._work = Vectors((*frame.shape, width), dtype)
        self.left = np.ones(width)
        self._image, self._flipped = (np.empty((*frame.shape, width), dtype) for _ in range(2))

    @property
    def right_side(self) -> np.ndarray:
        return self._work.residual

    @property
    def solution(self) -> np.ndarray:
        return self._work.solution

    def solve(self, shifts: np.ndarray, iterations: int, reduction: float) -> int:
        """The iterations done; see `sqmr` for the arguments and for what is `left`."""
        frame, image, flipped = self._frame, self._image, self._flipped
        self.left, done = sqmr(
            lambda x, out: frame.apply(x, shifts, out, flipped),
            lambda r, z: self._precondition(r, z, image, flipped),
            self._work,
            frame.sum,
            iterations,
            reduction,
        )
        return done


def gathered(near: Near, own: np.ndarray) -> np.ndarray:
    """Rows of all ranks, in the numbering of `Near`."""
    return gathered_rows(near.frame.comm, own, near.rows_of_ranks)


def near_part_of_coupling(near: Near, x: np.ndarray, work: np.ndarray) -> np.ndarray:
    """``(W x)_P`` on this rank's near states."""
    frame = near.frame
    start = near.own.start
    result = np.zeros((near.own.stop - start, x.shape[2]), x.dtype)
    by_outer = work.reshape(len(frame.own), frame.n_levels, work.shape[-1])
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
    by_outer = work.reshape(len(frame.own), frame.n_levels, work.shape[-1])
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
