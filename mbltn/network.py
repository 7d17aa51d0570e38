"""What ranks send each other, and how long that takes: counts, latency, bandwidth."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from .errors import InvalidInput

_SHORT, _LONG = 8, 2**22


@dataclass(frozen=True)
class Traffic:
    """What one rank does in some piece of work; all ranks take part in what is collective.

    Attributes
    ----------
    messages, sent : point to point, to other ranks; bytes of them
    sums, summed : arrays that are added over the ranks (Allreduce); bytes of these arrays
    gathers, gathered : arrays put together from all ranks (Allgatherv); bytes of the whole
    casts, cast : arrays that rank 0 gives to all (Bcast); bytes of these arrays
    deals, dealt : redistributions (Alltoall); bytes that leave this rank
    waits : meetings without data (Barrier)

    Examples
    --------
    >>> 2 * Traffic(messages=1, sent=8) + Traffic(sums=1, summed=80)
    Traffic(messages=2, sent=16, sums=1, summed=80)
    """

    messages: float = 0
    sent: float = 0
    sums: float = 0
    summed: float = 0
    gathers: float = 0
    gathered: float = 0
    casts: float = 0
    cast: float = 0
    deals: float = 0
    dealt: float = 0
    waits: float = 0

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(*(a + b for a, b in zip(self.counts(), other.counts(), strict=True)))

    def __rmul__(self, times: float) -> Traffic:
        return Traffic(*(times * count for count in self.counts()))

    def counts(self) -> tuple[float, ...]:
        return tuple(getattr(self, each.name) for each in fields(self))

    def __repr__(self) -> str:
        given = [f"{each.name}={getattr(self, each.name):g}" for each in fields(self)]
        return f"Traffic({', '.join(text for text in given if not text.endswith('=0'))})"


@dataclass(frozen=True)
class Network:
    """Time of messages: ``t = latency + bytes / bandwidth``.

    Collective operations by the algorithms that are best for long arrays (Thakur, Rabenseifner and
    Gropp, Int. J. High Perform. Comput. Appl. 19, 49, 2005), with l = log2(ranks), q = 1 - 1/ranks
    and n bytes: a sum or a broadcast ``2 l latency + 2 q n / bandwidth``, a gathering ``l latency +
    q n / bandwidth``, a redistribution of n bytes that leave a rank ``(ranks - 1) latency + n /
    bandwidth``, a meeting ``l latency``. Nothing overlaps with arithmetic.

    Parameters
    ----------
    latency : seconds
    bandwidth : bytes a second that one rank sends while all others send, too

    Examples
    --------
    >>> network = Network(latency=1e-6, bandwidth=1e9)
    >>> network.seconds(Traffic(messages=1, sent=1000), ranks=2)
    2e-06
    >>> network.seconds(Traffic(sums=1, summed=1e6), ranks=1)
    0.0
    """

    latency: float
    bandwidth: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.latency) and self.latency >= 0):
            raise InvalidInput(f"latency={self.latency!r} must be a time in seconds")
        if not self.bandwidth > 0:
            raise InvalidInput(f"bandwidth={self.bandwidth!r} must be positive, in bytes a second")

    def seconds(self, traffic: Traffic, ranks: int) -> float:
        """Time that a rank spends on this."""
        if ranks == 1:
            return 0.0
        hops, others = math.ceil(math.log2(ranks)), 1.0 - 1.0 / ranks
        t = traffic
        starts = t.messages + hops * (2 * t.sums + t.gathers + 2 * t.casts + t.waits)
        starts += (ranks - 1) * t.deals
        moved = t.sent + others * (2 * t.summed + t.gathered + 2 * t.cast) + t.dealt
        return self.latency * starts + moved / self.bandwidth


# Assumed where nothing is stated. Between nodes: an adapter of 100 Gbit/s for a dozen ranks that
# all send at once. Within a node: copies through its memory.
BETWEEN_NODES = Network(latency=2e-6, bandwidth=1e9)
WITHIN_A_NODE = Network(latency=1e-6, bandwidth=4e9)


def measured_network(comm: Any) -> Network:
    """From messages that all ranks exchange at once, the first with the last, the second with the
    last but one and so on; the best of some.

    Collective, equal on every rank; takes a tenth of a second.

    Raises
    ------
    InvalidInput
        If there is but one rank.
    """
    if comm.size == 1:
        raise InvalidInput("one rank has nobody to send to: start two, with mpirun -n 2")
    short, long = (_exchange(comm, size, times) for size, times in ((_SHORT, 200), (_LONG, 10)))
    slowest = max(comm.allgather(short)), max(comm.allgather(long))
    return Network(slowest[0], _LONG / max(slowest[1] - slowest[0], 1e-12))


def _exchange(comm: Any, size: int, times: int) -> float:
    """Seconds until a message has come and another one has gone."""
    partner, best = comm.size - 1 - comm.rank, math.inf
    mine, theirs = np.ones((2, size), dtype=np.uint8)
    comm.Barrier()
    for _ in range(times):
        begin = time.perf_counter()
        comm.Sendrecv(mine, dest=partner, recvbuf=theirs, source=partner)
        best = min(best, time.perf_counter() - begin)
    return best
