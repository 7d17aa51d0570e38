"""Levels of H below an energy, counted by Haynsworth's inertia additivity.

``inertia(H - a) = inertia(H_QQ - a) + inertia(S(a))`` with the Schur complement S on P. The first
has the signs of its diagonal because ||W|| < omega - |a - centre| (Weyl); for the second the Schur
complement S0 without W_QQ is factorised, and the error delta = ||S - S0|| estimated. Eigenvalues of
S0 beyond 2 delta keep their signs; those within, if there are any, are counted from the exact
inverse on their eigenvectors (docs/solvers.md, S6).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...comm import agreed, by_rank_zero
from ...errors import SolverFailure
from ...streams import Streams
from ..krylov import block_lanczos, largest_magnitude
from .blocks import column_blocks
from .frame import Frame
from .ldl import BlockLDL
from .near import Near
from .precondition import (
    Preconditioner,
    ShiftedSystem,
    coupling_of_near_part,
    factor_solve,
    gathered,
    near_part_of_coupling,
    schur_factor,
)

# Lanczos norms come from below and hold with high probability: five blocks of eight vectors.
_BLOCK = 8
_STEPS = 5
_SAFETY = 2.0
_NEUMANN_ACCURACY = 1e-2
_MAX_NEUMANN_TERMS = 60

CERTIFICATE_NOTE = (
    "the norm of the Schur complement's error and its smallest eigenvalues are Lanczos estimates "
    f"({_STEPS} blocks of {_BLOCK} vectors, safety factor {_SAFETY:g}), right with high probability"
)
# Eigenvalues of S0 that may be counted by exact solves; more mean that omega is too small.
_MAX_UNCERTAIN = 600
_UNCERTAIN = 1.5
_LANCZOS_ACCURACY = 1e-6
_SOLVE_ACCURACY = 1e-8
_MAX_ITERATIONS = 100
_WIDTH = 32


@dataclass(frozen=True)
class LevelCount:
    """Levels of H below `energy`.

    Attributes
    ----------
    below : int
    error_norm : float
        ||S - S0||, estimated by Lanczos.
    margin : float
        Smallest modulus of the eigenvalues of S0 that were not counted by exact solves.
    solved : int
        Eigenvalues of S0 that were.
    signs_clear : bool
        Whether those solves were accurate enough for their signs.
    """

    energy: float
    below: int
    error_norm: float
    margin: float
    solved: int = 0
    signs_clear: bool = True

    @property
    def proven(self) -> bool:
        """Whether no eigenvalue of the Schur complement can have changed its sign."""
        return self.signs_clear and _SAFETY * self.error_norm < self.margin


def levels_below(near: Near, energy: float, prove: bool = True) -> LevelCount:
    """Count the levels of H below `energy`, which must lie well inside the window of `near`.

    Without `prove` the count of S0 alone, which is right but near a level.

    Raises
    ------
    SolverFailure
        If the far states' signs are not certain there.
    """
    frame = near.frame
    if not near.far_sign_margin(energy) > frame.tail.tail_norm:
        raise agreed(
            SolverFailure(
                f"levels cannot be counted at E={energy:.6g}: the far states begin "
                f"{near.far_sign_margin(energy):.3g} away, closer than the tail norm "
                f"{frame.tail.tail_norm:.3g}; widen omega (now {near.omega:.3g})"
            )
        )
    far = frame.sum(np.array([float((~near.mask() & (frame.diagonal < energy)).sum())]))
    below = round(float(far[0]))
    if near.count == 0:
        return LevelCount(energy, below, 0.0, np.inf)
    factor = schur_factor(near, energy)
    below += factor.negative
    if not prove:
        return LevelCount(energy, below, np.inf, 0.0)
    comm = frame.comm
    rounding = factor.backward_error * 2.0 * near.omega
    error = comm.bcast(_norm(_schur_error(near, energy), near.count)) + rounding
    margin = by_rank_zero(comm, lambda: 1.0 / _norm(factor.solve, near.count))
    if _SAFETY * error < margin:
        return LevelCount(energy, below, error, margin)
    reach = _UNCERTAIN * _SAFETY * error
    expected = near.count * reach / near.omega
    if expected > min(_MAX_UNCERTAIN, near.count / 4):
        return LevelCount(energy, below, error, margin)
    values, vectors = by_rank_zero(comm, lambda: _smallest(factor, reach, expected))
    if not len(values):
        return LevelCount(energy, below, error, reach)
    inverse, left = _inverse_on(near, factor, energy, vectors)
    exact = comm.bcast(np.linalg.eigvalsh(inverse))
    below += int((exact < 0).sum()) - int((values < 0).sum())
    clear = bool(left * abs(exact).max() < abs(exact).min())
    return LevelCount(energy, below, error, reach, solved=len(values), signs_clear=clear)


def _smallest(factor: BlockLDL, reach: float, expected: float) -> tuple[np.ndarray, np.ndarray]:
    """Eigenpairs of S0 with eigenvalues within `reach` of zero."""
    n = len(factor.order)
    start = Streams(0, 0)("inertia").standard_normal((n, _BLOCK))
    found = block_lanczos(
        factor.solve,
        start,
        lambda inverses: int((abs(inverses) > 1.0 / reach).sum()),
        max_vectors=min(n, int(4 * expected) + 20 * _BLOCK),
        tol=_LANCZOS_ACCURACY / reach,
    )
    if not found.converged:
        raise SolverFailure(
            f"the {expected:.0f} smallest eigenvalues of the Schur complement did not converge: "
            "widen omega"
        )
    return 1.0 / found.values, np.ascontiguousarray(found.vectors)


def _inverse_on(
    near: Near, factor: BlockLDL, energy: float, vectors: np.ndarray
) -> tuple[np.ndarray, float]:
    """``Y^T (H - E)^-1 Y`` for columns on near states; its inverse is their Schur complement.

    And the largest relative residual that the solves have left.
    """
    from .kernels import put, take

    frame, own = near.frame, vectors[near.own]
    precondition = Preconditioner(near, energy, factor_solve(near, factor), np.float64)
    result = np.empty((vectors.shape[1], vectors.shape[1]))
    left = 0.0
    for part in column_blocks(vectors.shape[1], _WIDTH):
        width = part.stop - part.start
        system = ShiftedSystem(precondition, width)
        system.right_side[...] = 0.0
        put(system.right_side, *near.places, np.ascontiguousarray(own[:, part]))
        system.solve(np.full(width, energy), _MAX_ITERATIONS, _SOLVE_ACCURACY)
        left = max(left, float(system.left.max()))
        on_near = np.empty((len(own), width))
        take(system.solution, *near.places, on_near)
        result[:, part] = own.T @ on_near
    result = frame.sum(result)
    return 0.5 * (result + result.T), left


def _norm(apply: Callable[[np.ndarray], np.ndarray], n: int) -> float:
    """Spectral norm of a symmetric operator, from below."""
    block = min(_BLOCK, n)
    start = Streams(0, 0)("inertia").standard_normal((n, block))
    found = block_lanczos(
        apply,
        start,
        1,
        max_vectors=min(n, block * (_STEPS + 2)),
        max_applies=block * _STEPS,
        tol=0.0,
        select=largest_magnitude,
    )
    return float(abs(found.values[0]) + found.residuals[0])


def _schur_error(near: Near, energy: float) -> Callable[[np.ndarray], np.ndarray]:
    """``y -> (S - S0) y = -W_PQ [(H_QQ - E)^-1 - (D_Q - E)^-1] W_QP y`` by the Neumann series.

    In single precision: a norm is all that it is for.
    """
    frame, dtype = near.frame, np.float32
    weights = near.far_weights(energy).astype(dtype)

    def apply(y: np.ndarray) -> np.ndarray:
        shape = (*frame.shape, y.shape[1])
        image, work, tail = (np.empty(shape, dtype) for _ in range(3))
        coupling_of_near_part(near, y[near.own].astype(dtype), image, work)
        term = weights[:, :, None] * image
        total = np.zeros_like(term)
        first = _size(frame, term)
        for _ in range(_MAX_NEUMANN_TERMS):
            frame.couple(term, tail, work)
            np.multiply(tail, -weights[:, :, None], out=term)
            total += term
            if _size(frame, term) <= _NEUMANN_ACCURACY * first:
                break
        else:
            raise agreed(
                SolverFailure(
                    f"the couplings between far states are too strong to be summed up in "
                    f"{_MAX_NEUMANN_TERMS} terms: raise omega (now {near.omega:.3g})"
                )
            )
        return -gathered(near, near_part_of_coupling(near, total, work)).astype(y.dtype)

    return apply


def _size(frame: Frame, x: np.ndarray) -> float:
    return float(np.sqrt(frame.sum(np.array([np.vdot(x, x)]))[0]))
