"""Checks of what the theory modules are given."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from ._quadrature import Floats


def require_nonnegative(name: str, values: ArrayLike, meaning: str) -> Floats:
    """`values` as float64, or an InvalidInput that names the first one below zero or NaN."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{name}={values!r} must be real numbers: {meaning}") from error
    bad = ~(array >= 0)
    if bad.any():
        raise InvalidInput(
            f"{name}={array[bad].flat[0]} must be a number >= 0: {meaning}; "
            "take absolute values and drop missing entries"
        )
    return array


def finite_couplings(name: str, values: ArrayLike, meaning: str) -> Floats:
    array = require_nonnegative(name, values, meaning).copy()
    if array.ndim != 1 or array.size == 0:
        raise InvalidInput(
            f"{name} has shape {array.shape} and must be (N,) with N >= 1: one number per l-bit"
        )
    if np.isinf(array).any():
        raise InvalidInput(f"{name} has an infinite entry: {meaning}; give finite numbers")
    return array


def one_coupling(name: str, value: float) -> float:
    array = require_nonnegative(name, value, "it is a bare reduced coupling")
    if array.ndim != 0 or np.isinf(array):
        raise InvalidInput(f"{name}={value!r} must be one finite number: a bare reduced coupling")
    return float(array)


def count_of_lbits(n_lbits: int) -> int:
    if isinstance(n_lbits, bool) or not isinstance(n_lbits, int | np.integer) or n_lbits < 1:
        raise InvalidInput(f"n_lbits={n_lbits!r} must be an integer >= 1: it counts l-bits")
    return int(n_lbits)
