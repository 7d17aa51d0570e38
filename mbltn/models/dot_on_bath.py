"""A quantum dot on a bath of discrete levels in a narrow band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..operators import HilbertSpace, Term
from .base import Draw, Sample
from .narrow_bath import BathModel
from .quantum_dot import QuantumDot


@dataclass(frozen=True, kw_only=True)
class DotOnBath(BathModel):
    """``H_dot + sum_i E_i |i><i| + gamma sum_{a != b} c+_a c_b X`` (A eq 15; docs/physics.md, M11).

    The dot is a `QuantumDot`. A's b+ + b is a GOE matrix X on `n_bath` levels, equidistant in
    [-bandwidth/2, bandwidth/2], <X_ij^2> = 1/n_bath. Terms a = b add up to the number of electrons;
    they would move no electron and only mix the levels of the bath, so they are left out.

    Parameters
    ----------
    n_levels, lam, n_electrons, spacing
        Of the dot.
    n_bath : int, >= 2
    gamma : float
    bandwidth : float, > 0

    Raises
    ------
    InvalidInput
        For numbers that the dot or the bath cannot have.

    Examples
    --------
    >>> model = DotOnBath(n_levels=4, lam=0.3, n_bath=50, gamma=0.04, bandwidth=1.0)
    >>> model.operator(model.draw(seed=1, realization=0)).dimension
    300
    """

    n_levels: int
    lam: float
    n_bath: int
    gamma: float
    bandwidth: float
    n_electrons: int | None = None
    spacing: float = 1.0

    def __post_init__(self) -> None:
        self.check_bath()
        _ = self.dot

    @property
    def dot(self) -> QuantumDot:
        return QuantumDot(self.n_levels, self.lam, self.n_electrons, self.spacing)

    def space(self) -> HilbertSpace:
        return HilbertSpace((self.dot.dimension, self.n_bath))

    def ingredients(self) -> dict[str, Draw]:
        """`levels` and `interactions` of the dot, `coupling` X (n_bath, n_bath)."""
        return {**self.dot.ingredients(), "coupling": self.draw_coupling}

    def check_array(self, name: str, values: np.ndarray) -> None:
        if name == "coupling":
            self.check_coupling(values)
        else:
            self.dot.check_array(name, values)

    def terms(self, sample: Sample) -> list[Term]:
        return [*self.dot.terms(sample), *self.bath_terms(self.dot.hopping(), sample)]
