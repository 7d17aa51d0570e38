"""Temperature at which the metal ends: F(0+) = 1."""

from __future__ import annotations

import numpy as np
from scipy.optimize import brentq

from mbltn.errors import InvalidInput

from .._inputs import one_of
from ..metal import log_F
from ..metal.equation import METHODS
from .dot_array import DotArray, hottest


def critical_temperature(dots: DotArray, method: str = "sum") -> float:
    """Temperature T_c at which the metal ends: F(0+) = 1 at T_c.

    It differs from T0: below it where many orders count, above it where 2 N cuts the sum.

    Parameters
    ----------
    method : {"sum", "integral", "integral_inf"}

    Raises
    ------
    InvalidInput
        If the array is metallic, or localized, at all temperatures up to Delta sqrt(g/lam).

    Examples
    --------
    >>> dots = DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
    >>> round(critical_temperature(dots), 6), round(critical_temperature(dots, "integral_inf"), 6)
    (0.882758, 0.879322)
    """
    one_of("method", method, METHODS)

    def gain(T: float) -> float:
        value = log_F(
            -np.inf,
            dots.gamma / float(dots.delta_m(T)),
            dots.K,
            dots.N,
            float(dots.s(T)),
            dots.d,
            eps=float(dots.eps(T)),
            method=method,
        )
        return min(float(value), 1e300)

    ends = float(hottest(dots.Delta, dots.g, dots.lam))
    # Of the unbounded integral F(0+) is infinite from T0 on.
    high = dots.T0 if method == "integral_inf" else ends * (1 - 1e-9)
    low = 0.5 * dots.T0
    while low > 1e-12 * dots.T0 and gain(low) > 0:
        low *= 0.5
    if gain(low) > 0 or gain(high) < 0:
        state = "metallic" if gain(low) > 0 else "localized"
        raise InvalidInput(
            f"this array is {state} at every temperature up to T={ends:.4g}, where Xi diverges: "
            "there is no critical temperature; change gamma, lam or N"
        )
    # In ln T: the unit of energy must not count.
    root = brentq(lambda ln_T: gain(float(np.exp(ln_T))), np.log(low), np.log(high), xtol=1e-14)
    return float(np.exp(root))
