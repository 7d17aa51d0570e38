"""The mean field of paper D for a model, with its bare couplings and nothing fitted."""

from __future__ import annotations

import numpy as np

from ...errors import InvalidInput
from ...models import CentralGrain
from ...models.grains import GOEGrain
from ...theory import central_grain
from ...theory.grain_coupling import semicircle_coupling

_NORMS = {"pm": 0.5, "xx": 1.0}
_FIELDS = 8


def bare_couplings_of(model: CentralGrain) -> np.ndarray:
    """g_{n,0} of every l-bit, docs/physics.md (T18), averaged over the fields; (n_lbits,).

    Raises
    ------
    InvalidInput
        For a grain that is no random matrix of fixed size, or coupling "xxyy".

    Examples
    --------
    >>> bare_couplings_of(CentralGrain(n_grain=3, n_lbits=3, alpha=0.5)).round(4)
    array([0.0796, 0.0398, 0.0199])
    """
    grain = model.grain
    if not isinstance(grain, GOEGrain) or grain.normalise == "bandwidth":
        raise InvalidInput(
            f"grain={grain}: the semicircle is that of a GOEGrain normalised by rms or radius"
        )
    if model.coupling not in _NORMS:
        raise InvalidInput(f"coupling={model.coupling!r} must be pm or xx here")
    radius = 2 * grain.scale if grain.normalise == "rms" else grain.scale
    x, weights = np.polynomial.legendre.leggauss(_FIELDS)
    low, high = model.field_range
    splittings = (1.0 if model.field_half else 2.0) * (low + (high - low) * (x + 1) / 2)
    per_strength = [
        semicircle_coupling(1.0, float(w), radius, 2**model.n_grain, _NORMS[model.coupling])
        for w in splittings
    ]
    return np.asarray(abs(model.couplings()) * float(weights @ per_strength) / 2)


def mean_field_of(model: CentralGrain) -> central_grain.MeanField:
    """The smallest solution of (T10) with these bare couplings."""
    return central_grain.solve(bare_couplings_of(model))
