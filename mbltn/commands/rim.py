"""What commands share: words, threads, machines, and when to stop."""

from __future__ import annotations

import atexit
import errno
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import click

from ..comm import by_rank_zero, node_neighbours, together
from ..errors import RunStopped
from ..times import seconds_of

EXIT_FAILED = 1
EXIT_INVALID = 2
LINES = 10
_NOT_WRITABLE = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS),
    *(errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST),
}


def say(text: str) -> None:
    click.echo(f"mbltn: {text}", err=True)


def say_some(what: str, texts: Sequence[str]) -> None:
    for text in texts[:LINES]:
        say(f"{what}: {text}")
    if len(texts) > LINES:
        say(f"{what}: and {len(texts) - LINES} more, see realizations.csv")


def claim_folder(comm: Any, folder: Path) -> None:
    """Make it, and find out before any work whether files can be written there."""

    def write() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()

    by_rank_zero(comm, write)


def why_not_written(error: BaseException) -> str:
    """What to do about a disk or a folder that takes no file; empty for any other error."""
    if not isinstance(error, OSError) or error.errno not in _NOT_WRITABLE:
        return ""
    what = error.filename or "a file"
    return (
        f"{what} cannot be written: {error.strerror}. Free disk space, mend the permissions, or "
        "choose another folder with --out; what was computed before is kept, and the same command "
        "goes on"
    )


def threads_for(comm: Any) -> Any:
    """Share the cores between ranks: oversubscribed BLAS threads cost a factor of five."""
    from contextlib import nullcontext

    from threadpoolctl import threadpool_limits

    if comm.size == 1 or "OMP_NUM_THREADS" in os.environ:
        return nullcontext()
    mine = os.sched_getaffinity(0)
    masks = node_neighbours(comm, mine)
    threads = max(1, len(mine) // sum(mask == mine for mask in masks))
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        # Read by libraries that are loaded later, such as the BLAS of PETSc.
        os.environ.setdefault(library, str(threads))
    return threadpool_limits(threads)


def ended_by_signals() -> None:
    """Before the work begins and after it, nothing is in flight: signals end the process.

    While Python and MPI take themselves down, the exit code is known and signals change nothing.
    """
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda *_: os._exit(RunStopped.exit_code))
        atexit.register(signal.signal, number, signal.SIG_IGN)


def stop_of(comm: Any, time_limit: str | None, grace: int) -> Any:
    """By the limit that is given, or else by the batch system's."""
    from ..scheduler import seconds_left
    from ..study import stop

    def seconds() -> float:
        if time_limit is None:
            return seconds_left()
        given = seconds_of(time_limit)
        if given <= grace:
            raise click.UsageError(
                f"--time-limit {time_limit} leaves nothing beside the grace of {grace} s: give "
                "more time, or less --grace"
            )
        return given

    return stop.Stop(grace, by_rank_zero(comm, seconds))


def stated_machine(comm: Any, stated: dict[str, Any]) -> Any:
    """This machine, but for what was stated; its memory does not grow with the ranks.

    Ranks that are stated have one thread each.
    """
    from threadpoolctl import threadpool_limits

    from ..machine import this_machine

    with threadpool_limits(1) if "ranks" in stated else threads_for(comm):
        machine = this_machine(comm, measure="gflops" not in stated)
    changes = dict(stated)
    if "memory" in changes:
        changes["memory"] *= 1e9
    units = {"latency": 1e-6, "bandwidth": 1e9}
    of_network = {name: unit * changes.pop(name) for name, unit in units.items() if name in changes}

    def change() -> Any:
        changed = replace(machine, **changes)
        if not of_network:
            return changed
        return replace(changed, network=replace(changed.between, **of_network))

    return together(comm, change)


def plan_text(study: Any, machine: Any, scaling: bool = False) -> str:
    from ..report import plan_text, scaling_text

    text = plan_text(study, machine)
    return f"{text}\n{scaling_text(study, _whole_node(machine))}" if scaling else text


def _whole_node(machine: Any) -> Any:
    """Where one rank was planned for, all cores of this node could be ranks."""
    from ..bench.machine import cores

    if machine.ranks > 1:
        return machine
    return replace(machine, ranks=cores(), threads=1, gflops=machine.gflops / machine.threads)
