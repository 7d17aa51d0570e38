"""A thermal grain with l-bits around it: the models of papers C, D and E."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidInput
from ..operators import SIGMA_MINUS, SIGMA_PLUS, SIGMA_X, SIGMA_Z, Term, embed
from .base import (
    Draw,
    GrainModel,
    Sample,
    check_choice,
    check_count,
    check_decay,
    check_finite,
    check_positive,
    check_range,
)
from .geometry import DECAYS, relative_couplings
from .grains import GOEGrain, Grain, grain_from

COUPLINGS = ("pm", "xxyy", "xx")


@dataclass(frozen=True)
class CentralGrain(GrainModel):
    """Grain of N spins coupled to M l-bits (docs/physics.md, eq M1).

    ``H = H_g + sum_n h_n sigma^z_n + sum_n J_n V_n``, where V_n is, with sigma_g a Pauli matrix of
    one grain spin,

    ========  =========================================================
    ``pm``    sigma_g^+ sigma_n^- + sigma_g^- sigma_n^+  (paper D, eq 2)
    ``xxyy``  sigma_g^x sigma_n^x + sigma_g^y sigma_n^y  (twice ``pm``)
    ``xx``    sigma_g^x sigma_n^x                        (papers C and E)
    ========  =========================================================

    The defaults are those of paper D. `from_paper` gives those of C and E too.

    Parameters
    ----------
    n_grain, n_lbits : int
        Number of grain spins N (d_g = 2^N), at least one, and of l-bits M; 0 is the bare grain.
    alpha, xi : float
        Decay of the couplings, one of the two: ``J_n = J_1 alpha^(n-1)``, ``alpha = exp(-1/xi)``
        with alpha in (0, 1] and xi > 0. Neither is needed for ``geometry="symmetric"``.
    geometry : {"exp1d", "stretch1d", "stretch1d_alt", "layers2d", "symmetric"}
        See `mbltn.models.geometry.relative_couplings`.
    first_coupling : float
        J_1 (V_1 in paper C, g_1 in paper E).
    coupling : {"pm", "xxyy", "xx"}
    field_range : (float, float)
        h_n is uniform in this range; the splitting of l-bit n is 2 h_n.
    field_half : bool
        Use (h_n / 2) sigma^z_n, so that the splitting is h_n.
    grain : Grain or {"goe", "cosine", "local_chain"}
    coupled_spin : int
        Grain spin, 1..N, that the l-bits touch; -1 means the last one.
    last_coupling : float, optional
        J_M, where the outermost l-bit shall not follow the decay (paper E, Fig 5).

    Raises
    ------
    InvalidInput
        If a parameter lies outside its domain.

    Examples
    --------
    >>> model = CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> model.couplings().round(4)
    array([0.41  , 0.246 , 0.1476, 0.0886])
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> op.dimension
    128
    """

    n_grain: int
    n_lbits: int
    alpha: float | None = None
    xi: float | None = None
    geometry: str = "exp1d"
    first_coupling: float = 0.41
    coupling: str = "pm"
    field_range: tuple[float, float] = (0.9, 1.1)
    field_half: bool = False
    grain: Grain | str = GOEGrain()
    coupled_spin: int = 1
    last_coupling: float | None = None

    def __post_init__(self) -> None:
        check_count("n_grain", self.n_grain, 1)
        check_count("n_lbits", self.n_lbits, 0)
        check_choice("geometry", self.geometry, tuple(DECAYS))
        check_choice("coupling", self.coupling, COUPLINGS)
        check_finite("first_coupling", self.first_coupling)
        if self.last_coupling is not None:
            check_finite("last_coupling", self.last_coupling)
        object.__setattr__(self, "field_range", check_range("field_range", self.field_range))
        object.__setattr__(self, "grain", grain_from(self.grain))
        if self.coupled_spin == -1:
            object.__setattr__(self, "coupled_spin", self.n_grain)
        check_count("coupled_spin", self.coupled_spin, 1)
        if self.coupled_spin > self.n_grain:
            raise InvalidInput(
                f"coupled_spin={self.coupled_spin} is not a grain spin 1..{self.n_grain}, "
                "nor -1 for the last one"
            )
        self._check_decay()

    def _check_decay(self) -> None:
        if self.alpha is not None:
            check_decay(self.alpha)
        if self.xi is not None:
            check_positive("xi", self.xi)
        if self.geometry == "symmetric":
            if self.xi is not None or self.alpha not in (None, 1):
                raise InvalidInput(
                    "geometry='symmetric' has equal couplings: leave out alpha and xi"
                )
        elif (self.alpha is None) == (self.xi is None):
            raise InvalidInput(
                f"alpha={self.alpha} and xi={self.xi}: give exactly one, alpha = exp(-1/xi)"
            )

    @classmethod
    def from_paper(cls, paper: str, n_lbits: int, **changes: Any) -> CentralGrain:
        """The parameters of paper "C", "D" or "E" (6-spin bath), with any of them changed.

        Examples
        --------
        >>> float(CentralGrain.from_paper("E", n_lbits=6).couplings()[-1])
        0.0474609375
        """
        check_choice("paper", paper, tuple(PAPERS))
        return cls(**{**PAPERS[paper], "n_lbits": n_lbits, **changes})

    @property
    def contact_spin(self) -> int:
        return self.coupled_spin

    @property
    def decay_length(self) -> float:
        """xi = -1 / log(alpha); infinite for equal couplings."""
        if self.xi is not None:
            return self.xi
        if self.alpha is None or self.alpha == 1:
            return np.inf
        return float(-1.0 / np.log(self.alpha))

    def couplings(self) -> np.ndarray:
        """J_n, shape (n_lbits,)."""
        if self.geometry == "exp1d" and self.alpha is not None:
            decay = self.alpha ** np.arange(self.n_lbits)
        else:
            decay = relative_couplings(self.geometry, self.n_lbits, self.decay_length)
        couplings = self.first_coupling * decay
        if self.last_coupling is not None:
            couplings[-1:] = self.last_coupling
        return couplings

    def splittings(self, sample: Sample) -> np.ndarray:
        return (1.0 if self.field_half else 2.0) * sample.fields

    def ingredients(self) -> dict[str, Draw]:
        """`grain` (d_g, d_g), `fields` (n_lbits,), `couplings` (n_lbits,)."""
        return {
            **self.grain_and_fields(self.grain, self.field_range),
            "couplings": lambda *_: self.couplings(),
        }

    def terms(self, sample: Sample) -> list[Term]:
        splitting = 0.5 if self.field_half else 1.0
        terms = [Term(1.0, ((0, sample.grain),))]
        for n in range(1, self.n_lbits + 1):
            terms.append(Term(splitting * float(sample.fields[n - 1]), ((n, SIGMA_Z),)))
            terms += self._coupling_terms(n, float(sample.couplings[n - 1]))
        return terms

    def _coupling_terms(self, n: int, strength: float) -> list[Term]:
        def product(on_grain: np.ndarray, on_lbit: np.ndarray, factor: float) -> Term:
            touched = embed(on_grain, self.coupled_spin, self.n_grain)
            return Term(factor * strength, ((0, touched), (n, on_lbit)))

        if self.coupling == "xx":
            return [product(SIGMA_X, SIGMA_X, 1.0)]
        factor = 2.0 if self.coupling == "xxyy" else 1.0
        return [
            product(SIGMA_PLUS, SIGMA_MINUS, factor),
            product(SIGMA_MINUS, SIGMA_PLUS, factor),
        ]


PAPERS: dict[str, dict[str, Any]] = {
    "C": {
        "n_grain": 8,
        "xi": 2.0,
        "first_coupling": 1.0,
        "coupling": "xx",
        "field_range": (0.5, 1.5),
        "grain": GOEGrain(scale=20.8, normalise="bandwidth"),
    },
    "D": {"n_grain": 3, "alpha": 0.6},
    "E": {
        "n_grain": 6,
        "alpha": 0.75,
        "first_coupling": 0.2,
        "coupling": "xx",
        "field_range": (0.5, 1.5),
        "grain": GOEGrain(scale=2.1, normalise="radius"),
        "coupled_spin": -1,
    },
}
