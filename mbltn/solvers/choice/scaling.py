"""What one problem will take on 1, 2, 4, ... ranks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ...machine import Machine
from ...operators import Operator
from ..base import Target
from .costs import Cost, estimates

RANKS = tuple(2**p for p in range(13))
# Beyond, a power of the ranks is worth nothing.
UNCOUNTED = 64
# Ranks that share a problem are better spent on problems of their own below this.
SENSIBLE = 0.7


@dataclass(frozen=True)
class OnRanks:
    """One problem on a number of ranks.

    Attributes
    ----------
    machine : these ranks
    cost : seconds of it; memory on all ranks together
    efficiency : time on one rank that has memory enough, over ranks times this time
    """

    machine: Machine
    cost: Cost
    efficiency: float

    @property
    def ranks(self) -> int:
        return self.machine.ranks

    @property
    def memory_of_rank(self) -> float:
        return self.cost.memory / self.ranks

    @property
    def fits(self) -> bool:
        return self.cost.memory <= self.machine.memory

    @property
    def communication(self) -> float:
        """Share of the time."""
        return self.cost.communication / self.cost.seconds


def on_ranks(
    op: Operator, target: Target, method: str, machine: Machine, ranks: Iterable[int] = RANKS
) -> list[OnRanks]:
    """The cost on so many ranks of one thread, as many to a node as `machine` has threads on one.

    Memory of a rank stays that of a thread of `machine`. Empty if the method cannot solve this; of
    a method whose messages are not counted, no more than `UNCOUNTED` ranks.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=15, alpha=0.6)
    >>> op = model.operator(model.draw(seed=7, realization=0))
    >>> one, two, many = on_ranks(op, mb.Target.middle(50), "windowed", Machine(), (1, 2, 4096))
    >>> one.efficiency == 1.0 > two.efficiency > many.efficiency
    True
    """
    threads = machine.ranks * machine.threads
    of_node = max(1, threads // machine.nodes)
    one = replace(machine, ranks=1, nodes=1, threads=1, gflops=machine.gflops / machine.threads)
    (alone,) = estimates(op, target, replace(one, memory=math.inf), [method])
    if not alone.possible:
        return []
    found = []
    for n in ranks:
        if n > UNCOUNTED and method == "slepc":
            break
        memory, nodes = n * machine.memory / threads, -(-n // of_node)
        place = replace(one, ranks=n, memory=memory, nodes=nodes)
        (cost,) = estimates(op, target, place, [method])
        found.append(OnRanks(place, cost, alone.seconds / (n * cost.seconds)))
    return found
