"""Checks of what the theory modules are given, and what scalars get back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from ._quadrature import Floats


def _real(name: str, values: ArrayLike, meaning: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInput(f"{name}={values!r} must be real numbers: {meaning}") from error


def require_nonnegative(name: str, values: ArrayLike, meaning: str) -> Floats:
    """`values` as float64, or an InvalidInput that names the first one below zero or NaN."""
    array = _real(name, values, meaning)
    bad = ~(array >= 0)
    if bad.any():
        raise InvalidInput(
            f"{name}={array[bad].flat[0]} must be a number >= 0: {meaning}; "
            "take absolute values and drop missing entries"
        )
    return array


def require_positive(name: str, values: ArrayLike, meaning: str) -> Floats:
    """`values` as float64, or an InvalidInput that names the first one that is not above zero."""
    array = require_nonnegative(name, values, meaning)
    if not (array > 0).all():
        raise InvalidInput(f"{name}=0 must be a number > 0: {meaning}")
    return array


def require_finite(name: str, values: ArrayLike, meaning: str) -> Floats:
    """`values` as float64, or an InvalidInput that names the first one that is not finite."""
    array = _real(name, values, meaning)
    bad = ~np.isfinite(array)
    if bad.any():
        raise InvalidInput(f"{name}={array[bad].flat[0]} must be a finite number: {meaning}")
    return array


def no_nan(name: str, values: ArrayLike, advice: str) -> Floats:
    """`values` as float64, infinite ones too, or an InvalidInput."""
    array = _real(name, values, advice)
    if np.isnan(array).any():
        raise InvalidInput(f"{name}=nan is not a number: {advice}")
    return array


def require_entropy(s: ArrayLike) -> Floats:
    """Entropy per l-bit, 0 < s <= 1."""
    array = require_positive("s", s, "it is the entropy per l-bit, of which 1 is all of it")
    if (array > 1).any():
        raise InvalidInput(
            f"s={array[array > 1].flat[0]} must lie in (0, 1]: the entropy per l-bit is 1 at most"
        )
    return array


def require_branching(K: ArrayLike) -> Floats:
    """Branching of a Cayley tree, K > 1."""
    array = require_positive("K", K, "it is the branching of the tree of states")
    if not (array > 1).all():
        raise InvalidInput(
            f"K={array[~(array > 1)].flat[0]} must exceed 1: a tree that does not branch has no "
            "transition"
        )
    return array


def one_finite(name: str, values: ArrayLike, meaning: str) -> float:
    """One finite number, of either sign."""
    array = require_finite(name, values, meaning)
    if array.ndim != 0:
        raise InvalidInput(f"{name} has shape {array.shape} and must be one number: {meaning}")
    return float(array)


def one_number(name: str, values: ArrayLike, meaning: str, zero: bool = False) -> float:
    """One finite number > 0, or >= 0 with `zero`."""
    require = require_nonnegative if zero else require_positive
    return one_finite(name, require(name, values, meaning), meaning)


def require_shapes(**arrays: Floats) -> tuple[int, ...]:
    """The shape that all of these broadcast to, or an InvalidInput that names them."""
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise InvalidInput(
            f"shapes do not fit together: {shapes}; they must be equal, or broadcast"
        ) from None


def positive_integer(name: str, value: int, meaning: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise InvalidInput(f"{name}={value!r} must be an integer >= 1: {meaning}")
    return int(value)


def space_dimension(d: int) -> int:
    return positive_integer("d", d, "it is the dimension of space")


def levels_of_a_dot(N: int) -> int:
    return positive_integer("N", N, "it counts levels of a dot")


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InvalidInput(f"{name}={value!r} is not known: use {' or '.join(map(repr, known))}")
    return value


def finite_couplings(name: str, values: ArrayLike, meaning: str) -> Floats:
    array = require_nonnegative(name, values, meaning).copy()
    if array.ndim != 1 or array.size == 0:
        raise InvalidInput(
            f"{name} has shape {array.shape} and must be (N,) with N >= 1: one number per l-bit"
        )
    if np.isinf(array).any():
        raise InvalidInput(f"{name} has an infinite entry: {meaning}; give finite numbers")
    return array


def count_of_lbits(n_lbits: int) -> int:
    return positive_integer("n_lbits", n_lbits, "it counts l-bits")


def plain(values: Any) -> Any:
    """A plain bool or str where the values have no axes."""
    return values.item() if np.ndim(values) == 0 else values
