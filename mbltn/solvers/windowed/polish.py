"""From the pencil's levels to eigenpairs of H: lift, correct, Rayleigh-Ritz, repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from ...comm import by_rank_zero
from .blocks import column_blocks, n_threads, pool_of
from .near import Near
from .pencil import NearLevels
from .precondition import NearSolve, Preconditioner, coupling_of_near_part
from .sqmr import Vectors, sqmr

_ROWS_AT_ONCE = 4096


@dataclass(frozen=True, eq=False)
class Polished:
    """Ritz pairs of H: energies ascending, vectors[a, s, c], residual norms, passes made."""

    energies: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    passes: int
    iterations: int


class Polisher:
    """Iterative refinement of a block of approximate eigenvectors, all of the same size.

    For each column the correction d solves (H - theta) d = -r by SQMR, in P without the pencil's
    levels plus Q; then Rayleigh-Ritz on the corrected block. The block never grows: on a growing
    basis Ritz values from outside would land inside the window. Convergence is about quadratic.
    """

    def __init__(
        self,
        near: Near,
        levels: NearLevels,
        near_solve: NearSolve,
        *,
        width: int,
        precision: Any,
        reduction: float = 1e-6,
    ) -> None:
        self.near, self.frame, self.levels = near, near.frame, levels
        self.near_solve = near_solve
        self.width, self.precision, self.reduction = width, np.dtype(precision), reduction
        self.threads = n_threads(self.frame.comm)
        self.iterations = 0

    def lifted(self) -> np.ndarray:
        """``x_P = y, x_Q = (mu - D_Q)^-1 W_QP y``, normalised; (A, own S, n)."""
        from .kernels import column_dots, put, resolvent

        near, levels = self.near, self.levels
        mask, places = near.mask(), near.places()
        x = np.empty((*self.frame.shape, len(levels.energies)))

        def lift(part: slice) -> None:
            values = np.ascontiguousarray(levels.vectors[near.own, part])
            image = np.empty((*self.frame.shape, values.shape[1]))
            coupling_of_near_part(near, values, image, np.empty_like(image))
            block = np.empty_like(image)
            resolvent(block, image, self.frame.diagonal, mask, levels.energies[part])
            put(block, *places, values)
            block /= np.sqrt(self.frame.sum(column_dots(block, block)))
            x[:, :, part] = block

        self._map(lift, column_blocks(x.shape[2], self.width))
        return x

    def refine(
        self,
        x: np.ndarray,
        wanted: Callable[[np.ndarray], np.ndarray],
        tol: float,
        passes: tuple[int, ...],
        go_on: Callable[[int], bool] = lambda done: True,
    ) -> Polished:
        """Correct all columns, then those of `wanted` that have residuals above `tol`.

        Parameters
        ----------
        x : (A, own S, n), overwritten
        wanted : Ritz values -> mask of the columns that must converge
        tol : residual norm
        passes : SQMR iterations of the first, second, ... correction
        go_on : asked before each pass
        """
        energies = self.levels.energies.copy()
        residuals = np.full(len(energies), np.inf)
        active = np.ones(len(energies), dtype=bool)
        done = 0
        for iterations in (*passes, 0):
            aim = tol if done else 0.0  # the buffer too is corrected once
            if not go_on(done):
                iterations = 0
            if not self._correct(x, energies, np.flatnonzero(active), residuals, aim, iterations):
                break
            energies = self._rayleigh_ritz(x)
            active = wanted(energies)
            done += 1
        self._correct(x, energies, np.flatnonzero(~active), residuals, tol, 0)
        return Polished(energies, x, residuals, done, self.iterations)

    def _correct(
        self,
        x: np.ndarray,
        energies: np.ndarray,
        columns: np.ndarray,
        residuals: np.ndarray,
        tol: float,
        iterations: int,
    ) -> bool:
        """Fill `residuals` of these columns, correct those above `tol`; whether there were any."""
        blocks = [columns[part] for part in column_blocks(len(columns), self.width)]
        counts = self._map(
            lambda part: self._correct_block(x, energies, part, residuals, tol, iterations), blocks
        )
        self.iterations += sum(counts)
        return any(counts)

    def _correct_block(
        self,
        x: np.ndarray,
        energies: np.ndarray,
        part: np.ndarray,
        residuals: np.ndarray,
        tol: float,
        iterations: int,
    ) -> int:
        """The same for one block; returns the iterations of all its columns."""
        from .kernels import column_dots

        frame = self.frame
        block = np.ascontiguousarray(x[:, :, part])
        r = np.empty_like(block)
        frame.apply(block, energies[part], r, np.empty_like(block))
        del block
        norms = np.sqrt(frame.sum(column_dots(r, r)))
        residuals[part] = norms
        open_ = norms > tol
        if not iterations or not open_.any():
            return 0
        part, norms = part[open_], norms[open_]
        work = Vectors((*frame.shape, len(part)), self.precision)
        np.divide(r[:, :, open_], -norms, out=work.residual, casting="same_kind")
        del r
        flipped = np.empty_like(work.residual)
        precondition = Preconditioner(
            self.near, self.levels.sigma, self.near_solve, self.precision, len(part)
        )
        _, done = sqmr(
            lambda v, out: frame.apply(v, energies[part], out, flipped),
            precondition,
            work,
            frame.sum,
            iterations,
            self.reduction,
        )
        x[:, :, part] += work.solution * norms
        return done * len(part)

    def _rayleigh_ritz(self, x: np.ndarray) -> np.ndarray:
        """Rotate the block to its Ritz vectors, in place; returns the Ritz values."""
        frame, n = self.frame, x.shape[2]
        flat = x.reshape(-1, n)
        gram, projected = flat.T @ flat, np.zeros((n, n))

        def project(part: slice) -> None:
            block = np.ascontiguousarray(x[:, :, part])
            image = np.empty_like(block)
            width = block.shape[2]
            frame.apply(block, np.zeros(width), image, np.empty_like(block))
            projected[part, : part.stop] = image.reshape(-1, width).T @ flat[:, : part.stop]

        self._map(project, column_blocks(n, self.width))
        projected = np.tril(projected) + np.tril(projected, -1).T
        gram, projected = frame.sum(np.stack([gram, projected]))
        # Decided by rank 0: a sign that rounding flips elsewhere would tear the vectors apart.
        energies, rotation = by_rank_zero(
            frame.comm,
            lambda: scipy.linalg.eigh(
                projected, 0.5 * (gram + gram.T), driver="gvd", check_finite=False
            ),
        )
        for first in range(0, len(flat), _ROWS_AT_ONCE):
            flat[first : first + _ROWS_AT_ONCE] = flat[first : first + _ROWS_AT_ONCE] @ rotation
        return energies

    def _map(self, work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
        with pool_of(self.threads) as mapped:
            return mapped(work, items)
