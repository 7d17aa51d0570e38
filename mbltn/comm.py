"""MPI manners: serial stand-in, work that ranks share, errors that all of them see.

A communicator is always an argument (``None`` means serial). Any mpi4py communicator fits; only
`world` reaches for one by itself.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

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
                "so each would do the whole work again: install it (pip install mpi4py) or "
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
    end_all_ranks(
        comm,
        "".join(traceback.format_exception(error))
        + f"rank {comm.rank} of {comm.size} failed alone ({type(error).__name__}: {error}): ending "
        "the job on all ranks. Stored realizations are safe; the same command goes on",
    )


def end_all_ranks(comm: Any, message: str) -> None:
    """Abort, with the last words of this rank."""
    # The command line silences sys.stderr of all ranks but 0; this one has something to say.
    print(message, file=sys.__stderr__, flush=True)
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
