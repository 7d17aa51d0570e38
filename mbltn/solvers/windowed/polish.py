"""From the pencil's levels to eigenpairs of H: lift, correct, Rayleigh-Ritz, repeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from .blocks import column_blocks, n_threads, pool_of
from .near import Near
from .pencil import NearLevels
from .precondition import NearSolve, Preconditioner, ShiftedSystem, coupling_of_near_part
from .ritz import ritz_in_place

# Reduction of the preconditioned residual that a correction is solved to at best. It is limited by
# what the pencil's levels miss of the block's span: more accurate solves gain nothing.
_BEST = 2e-4
# Of the last correction, below the tolerance.
_AIM = 0.2


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
    basis Ritz values from outside would land inside the window. Each pass gains three
    to four digits: what limits it is the span that the pencil misses.
    """

    def __init__(
        self,
        near: Near,
        levels: NearLevels,
        near_solve: NearSolve,
        *,
        width: int,
        precision: Any,
    ) -> None:
        self.near, self.frame, self.levels = near, near.frame, levels
        self.precondition = Preconditioner(near, levels.sigma, near_solve, precision)
        self.width = width
        self.threads = n_threads(self.frame.comm)
        self.iterations = self.passes = 0

    def lifted(self) -> np.ndarray:
        """``x_P = y, x_Q = (mu - D_Q)^-1 W_QP y``, normalised; (A, own S, n)."""
        from .kernels import column_dots, put, resolvent

        near, levels = self.near, self.levels
        mask = near.mask()
        x = np.empty((*self.frame.shape, len(levels.energies)))

        def lift(part: slice) -> None:
            values = np.ascontiguousarray(levels.vectors[near.own, part])
            image = np.empty((*self.frame.shape, values.shape[1]))
            coupling_of_near_part(near, values, image, np.empty_like(image))
            block = np.empty_like(image)
            resolvent(block, image, self.frame.diagonal, mask, levels.energies[part])
            put(block, *near.places, values)
            block /= np.sqrt(self.frame.sum(column_dots(block, block)))
            x[:, :, part] = block

        self._map(lift, self._blocks(x.shape[2]))
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

        H X is kept beside X, and turned with it, so that residuals cost no application.

        Parameters
        ----------
        x : (A, own S, n), overwritten
        wanted : Ritz values -> mask of the columns that must converge
        tol : residual norm
        passes : SQMR iterations of the first, second, ... correction
        go_on : asked before each pass
        """
        energies = self.levels.energies.copy()
        n = len(energies)
        image = np.empty_like(x)
        open_ = np.arange(n)
        self._apply(x, image, open_)
        residuals = self._residuals(x, image, energies)
        for done, iterations in enumerate(passes):
            if not len(open_) or not go_on(done):
                break
            blocks = [open_[part] for part in self._blocks(len(open_))]
            # Columns far from sigma take the longest: at the end no thread shall wait for them.
            blocks.sort(key=lambda columns: -abs(energies[columns] - self.levels.sigma).max())
            counts = self._map(
                partial(self._correct, x, image, energies, residuals, tol, iterations), blocks
            )
            self.iterations += sum(counts)
            self._apply(x, image, open_)
            # What came from the pencil is not yet orthogonal.
            active = np.flatnonzero(residuals > tol) if done else np.arange(n)
            ritz_in_place(self.frame, x.reshape(-1, n), image.reshape(-1, n), energies, active)
            residuals = self._residuals(x, image, energies)
            self.passes = done + 1
            open_ = np.flatnonzero(wanted(energies) & (residuals > tol))
        if np.any(np.diff(energies) < 0):  # levels that agree to rounding
            order = np.argsort(energies, kind="stable")
            energies, residuals, x = energies[order], residuals[order], x[:, :, order]
        return Polished(energies, x, residuals, self.passes, self.iterations)

    def _correct(
        self,
        x: np.ndarray,
        image: np.ndarray,
        energies: np.ndarray,
        residuals: np.ndarray,
        tol: float,
        iterations: int,
        columns: np.ndarray,
    ) -> int:
        """Add to these columns of x what removes their residuals; iterations of all of them."""
        from .kernels import add_columns, scaled_residual

        shifts = energies[columns]
        system = ShiftedSystem(self.precondition, len(columns))
        norms = np.maximum(residuals[columns], np.finfo(float).tiny)
        scaled_residual(x, image, columns, shifts, -1.0 / norms, system.right_side)
        reduction = max(_AIM * tol / float(norms.max()), _BEST)
        done = system.solve(shifts, iterations, reduction)
        add_columns(x, columns, system.solution, norms)
        return done * len(columns)

    def _apply(self, x: np.ndarray, image: np.ndarray, columns: np.ndarray) -> None:
        """``image = H x`` for these columns."""

        def work(part: np.ndarray) -> None:
            image[:, :, part] = self.frame.applied(np.take(x, part, axis=2))

        self._map(work, [columns[part] for part in self._blocks(len(columns))])

    def _residuals(self, x: np.ndarray, image: np.ndarray, energies: np.ndarray) -> np.ndarray:
        from .kernels import residual_norms

        return np.sqrt(self.frame.sum(residual_norms(x, image, energies)))

    def _blocks(self, count: int) -> list[slice]:
        return column_blocks(count, self.width, self.threads)

    def _map(self, work: Callable[[Any], Any], items: list[Any]) -> list[Any]:
        with pool_of(self.threads) as mapped:
            return mapped(work, items)
