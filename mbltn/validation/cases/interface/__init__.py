"""Cases of paper E: bath, l-bits and what lies between."""

from __future__ import annotations

from . import eigenstates, one_spin, reach
from .claims import CLAIMS

CASES = (*one_spin.CASES, *reach.CASES, *eigenstates.CASES)

__all__ = ["CASES", "CLAIMS"]
