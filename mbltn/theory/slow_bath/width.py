"""Width of the line (A eq 13)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import wrightomega

from .._inputs import one_of
from .._quadrature import FloatOrArray, like_input
from .dephasing import echo_inputs


def linewidth(J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int) -> FloatOrArray:
    """Gamma = Gamma0 n_fast(1/Gamma) in closed form (A eq 13).

    J exp(-y) with y = d W_L[(1/d) (J/(Gamma0 A))^(1/d)], but Gamma0 at least.

    Raises
    ------
    InvalidInput
        As for `n_fast`.

    Examples
    --------
    >>> round(linewidth(1000.0, 1.0, 4.0, d=1), 6), linewidth(1.0, 2.0, 4.0, d=1)
    (16.433688, 2.0)
    """
    J, Gamma0, A, d = echo_inputs(J, Gamma0, A, d)
    # Wright's omega is Lambert's function of an exponential that need not fit into a float.
    y = d * wrightomega((np.log(J / Gamma0) - np.log(A)) / d - np.log(d))
    return like_input(np.where(Gamma0 < J, np.maximum(Gamma0, J * np.exp(-y)), Gamma0))


def linewidth_asymptote(
    J: ArrayLike, Gamma0: ArrayLike, A: ArrayLike, d: int, form: str = "leading"
) -> FloatOrArray:
    """Gamma0 A ln^d(J/Gamma0), towards which `linewidth` goes with the logarithm only.

    "improved" is one step further, Gamma0 A ln^d(J/(Gamma0 A)).

    Raises
    ------
    InvalidInput
        As for `n_fast`, or for another form.

    Examples
    --------
    >>> round(linewidth_asymptote(1000.0, 1.0, 4.0, d=1), 3)
    27.631
    """
    J, Gamma0, A, d = echo_inputs(J, Gamma0, A, d)
    one_of("form", form, ("leading", "improved"))
    ratio = J / Gamma0 if form == "leading" else J / (Gamma0 * A)
    return like_input(Gamma0 * A * np.log(np.maximum(ratio, 1.0)) ** d)
