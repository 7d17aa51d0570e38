"""Echo of a spin that the flips of its neighbours dephase (A section II)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .._inputs import no_nan, require_nonnegative, require_positive, space_dimension
from .._quadrature import FloatOrArray, Floats, like_input
from .bath import energy


def echo_inputs(
    J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int
) -> tuple[Floats, Floats, Floats, int]:
    J = energy("J", J)
    Gamma0 = energy("Gamma0", Gamma0)
    A = require_positive("A", A, "it is s xi^d (external bath) or s N (dots)")
    return J, Gamma0, A, space_dimension(d)


def n_fast(
    t: ArrayLike, J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int, clip: bool = True
) -> FloatOrArray:
    """Neighbours whose flips are resolved at time t (A eqs 11, 20).

    max(1, A [ln(J min(t, 1/Gamma0))]_+^d), and 1 where Gamma0 >= J or t <= 0.

    Parameters
    ----------
    t : array_like
        Times, inf included.
    J, Gamma0 : array_like, > 0
        Interaction of neighbours; rate at which one l-bit flips.
    A : array_like, > 0
        s xi^d on an external bath, s N in an array of dots.
    clip : bool
        False for the form that A prints, which drops to zero at t = 1/J.

    Raises
    ------
    InvalidInput
        For J, Gamma0 or A that are not positive.

    Examples
    --------
    >>> n_fast([1e-4, 0.02, np.inf], J=1000.0, Gamma0=1.0, A=4.0, d=1).round(8).tolist()
    [1.0, 11.98292909, 27.63102112]
    """
    J, Gamma0, A, d = echo_inputs(J, Gamma0, A, d)
    t = no_nan("t", t, "give times, inf for the longest")
    resolved = J * np.minimum(np.maximum(t, 0.0), 1 / Gamma0)
    many = A * np.log(np.maximum(resolved, 1.0)) ** d
    counted = np.maximum(many, 1.0) if clip else np.where(resolved > 1, many, 1.0)
    return like_input(np.where(Gamma0 >= J, 1.0, counted))


def echo(
    t: ArrayLike, J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int, clip: bool = True
) -> FloatOrArray:
    """Spin echo psi(t) = exp(-Gamma0 n_fast(t) t) (A eqs 9, 10); psi(0) = 1, falling.

    Raises
    ------
    InvalidInput
        For negative t, or as `n_fast`.

    Examples
    --------
    >>> echo([0.0, 0.02], J=1000.0, Gamma0=1.0, A=4.0, d=1).round(6).tolist()
    [1.0, 0.786896]
    """
    t = require_nonnegative("t", t, "the echo begins at t = 0")
    with np.errstate(invalid="ignore"):
        exponent = np.asarray(Gamma0) * n_fast(t, J, Gamma0, A, d, clip) * t
    return like_input(np.exp(-exponent))
