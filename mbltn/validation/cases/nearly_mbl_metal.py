"""Cases of paper A: the nearly localized metal and its slow bath."""

from __future__ import annotations

from .case import Case, Claim

CASES: tuple[Case, ...] = ()

CLAIMS: tuple[Claim, ...] = ()
