"""Cases of paper C: growth of a thermal bubble."""

from __future__ import annotations

from . import growth, lines, thresholds
from .claims import CLAIMS

CASES = (*lines.CASES, *growth.CASES, *thresholds.CASES)

__all__ = ["CASES", "CLAIMS"]
