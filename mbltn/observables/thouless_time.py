"""When the spectral form factor joins that of a random matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import InvalidInput
from .form_factor import checked_tau, goe_form_factor


@dataclass(frozen=True)
class ThoulessTime:
    """Where the form factor joins the orthogonal ensemble's (docs/physics.md, eq O16).

    Attributes
    ----------
    tau_Th : float
        NaN if no tau of the grid is within the tolerance; an upper bound if it is the first.
    t_Th : tau_Th 2 pi / spacing, in inverse units of energy
    smoothed : (taus,) running mean of K
    deviation : (taus,) ``|log10(smoothed / K_GOE)|``
    """

    tau_Th: float
    t_Th: float
    smoothed: np.ndarray
    deviation: np.ndarray


def thouless_time(
    tau: ArrayLike,
    K: ArrayLike,
    spacing: float,
    tolerance: float = 0.08,
    window: tuple[float, float] = (0.95, 1.05),
) -> ThoulessTime:
    """Smallest tau with ``|log10(K / K_GOE)| < tolerance``, K a running mean.

    docs/physics.md (O16). The mean is over the points of the grid in tau [0.95, 1.05], fewer at its
    ends. Of what is found, about 3/levels is the filter's own width and 0.79 is where K = 1 of
    Poisson levels meets the curve. K may also cross it by chance, from few samples, or on its way
    up (`connected`): look at `deviation`.

    Parameters
    ----------
    tau : (taus,), ascending and positive
    K : (taus,), `values` or `connected` of a `FormFactor`
    spacing : mean raw level spacing at the centre, as in `FormFactor`

    Raises
    ------
    InvalidInput
        For tau that are not ascending and positive, K negative, not finite or of another length,
        a window that does not hold tau, or spacing or tolerance not positive.

    Examples
    --------
    >>> tau = np.geomspace(0.01, 2, 500)
    >>> diffusive = goe_form_factor(tau) * (1 + (0.1 / tau) ** 2)
    >>> round(thouless_time(tau, diffusive, spacing=0.01).tau_Th, 2)
    0.22
    """
    taus, values = checked_tau(tau), np.asarray(K, dtype=float)
    if not (taus > 0).all() or (np.diff(taus) <= 0).any():
        raise InvalidInput("tau must be positive and ascending: a geometric grid, without 0")
    if values.shape != taus.shape:
        raise InvalidInput(f"K {values.shape} and tau {taus.shape} must have one shape (taus,)")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise InvalidInput("K must be finite, zero or positive at every tau")
    low, high = window
    if not 0 < low <= 1 <= high < np.inf:
        raise InvalidInput(f"window={window} must be factors around 1, such as (0.95, 1.05)")
    if not (0 < spacing < np.inf and 0 < tolerance < np.inf):
        raise InvalidInput(f"spacing={spacing} and tolerance={tolerance} must be positive")
    first = np.searchsorted(taus, low * taus, side="left")
    last = np.searchsorted(taus, high * taus, side="right")
    smoothed = np.array([values[a:b].mean() for a, b in zip(first, last, strict=True)])
    with np.errstate(divide="ignore"):
        deviation = abs(np.log10(smoothed / goe_form_factor(taus)))
    near = np.flatnonzero(deviation < tolerance)
    tau_Th = float(taus[near[0]]) if len(near) else np.nan
    return ThoulessTime(tau_Th, tau_Th * 2 * np.pi / spacing, smoothed, deviation)
