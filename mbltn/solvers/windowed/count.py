"""Levels of H below an energy, counted by Haynsworth's inertia additivity.

``inertia(H - a) = inertia(H_QQ - a) + inertia(S(a))`` with the Schur complement S on P. The first
has the signs of its diagonal because ||W|| < omega - |a - centre| (Weyl); for the second the Schur
complement S0 without W_QQ is factorised, and ||S - S0|| shown to be below its smallest eigenvalue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import SolverFailure
from ...streams import Streams
from ..krylov import block_lanczos, largest_magnitude
from .frame import Frame
from .ldl import block_ldl
from .near import Near, schur_complement
from .precondition import coupling_of_near_part, gathered, near_part_of_coupling

# Lanczos norms come from below and hold with high probability: five blocks of eight vectors.
_BLOCK = 8
_STEPS = 5
_SAFETY = 2.0
_NEUMANN_ACCURACY = 1e-2
_MAX_NEUMANN_TERMS = 60

CERTIFICATE_NOTE = (
    "the norm of the Schur complement's error and its smallest eigenvalue are Lanczos estimates "
    f"({_STEPS} blocks of {_BLOCK} vectors, safety factor {_SAFETY:g}), right with high probability"
)


@dataclass(frozen=True)
class LevelCount:
    """Levels of H below `energy`.

    Attributes
    ----------
    below : int
    error_norm : float
        ||S - S0||, estimated by Lanczos.
    margin : float
        Smallest modulus of the eigenvalues of S0.
    """

    energy: float
    below: int
    error_norm: float
    margin: float

    @property
    def proven(self) -> bool:
        """Whether no eigenvalue of the Schur complement can have changed its sign."""
        return _SAFETY * self.error_norm < self.margin


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
        raise SolverFailure(
            f"levels cannot be counted at E={energy:.6g}: the far states begin "
            f"{near.far_sign_margin(energy):.3g} away, closer than the tail norm "
            f"{frame.tail.tail_norm:.3g}; widen omega (now {near.omega:.3g})"
        )
    far_below = frame.sum(np.array([float((~near.mask() & (frame.diagonal < energy)).sum())]))
    if near.count == 0:
        return LevelCount(energy, round(float(far_below[0])), 0.0, np.inf)
    factor = block_ldl(schur_complement(near, energy))
    if not prove:
        return LevelCount(energy, round(float(far_below[0])) + factor.negative, np.inf, 0.0)
    margin = 1.0 / _norm(factor.solve, near.count)
    return LevelCount(
        energy=energy,
        below=round(float(far_below[0])) + factor.negative,
        error_norm=_norm(_schur_error(near, energy), near.count),
        margin=margin,
    )


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
    """``y -> (S - S0) y = -W_PQ [(H_QQ - E)^-1 - (D_Q - E)^-1] W_QP y`` by the Neumann series."""
    frame = near.frame
    far = ~near.mask()
    weights = np.where(far, 1.0 / np.where(far, frame.diagonal - energy, 1.0), 0.0)

    def apply(y: np.ndarray) -> np.ndarray:
        width = y.shape[1]
        image, work, tail = (np.empty((*frame.shape, width)) for _ in range(3))
        coupling_of_near_part(near, y[near.own], image, work)
        term = weights[:, :, None] * image
        total = np.zeros_like(term)
        first = _size(frame, term)
        for _ in range(_MAX_NEUMANN_TERMS):
            frame.couple(term, tail, work)
            np.multiply(tail, -weights[:, :, None], out=term)
            total += term
            if _size(frame, term) <= _NEUMANN_ACCURACY * first:
                break
        return -gathered(frame, near_part_of_coupling(near, total, work))

    return apply


def _size(frame: Frame, x: np.ndarray) -> float:
    return float(np.sqrt(frame.sum(np.array([np.vdot(x, x)]))[0]))
