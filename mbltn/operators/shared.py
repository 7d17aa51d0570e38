"""Tiles of all ranks of one node in one piece of memory, so that neighbours are read, not sent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..comm import node_neighbours


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

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
        """Own part of a new array; the others' lie before and behind it in memory, in order.

        Collective.
        """
        from mpi4py import MPI

        window = MPI.Win.Allocate_shared(8 * math.prod(shape), 8, comm=self._comm)
        window.Lock_all()
        self._windows.append(window)
        if not math.prod(shape):
            return np.zeros(shape)
        memory, _ = window.Shared_query(self._comm.rank)
        own = np.ndarray(shape, dtype=float, buffer=memory)
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
