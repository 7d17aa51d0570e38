"""The edges of the spectrum, by matrix-free Lanczos."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.sparse.linalg as spla

from ..operators import Operator, to_dense, to_linear_operator
from ..operators.chebyshev import BlockOperator
from ..streams import Streams

_DENSE_BELOW = 64
_LANCZOS_STEPS = 80
_MARGIN = 2e-3


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


def enclosing_energies(h: BlockOperator, streams: Streams) -> tuple[float, float]:
    """Energies between which all levels lie, a little beyond the outermost ones.

    Eight Lanczos runs side by side, without reorthogonalisation, which copies of converged levels
    do not need here; the outermost Ritz values, widened by their residuals (Zhou and Li, J. Comput.
    Phys. 274, 770, 2014) and by a thousandth of the bandwidth.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_X
    >>> op = Operator(HilbertSpace((2, 2)), (Term(0.5, ((1, SIGMA_X),)),))
    >>> low, high = enclosing_energies(BlockOperator(op), Streams(0, 0))
    >>> -0.52 < low < -0.5 and 0.5 < high < 0.52
    True
    """
    x = h.deal.random(streams, "spectral bounds", 0, 8)
    x /= np.sqrt(h.sum(np.einsum("ij,ij->j", x, x)))
    before, coupling = np.zeros_like(x), np.zeros(x.shape[1])
    diagonal: list[np.ndarray] = []
    beside: list[np.ndarray] = []
    largest = 0.0
    for _ in range(min(_LANCZOS_STEPS, h.dimension)):
        y = h.apply(x)
        diagonal.append(h.sum(np.einsum("ij,ij->j", x, y)))
        y -= x * diagonal[-1] + before * coupling
        coupling = np.sqrt(h.sum(np.einsum("ij,ij->j", y, y)))
        beside.append(coupling)
        largest = max(largest, float(abs(diagonal[-1]).max()), float(coupling.max()))
        if coupling.max() <= 1e-10 * largest:
            break
        before, x = x, y / np.where(coupling > 0, coupling, 1.0)
    ends = [
        _outermost(np.array(diagonal)[:, k], np.array(beside)[:, k], largest)
        for k in range(x.shape[1])
    ]
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    margin = max(_MARGIN * (high - low), 1e-9 * max(largest, 1e-3))
    return low - margin, high + margin


def _outermost(diagonal: np.ndarray, beside: np.ndarray, scale: float) -> tuple[float, float]:
    ended = np.flatnonzero(beside <= 1e-10 * scale)
    n = int(ended[0]) + 1 if len(ended) else len(diagonal)
    values, vectors = scipy.linalg.eigh_tridiagonal(diagonal[:n], beside[: n - 1])
    doubt = beside[n - 1] * abs(vectors[-1])
    return float(values[0] - doubt[0]), float(values[-1] + doubt[-1])
