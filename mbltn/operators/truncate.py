"""Fewer bonds of a matrix product operator, at an error that is known."""

from __future__ import annotations

import math

import numpy as np

_ROUNDING = 8 * float(np.finfo(float).eps)


def truncate(tensors: list[np.ndarray], tolerance: float) -> tuple[list[np.ndarray], float]:
    """Cut the smallest operator Schmidt values at every bond (docs/solvers.md, N3).

    With ``||A||^2 = tr A^T A / D`` the errors of the bonds are orthogonal, so that their squares
    add up. Rounding is 8 eps S for every site, S the sum of ||term|| over all terms, since terms
    may cancel in H; what is smaller is cut even for ``tolerance = 0``.

    Parameters
    ----------
    tensors : (left, right, d, d) for every site
    tolerance : bound of ||H - H'||, shared equally by the bonds

    Returns
    -------
    tensors, and a bound of ||H - H'||: what was cut, and the rounding of all sites.
    """
    parts = [w / math.sqrt(w.shape[2]) for w in tensors]
    scale = np.ones((1, 1))
    for w in parts:
        scale = scale @ np.sqrt((w**2).sum(axis=(2, 3)))
    rounding = _ROUNDING * float(scale[0, 0])
    for k in range(len(parts) - 1):
        left, right, d, _ = parts[k].shape
        q, carry = np.linalg.qr(parts[k].transpose(0, 2, 3, 1).reshape(-1, right))
        parts[k] = q.reshape(left, d, d, -1).transpose(0, 3, 1, 2)
        parts[k + 1] = np.tensordot(carry, parts[k + 1], axes=1)
    budget = max(tolerance, rounding) ** 2 / max(1, len(parts) - 1)
    lost = 0.0
    for k in range(len(parts) - 1, 0, -1):
        left, right, d, _ = parts[k].shape
        flat = parts[k].reshape(left, -1)
        _, s, v = np.linalg.svd(flat, full_matrices=False)
        # tail[i] is what goes if the first i values stay.
        tail = np.append(np.cumsum(s[::-1] ** 2)[::-1], 0.0)
        kept = max(1, int(np.argmax(tail <= budget)))
        # A projection: u s v itself is off by up to 30 eps.
        carry = flat @ v[:kept].T
        lost += float(np.linalg.norm(flat - carry @ v[:kept])) ** 2
        parts[k] = v[:kept].reshape(kept, right, d, d)
        parts[k - 1] = np.einsum("lrij,rs->lsij", parts[k - 1], carry)
    whole = [w * math.sqrt(w.shape[2]) for w in parts]
    return whole, math.sqrt(lost) + len(parts) * rounding
