"""Integers that all ranks count up together, without a word to the rank that keeps them."""

from __future__ import annotations

import logging
import time
from typing import Any

import numpy as np

log = logging.getLogger(__name__)

# Larger than any number of tasks; what is counted on top of it tells why the counters were closed.
_CLOSED = 2**40
# Seconds that rank 0 turns away for, and how long an answer takes that waits for it.
_NAP, _LATE = 0.25, 0.2


class Counters:
    """Some integers from 0 on; those of one process here, of several by `shared_counters`.

    Examples
    --------
    >>> counters = Counters(2)
    >>> counters.next(0), counters.next(0), counters.next(1)
    (0, 1, 0)
    >>> counters.close(reason=3)
    >>> counters.reason(counters.next(1)), counters.reason(7)
    (3, None)
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._values = [0] * number

    def next(self, which: int) -> int:
        """The value, before one is added to it: everybody who asks gets another one."""
        return self._changed(which, 1, replace=False)

    def close(self, reason: int) -> None:
        """From now on `next` gives values beyond all numbers, and this reason."""
        for which in range(self.number):
            self._changed(which, (reason + 1) * _CLOSED, replace=True)

    def reset(self) -> None:
        """To 0; while nobody counts."""
        self._values = [0] * self.number

    @staticmethod
    def reason(value: int) -> int | None:
        """With which the counters were closed, if this value says so."""
        return None if value < _CLOSED else value // _CLOSED - 1

    def free(self) -> None:
        """Collective."""

    def _changed(self, which: int, amount: int, replace: bool) -> int:
        before = self._values[which]
        self._values[which] = amount if replace else before + amount
        return before


def shared_counters(comm: Any, number: int) -> Counters | None:
    """Counters in the memory of rank 0, or None where they would keep the others waiting.

    `next` is one atomic fetch-and-add (MPI 3, passive target). On one node, and on networks that
    do this in hardware, rank 0 has no part in it. Others need rank 0 to enter the MPI library,
    which it does not while it solves a problem of its own: this is tried here. Collective.
    """
    if comm.size == 1 or number == 0:
        return Counters(number)
    from mpi4py import MPI

    try:
        window = MPI.Win.Allocate(8 * number * (comm.rank == 0), 8, comm=comm)
    except MPI.Exception as error:
        log.info("this MPI has no one-sided communication: %s", error)
        window = None
    if not all(comm.allgather(window is not None)):
        return None
    counters = _InWindow(window, comm.rank, number)
    comm.Barrier()
    late = comm.allgather(_waits(counters, comm))
    comm.Barrier()
    if not any(late):
        counters.reset()
        comm.Barrier()
        return counters
    log.info("a fetch-and-add waits for rank 0 on %d of %d ranks", sum(late), comm.size)
    counters.free()
    return None


def _waits(counters: Counters, comm: Any) -> bool:
    begin = time.monotonic()
    if comm.rank == 0:
        time.sleep(_NAP)
        return False
    counters.next(0)
    return time.monotonic() - begin > _LATE


class _InWindow(Counters):
    def __init__(self, window: Any, rank: int, number: int) -> None:
        from mpi4py import MPI

        super().__init__(number)
        self._mpi, self._window, self._rank = MPI, window, rank
        self.reset()

    def reset(self) -> None:
        if self._rank == 0:
            self._window.Lock(0)
            np.frombuffer(self._window.tomemory(), np.int64)[:] = 0
            self._window.Unlock(0)

    def free(self) -> None:
        self._window.Free()

    def _changed(self, which: int, amount: int, replace: bool) -> int:
        operation = self._mpi.REPLACE if replace else self._mpi.SUM
        before = np.empty(1, np.int64)
        self._window.Lock(0, self._mpi.LOCK_SHARED)
        self._window.Fetch_and_op(np.array([amount], np.int64), before, 0, which, operation)
        self._window.Unlock(0)
        return int(before[0])
