"""Cases of paper E: bath, l-bits and what lies between."""

from __future__ import annotations

from .case import Case, Claim

CASES: tuple[Case, ...] = ()

CLAIMS: tuple[Claim, ...] = ()
