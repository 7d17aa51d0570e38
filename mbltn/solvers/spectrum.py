"""The edges of the spectrum, by matrix-free Lanczos."""

from __future__ import annotations

import numpy as np
import scipy.sparse.linalg as spla

from ..operators import Operator, to_dense, to_linear_operator
from ..streams import Streams

_DENSE_BELOW = 64


def extreme_energies(op: Operator, tol: float = 1e-10) -> tuple[float, float]:
    """(E_min, E_max), converged to `tol` of their size (ARPACK).

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_X
    >>> op = Operator(HilbertSpace((2, 2)), (Term(0.5, ((1, SIGMA_X),)),))
    >>> extreme_energies(op)
    (-0.5, 0.5)
    """
    if op.dimension < _DENSE_BELOW:
        levels = np.linalg.eigvalsh(to_dense(op))
        return float(levels[0]), float(levels[-1])
    start = Streams(0, 0)("krylov start").standard_normal(op.dimension)
    h = to_linear_operator(op)
    low, high = (
        float(spla.eigsh(h, k=1, which=which, v0=start, tol=tol, return_eigenvectors=False)[0])
        for which in ("SA", "LA")
    )
    return low, high
