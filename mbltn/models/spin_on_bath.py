"""Two levels on a bath of discrete levels: the golden rule's own problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from ..operators import SIGMA_X, HilbertSpace, Term
from ..streams import Streams
from .base import (
    DisorderedModel,
    Draw,
    Sample,
    check_count,
    check_finite,
    check_positive,
    check_symmetric,
)


@dataclass(frozen=True)
class SpinOnBath(DisorderedModel):
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
        check_count("n_bath", self.n_bath, 2)
        check_finite("gamma", self.gamma)
        check_finite("splitting", self.splitting)
        check_positive("bandwidth", self.bandwidth)

    def space(self) -> HilbertSpace:
        return HilbertSpace((2, self.n_bath))

    @property
    def bath_energies(self) -> np.ndarray:
        """E_i at the middles of n_bath equal parts of the band."""
        return self.bandwidth * ((np.arange(self.n_bath) + 0.5) / self.n_bath - 0.5)

    def ingredients(self) -> dict[str, Draw]:
        """`coupling` X (n_bath, n_bath)."""

        def coupling(streams: Streams, _: dict[str, np.ndarray]) -> np.ndarray:
            drawn = streams("coupling").standard_normal((self.n_bath, self.n_bath))
            return np.asarray((drawn + drawn.T) / np.sqrt(2 * self.n_bath))

        return {"coupling": coupling}

    def check_array(self, name: str, values: np.ndarray) -> None:
        if values.shape != (self.n_bath, self.n_bath):
            raise InvalidInput(
                f"{name} has shape {values.shape}; {self.n_bath} bath levels need "
                f"({self.n_bath}, {self.n_bath})"
            )
        check_symmetric(name, values)

    def terms(self, sample: Sample) -> list[Term]:
        return [
            Term(self.splitting, ((0, np.diag([0.0, 1.0])),)),
            Term(1.0, ((1, np.diag(self.bath_energies)),)),
            Term(self.gamma, ((0, SIGMA_X), (1, sample.coupling))),
        ]
