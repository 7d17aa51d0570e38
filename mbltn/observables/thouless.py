"""The many-body Thouless parameter: does a local operator mix neighbouring eigenstates (C eq 8)?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InvalidInput


@dataclass(frozen=True, eq=False)
class ThoulessParameter:
    """G of neighbouring states.

    Attributes
    ----------
    values : (n,) G
    dropped : pairs with a vanishing matrix element or a vanishing gap
    """

    values: np.ndarray
    dropped: int


def thouless_parameter(energies: np.ndarray, elements: np.ndarray) -> ThoulessParameter:
    """G = log(|<n|O|n+1>|/(E'_{n+1} - E'_n)), E'_n = E_n + <n|O|n>, in the order of E' (C eq 8).

    docs/physics.md, O22. The states are chosen first and ordered then: those that would enter
    the middle of the spectrum by their shift are left out.

    Parameters
    ----------
    energies : (k,) E_n of the chosen states
    elements : (k, k) <m|O|n> between them

    Raises
    ------
    InvalidInput
        For shapes that do not fit.

    Examples
    --------
    >>> elements = np.array([[0.3, 0.2, 0.1], [0.2, -0.4, 0.05], [0.1, 0.05, 0.2]])
    >>> thouless_parameter(np.array([0.0, 1.0, 2.5]), elements).values.round(6).tolist()
    [-0.405465, -3.73767]
    """
    energies, elements = np.asarray(energies, dtype=float), np.asarray(elements, dtype=float)
    if energies.ndim != 1 or elements.shape != (len(energies), len(energies)):
        raise InvalidInput(
            f"energies has shape {energies.shape} and elements {elements.shape}; they must be (k,) "
            "and (k, k), of the same states"
        )
    shifted = energies + np.diagonal(elements)
    order = np.argsort(shifted, kind="stable")
    gaps = np.diff(shifted[order])
    between = abs(elements[order[:-1], order[1:]])
    kept = (between > 0) & (gaps > 0)
    return ThoulessParameter(np.log(between[kept] / gaps[kept]), int((~kept).sum()))


def absorbed_spins(mean_parameters: ArrayLike) -> np.ndarray:
    """Spins that each further l-bit adds to the bath, (2/log 2) [<G>(M + 1) - <G>(M)] (C eq 9).

    1 is an l-bit that is wholly absorbed: the density of states doubles, and elements fall by
    sqrt 2.

    Examples
    --------
    >>> absorbed_spins([0.5, 0.5 + np.log(2) / 2, 0.9]).round(3).tolist()
    [1.0, 0.154]
    """
    return 2 / np.log(2) * np.diff(np.asarray(mean_parameters, dtype=float))
