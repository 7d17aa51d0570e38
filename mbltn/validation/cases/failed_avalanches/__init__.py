"""Cases of paper D: resonances of one spin, and the mean field of failed avalanches."""

from __future__ import annotations

from ..case import Case
from . import (
    admixtures,
    chains,
    couplings,
    end_lbits,
    extent,
    lattices,
    many_spins,
    one_spin,
)
from .claims import CLAIMS

__all__ = ["CASES", "CLAIMS"]

CASES: tuple[Case, ...] = (
    *admixtures.CASES,
    *one_spin.CASES,
    *many_spins.CASES,
    *couplings.CASES,
    *extent.CASES,
    *end_lbits.CASES,
    *chains.CASES,
    *lattices.CASES,
)
