"""Shift-invert by iterative solves: block Lanczos on (H - sigma)^-1, each solve by SQMR."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...operators.operator import norm_bound
from ...streams import Streams
from ..krylov import block_lanczos
from ..verify import residual_norms
from .frame import Frame
from .ldl import BlockLDL
from .near import Near
from .polish import Polished
from .precondition import Preconditioner, ShiftedSystem, factor_solve

_MAX_ITERATIONS = 200
_VECTORS_A_LEVEL = 2.5
# Accuracy of a solve relative to what the eigenpairs shall have.
_INNER = 0.1


def lanczos_pairs(
    near: Near,
    factor: BlockLDL,
    sigma: float,
    count: int,
    *,
    width: int,
    tol: float,
    go_on: Callable[[int], bool],
) -> Polished:
    """The `count` levels nearest to sigma, from the largest eigenvalues of (H - sigma)^-1.

    Parameters
    ----------
    factor : BlockLDL of S0(sigma)
    width : block size
    tol : float
        Residual of H. One of rho of the inverse, at its eigenvalue theta, is one of
        ||H - sigma|| rho / theta in H at most; the smallest theta is that of the last level.
    go_on : asked with the number of applications
    """
    frame, norm = near.frame, norm_bound(near.frame.op)
    reach = near.omega * min(1.0, count / near.count)
    precondition = Preconditioner(near, sigma, factor_solve(near, factor), np.float64)
    system = ShiftedSystem(precondition, width)
    shifts = np.full(width, sigma)
    iterations = 0

    def inverse(x: np.ndarray) -> np.ndarray:
        nonlocal iterations
        right_side = system.right_side.reshape(-1, width)
        right_side[:, : x.shape[1]] = x
        right_side[:, x.shape[1] :] = 0.0
        iterations += system.solve(shifts, _MAX_ITERATIONS, _INNER * tol / norm) * x.shape[1]
        return system.solution.reshape(-1, width)[:, : x.shape[1]].copy()

    random = _random_rows(frame)
    room = int(_VECTORS_A_LEVEL * count) + 6 * width
    pairs = block_lanczos(
        inverse,
        random(width),
        count,
        max_vectors=min(room, frame.op.dimension),
        tol=tol / (norm * reach),
        sum=frame.sum,
        decide=frame.reduction.decide,
        random=random,
        go_on=lambda converged, applies: go_on(applies),
    )
    energies = sigma + 1.0 / pairs.values
    order = np.argsort(energies)
    energies, vectors = energies[order], np.ascontiguousarray(pairs.vectors[:, order])
    norms = residual_norms(frame.applied, energies, vectors, frame.sum)
    return Polished(energies, vectors.reshape(*frame.shape, -1), norms, 0, iterations)


def _random_rows(frame: Frame) -> Callable[[int], np.ndarray]:
    """New random columns on every call; the same vectors for any number of ranks."""
    generator = Streams(0, 0)("krylov start")

    def draw(n: int) -> np.ndarray:
        whole = generator.standard_normal((frame.n_levels, frame.n_outer, n))
        return np.ascontiguousarray(whole[:, frame.own]).reshape(-1, n)

    return draw
