"""The quantum sun (Suntajs and Vidmar 2022), in Pauli form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from ..operators import SIGMA_X, SIGMA_Z, Term, embed
from ..streams import Streams
from .base import (
    Draw,
    GrainModel,
    Sample,
    check_count,
    check_decay,
    check_finite,
    check_positive,
    check_range,
)
from .grains import GOEGrain


@dataclass(frozen=True)
class QuantumSun(GrainModel):
    """Random dot with spins whose couplings decay exponentially (docs/physics.md, eq M3).

    ``H = H_dot + g_0 sum_j alpha^(u_j) S^x_{n_j} S^x_j + sum_j h_j S^z_j`` with S = sigma / 2,
    u_1 = 0, u_j = (j - 1) + U[-spread, spread], n_j a uniformly random dot spin, and
    ``H_dot = gamma / sqrt(2^N + 1) (A + A^T) / sqrt(2)`` whose RMS eigenvalue is gamma.
    The avalanche threshold is alpha_c = 1/sqrt(2) asymptotically.

    Parameters
    ----------
    n_grain, n_lbits : int
        Dot spins N and outer spins M.
    alpha : float in (0, 1]
    gamma, g0 : float
    field_range : (float, float)
        h_j is uniform in this range; the splitting of spin j is h_j.
    exponent_spread : float
        Half width of the disorder in u_j.

    Examples
    --------
    >>> sun = QuantumSun(n_grain=3, n_lbits=4, alpha=0.8)
    >>> sun.operator(sun.draw(seed=1, realization=0)).dimension
    128
    """

    n_grain: int
    n_lbits: int
    alpha: float
    gamma: float = 1.0
    g0: float = 1.0
    field_range: tuple[float, float] = (0.5, 1.5)
    exponent_spread: float = 0.2

    def __post_init__(self) -> None:
        check_count("n_grain", self.n_grain, 1)
        check_count("n_lbits", self.n_lbits, 1)
        check_decay(self.alpha)
        check_positive("gamma", self.gamma)
        check_finite("g0", self.g0)
        object.__setattr__(self, "field_range", check_range("field_range", self.field_range))
        check_finite("exponent_spread", self.exponent_spread)
        if self.exponent_spread < 0:
            raise InvalidInput(f"exponent_spread={self.exponent_spread} must be zero or positive")

    def ingredients(self) -> dict[str, Draw]:
        """`grain`, `fields`, `exponents` (u_j), `coupled_spins` (n_j in 1..n_grain), `couplings`.

        `couplings` are g_0 alpha^(u_j), the factors of S^x S^x; given explicitly, they make
        `exponents` irrelevant.
        """
        d = 2**self.n_grain
        dot = GOEGrain(scale=2 * self.gamma * np.sqrt(d / (d + 1)), normalise="radius")
        return {
            **self.grain_and_fields(dot, self.field_range),
            "exponents": lambda streams, _: self._exponents(streams),
            "coupled_spins": lambda streams, _: self._contacts(streams),
            "couplings": lambda _, got: self.g0 * self.alpha ** got["exponents"],
        }

    def _exponents(self, streams: Streams) -> np.ndarray:
        w = self.exponent_spread
        shifts = [streams("exponents", j).uniform(-w, w) for j in range(2, self.n_lbits + 1)]
        return np.arange(self.n_lbits) + np.array([0.0, *shifts])

    def _contacts(self, streams: Streams) -> np.ndarray:
        return np.array(
            [
                streams("coupled_spins", j).integers(1, self.n_grain + 1)
                for j in range(1, self.n_lbits + 1)
            ]
        )

    def check(self, sample: Sample) -> None:
        super().check(sample)
        spins = sample.coupled_spins
        if not np.isin(spins, np.arange(1, self.n_grain + 1)).all():
            raise InvalidInput(
                f"coupled_spins={spins.tolist()} must be dot spins 1..{self.n_grain}"
            )

    def splittings(self, sample: Sample) -> np.ndarray:
        return sample.fields

    def terms(self, sample: Sample) -> list[Term]:
        terms = [Term(1.0, ((0, sample.grain),))]
        for j in range(1, self.n_lbits + 1):
            touched = embed(SIGMA_X, int(sample.coupled_spins[j - 1]), self.n_grain)
            terms.append(Term(0.5 * float(sample.fields[j - 1]), ((j, SIGMA_Z),)))
            terms.append(Term(0.25 * float(sample.couplings[j - 1]), ((0, touched), (j, SIGMA_X))))
        return terms
