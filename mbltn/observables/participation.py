"""How much room a state takes."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput


def participation_volume(vectors: np.ndarray, volume: float = 1.0) -> np.ndarray:
    """``(int |psi|^2)^2 / int |psi|^4`` of every column (docs/physics.md, O12).

    The inverse of the inverse participation ratio: number of basis states over which a state
    spreads, times the volume of one. A state that falls as exp(-|x|/(2 xi)) from its centre has
    4 xi.

    Parameters
    ----------
    vectors : (n, k), of any norm
    volume : float, > 0
        Of a grid point, dx in one and dx^2 in two dimensions.

    Returns
    -------
    (k,)

    Raises
    ------
    InvalidInput
        For another shape, or a volume that is not positive.

    Examples
    --------
    >>> participation_volume(np.array([[1.0, 1.0], [1.0, 0.0]]), volume=0.5)
    array([1. , 0.5])
    """
    vectors = np.asarray(vectors, dtype=float)
    if vectors.ndim != 2:
        raise InvalidInput(
            f"vectors has shape {vectors.shape} and must be (n, k): states in columns"
        )
    if not volume > 0:
        raise InvalidInput(f"volume={volume} must be a positive number")
    weight = vectors**2
    return np.asarray(volume * weight.sum(axis=0) ** 2 / (weight**2).sum(axis=0))
