"""Free fermions on a square lattice whose middle site touches a grain: l-bits in two dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from ..errors import InvalidInput
from ..operators import HilbertSpace, Term
from .base import (
    DisorderedModel,
    Draw,
    Sample,
    check_choice,
    check_count,
    check_finite,
    check_positive,
)

POTENTIALS = ("quasiperiodic", "random")
WAVE_VECTOR = (np.pi * (1 + np.sqrt(5)), np.pi * (1 + np.sqrt(3)))
PRINTED_THETA_MIN = float(2 * np.pi / WAVE_VECTOR[0])


@dataclass(frozen=True)
class SquareLattice(DisorderedModel):
    """H = hop sum_<nm> (c+_n c_m + h.c.) + sum_n V(theta_n) n_n (docs/physics.md, eq M12).

    Sites n with |n_1| + |n_2| <= radius, a diamond of 2 R^2 + 2 R + 1 of them, with open rims; the
    Hamiltonian is that of one fermion. theta_n = q.n + theta_0 in the quasiperiodic potential, with
    q = pi (1 + sqrt 5, 1 + sqrt 3), and independent and uniform in the random one. The grain
    couples to the middle site only, thus to the orbital phi_a with g_0 |phi_a(0)| (D eqs 16, 18).

    Parameters
    ----------
    radius : int, >= 0
    W : float, >= 0
        Amplitude of the potential.
    potential : {"quasiperiodic", "random"}
    theta_0 : float, optional
        Phase of the quasiperiodic potential, one realization of which is one phase; drawn
        uniformly from [0, 2 pi) if left out.
    hop : float
    theta_min : float, in (0, 2 pi)
        Where the potential is -W; 2 pi/q_1 = 0.618 as D prints it.

    Examples
    --------
    >>> lattice = SquareLattice(radius=2, W=10.0, theta_0=0.3)
    >>> lattice.space().dimension
    13
    >>> lattice.sites[:3].tolist()
    [[0, 0], [-1, 0], [0, -1]]
    """

    radius: int
    W: float
    potential: str = "quasiperiodic"
    theta_0: float | None = None
    hop: float = 1.0
    theta_min: float = PRINTED_THETA_MIN

    def __post_init__(self) -> None:
        check_count("radius", self.radius, 0)
        check_finite("W", self.W)
        if self.W < 0:
            raise InvalidInput(f"W={self.W} must be zero or positive: it is an amplitude")
        check_choice("potential", self.potential, POTENTIALS)
        check_finite("hop", self.hop)
        check_positive("theta_min", self.theta_min)
        if not self.theta_min < 2 * np.pi:
            raise InvalidInput(f"theta_min={self.theta_min} must lie below 2 pi")
        if self.theta_0 is not None:
            check_finite("theta_0", self.theta_0)
            if self.potential == "random":
                raise InvalidInput(
                    f"theta_0={self.theta_0} belongs to the quasiperiodic potential: leave it out, "
                    "since the phases of a random one are drawn site by site"
                )

    def space(self) -> HilbertSpace:
        return HilbertSpace((2 * self.radius * (self.radius + 1) + 1,))

    @cached_property
    def sites(self) -> np.ndarray:
        """(n_sites, 2) coordinates, shell after shell of equal |n_1| + |n_2|, the origin first."""
        along = np.arange(-self.radius, self.radius + 1)
        every = np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(-1, 2)
        shell = abs(every).sum(axis=1)
        order = np.lexsort((every[:, 1], every[:, 0], shell))
        sites: np.ndarray = every[order[: np.count_nonzero(shell <= self.radius)]]
        sites.setflags(write=False)
        return sites

    @property
    def shells(self) -> np.ndarray:
        """(n_sites,) lattice radius |n_1| + |n_2| of every site; hops join neighbouring shells."""
        return np.asarray(abs(self.sites).sum(axis=1))

    def potential_of(self, theta: np.ndarray) -> np.ndarray:
        """V(theta): linear from W at 0 to -W at theta_min and back to W at 2 pi.

        Examples
        --------
        >>> SquareLattice(radius=0, W=10.0).potential_of(np.array([0.0, 2.0])).round(6)
        array([10.      , -5.121168])
        """
        corners = (0.0, self.theta_min, 2 * np.pi)
        return np.interp(np.mod(theta, 2 * np.pi), corners, (self.W, -self.W, self.W))

    def ingredients(self) -> dict[str, Draw]:
        """`theta_0` (quasiperiodic), and `phases` theta_n in the order of `sites`.

        A larger lattice has the phases of a smaller one in its middle.
        """
        if self.potential == "random":
            n = len(self.sites)
            return {"phases": lambda streams, _: streams("phases").uniform(0, 2 * np.pi, n)}
        given = self.theta_0
        return {
            "theta_0": lambda streams, _: (
                streams("theta_0").uniform(0, 2 * np.pi) if given is None else given
            ),
            "phases": lambda _, drawn: np.mod(
                self.sites @ np.array(WAVE_VECTOR) + drawn["theta_0"], 2 * np.pi
            ),
        }

    def check_array(self, name: str, values: np.ndarray) -> None:
        expected = () if name == "theta_0" else (len(self.sites),)
        if values.shape != expected:
            raise InvalidInput(f"{name} has shape {values.shape}; it must have {expected}")

    def terms(self, sample: Sample) -> list[Term]:
        hops = self.hop * _neighbours(self.sites)
        potential = sp.diags_array(self.potential_of(sample.phases), format="csr")
        return [Term(1.0, ((0, sp.csr_array(hops + potential)),))]


def _neighbours(sites: np.ndarray) -> sp.csr_array:
    """1 between nearest neighbours."""
    n, radius = len(sites), int(abs(sites).max(initial=0))
    side = 2 * radius + 2
    where = np.full(side * side, -1)
    flat = (sites[:, 0] + radius) * side + sites[:, 1] + radius
    where[flat] = np.arange(n)
    pairs = [(np.arange(n), where[flat + step]) for step in (1, side)]
    one, other = (np.concatenate(part) for part in zip(*pairs, strict=True))
    one, other = one[other >= 0], other[other >= 0]
    upper = sp.coo_array((np.ones(len(one)), (one, other)), shape=(n, n))
    return sp.csr_array(upper + upper.T)
