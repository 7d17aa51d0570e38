"""What the self-consistent equation depends on beside Gamma, checked (A eqs 17-20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import (
    levels_of_a_dot,
    one_of,
    require_branching,
    require_entropy,
    require_positive,
    space_dimension,
)
from .._quadrature import Floats

METHODS = ("sum", "integral", "integral_inf")
VARIANTS = ("full", "E1", "E3")
WEIGHTS = ("mu", "m-1")


class Equation(NamedTuple):
    """The parameters of F; the first four broadcast."""

    ln_gamma: Floats
    ln_K: Floats
    s: Floats
    eps: Floats
    N: int
    d: int
    method: str
    variant: str
    weight: str

    @property
    def arrays(self) -> tuple[Floats, ...]:
        return self[:4]

    @property
    def shape(self) -> tuple[int, ...]:
        return np.broadcast_shapes(*(np.shape(array) for array in self.arrays))

    def having(self, arrays: Sequence[Floats]) -> Equation:
        """This equation with other ln gamma, ln K, s and eps."""
        ln_gamma, ln_K, s, eps = arrays
        return self._replace(ln_gamma=ln_gamma, ln_K=ln_K, s=s, eps=eps)

    def flat(self, shape: tuple[int, ...]) -> Equation:
        """The points of these arrays, broadcast to `shape`, in one row."""
        return self.having([np.broadcast_to(array, shape).ravel() for array in self.arrays])

    def part(self, points: Any) -> Equation:
        """Some points of a flat equation."""
        return self.having([array[points] for array in self.arrays])

    def single(self) -> Equation:
        """Itself, or an InvalidInput where there is more than one point."""
        if self.shape:
            raise InvalidInput("gamma, K, s and eps must be single numbers here")
        return self


def equation(
    gamma: ArrayLike,
    K: ArrayLike,
    N: int,
    s: ArrayLike,
    d: int,
    eps: ArrayLike | None,
    Xi: ArrayLike | None,
    method: str = "sum",
    variant: str = "full",
    weight: str = "mu",
) -> Equation:
    gamma = require_positive("gamma", gamma, "it is the coupling of two dots")
    K, s = require_branching(K), require_entropy(s)
    for name, value, known in (
        ("method", method, METHODS),
        ("variant", variant, VARIANTS),
        ("weight", weight, WEIGHTS),
    ):
        one_of(name, value, known)
    ln_K = np.log(K)
    return Equation(
        np.log(gamma),
        ln_K,
        s,
        _eps(eps, Xi, ln_K, method),
        levels_of_a_dot(N),
        space_dimension(d),
        method,
        variant,
        # E3 counts m - 1 pairs of orders throughout, and so do the integrals.
        "m-1" if variant == "E3" or method != "sum" else weight,
    )


def _eps(eps: ArrayLike | None, Xi: ArrayLike | None, ln_K: Floats, method: str) -> Floats:
    """eps = 1 - 1/(Xi ln K), given it or Xi."""
    if (eps is None) == (Xi is None):
        raise InvalidInput(
            "give exactly one of eps and Xi: they are related by eps = 1 - 1/(Xi ln K)"
        )
    if Xi is not None:
        found = 1 - 1 / (require_positive("Xi", Xi, "it is a localization length") * ln_K)
        if method == "integral_inf" and (found == 1).any():
            raise InvalidInput(
                "Xi is infinite: the integral over all orders then diverges; use method='sum'"
            )
        return np.asarray(found)
    found = np.asarray(eps, dtype=np.float64)
    if not (found < 1).all():
        raise InvalidInput("eps must be a number below 1, which it is for an infinite Xi")
    return found
