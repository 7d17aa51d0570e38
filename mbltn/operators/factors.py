"""An Operator applied factor by factor, for terms that are full on several large sites."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse as sp

from .operator import Operator


def by_factors(op: Operator) -> Callable[[np.ndarray], np.ndarray]:
    """``x -> H x`` on blocks (D, b), one matrix on one site after the other.

    A product of a full d_1 x d_1 and a full d_2 x d_2 matrix costs d_1 + d_2 operations an entry
    of x in this way, and d_1 d_2 merged, as all other representations have it.

    Examples
    --------
    >>> from mbltn.operators import SIGMA_X, HilbertSpace, Term
    >>> op = Operator(HilbertSpace((2, 2)), (Term(0.5, ((0, SIGMA_X), (1, SIGMA_X))),))
    >>> by_factors(op)(np.array([[1.0], [0.0], [0.0], [0.0]])).ravel()
    array([0. , 0. , 0. , 0.5])
    """

    def apply(x: np.ndarray) -> np.ndarray:
        y = np.zeros_like(x)
        for term in op.terms:
            z = x
            for site, matrix in term.factors:
                z = _on_site(matrix, z, op.space.strides[site])
            y += term.coefficient * z
        return y

    return apply


def _on_site(matrix: np.ndarray | sp.csr_array, x: np.ndarray, stride: int) -> np.ndarray:
    d = matrix.shape[0]
    view = x.reshape(-1, d, stride * x.shape[1])
    if sp.issparse(matrix):
        moved = np.array([matrix @ part for part in view])
    else:
        # One large product: a stack of products of few columns would run at half the speed.
        moved = np.moveaxis(np.tensordot(matrix, view, axes=(1, 1)), 0, 1)
    return np.asarray(moved.reshape(x.shape))
