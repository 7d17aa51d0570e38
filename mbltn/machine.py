"""What a machine can give: memory, ranks, the rate of matrix products; and that in words."""

from __future__ import annotations

import math
import os
import resource
import time
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from .comm import Serial, by_rank_zero, node_neighbours
from .errors import InvalidInput, SolverFailure
from .network import BETWEEN_NODES, WITHIN_A_NODE, Network, Traffic
from .scheduler import job_memory

_CGROUPS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")
# Names of limit, use and reclaimable cache in the two versions of control groups.
_FILES = {
    2: ("memory.max", "memory.current", "inactive_file"),
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
# Where nothing was measured or stated: one core of today. Costs on one rank scale with it alike,
# so that choices do not depend on it.
TYPICAL_GFLOPS = 40.0
# The rest belongs to the system and to what the interpreter has loaded.
_USABLE = 0.9
_PRODUCT = 1024
_PRODUCTS = 4
# Bytes of address space that OpenBLAS wants for itself, and a size from which all its threads work.
_BLAS_WORKSPACE = 2.0**28
BLAS_WAKES = 256


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
    beside : ranks of the same machine that work on other problems meanwhile
    network : between the nodes, or between the ranks of a single one, if it is known

    Examples
    --------
    >>> cluster = Machine(ranks=64, memory=1e12, gflops=50.0, nodes=4)
    >>> cluster.share(16)
    Machine(ranks=16, memory=250000000000.0, gflops=50.0, nodes=1, threads=1, beside=48)
    """

    ranks: int = 1
    memory: float = math.inf
    gflops: float = TYPICAL_GFLOPS
    nodes: int = 1
    threads: int = 1
    beside: int = 0
    network: Network | None = field(default=None, repr=False)

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

    @property
    def between(self) -> Network:
        """The network as stated, or what is assumed of one node or of several."""
        if self.network is not None:
            return self.network
        return WITHIN_A_NODE if self.nodes == 1 else BETWEEN_NODES

    def seconds_of(self, traffic: Traffic) -> float:
        """Time that a rank spends on this.

        Neighbouring ranks share a node. Partners differ in one bit of their numbers, so that of
        log2(ranks) messages log2(ranks / nodes) stay within it; all that is collective goes by the
        network.

        Examples
        --------
        >>> message = Traffic(messages=2, sent=2e9)
        >>> Machine(ranks=4, nodes=1).seconds_of(message)  # 4 GB/s within a node
        0.500002
        >>> Machine(ranks=4, nodes=2).seconds_of(message)  # 1 GB/s between them
        1.250003
        """
        if self.nodes == 1 or self.ranks == 1:
            return self.between.seconds(traffic, self.ranks)
        share = math.log2(max(1.0, self.ranks / self.nodes)) / math.log2(self.ranks)
        inside = share * Traffic(messages=traffic.messages, sent=traffic.sent)
        outside = traffic + (-1.0) * inside
        inner, outer = WITHIN_A_NODE, self.between
        return inner.seconds(inside, self.ranks) + outer.seconds(outside, self.ranks)

    def share(self, ranks: int) -> Machine:
        """What `ranks` of these ranks have while the others work, too."""
        ranks = min(ranks, self.ranks)
        nodes = math.ceil(self.nodes * ranks / self.ranks)
        beside = self.beside + self.ranks - ranks
        memory = self.memory * ranks / self.ranks
        return replace(self, ranks=ranks, nodes=nodes, memory=memory, beside=beside)

    @property
    def all_ranks(self) -> int:
        return self.ranks + self.beside


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
        threads=by_rank_zero(comm, blas_threads) if comm.size == 1 else 1,
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
    return float(2e-9 * _PRODUCT**3 * blas_threads() / best)


def blas_threads() -> int:
    """Threads of the BLAS libraries that were loaded when this was first asked, the most of any."""
    return max([1, *(library["num_threads"] for library in _blas_libraries().info())])


@cache
def _blas_libraries() -> Any:
    # Looking through all loaded libraries takes as long as a small problem.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def available_memory(comm: Any = None) -> float:
    """Bytes that the ranks of `comm` can still use together, over all their nodes. Collective."""
    here = available_bytes()
    if comm is None or comm.size == 1:
        return min(here, address_space_left())
    share = min(here / len(node_neighbours(comm, 0)), address_space_left())
    return float(sum(comm.allgather(share)))


def address_space_left() -> float:
    """Bytes that this process may still map below its limit (`ulimit -v`, which some batch systems
    set), or inf if it has none.

    Examples
    --------
    >>> address_space_left() > 0
    True
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return math.inf
    try:
        mapped = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        mapped = 0  # no /proc: not Linux
    return max(0.0, float(limit - mapped * os.sysconf("SC_PAGE_SIZE")))


def available_bytes() -> float:
    """Memory that processes of this node can still take, by the kernel and the control groups,
    and never more than the batch system grants the job.

    Examples
    --------
    >>> available_bytes() > 0
    True
    """
    return min([_kernel_says(), job_memory(), *_groups_say(_MEMBERSHIP, _CGROUPS)])


def require_blas_workspace() -> None:
    """Raise `SolverFailure` if this process may not have what OpenBLAS wants for itself.

    Where it finds no room in the midst of a call, OpenBLAS asks for it again for ever.
    """
    left = address_space_left()
    if left < _BLAS_WORKSPACE:
        raise SolverFailure(
            f"linear algebra needs {size(_BLAS_WORKSPACE)} for its libraries alone, but this "
            f"process may have {size(left)} more of address space (ulimit -v): raise that limit, "
            "or ask the batch system for more memory"
        )


@cache
def reserve_blas() -> None:
    """Let the BLAS of numpy and that of scipy take their workspace while there is room for it."""
    require_blas_workspace()
    if math.isfinite(address_space_left()):
        import numpy as np
        from scipy.linalg.blas import dgemm

        a = np.ones((BLAS_WAKES, BLAS_WAKES))
        a @ a
        dgemm(1.0, a, a)


def total_memory() -> float:
    """Bytes of this node, or of the container or the job if that has fewer.

    Examples
    --------
    >>> total_memory() >= available_memory() > 0
    True
    """
    groups = (most for most, _ in _limits(_MEMBERSHIP, _CGROUPS))
    return min([physical_memory(), job_memory(), *groups])


def physical_memory() -> float:
    """Bytes that are built into this node."""
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _kernel_says() -> float:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
    except OSError:
        pass  # no /proc: not Linux
    return physical_memory()


def _groups_say(membership: Path, root: Path) -> list[float]:
    return [max(most - used, 0.0) for most, used in _limits(membership, root)]


def _limits(membership: Path, root: Path) -> list[tuple[float, float]]:
    """Limit and use of every control group that this process is in, from both versions."""
    found = [_limit(folder, version) for folder, version in _groups(membership, root)]
    return [pair for pair in found if pair is not None]


@cache
def _groups(membership: Path, root: Path) -> tuple[tuple[Path, int], ...]:
    """Folders of these groups that can hold a limit, and their versions."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return ()
    found = []
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            version, top = 2, root
        elif "memory" in controllers.split(","):
            version, top = 1, root / "memory"
        else:
            continue
        group = top / path.lstrip("/")
        # A container sees its own group at the top, whatever the path says.
        folders = [group, *group.parents]
        found += [(folder, version) for folder in folders if folder.is_relative_to(top)]
    return tuple((folder, v) for folder, v in found if (folder / _FILES[v][0]).exists())


def _limit(group: Path, version: int) -> tuple[float, float] | None:
    limit, use, reclaimable = _FILES[version]
    try:
        most = (group / limit).read_text().strip()
        if most == "max":
            return None
        statistics = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        used = float((group / use).read_text()) - float(statistics.get(reclaimable, 0))
        return float(most), used
    except (OSError, ValueError):
        return None


def size(number: float, up: bool = False) -> str:
    """Bytes in the unit that suits them, rounded up where they are to be asked for.

    Examples
    --------
    >>> size(3.2e9), size(3.2012e9), size(3.2012e9, up=True), size(math.inf)
    ('3.2 GB', '3.2 GB', '3.21 GB', '-')
    """
    if not math.isfinite(number):
        return "-"
    if up and number > 0:
        last = 10.0 ** (math.floor(math.log10(number)) - 2)
        number = last * math.ceil(number / last * (1.0 - 1e-12))
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
