"""Random streams keyed by what they are for, never by the order of calls."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from .errors import InvalidInput


@dataclass(frozen=True)
class Streams:
    """All random numbers of one disorder realization.

    ``streams(ingredient, site)`` is an independent numpy Generator that depends only on
    (seed, realization, ingredient, site). Adding an l-bit therefore leaves the grain and the
    fields of the other l-bits unchanged, and no result depends on the number of ranks.

    Parameters
    ----------
    seed, realization : int
        Non-negative.

    Examples
    --------
    >>> streams = Streams(seed=7, realization=0)
    >>> a = streams("fields", 3).uniform()
    >>> b = Streams(seed=7, realization=0)("fields", 3).uniform()
    >>> a == b
    True
    """

    seed: int
    realization: int

    def __post_init__(self) -> None:
        for name in ("seed", "realization"):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 0:
                raise InvalidInput(f"{name}={value!r} must be a non-negative integer")

    def __call__(self, ingredient: str, site: int = 0) -> np.random.Generator:
        word = int.from_bytes(hashlib.sha256(ingredient.encode()).digest()[:8], "little")
        sequence = np.random.SeedSequence(
            entropy=int(self.seed), spawn_key=(int(self.realization), word, int(site))
        )
        return np.random.default_rng(sequence)
