"""Cases of paper C: growth of a thermal bubble."""

from __future__ import annotations

from . import entropies, geometries, growth, hubbard, hubbard_lbits, lines, thresholds
from .claims import CLAIMS

CASES = (
    *lines.CASES,
    *growth.CASES,
    *geometries.CASES,
    *entropies.CASES,
    *thresholds.CASES,
    *hubbard.CASES,
    *hubbard_lbits.CASES,
)

__all__ = ["CASES", "CLAIMS"]
