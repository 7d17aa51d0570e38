"""Line of a spin that the flips of its neighbours dephase (A section II)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import quad

from mbltn.errors import InvalidInput

from .._inputs import one_of, require_finite
from .._quadrature import FloatOrArray, like_input
from .dephasing import echo, echo_inputs, n_fast
from .width import linewidth

_NOTHING = 50.0  # exponent beyond which the echo is gone
_PANEL = 2.0


def lineshape(
    w: ArrayLike,
    J: ArrayLike,
    Gamma0: ArrayLike,
    A: ArrayLike,
    d: int,
    variant: str = "printed",
) -> FloatOrArray:
    """Line S(w) = x/(w^2 + x^2) with x = Gamma0 n_fast(1/|w|) (A eqs 12, 17); even in w.

    It approximates `lineshape_exact`, whose integral over all w is pi. "printed" has a dip at
    w -> 0, where n_fast is taken at times at which the echo has long gone; "pinned" takes it at
    1/max(|w|, linewidth).

    Raises
    ------
    InvalidInput
        As for `n_fast`, or for another variant.

    Examples
    --------
    >>> round(lineshape(20.0, J=1000.0, Gamma0=1.0, A=4.0, d=1), 10)
    0.02426577
    """
    one_of("variant", variant, ("printed", "pinned"))
    w = abs(require_finite("w", w, "it is a frequency"))
    slow = np.maximum(w, linewidth(J, Gamma0, A, d)) if variant == "pinned" else w
    with np.errstate(divide="ignore", over="ignore"):
        x = np.asarray(Gamma0) * n_fast(1 / slow, J, Gamma0, A, d)
    return like_input(x / (w**2 + x**2))


def lineshape_exact(
    w: ArrayLike, J: float, Gamma0: float, A: float, d: int, accuracy: float = 1e-10
) -> FloatOrArray:
    """int_0^inf cos(w t) psi(t) dt, the line that belongs to the echo; its integral is pi.

    By quadrature with the weight cos on geometric panels between the kinks of n_fast; what lies
    before the first and after the last kink is closed. Above w ~ J it oscillates and may be
    negative, as the kinks of the clipped n_fast make it.

    Parameters
    ----------
    w : array_like
        Frequencies; one quadrature each.
    J, Gamma0, A, d : numbers, as for `n_fast`
    accuracy : float
        Absolute, in units of the largest value.

    Raises
    ------
    InvalidInput
        As for `n_fast`.

    Examples
    --------
    >>> round(lineshape_exact(20.0, J=1000.0, Gamma0=1.0, A=4.0, d=1), 8)
    0.02931853
    """
    if np.ndim(J) or np.ndim(Gamma0) or np.ndim(A):
        raise InvalidInput("J, Gamma0 and A must be single numbers: only w may be an array")
    J, Gamma0, A = (float(value) for value in echo_inputs(J, Gamma0, A, d)[:3])
    w = abs(require_finite("w", w, "it is a frequency"))
    # n_fast is 1 before `first` and constant after `last`.
    first, last = float(np.exp(A ** (-1 / d)) / J), float(1 / Gamma0)
    if first >= last:
        return like_input(Gamma0 / (w**2 + Gamma0**2))
    panels = np.geomspace(first, last, 2 + int(np.log(last / first) / np.log(_PANEL)))
    late = float(Gamma0 * n_fast(np.inf, J, Gamma0, A, d))

    def one(frequency: float) -> float:
        total = _exponential(frequency, float(Gamma0), 0.0, first)
        total += _exponential(frequency, late, last, np.inf)
        for low, high in pairwise(panels):
            if Gamma0 * n_fast(low, J, Gamma0, A, d) * low > _NOTHING:
                break
            total += quad(
                lambda t: echo(t, J, Gamma0, A, d),
                *(low, high),
                weight="cos",
                wvar=frequency,
                epsabs=accuracy / late / len(panels),
            )[0]
        return total

    return like_input(np.array([one(f) for f in w.ravel()]).reshape(w.shape))


def _exponential(w: float, x: float, start: float, stop: float) -> float:
    """int_start^stop cos(w t) exp(-x t) dt."""

    def antiderivative(t: float) -> float:
        if np.isinf(t):
            return 0.0
        return float(np.exp(-x * t) * (w * np.sin(w * t) - x * np.cos(w * t)) / (x**2 + w**2))

    return antiderivative(stop) - antiderivative(start)
