"""All MPI manners in one place: serial stand-in, rows of a distributed vector, shared errors.

A communicator is always an argument (``None`` means serial). Any mpi4py communicator fits; only
`world` reaches for one by itself.
"""

from __future__ import annotations

import math
import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from .errors import InvalidInput, MbltnError, MissingLibrary

T = TypeVar("T")
E = TypeVar("E", bound=Exception)

_COLUMNS_AT_ONCE = 64
# Seconds until a rank that has failed in common work knows that the others have not.
_PATIENCE = 5.0

# Set by the launchers of Open MPI, MPICH and Slurm for every rank.
_WORLD_SIZE_VARIABLES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MPI_LOCALNRANKS")
_RANK_VARIABLES = ("PMIX_RANK", "PMI_RANK")


class Serial:
    """A communicator of one rank for machines without MPI; the mpi4py methods that we call."""

    rank = 0
    size = 1

    def bcast(self, value: T, root: int = 0) -> T:
        return value

    def allgather(self, value: T) -> list[T]:
        return [value]

    def Split(self, color: int = 0, key: int = 0) -> Serial:
        return self

    def Abort(self, code: int = 1) -> None:
        raise SystemExit(code)


def world() -> Any:
    """The communicator of all ranks that ``mpirun`` started, or `Serial` when it did not.

    Only programs (the command line, job scripts) call this; libraries take a communicator.

    Raises
    ------
    MissingLibrary
        If several ranks were started and mpi4py is not installed.
    """
    if not any(name in os.environ for name in (*_WORLD_SIZE_VARIABLES, *_RANK_VARIABLES)):
        return Serial()  # importing mpi4py would start MPI, which fails without its launcher
    started = max(int(os.environ.get(name, "1") or 1) for name in _WORLD_SIZE_VARIABLES)
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError):  # RuntimeError: it finds no MPI library to load
        if started > 1:
            raise MissingLibrary(
                f"mpirun started {started} ranks but mpi4py is not installed, or for another MPI, "
                "so each would do the whole work again: install it (pip install 'mbltn[mpi]') or "
                "run without mpirun"
            ) from None
        return Serial()
    if started > 1 and MPI.COMM_WORLD.size == 1:
        library = MPI.Get_library_version().split(",")[0]
        raise MissingLibrary(
            f"mpirun started {started} ranks but mpi4py, built for {library}, sees only itself: "
            "use the mpirun of that library"
        )
    return MPI.COMM_WORLD if MPI.COMM_WORLD.size > 1 else Serial()


def node_neighbours(comm: Any, value: T) -> list[T]:
    """`value` of every rank of `comm` on this node."""
    if comm.size == 1:
        return [value]
    from mpi4py import MPI

    node = comm.Split_type(MPI.COMM_TYPE_SHARED)
    values: list[T] = node.allgather(value)
    node.Free()
    return values


def together(comm: Any, work: Callable[[], T]) -> T:
    """Run `work` on every rank; if it raises on any rank, raise that error on all of them.

    An error on one rank reaches the others when they have ended their own `work`: where `work`
    itself waits for other ranks, whoever fails alone in it must end the job.
    """
    error: Exception | None = None
    try:
        result = work()
    except Exception as caught:
        error = caught if _travels(caught) else MbltnError(f"{type(caught).__name__}: {caught}")
    for rank, shared in enumerate(comm.allgather(error)):
        if shared is None:
            continue
        if rank == comm.rank:
            assert error is not None
            shared = error
        elif comm.size > 1:
            shared.add_note(f"(raised on rank {rank} of {comm.size})")
        shared.on_all_ranks = True
        raise shared
    return result


