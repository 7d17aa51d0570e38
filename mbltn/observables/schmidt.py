"""Schmidt spectrum of a pure state and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import InvalidInput
from ..operators.mpo import import_quimb
from .entanglement import block_of, in_nats, require_fit, smaller_side

_ROUNDING = 1e-8


def matricised(vectors: np.ndarray, dims: Sequence[int], sites: Sequence[int]) -> np.ndarray:
    """(k, d, D/d) from (D, k): levels of `sites`, in their order, against those of all others."""
    k = vectors.shape[1]
    rest = [site for site in range(len(dims)) if site not in sites]
    axes = [len(dims), *sites, *rest]
    d = math.prod(dims[site] for site in sites)
    return vectors.reshape(*dims, k).transpose(axes).reshape(k, d, -1)


def schmidt_weights(
    vector: np.ndarray, dims: Sequence[int], sites: Sequence[int] | int
) -> np.ndarray:
    """Schmidt spectrum of a pure state between `sites` and all others: probabilities, descending.

    ``psi = sum_j sqrt(p_j) |A_j>|B_j>`` (docs/physics.md, O26), sum p = 1: the eigenvalues of the
    density matrix of either side. From singular values (quimb.svd), so that weights down to 1e-32
    keep meaning. Time D d, memory 2 D numbers.

    Parameters
    ----------
    vector : (D,) normalised state in kron order, real or complex
    dims : dimension of every site
    sites : the sites of one side; ``range(cut)`` for a cut, not all neighbours in general

    Returns
    -------
    (d,), d the dimension of the smaller side; 1 if one side is empty

    Raises
    ------
    InvalidInput
        For other sites, sizes or norms, or if d > 2^14.

    Examples
    --------
    >>> bell = np.array([0.7, 0, 0, 0.3]) ** 0.5
    >>> schmidt_weights(bell, [2, 2], 0).round(12)
    array([0.7, 0.3])
    """
    block = block_of(vector, dims, sites)
    require_fit(smaller_side(dims, block))
    (matrix,) = matricised(np.asarray(vector).reshape(-1, 1), dims, block)
    if len(matrix) > matrix.shape[1]:
        matrix = matrix.T
    weights = np.asarray(import_quimb().svd(matrix, return_vecs=False)) ** 2
    return weights / weights.sum()


def renyi_entropy(weights: np.ndarray, order: float = 2.0) -> float:
    """Renyi entropy of Schmidt weights, in nats.

    ``S_q = log(sum p^q)/(1 - q)`` (docs/physics.md, O26). q = 1 is the von Neumann entropy, q = 0
    the log of the number of weights that are not zero (cut off rounding errors first), q = inf is
    -log max p. Falls with q; from 0 to the log of the number of weights.

    Parameters
    ----------
    weights : (d,) probabilities, as of `schmidt_weights`
    order : float, >= 0

    Raises
    ------
    InvalidInput
        If the weights do not sum to 1, or for a negative order.

    Examples
    --------
    >>> round(renyi_entropy(np.array([0.7, 0.3]), 2), 12)
    0.544727175442
    """
    p = _probabilities(weights)
    if not order >= 0:
        raise InvalidInput(f"order={order} of a Renyi entropy must be 0 or more")
    p = p[p > 0]
    if order == 1:
        return in_nats(import_quimb().entropy(p))
    if math.isinf(order):
        return max(0.0, -math.log(p.max()))
    return max(0.0, math.log((p**order).sum()) / (1 - order))


def schmidt_gap(weights: np.ndarray) -> float:
    """Difference ``p_1 - p_2`` of the two largest Schmidt weights (docs/physics.md, O26).

    No unit: 1 for a product state, 0 for a Bell pair.

    Examples
    --------
    >>> round(schmidt_gap(np.array([0.1, 0.6, 0.3])), 12)
    0.3
    """
    first, second = _two_largest(weights)
    return first - second


def entanglement_gap(weights: np.ndarray) -> float:
    """Gap ``log(p_1/p_2)`` of the entanglement spectrum -log p, in nats (docs/physics.md, O26).

    0 for a Bell pair, inf for a product state.

    Examples
    --------
    >>> round(entanglement_gap(np.array([0.6, 0.3, 0.1])), 12)
    0.69314718056
    """
    first, second = _two_largest(weights)
    return math.log(first) - math.log(second) if second > 0 else math.inf


def _two_largest(weights: np.ndarray) -> tuple[float, float]:
    ordered = np.sort(_probabilities(weights))[::-1]
    return float(ordered[0]), float(ordered[1]) if len(ordered) > 1 else 0.0


def _probabilities(weights: np.ndarray) -> np.ndarray:
    p = np.asarray(weights, dtype=float)
    if p.ndim != 1 or not len(p) or p.min() < -_ROUNDING or not abs(p.sum() - 1) < _ROUNDING:
        raise InvalidInput(
            f"weights of shape {p.shape} and sum {p.sum():.6g} must be probabilities of one "
            "state: not negative, with the sum 1; take those of `schmidt_weights`"
        )
    return p
