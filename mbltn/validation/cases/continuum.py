"""Cases of paper B: the disordered continuum."""

from __future__ import annotations

from .case import Case, Claim

CASES: tuple[Case, ...] = ()

CLAIMS: tuple[Claim, ...] = ()
