"""A bath followed by a disordered spin chain without l-bits (paper E, eq 18)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..operators import SIGMA_X, SIGMA_Z, Term, embed
from .base import Draw, GrainModel, Sample, check_count, check_finite, check_range
from .grains import Grain, LocalChainGrain, grain_from


@dataclass(frozen=True)
class GrainChain(GrainModel):
    """``H = H_B + sum_i h_i sigma^z_i + g sum_i sigma^x_{i-1} sigma^x_i`` (docs/physics.md, eq M4).

    Spin 0 is the last spin of the bath; h_i is uniform in `field_range`. There is no decay put
    in by hand: it must come out of the disorder.

    Parameters
    ----------
    n_grain, n_lbits : int
        Bath spins and chain spins.
    exchange : float
        g, the same on every bond.
    field_range : (float, float)
    grain : Grain or {"goe", "cosine", "local_chain"}

    Examples
    --------
    >>> chain = GrainChain(n_grain=4, n_lbits=3, exchange=0.1)
    >>> chain.operator(chain.draw(seed=1, realization=0)).dimension
    128
    """

    n_grain: int
    n_lbits: int
    exchange: float
    field_range: tuple[float, float] = (-2.0, 2.0)
    grain: Grain | str = LocalChainGrain()

    def __post_init__(self) -> None:
        check_count("n_grain", self.n_grain, 1)
        check_count("n_lbits", self.n_lbits, 1)
        check_finite("exchange", self.exchange)
        object.__setattr__(self, "field_range", check_range("field_range", self.field_range))
        object.__setattr__(self, "grain", grain_from(self.grain))

    @property
    def contact_spin(self) -> int:
        return self.n_grain

    def ingredients(self) -> dict[str, Draw]:
        """`grain` (d_g, d_g), `fields` (n_lbits,), `couplings` (n_lbits,), one for each bond."""
        return {
            **self.grain_and_fields(self.grain, self.field_range),
            "couplings": lambda *_: np.full(self.n_lbits, self.exchange),
        }

    def terms(self, sample: Sample) -> list[Term]:
        last_bath_spin = embed(SIGMA_X, self.n_grain, self.n_grain)
        terms = [Term(1.0, ((0, sample.grain),))]
        for i in range(1, self.n_lbits + 1):
            before = last_bath_spin if i == 1 else SIGMA_X
            terms.append(Term(float(sample.fields[i - 1]), ((i, SIGMA_Z),)))
            terms.append(Term(float(sample.couplings[i - 1]), ((i - 1, before), (i, SIGMA_X))))
        return terms
