"""Cases of paper A: the nearly localized metal and its slow bath."""

from __future__ import annotations

from ..case import Case
from . import array, bath, dots, echo, temperature, transition
from .claims import CLAIMS

__all__ = ["CASES", "CLAIMS"]

CASES: tuple[Case, ...] = (
    *bath.CASES,
    *echo.CASES,
    *dots.CASES,
    *array.CASES,
    *transition.CASES,
    *temperature.CASES,
)
