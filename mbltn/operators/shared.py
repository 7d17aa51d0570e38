"""Tiles of all ranks of one node in one piece of memory, so that neighbours are read, not sent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..comm import node_neighbours

# Vector loads across the ends of cache lines cost twice.
LINE = 64


def aligned(memory: np.ndarray, count: int) -> np.ndarray:
    """`count` doubles from the first cache line that begins in an array of bytes."""
    skip = -memory.ctypes.data % LINE
    return memory[skip : skip + 8 * count].view(float)


def aligned_zeros(shape: tuple[int, ...]) -> np.ndarray:
    """An array of zeros that begins with a cache line.

    Examples
    --------
    >>> aligned_zeros((3, 2)).ctypes.data % 64
    0
    """
    count = math.prod(shape)
    # numpy asks for huge pages for what it leaves empty, not for what the system has zeroed; small
    # ones halve the rate at which far tiles are read.
    result = aligned(np.empty(8 * count + LINE, dtype=np.uint8), count).reshape(shape)
    result[...] = 0.0
    return result


class SharedTiles:
    """Arrays in which every rank owns a part and may read the others'.

    Parameters
    ----------
    comm : mpi4py communicator whose ranks are on one node
    """

    def __init__(self, comm: Any) -> None:
        self._comm = comm
        self._windows: list[Any] = []

    @classmethod
    def on(cls, comm: Any) -> SharedTiles | None:
        """None for one rank, or if the ranks are not all on one node."""
        if comm.size == 1:
            return None
        alone = len(node_neighbours(comm, 0)) < comm.size
        return None if any(comm.allgather(alone)) else cls(comm)

    def zeros(self, shape: tuple[int, ...], first: int, total: int) -> np.ndarray:
        """Rows ``first ..`` of a new array of `total` rows, which all ranks share in this order.

        Collective. Each rank may read what lies before and behind its own rows in memory.
        """
        from mpi4py import MPI

        row = math.prod(shape[1:])
        size = 8 * row * total + LINE if self._comm.rank == 0 else 0
        window = MPI.Win.Allocate_shared(size, 1, comm=self._comm)
        window.Lock_all()
        self._windows.append(window)
        memory, _ = window.Shared_query(0)
        whole = aligned(np.frombuffer(memory, dtype=np.uint8), row * total)  # type: ignore
        own = whole.reshape(total, *shape[1:])[first : first + shape[0]]
        own[...] = 0.0
        return own

    def wait(self) -> None:
        """Until every rank is here: what all wrote before can be read, and overwritten, after."""
        for window in self._windows:
            window.Sync()
        self._comm.Barrier()
        for window in self._windows:
            window.Sync()

    def close(self) -> None:
        """Give the memory back; the arrays must not be used again. Collective."""
        for window in self._windows:
            window.Unlock_all()
            window.Free()
        self._windows.clear()
