"""What a machine can give: memory, ranks, the rate of matrix products; and that in words."""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from .comm import Serial, by_rank_zero, node_neighbours
from .errors import InvalidInput

_CGROUP = Path("/sys/fs/cgroup")
# Where nothing was measured or stated: one core of today. All costs scale with it alike, so that
# choices do not depend on it.
TYPICAL_GFLOPS = 40.0
# The rest belongs to the system and to what the interpreter has loaded.
_USABLE = 0.9
_PRODUCT = 1024
_PRODUCTS = 4


@dataclass(frozen=True)
class Machine:
    """Where work is planned for.

    Attributes
    ----------
    ranks : MPI processes
    memory : bytes on all ranks
    gflops : 1e9 operations a second of a large matrix product in double precision, on one rank
    nodes : machines that share no memory
    threads : of one rank

    Examples
    --------
    >>> cluster = Machine(ranks=64, memory=1e12, gflops=50.0, nodes=4)
    >>> cluster.share(16)
    Machine(ranks=16, memory=250000000000.0, gflops=50.0, nodes=1, threads=1)
    """

    ranks: int = 1
    memory: float = math.inf
    gflops: float = TYPICAL_GFLOPS
    nodes: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        for name in ("ranks", "nodes", "threads"):
            if not getattr(self, name) >= 1:
                raise InvalidInput(f"{name}={getattr(self, name)!r} must be at least 1")
        for name in ("memory", "gflops"):
            if not getattr(self, name) > 0:
                raise InvalidInput(f"{name}={getattr(self, name)!r} must be positive")

    @property
    def on_one_node(self) -> float:
        """Bytes that a method without MPI can use."""
        return self.memory / self.nodes

    def share(self, ranks: int) -> Machine:
        """What `ranks` of these ranks have while the others work, too."""
        ranks = min(ranks, self.ranks)
        nodes = math.ceil(self.nodes * ranks / self.ranks)
        return replace(self, ranks=ranks, nodes=nodes, memory=self.memory * ranks / self.ranks)


def this_machine(comm: Any = None, measure: bool = False) -> Machine:
    """The machine under the ranks of `comm`; collective, equal on every rank.

    Its memory is what it has, not what happens to be free: plans for one machine stay the same.

    Parameters
    ----------
    comm : mpi4py communicator, optional
    measure : bool
        Time a matrix product (a tenth of a second, once a process); else a typical rate stands in.
    """
    comm = comm if comm is not None else Serial()
    here = node_neighbours(comm, 0)
    shares = comm.allgather((1.0 / len(here), _USABLE * total_memory() / len(here)))
    gflops = by_rank_zero(comm, dgemm_gflops) if measure else TYPICAL_GFLOPS
    return Machine(
        ranks=comm.size,
        memory=float(sum(share for _, share in shares)),
        gflops=gflops,
        nodes=max(1, round(sum(part for part, _ in shares))),
        threads=by_rank_zero(comm, _threads) if comm.size == 1 else 1,
    )


@cache
def dgemm_gflops() -> float:
    """Rate of matrix products on one rank with its threads, the best of a few.

    From processor time: what else the machine does at the moment is not counted.
    """
    import numpy as np

    a = np.ones((_PRODUCT, _PRODUCT))
    a @ a
    best = math.inf
    for _ in range(_PRODUCTS):
        begin = time.process_time()
        a @ a
        best = min(best, time.process_time() - begin)
    return float(2e-9 * _PRODUCT**3 * _threads() / best)


def _threads() -> int:
    from threadpoolctl import threadpool_info

    return max([1, *(library["num_threads"] for library in threadpool_info())])


def available_memory(comm: Any = None) -> float:
    """Bytes that the ranks of `comm` can still use together, over all their nodes.

    Collective. On each node the memory that Linux calls available, or what the limit of a
    container leaves, is shared by the ranks there.
    """
    here = _available_here()
    if comm is None or comm.size == 1:
        return here
    share = here / len(node_neighbours(comm, 0))
    return float(sum(comm.allgather(share)))


def total_memory() -> float:
    """Bytes of this node, or of the container if that has fewer.

    Examples
    --------
    >>> total_memory() >= available_memory() > 0
    True
    """
    return min([_physical(), *(most for most, _ in _container())])


def _available_here() -> float:
    free = [_physical()]
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            free.append(1024.0 * float(line.split()[1]))
    free += [most - used for most, used in _container()]
    return max(min(free), 0.0)


def _physical() -> float:
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _container() -> list[tuple[float, float]]:
    """Limit and use of the control group's memory, from either version."""
    found = []
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _text(_CGROUP / limit).strip(), _text(_CGROUP / used).strip()
        if most.isdigit() and now.isdigit():
            found.append((float(most), float(now)))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except OSError:
        return ""


def size(number: float) -> str:
    """Bytes in the unit that suits them.

    Examples
    --------
    >>> size(3.2e9), size(math.inf)
    ('3.2 GB', '-')
    """
    if not math.isfinite(number):
        return "-"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 999.5:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} PB"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them.

    Examples
    --------
    >>> duration(0.025), duration(5400), duration(1e6)
    ('25 ms', '1.5 h', '12 days')
    """
    if not math.isfinite(seconds):
        return "-"
    if seconds < 0.1:
        return f"{1000 * seconds:.2g} ms"
    for unit, length, most in (("s", 1, 100), ("min", 60, 90), ("h", 3600, 72)):
        if seconds < most * length:
            return f"{seconds / length:.2g} {unit}"
    days = seconds / 86400
    return f"{days:.2g} days" if days < 1000 else f"{days / 365:.2g} years"
