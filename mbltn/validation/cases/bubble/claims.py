"""What paper C shows and says, in its order."""

from __future__ import annotations

from ..case import Claim

CLAIMS: tuple[Claim, ...] = ()
