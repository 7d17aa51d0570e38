"""Vectors dealt to ranks by configurations of the outer sites; tiles that the ranks exchange."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..rows import Rows
from ..streams import Streams
from .space import HilbertSpace
from .tiles import Cut

_COLUMNS_AT_ONCE = 32
_CONFIGURATIONS_OF_A_STREAM = 4096


@dataclass(frozen=True, eq=False)
class Deal:
    """Which rank holds which configurations; its rows are (configuration, level of the core).

    The first sites outside the core vary slowest, so that for 2^p ranks of two-level sites rank r
    holds the configurations whose first p sites read r, and flipping one of them means one partner.

    Examples
    --------
    >>> from mbltn.comm import Serial
    >>> deal = Deal(HilbertSpace((4, 2, 2, 2)), Serial())
    >>> deal.n_local, deal.to_public(np.arange(32.0)[:, None])[:3, 0]
    (32, array([ 0.,  8., 16.]))
    """

    space: HilbertSpace
    comm: Any

    @cached_property
    def cut(self) -> Cut:
        return Cut.of(self.space)

    @cached_property
    def configurations(self) -> Rows:
        return Rows(self.cut.configurations, self.comm)

    @cached_property
    def public(self) -> Rows:
        """The layout of `Eigenpairs`: contiguous rows in kron order."""
        return Rows(self.space.dimension, self.comm)

    @property
    def n_local(self) -> int:
        return (self.configurations.stop - self.configurations.start) * self.cut.levels

    def random(self, streams: Streams, ingredient: str, first: int, count: int) -> np.ndarray:
        """Standard normal columns ``first .. first + count``, the same whatever the ranks."""
        low, high = self.configurations.start, self.configurations.stop
        size, d = _CONFIGURATIONS_OF_A_STREAM, self.cut.levels
        streams_a_column = -(-self.cut.configurations // size)
        result = np.empty((self.n_local, count))
        for column in range(count):
            for number in range(low // size, -(-high // size)):
                begin, end = max(low, number * size), min(high, (number + 1) * size)
                stream = streams(ingredient, (first + column) * streams_a_column + number)
                drawn = stream.standard_normal((end - number * size) * d)
                kept = drawn[(begin - number * size) * d :]
                result[(begin - low) * d : (end - low) * d, column] = kept
        return result

    def to_public(self, vectors: np.ndarray) -> np.ndarray:
        """Contiguous rows in kron order of this rank, from its configurations."""
        result = np.empty((self.public.stop - self.public.start, vectors.shape[1]))
        self._move(vectors, self._owned, result, self._received)
        return result

    def from_public(self, rows: np.ndarray) -> np.ndarray:
        """The opposite of `to_public`."""
        result = np.empty((self.n_local, rows.shape[1]))
        self._move(rows, self._received, result, self._owned)
        return result

    @cached_property
    def _owned(self) -> list[np.ndarray]:
        """For each rank, which of our rows are public rows of it."""
        rows = self.cut.basis_rows(self.configurations.start, self.configurations.stop)
        bounds = [self.public.bounds(rank) for rank in range(self.comm.size)]
        return [np.flatnonzero((low <= rows) & (rows < high)) for low, high in bounds]

    @cached_property
    def _received(self) -> list[np.ndarray]:
        """For each rank, which of our public rows it holds, in its order."""
        rows = self.cut.basis_rows(self.configurations.start, self.configurations.stop)
        asked = [rows[own] for own in self._owned]
        if self.comm.size > 1:
            asked = self.comm.alltoall(asked)
        return [numbers - self.public.start for numbers in asked]

    def _move(
        self, source: np.ndarray, give: list[np.ndarray], target: np.ndarray, take: list[np.ndarray]
    ) -> None:
        for first in range(0, source.shape[1], _COLUMNS_AT_ONCE):
            part = slice(first, first + _COLUMNS_AT_ONCE)
            pieces = [np.ascontiguousarray(source[rows, part]) for rows in give]
            if self.comm.size > 1:
                pieces = self.comm.alltoall(pieces)
            for rows, piece in zip(take, pieces, strict=True):
                target[rows, part] = piece


class Exchange:
    """Tiles that this rank needs of others, received behind its own.

    Parameters
    ----------
    configurations : Rows
    needed : ascending numbers of configurations outside this rank
    """

    def __init__(self, configurations: Rows, needed: np.ndarray) -> None:
        self._comm = comm = configurations.comm
        self._own = configurations.stop - configurations.start
        self.received = len(needed)
        bounds = [configurations.bounds(rank) for rank in range(comm.size)]
        ends = [np.searchsorted(needed, pair) for pair in bounds]
        asked = [needed[low:high] for low, high in ends]
        if comm.size > 1:
            asked = comm.alltoall(asked)
        self._get = [
            (rank, slice(self._own + int(low), self._own + int(high)))
            for rank, (low, high) in enumerate(ends)
            if high > low
        ]
        self._give = [
            (rank, _as_slice(numbers - configurations.start))
            for rank, numbers in enumerate(asked)
            if len(numbers)
        ]

    def start(self, x: np.ndarray) -> list[Any]:
        """Begin to fill the received tiles of x, (own + received, tile)."""
        requests = [self._comm.Irecv(x[part], source=rank) for rank, part in self._get]
        for rank, part in self._give:
            requests.append(self._comm.Isend(np.ascontiguousarray(x[part]), dest=rank))
        return requests

    @staticmethod
    def finish(requests: list[Any]) -> None:
        for request in requests:
            request.Wait()


def _as_slice(numbers: np.ndarray) -> np.ndarray | slice:
    """A whole range needs no copy before it is sent."""
    if numbers[-1] - numbers[0] + 1 == len(numbers):
        return slice(int(numbers[0]), int(numbers[-1]) + 1)
    return numbers