def in_step(comm: Any, work: Callable[[], T]) -> T:
    """`together` for work in which ranks wait for each other, such as a solve by PETSc.

    An error that all ranks come to is raised on all of them. A rank that fails alone ends the job:
    the others cannot be told, since they wait for it in a library.
    """
    error: Exception | None = None
    try:
        result = work()
    except Exception as caught:
        error = caught
    if comm.size > 1:
        everybody = comm.Ibarrier()
        if error is None:
            everybody.Wait()
        elif not _within_patience(everybody):
            end_job(comm, error)

    def outcome() -> T:
        if error is not None:
            raise error
        return result

    return together(comm, outcome)


def _within_patience(request: Any) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while not request.Test():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@contextmanager
def freed(comm: Any, free: Callable[[], None]) -> Iterator[None]:
    """Call `free` in the end, but not where this rank fails alone: it would wait for the others."""
    try:
        yield
    except Exception as error:
        if nobody_waits(comm, error):
            free()
        raise
    free()


def end_job(comm: Any, error: BaseException) -> None:
    """End all ranks because of an error on this one, and say which rank that was, and why."""
    # The command line silences sys.stderr of all ranks but 0; this one has something to say.
    print(
        "".join(traceback.format_exception(error))
        + f"rank {comm.rank} of {comm.size} failed alone ({type(error).__name__}: {error}): ending "
        "the job on all ranks. Stored realizations are safe; the same command goes on",
        file=sys.__stderr__,
        flush=True,
    )
    comm.Abort(1)


def by_rank_zero(comm: Any, work: Callable[[], T]) -> T:
    """Run `work` on rank 0 alone; its result, or its error, reaches every rank."""
    result: T = comm.bcast(together(comm, lambda: work() if comm.rank == 0 else None))
    return result


def dealt(comm: Any, count: int, work: Callable[[int], T]) -> list[T]:
    """``work(0) .. work(count - 1)`` on every rank; number i is done by rank i % size."""
    own = together(comm, lambda: {i: work(i) for i in range(comm.rank, count, comm.size)})
    found = {i: result for part in comm.allgather(own) for i, result in part.items()}
    return [found[i] for i in range(count)]


def by_halves(comm: Any, work: Sequence[Callable[[Any], T]]) -> list[T]:
    """Results of two independent pieces of work, one on each half of the ranks.

    Each gets the communicator of its half, or both `comm` itself, one after the other, where that
    has one rank. The results, or the error of either, reach every rank; they must be small.
    """
    if comm.size == 1:
        return [piece(comm) for piece in work]
    first_ranks = [0, (comm.size + 1) // 2]
    half = int(comm.rank >= first_ranks[1])
    own = comm.Split(half, comm.rank)
    error: Exception | None = None
    try:
        result = work[half](own)
    except Exception as caught:
        if not nobody_waits(own, caught):
            raise
        error = caught
    own.Free()

    def settled() -> T:
        if error is not None:
            raise error
        return result

    result = together(comm, settled)
    return [comm.bcast(result, root) for root in first_ranks]


def _travels(error: Exception) -> bool:
    """Whether another rank can receive this error: some libraries' errors cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return False
    return True


def raised_on_all_ranks(error: BaseException) -> bool:
    """Whether `error` came out of `together` or `agreed`, so that no rank is left waiting."""
    return getattr(error, "on_all_ranks", False)


def nobody_waits(comm: Any, error: BaseException) -> bool:
    """Whether all ranks of `comm` know of `error`, because it was shared or there is but one."""
    return bool(comm.size == 1) or raised_on_all_ranks(error)


def agreed(error: E) -> E:
    """Mark an error that every rank has come to alike, and raises: ``raise agreed(error)``."""
    error.on_all_ranks = True  # type: ignore[attr-defined]
    return error


def require_same(comm: Any, value: Any, what: str) -> None:
    """Raise on all ranks unless `value` (small, comparable) is the same on every rank."""
    values = comm.allgather(value)
    odd = [rank for rank, other in enumerate(values) if other != values[0]]
    if odd:
        raise agreed(
            InvalidInput(
                f"{what} on rank(s) {odd} differs from rank 0, but all ranks must work on the "
                "same: use the same parameters, and the same seed and realization for the disorder"
            )
        )


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
