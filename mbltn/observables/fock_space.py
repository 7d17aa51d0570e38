"""How far eigenstates of a quantum dot spread over the states of its electrons."""

from __future__ import annotations

import numpy as np

from ..errors import InvalidInput


def fock_profile(vectors: np.ndarray, occupations: np.ndarray) -> np.ndarray:
    """Mean of ln |psi| over the basis states m two-body moves from the centre of each state.

    The centre is the basis state of largest weight; m = ceil(moved electrons/2), docs/physics.md
    (O7).

    Parameters
    ----------
    vectors : (D, k)
        Eigenvectors in the basis of `occupations`.
    occupations : (D, N) of bool
        Which levels hold an electron in each basis state.

    Returns
    -------
    (k, m_max + 1); ln 0 = -inf where an amplitude vanishes.

    Raises
    ------
    InvalidInput
        If the shapes do not fit, or the number of electrons differs between states.

    Examples
    --------
    >>> occupations = np.array([[1, 1, 0, 0], [1, 0, 1, 0], [0, 0, 1, 1]], dtype=bool)
    >>> psi = np.array([[0.9], [0.4], [0.1]])
    >>> np.exp(fock_profile(psi, occupations)).round(6)
    array([[0.9, 0.2]])
    """
    occupied = np.asarray(occupations, dtype=np.int64)
    vectors = np.asarray(vectors, dtype=float)
    if vectors.ndim != 2 or occupied.ndim != 2 or len(vectors) != len(occupied):
        raise InvalidInput(
            f"vectors {vectors.shape} and occupations {occupied.shape} must have one row for each "
            "basis state"
        )
    electrons = occupied.sum(axis=1)
    if np.ptp(electrons):
        raise InvalidInput("the basis states differ in their numbers of electrons: take one sector")
    centres = abs(vectors).argmax(axis=0)
    moved = int(electrons[0]) - occupied @ occupied[centres].T
    distance = (moved + 1) // 2
    with np.errstate(divide="ignore"):
        logarithm = np.log(abs(vectors))
    profile = np.empty((vectors.shape[1], int(distance.max()) + 1))
    for m in range(profile.shape[1]):
        at = distance == m
        with np.errstate(invalid="ignore"):
            profile[:, m] = np.where(at, logarithm, 0.0).sum(axis=0) / at.sum(axis=0)
    return profile


def fock_decay(profile: np.ndarray) -> np.ndarray:
    """Local 1/Xi: by how much mean ln |psi| falls from one move to the next, docs/physics.md (O7).

    Parameters
    ----------
    profile : (..., m_max + 1) of `fock_profile`, or its mean

    Returns
    -------
    (..., m_max)

    Examples
    --------
    >>> fock_decay(np.array([0.0, -2.0, -5.0]))
    array([2., 3.])
    """
    return np.asarray(-np.diff(profile, axis=-1))
