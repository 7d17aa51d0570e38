"""Rows of distributed vectors: who holds which, and how they change hands."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from .comm import Serial, by_rank_zero

T = TypeVar("T")

_COLUMNS_AT_ONCE = 64


@dataclass(frozen=True)
class Rows:
    """Which contiguous rows of a vector of length `dimension` live on which rank of `comm`.

    The first ``dimension % size`` ranks hold one row more, as PETSc does by default.

    Examples
    --------
    >>> rows = Rows(10)
    >>> rows.start, rows.stop, rows.distributed
    (0, 10, False)
    """

    dimension: int
    comm: Any = field(default_factory=Serial)

    @property
    def distributed(self) -> bool:
        return bool(self.comm.size > 1)

    def bounds(self, rank: int) -> tuple[int, int]:
        base, extra = divmod(self.dimension, self.comm.size)
        start = rank * base + min(rank, extra)
        return start, start + base + (rank < extra)

    @property
    def start(self) -> int:
        return self.bounds(self.comm.rank)[0]

    @property
    def stop(self) -> int:
        return self.bounds(self.comm.rank)[1]

    def decide(self, work: Callable[[], T]) -> T:
        """What `work` returns on rank 0, on every rank; see `by_rank_zero`."""
        return by_rank_zero(self.comm, work)

    def sum(self, local: np.ndarray) -> np.ndarray:
        """Sum of an array over the ranks, equal on every rank."""
        if not self.distributed:
            return local
        total = np.ascontiguousarray(local).copy()
        from mpi4py import MPI

        self.comm.Allreduce(MPI.IN_PLACE, total, op=MPI.SUM)
        return total

    def shifted(self, local: np.ndarray, offset: int) -> np.ndarray:
        """Rows ``[start + offset, stop + offset)`` of a row-distributed (rows, k) array.

        Each rank receives only what it lacks, from the ranks that own it; rows before the first
        and beyond the last are zero.
        """
        shifted = np.zeros_like(local, order="C")
        local = np.ascontiguousarray(local)
        requests = []
        for other in range(self.comm.size):
            here, there = self.bounds(self.comm.rank), self.bounds(other)
            get = _overlap((here[0] + offset, here[1] + offset), there)
            give = _overlap((there[0] + offset, there[1] + offset), here)
            if other == self.comm.rank:
                if get:
                    target = shifted[get[0] - offset - here[0] : get[1] - offset - here[0]]
                    target[:] = local[get[0] - here[0] : get[1] - here[0]]
                continue
            if get:
                target = shifted[get[0] - offset - here[0] : get[1] - offset - here[0]]
                requests.append(self.comm.Irecv(target, source=other))
            if give:
                piece = local[give[0] - here[0] : give[1] - here[0]]
                requests.append(self.comm.Isend(piece, dest=other))
        for request in requests:
            request.Wait()
        return shifted

    def whole_columns(self, local: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Exchange rows for columns: each rank gets some whole columns of a (rows, k) array.

        Returns the column numbers and the (dimension, n_columns) array. Memory a rank stays
        that of its rows; no rank ever holds all columns.
        """
        k = local.shape[1]
        size = self.comm.size
        if size == 1:
            return np.arange(k), local
        owned = [np.arange(rank, k, size) for rank in range(size)]
        pieces = self.comm.alltoall([np.ascontiguousarray(local[:, own]) for own in owned])
        return owned[self.comm.rank], np.concatenate(pieces, axis=0)

    def dealt(self, local: np.ndarray, owners: np.ndarray) -> np.ndarray:
        """Send every row to the rank that `owners` (rows,) names; what arrives keeps its order."""
        ranks = range(self.comm.size)
        pieces = self.comm.alltoall([np.ascontiguousarray(local[owners == rank]) for rank in ranks])
        return np.concatenate(pieces, axis=0)

    def scatter(self, whole: np.ndarray | None) -> np.ndarray:
        """Rows of this rank of an array that only rank 0 holds."""
        if not self.distributed:
            assert whole is not None
            return whole
        shape, dtype = self.comm.bcast(None if whole is None else (whole.shape, whole.dtype))
        local = np.empty((self.stop - self.start, *shape[1:]), dtype)
        k = math.prod(shape[1:])
        columns = local.reshape(len(local), k)
        given = None if whole is None else whole.reshape(len(whole), k)
        bounds = [self.bounds(rank) for rank in range(self.comm.size)]
        # MPI counts in 32 bits, and a second copy of everything would not fit.
        for first in range(0, k, _COLUMNS_AT_ONCE):
            part = slice(first, first + _COLUMNS_AT_ONCE)
            received = np.empty_like(columns[:, part], order="C")
            sent = None
            if given is not None:
                counts = [(high - low) * received.shape[1] for low, high in bounds]
                sent = (np.ascontiguousarray(given[:, part]), counts)
            self.comm.Scatterv(sent, received, root=0)
            columns[:, part] = received
        return local

    def gather(self, local: np.ndarray) -> np.ndarray:
        """The whole array, on every rank. For tests and small problems only."""
        bounds = [self.bounds(rank) for rank in range(self.comm.size)]
        mine = np.array(local, order="C")
        return gathered_rows(self.comm, mine, [high - low for low, high in bounds])


def gathered_rows(comm: Any, local: np.ndarray, rows_of_ranks: Sequence[int]) -> np.ndarray:
    """The rows of all ranks, one rank's after the other's, on every rank."""
    local = np.ascontiguousarray(local)
    if comm.size == 1:
        return local
    whole = np.empty((sum(rows_of_ranks), *local.shape[1:]), local.dtype)
    numbers = math.prod(local.shape[1:])
    comm.Allgatherv(local, (whole, [numbers * rows for rows in rows_of_ranks]))
    return whole


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int] | None:
    low, high = max(a[0], b[0]), min(a[1], b[1])
    return (low, high) if low < high else None
