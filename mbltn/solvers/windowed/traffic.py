"""What ranks send each other in the energy-window method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...network import Traffic
from ...operators import Operator
from .cost import COUNTED, Setting
from .split import Split, split

_SINGLE, _DOUBLE = 4, 8
# Of one slice: corrections that are followed by Rayleigh-Ritz.
_CORRECTIONS = 3


@dataclass(frozen=True, eq=False)
class FrameTraffic:
    """What `Frame` sends on `ranks` ranks, configuration s of the outer sites on rank s % ranks.

    For 2^p ranks and l-bits that flip alone, the outermost p of them number the rank: p messages,
    of all that a rank holds.

    Examples
    --------
    >>> from mbltn.models import CentralGrain
    >>> model = CentralGrain(n_grain=3, n_lbits=9, alpha=0.6, coupling="xx")
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> FrameTraffic(split(op, n_core=5), ranks=4).exchange(width=16, bytes_a_number=8)
    Traffic(messages=2, sent=262144)
    """

    tail: Split
    ranks: int

    @cached_property
    def readers(self) -> np.ndarray:
        """(ranks,) other ranks that read what a rank holds, once for every coupling B (x) X."""
        found = np.zeros(self.ranks, dtype=np.int64)
        for coupling in self.tail.couplings:
            entries = coupling.outer.tocoo()
            reader, source = entries.row % self.ranks, entries.col % self.ranks
            pairs = np.unique(source[reader != source] * self.ranks + reader[reader != source])
            found += np.bincount(pairs // self.ranks, minlength=self.ranks)
        return found

    def held(self, rank: int) -> int:
        """Rows of a vector on this rank."""
        outer = len(range(rank, len(self.tail.outer_energies), self.ranks))
        return self.tail.core.dimension * outer

    def exchange(self, width: int, bytes_a_number: int, rank: int = 0) -> Traffic:
        """Flipped configurations of `width` columns fetched once: one application of H.

        ``readers A S / ranks width`` numbers, for A levels of the core and S outer configurations.
        """
        messages = int(self.readers[rank])
        return Traffic(messages=messages, sent=messages * self.held(rank) * width * bytes_a_number)

    def preconditioned(
        self, width: int, near: int, bytes_a_number: int, deflated: int = 0, rank: int = 0
    ) -> Traffic:
        """The block LDU preconditioner: two exchanges, the near states gathered on every rank.

        And a sum over `deflated` levels where S0^-1 leaves those out.
        """
        gather = Traffic(gathers=1, gathered=near * width * bytes_a_number)
        levels = (
            Traffic(sums=1, summed=deflated * width * bytes_a_number) if deflated else Traffic()
        )
        return 2 * self.exchange(width, bytes_a_number, rank) + gather + levels

    def sqmr(
        self,
        iterations: int,
        width: int,
        near: int,
        bytes_a_number: int,
        deflated: int = 0,
        rank: int = 0,
    ) -> Traffic:
        """One solve of `width` columns: in every iteration H, the preconditioner, two sums."""
        precondition = self.preconditioned(width, near, bytes_a_number, deflated, rank)
        start = precondition + Traffic(sums=2, summed=2 * width * _DOUBLE)
        sums = Traffic(sums=2, summed=3 * width * _DOUBLE)
        step = self.exchange(width, bytes_a_number, rank) + precondition + sums
        return start + iterations * step


def solve_traffic(op: Operator, ranks: int, setting: Setting, single: bool) -> Traffic:
    """A whole solve with this setting, on rank 0, which holds as much as any.

    `single` says in which precision corrections are solved.
    """
    if ranks == 1:
        return Traffic()
    frame = FrameTraffic(split(op, setting.n_core), ranks)
    near, a, columns = setting.near, setting.core_dimension, setting.columns
    width = min(setting.width, columns)
    blocks = -(-columns // width)
    number = _SINGLE if single else _DOUBLE
    dense = Traffic(sums=1, summed=_DOUBLE * near**2)
    lift = frame.exchange(columns, _DOUBLE) + Traffic(sums=blocks, summed=_DOUBLE * columns)
    solves = frame.sqmr(round(setting.iterations), width, near, number, deflated=columns)
    images = (_CORRECTIONS + 1) * blocks * frame.exchange(width, _DOUBLE)
    ritz = Traffic(
        sums=2, summed=_DOUBLE * (2 * columns**2 + columns), casts=1, cast=_DOUBLE * columns**2
    )
    a_slice = (
        2 * dense
        + Traffic(casts=1, cast=2 * _DOUBLE * near * columns)
        + lift
        + blocks * solves
        + images
        + _CORRECTIONS * ritz
        + Traffic(deals=blocks, dealt=_DOUBLE * setting.slice_levels * frame.held(0))
    )
    core = Traffic(casts=1, cast=_DOUBLE * (a**2 + a))
    # Both ends at once, each on half of the ranks.
    end = Traffic()
    if ranks > 2:
        half = FrameTraffic(frame.tail, ranks // 2)
        end = dense + half.sqmr(round(COUNTED / width), width, near, _DOUBLE)
    return core + setting.slices * a_slice + end
