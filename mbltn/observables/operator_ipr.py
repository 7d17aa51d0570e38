"""Over how many eigenstates a local operator spreads a state (E section IV)."""

from __future__ import annotations

import numpy as np

from .transitions import Transitions


def log_operator_ipr(transitions: Transitions, include_diagonal: bool = True) -> np.ndarray:
    """ln IPR(O, n) = -ln sum_m |<m|O|n>|^4 of every state n, (k,); D(O) is its mean (E section IV).

    docs/physics.md, O23. Between 0 and ln D for the whole spectrum; real Gaussian elements give a
    third of the number of states that they spread over evenly. Windows of partners suffice
    where they hold the line, since a tail of small weights adds next to nothing to fourth powers.

    Parameters
    ----------
    transitions : Transitions
    include_diagonal : bool
        False leaves m = n out, without normalising anew; inf where nothing else is.

    Examples
    --------
    >>> four = Transitions(
    ...     energies=np.zeros(2),
    ...     partners=np.arange(4.0),
    ...     elements=np.array([[0.5, 0.0], [0.5, 1.0], [0.5, 0.0], [0.5, 0.0]]),
    ...     own=np.array([0, 1]),
    ...     expectation=np.array([0.5, 1.0]),
    ...     whole=True,
    ... )
    >>> log_operator_ipr(four).round(9).tolist()
    [1.386294361, 0.0]
    >>> log_operator_ipr(four, include_diagonal=False).round(9).tolist()
    [1.673976434, inf]
    """
    fourth = (transitions.weights**2).sum(axis=0)
    if include_diagonal:
        fourth = fourth + transitions.expectation**4
    logarithm = np.log(fourth, out=np.full_like(fourth, -np.inf), where=fourth > 0)
    return 0.0 - logarithm
