"""The form in which A draws the conductivity near the transition (A eq 30), fitted to data."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares

from mbltn.errors import InvalidInput

from .._inputs import require_finite, require_positive
from .._quadrature import Floats
from .dot_array import temperature


class CubicRootFit(NamedTuple):
    """ln sigma = constant - scale/(T - T_c)^power, and the rms of what is left of ln sigma."""

    T_c: float
    scale: float
    constant: float
    power: float
    rms: float


def fit_cubic_root(
    T: ArrayLike, ln_sigma: ArrayLike, power: float = 1 / 3, constant: bool = True
) -> CubicRootFit:
    """Fit of the form that A eq 30 gives near the transition; T_c below the smallest T.

    It describes such data well, and so do other powers: it is no proof of an asymptotic law
    (docs/physics.md).

    Parameters
    ----------
    T, ln_sigma : array_like, (n,), n >= 4
        Points of the metal alone.
    power : float, > 0
    constant : bool
        Whether ln sigma may be shifted.

    Raises
    ------
    InvalidInput
        For too few points, equal temperatures, a power that is not positive, or values that are not
        finite.

    Examples
    --------
    >>> T = np.linspace(1.0, 1.5, 20)
    >>> round(fit_cubic_root(T, 2.0 - 3.0 / (T - 0.9) ** (1 / 3)).T_c, 6)
    0.9
    """
    T, ln_sigma = (
        temperature(T),
        require_finite("ln_sigma", ln_sigma, "localized points do not fit"),
    )
    if T.ndim != 1 or T.shape != ln_sigma.shape or len(T) < 4:
        raise InvalidInput(
            f"T has shape {T.shape} and ln_sigma {ln_sigma.shape}: give at least 4 points each"
        )
    power = float(require_positive("power", power, "it is that of a divergence"))
    # In units of their range: a fit must not depend on the unit of temperature.
    span = float(np.ptp(T))
    if span == 0:
        raise InvalidInput(f"T={T[0]:g} throughout: a fit needs several temperatures")
    above = (T - T.min()) / span

    def linear(below: float) -> tuple[Floats, Floats]:
        """Best scale and constant at T_c = min(T) - span exp(below), and what they leave."""
        basis = [-((above + np.exp(below)) ** -power)]
        basis += [np.ones_like(T)] * constant
        columns = np.stack(basis, axis=1)
        best = np.linalg.lstsq(columns, ln_sigma, rcond=None)[0]
        return best, columns @ best - ln_sigma

    starts = np.log(np.geomspace(1e-3, 3.0, 13))
    start = min(starts, key=lambda below: float(np.square(linear(below)[1]).sum()))
    found = least_squares(
        lambda x: linear(float(x[0]))[1], [start], xtol=1e-15, ftol=1e-15, gtol=1e-15
    )
    below = float(found.x[0])
    best, left = linear(below)
    shift = float(best[1]) if constant else 0.0
    rms = float(np.sqrt(np.mean(left**2)))
    T_c = float(T.min() - span * np.exp(below))
    return CubicRootFit(T_c, float(best[0] * span**power), shift, power, rms)
