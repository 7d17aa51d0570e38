"""The largest realization of a study on 1 to 4096 ranks."""

from __future__ import annotations

import math
from dataclasses import replace

from ..machine import Machine, duration, size
from ..network import BETWEEN_NODES, WITHIN_A_NODE, Network
from ..operators import Operator
from ..solvers import SOLVERS
from ..solvers.choice.choose import installed
from ..solvers.choice.costs import estimates
from ..solvers.choice.scaling import SENSIBLE, OnRanks, on_ranks
from ..study import Study, Task, plan
from .plan_and_status import aligned

_HEAD = ("ranks", "nodes", "memory a rank", "time", "efficiency", "communication")
_LIMITS = (
    "Measured on 2 ranks only; memory that ranks of a node share, contention in the network and "
    "uneven shares are not in it (docs/scaling.md)."
)


def scaling_text(study: Study, machine: Machine) -> str:
    """Time, memory, efficiency and share of communication of one realization against ranks."""
    task = max(plan(study, machine), key=lambda task: (task.dimension, task.cost.seconds))
    op = task.model.operator(task.model.draw(task.seed, task.realization))
    method = _method_over_ranks(task, op)
    rows = on_ranks(op, task.target, method, machine) if method else []
    if not rows:
        return (
            f"scaling: {task.solver_name} works on one rank (D={task.dimension}); more of them "
            "work on realizations side by side"
        )
    varied = {key: value for key, value in task.parameters.items() if key in study.axes}
    name = ", ".join(f"{key}={value}" for key, value in varied.items()) or study.name
    one = rows[0].machine
    each = f"{one.gflops:.3g} GFlop/s and {size(one.memory)}"
    lines = [
        "",
        f"One realization of {name} (D={task.dimension}, states {task.states}) by {method}, ranks "
        f"of one thread with {each}; messages {_network_text(machine)}",
        *aligned([_HEAD, *map(_row, rows)], left=()),
        _advice(rows),
    ]
    if method == "slepc":
        lines.append("Messages of MUMPS are not counted: time falls as ranks^0.6, assumed.")
    return "\n".join([*lines, _LIMITS])


def _method_over_ranks(task: Task, op: Operator) -> str:
    """The planned one, or else the quickest that works on several ranks; or none."""
    if SOLVERS[task.solver_name].parallel:
        return task.solver_name
    if task.solver != "auto":
        return ""
    names = [name for name, solver in SOLVERS.items() if solver.parallel and installed(name)]
    costs = estimates(op, task.target, replace(task.alone, memory=math.inf), names)
    best = min(costs, key=lambda cost: cost.seconds)
    return best.method if best.possible else ""


def _row(row: OnRanks) -> tuple[str, ...]:
    return (
        str(row.ranks),
        str(row.machine.nodes),
        size(row.memory_of_rank) + ("" if row.fits else " (too large)"),
        duration(row.cost.seconds),
        f"{row.efficiency:.0%}",
        f"{row.communication:.0%}" if row.cost.method != "slepc" else "-",
    )


def _network_text(machine: Machine) -> str:
    def text(network: Network) -> str:
        return f"{1e6 * network.latency:.3g} us + {network.bandwidth / 1e9:.3g} GB/s"

    if machine.network is not None:
        return text(machine.network)
    return f"{text(BETWEEN_NODES)} between nodes, {text(WITHIN_A_NODE)} within"


def _advice(rows: list[OnRanks]) -> str:
    holding = [row.ranks for row in rows if row.fits]
    if not holding:
        least = min(row.memory_of_rank for row in rows)
        return f"No number of these ranks holds it: each would need {size(least)} or more."
    good = [row.ranks for row in rows if row.fits and row.efficiency >= SENSIBLE]
    fewest = f"{holding[0]} rank{'s' if holding[0] > 1 else ''}"
    most = f"up to {good[-1]} at {SENSIBLE:.0%} efficiency" if good else "no more of them"
    return (
        f"Sensible for a realization: the fewest that hold it, {fewest}, while there are others to "
        f"work on side by side; else {most}."
    )
