"""How a population relaxes, from all eigenstates."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput


def mean_population(
    energies: np.ndarray,
    vectors: np.ndarray,
    starts: np.ndarray,
    counted: np.ndarray,
    times: np.ndarray,
) -> np.ndarray:
    """Probability P(t) to be in the `counted` basis states, mean over the starts.

    docs/physics.md (O11): ``P(t) = mean_i sum_{f counted} |<f| exp(-i H t) |i>|^2``.

    Parameters
    ----------
    energies : (D,);  vectors : (D, D)
        The whole spectrum.
    starts : (s,) of int
        Basis states to start from.
    counted : (D,) of bool
    times : (n,)

    Returns
    -------
    (n,)

    Raises
    ------
    InvalidInput
        If eigenstates are missing.

    Examples
    --------
    >>> energies, vectors = np.linalg.eigh(np.array([[0.0, 1.0], [1.0, 0.0]]))
    >>> times = np.array([0.0, np.pi / 4, np.pi / 2])
    >>> mean_population(energies, vectors, np.array([0]), np.array([True, False]), times).round(12)
    array([1. , 0.5, 0. ])
    """
    vectors = np.asarray(vectors, dtype=float)
    if vectors.shape != (len(energies), len(energies)):
        raise InvalidInput(
            f"vectors {vectors.shape} of {len(energies)} levels: the whole spectrum is needed, "
            "Target.all()"
        )
    start, final = vectors[starts].T, vectors[counted]
    found = []
    for t in np.asarray(times, dtype=float):
        phase = np.asarray(energies) * t
        parts = [final @ (wave(phase)[:, None] * start) for wave in (np.cos, np.sin)]
        found.append(sum(float((part**2).sum()) for part in parts) / start.shape[1])
    return np.array(found)
