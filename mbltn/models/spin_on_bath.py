"""Two levels on a bath of discrete levels: the golden rule's own problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..operators import SIGMA_X, HilbertSpace, Term
from .base import Draw, Sample, check_finite
from .narrow_bath import BathModel


@dataclass(frozen=True)
class SpinOnBath(BathModel):
    """A level pair on equidistant bath levels, random coupling (docs/physics.md, eq M10).

    ``H = splitting |1><1| + sum_i E_i |i><i| + gamma sigma^x X`` with E_i equidistant in
    [-bandwidth/2, bandwidth/2] and X a GOE matrix with <X_ij^2> = 1/n_bath, so that the golden rule
    gives the rate 2 pi gamma^2/bandwidth between the two levels.

    Parameters
    ----------
    n_bath : int, >= 2
    gamma, splitting : float
    bandwidth : float, > 0

    Examples
    --------
    >>> model = SpinOnBath(n_bath=50, gamma=0.03, splitting=0.1)
    >>> model.operator(model.draw(seed=1, realization=0)).dimension
    100
    """

    n_bath: int
    gamma: float
    splitting: float
    bandwidth: float = 1.0

    def __post_init__(self) -> None:
        self.check_bath()
        check_finite("splitting", self.splitting)

    def space(self) -> HilbertSpace:
        return HilbertSpace((2, self.n_bath), lbits=(0,))

    def ingredients(self) -> dict[str, Draw]:
        """`coupling` X (n_bath, n_bath)."""
        return {"coupling": self.draw_coupling}

    def check_array(self, name: str, values: np.ndarray) -> None:
        self.check_coupling(values)

    def terms(self, sample: Sample) -> list[Term]:
        levels = Term(self.splitting, ((0, np.diag([0.0, 1.0])),))
        return [levels, *self.bath_terms(SIGMA_X, sample)]
