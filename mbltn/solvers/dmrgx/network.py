"""What is asked of quimb's networks."""

from __future__ import annotations

from typing import Any

import numpy as np


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
