"""Cases of paper C: growth of a thermal bubble."""

from __future__ import annotations

from .case import Case, Claim

CASES: tuple[Case, ...] = ()

CLAIMS: tuple[Claim, ...] = ()
