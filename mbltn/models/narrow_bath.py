"""A bath of equidistant levels with a random coupling: what models on a narrow bath share."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from ..operators import Term
from ..streams import Streams
from .base import DisorderedModel, Sample, check_count, check_finite, check_matrix, check_positive


class BathModel(DisorderedModel):
    """A system (site 0) and `n_bath` levels (site 1) in a band, coupled by ``gamma O X``.

    O acts on the system, X is a GOE matrix with <X_ij^2> = 1/n_bath: in a band of density
    n_bath/bandwidth the golden rule gives the rate ``2 pi gamma^2 |O_fi|^2/bandwidth`` for every
    transition of the system that leaves the bath within its band.
    """

    n_bath: int
    gamma: float
    bandwidth: float

    @property
    def bath_energies(self) -> np.ndarray:
        """E_i at the middles of n_bath equal parts of the band, which is centred at zero."""
        return self.bandwidth * ((np.arange(self.n_bath) + 0.5) / self.n_bath - 0.5)

    def check_bath(self) -> None:
        check_count("n_bath", self.n_bath, 2)
        check_finite("gamma", self.gamma)
        check_positive("bandwidth", self.bandwidth)

    def draw_coupling(self, streams: Streams, _: dict[str, np.ndarray]) -> np.ndarray:
        drawn = streams("coupling").standard_normal((self.n_bath, self.n_bath))
        return np.asarray((drawn + drawn.T) / np.sqrt(2 * self.n_bath))

    def check_coupling(self, values: np.ndarray) -> None:
        check_matrix("coupling", values, self.n_bath, f"{self.n_bath} bath levels")

    def bath_terms(self, moved: Any, sample: Sample) -> list[Term]:
        """``sum_i E_i |i><i| + gamma O X`` with O = `moved`."""
        return [
            Term(1.0, ((1, sp.diags_array(self.bath_energies, format="csr")),)),
            Term(self.gamma, ((0, moved), (1, sample.coupling))),
        ]
