"""Correlations of the random potential of a wire (B eq 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mbltn.errors import InvalidInput

from .._inputs import one_of, require_nonnegative, require_positive
from .._quadrature import Floats

KINDS = ("white", "lorentzian", "exponential", "custom")


@dataclass(frozen=True)
class Correlator:
    """Correlations of the random potential of a wire (B eq 2).

    Fourier transform w~(q) = w/F with F(eps) at q = 2k = 4 eps/v, eps0 = 1/(8 m d^2): 1 ("white", w
    delta(x)), exp(sqrt(eps/eps0)) ("lorentzian", w d/[pi (x^2 + d^2)]), 1 + eps/eps0
    ("exponential", (w/2d) exp(-|x|/d)), or the given function ("custom").

    Parameters
    ----------
    kind : {"white", "lorentzian", "exponential", "custom"}
    w : float, > 0
        Strength, energy^2 length.
    d : float, >= 0
        Correlation length; 0 is white noise.
    ln_F : callable, for "custom"
        ln F(eps), rising with eps.

    Raises
    ------
    InvalidInput
        For an unknown kind, w <= 0, d < 0, or a function that is missing or too much.
    """

    kind: str
    w: float
    d: float = 0.0
    ln_F: Callable[[Floats], ArrayLike] | None = None

    def __post_init__(self) -> None:
        one_of("kind", self.kind, KINDS)
        require_positive("w", self.w, "it is the strength of the disorder")
        require_nonnegative("d", self.d, "it is a correlation length")
        if (self.kind == "custom") != (self.ln_F is not None):
            raise InvalidInput(
                f"kind={self.kind!r} with ln_F={self.ln_F!r}: give a function ln F(eps) with kind="
                "'custom', and only then"
            )

    @property
    def is_white(self) -> bool:
        return self.kind == "white" or (self.kind != "custom" and self.d == 0)

    def eps0(self, m: float) -> float:
        """1/(8 m d^2), the energy from which on correlations matter."""
        return 1 / (8 * m * self.d**2)

    def ln_ratio(self, eps: Floats, m: float) -> Floats:
        """ln F(eps)."""
        if self.ln_F is not None:
            return np.asarray(self.ln_F(eps), dtype=np.float64)
        if self.is_white:
            return np.zeros_like(eps)
        scaled = eps / self.eps0(m)
        return np.asarray(np.sqrt(scaled) if self.kind == "lorentzian" else np.log1p(scaled))
