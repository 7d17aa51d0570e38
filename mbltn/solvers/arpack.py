"""ARPACK's Lanczos on (H - sigma)^-1: what the shift-invert methods of one rank share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse.linalg as spla

from ..errors import SolverFailure


def levels_near(
    sigma: float,
    solve: Callable[[np.ndarray], np.ndarray],
    k: int,
    start: np.ndarray,
    *,
    ncv: int,
    tol: float,
    max_restarts: int | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Energies, ascending, and vectors of the k levels nearest sigma; fewer if not all converged.

    Parameters
    ----------
    solve : function of (D,), (H - sigma)^-1 of a vector
    start : (D,), the first vector
    ncv, tol, max_restarts : Lanczos vectors, relative accuracy, restarts at most

    Raises
    ------
    SolverFailure
        If ARPACK breaks down.

    Examples
    --------
    >>> levels = np.arange(10.0)
    >>> options = {"ncv": 8, "tol": 0.0, "max_restarts": None}
    >>> found, _ = levels_near(4.1, lambda x: x / (levels - 4.1), 3, np.ones(10), **options)
    >>> found.round(12).tolist()
    [3.0, 4.0, 5.0]
    """
    inverse = spla.LinearOperator((len(start), len(start)), matvec=solve, dtype=float)
    try:
        inverses, vectors = spla.eigsh(
            inverse, k=k, which="LM", tol=tol, ncv=ncv, v0=start, maxiter=max_restarts
        )
    except spla.ArpackNoConvergence as error:
        inverses, vectors = error.eigenvalues, error.eigenvectors
    except spla.ArpackError as error:
        raise SolverFailure(
            f"Lanczos near E={sigma:.6g} broke down ({error}): use 'dense' or 'slepc'"
        ) from None
    energies = sigma + 1.0 / inverses
    order = np.argsort(energies)
    return energies[order], vectors[:, order]
