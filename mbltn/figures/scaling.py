"""What the planner predicts of 1 to 4096 ranks (docs/scaling.md)."""

from __future__ import annotations

import pandas as pd

from ..machine import Machine
from ..models import CentralGrain
from ..plotting.curves import Axes
from ..solvers import Target
from ..solvers.choice.scaling import on_ranks
from ..validation.evidence import AtOnce
from ..validation.tables import Tick
from .figure import PaperFigure

_SPINS = (18, 20, 24)
_GRAIN = 3
_PAIRS = 100
_METHODS = ("windowed", "filtered")
# Of one thread, on each node.
_RANKS_OF_NODE = 64


def predicted_efficiency(tick: Tick) -> pd.DataFrame:
    """Efficiency, seconds, bytes of a rank and share of communication for stars of l-bits.

    alpha = 0.6, 100 pairs, ranks with memory enough, the default network and rate.
    """
    node = Machine(ranks=_RANKS_OF_NODE)
    rows, done = [], 0
    for method in _METHODS:
        for spins in _SPINS:
            model = CentralGrain(_GRAIN, spins - _GRAIN, alpha=0.6, coupling="xx")
            op = model.operator(model.draw(seed=0, realization=0))
            rows += [
                {
                    "panel": method,
                    "curve": f"{spins} spins",
                    "ranks": point.ranks,
                    "value": point.efficiency,
                    "seconds": point.cost.seconds,
                    "memory_of_rank": point.memory_of_rank,
                    "communication": point.communication,
                }
                for point in on_ranks(op, Target.middle(_PAIRS), method, node)
            ]
            done += 1
            tick(done, len(_METHODS) * len(_SPINS))
    return pd.DataFrame(rows)


FIGURES: dict[str, PaperFigure] = {
    "scaling": PaperFigure(
        "predicted efficiency of 1 to 4096 ranks, 64 to a node, on one problem (100 pairs)",
        AtOnce(predicted_efficiency),
        (Axes("ranks", "ranks", "time on 1 rank / (ranks x time)", x_log=True, y_log=True),),
    ),
}
