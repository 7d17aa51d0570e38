"""Decay of the grain couplings with the l-bit's number, J_n / J_1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def _exp1d(n: np.ndarray, xi: float) -> np.ndarray:
    return np.exp(-(n - 1) / xi)


def _stretch1d(n: np.ndarray, xi: float) -> np.ndarray:
    return np.exp(-np.sqrt(n - 1) / xi)


def _stretch1d_alt(n: np.ndarray, xi: float) -> np.ndarray:
    return np.exp(-np.sqrt((n - 1) / xi))


def _layers2d(n: np.ndarray, xi: float) -> np.ndarray:
    return np.exp(-(layer(n) - 1) / xi)


def _symmetric(n: np.ndarray, xi: float) -> np.ndarray:
    return np.ones(len(n))


DECAYS: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    "exp1d": _exp1d,
    "stretch1d": _stretch1d,
    "stretch1d_alt": _stretch1d_alt,
    "layers2d": _layers2d,
    "symmetric": _symmetric,
}


def layer(n: np.ndarray) -> np.ndarray:
    """Layer of l-bit n = 1, 2, ... where layer m holds m l-bits (paper C, two dimensions).

    Examples
    --------
    >>> layer(np.arange(1, 8))
    array([1, 2, 2, 3, 3, 3, 4])
    """
    n = np.asarray(n)
    return np.ceil((np.sqrt(8 * n + 1) - 1) / 2 - 1e-12).astype(int)


def relative_couplings(geometry: str, n_lbits: int, xi: float) -> np.ndarray:
    """J_n / J_1 for n = 1..n_lbits.

    ========================  ==========================================
    ``exp1d``                 exp(-(n-1)/xi) = alpha^(n-1)
    ``stretch1d``             exp(-sqrt(n-1)/xi), the text of paper C
    ``stretch1d_alt``         exp(-sqrt((n-1)/xi)), its printed eq (7)
    ``layers2d``              exp(-(m-1)/xi), m the layer of l-bit n
    ``symmetric``             1 (paper D, eq 21)
    ========================  ==========================================
    """
    return DECAYS[geometry](np.arange(1, n_lbits + 1), xi)
