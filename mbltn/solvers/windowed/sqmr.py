"""Symmetric QMR for blocks of right-hand sides with their own shifts.

R. W. Freund and N. M. Nachtigal, A new Krylov-subspace method for symmetric indefinite linear
systems (1994): short recurrences, and the preconditioner may be indefinite.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Apply = Callable[[np.ndarray, np.ndarray], np.ndarray]


class Vectors:
    """The five work blocks of one solve, kept between solves of the same shape."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype) -> None:
        self.residual, self.direction, self.image, self.update, self.solution = (
            np.empty(shape, dtype) for _ in range(5)
        )


def sqmr(
    apply: Apply,
    precondition: Apply,
    work: Vectors,
    total: Callable[[np.ndarray], np.ndarray],
    iterations: int,
    reduction: float,
) -> tuple[np.ndarray, int]:
    """Solve A x = b, b in ``work.residual``; the answer is in ``work.solution``.

    Parameters
    ----------
    apply, precondition : callable (x, out) -> out
        The symmetric operator, and a symmetric approximation of its inverse.
    total : sum over ranks of an array
    iterations : int
        At most so many.
    reduction : float
        Stop when the preconditioned residual of every column has shrunk by this factor.

    Returns
    -------
    (quasi-residual norm over its first value, of every column; iterations done)
    """
    from .kernels import advance, column_dots, subtract_columns

    r, q, t, d, x = work.residual, work.direction, work.image, work.update, work.solution
    dtype = r.dtype
    d[...] = 0
    x[...] = 0
    precondition(r, q)
    tau2 = total(column_dots(q, q))
    first = np.maximum(tau2, np.finfo(float).tiny)
    rho = total(column_dots(r, q))
    theta2 = np.zeros_like(tau2)
    done = 0
    while done < iterations:
        done += 1
        apply(q, t)
        sigma = total(column_dots(q, t))
        alpha = _ratio(rho, sigma)
        subtract_columns(r, t, alpha.astype(dtype))
        precondition(r, t)
        norms, rho_next = total(np.stack([column_dots(t, t), column_dots(r, t)]))
        theta2_next = _ratio(norms, tau2)
        c2 = 1.0 / (1.0 + theta2_next)
        tau2 = tau2 * theta2_next * c2
        beta = _ratio(rho_next, rho)
        advance(
            d, x, q, t, (c2 * theta2).astype(dtype), (c2 * alpha).astype(dtype), beta.astype(dtype)
        )
        theta2, rho = theta2_next, rho_next
        if np.all(tau2 <= reduction * reduction * first):
            break
    return np.sqrt(tau2 / first), done


def _ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b, and 0 where b vanishes: that column stands still."""
    safe = np.where(b == 0, 1.0, b)
    return np.where(b == 0, 0.0, a / safe)
