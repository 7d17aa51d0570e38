"""Cases of paper B: the disordered continuum."""

from __future__ import annotations

from ..case import Case
from . import cold_bath, couplings, single_particle, thresholds
from .claims import CLAIMS

__all__ = ["CASES", "CLAIMS"]

CASES: tuple[Case, ...] = (
    *single_particle.CASES,
    *cold_bath.CASES,
    *couplings.CASES,
    *thresholds.CASES,
)
