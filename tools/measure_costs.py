"""Measure the points of mbltn/solvers/choice/measured_costs.toml again: one process each.

    python tools/measure_costs.py                    # all of them
    python tools/measure_costs.py windowed filtered  # those of these methods; the others stay
    python tools/measure_costs.py --count            # the formulas' counts alone, nothing is timed

One thread and an idle machine are wanted: `. tools/environment.sh` first.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FILE = ROOT / "mbltn" / "solvers" / "choice" / "measured_costs.toml"
LONG, REPETITIONS = 20.0, 3
NAMES = ("method", "n_grain", "n_lbits", "alpha", "dimension", "k")


def operator_and_target(point: dict[str, Any]) -> tuple[Any, Any]:
    import mbltn as mb

    model = mb.models.CentralGrain(
        point["n_grain"], point["n_lbits"], alpha=point["alpha"], coupling="xx"
    )
    op = model.operator(model.draw(seed=0, realization=0))
    everything = point["k"] == op.dimension
    return op, mb.Target.all() if everything else mb.Target.middle(point["k"])


def measure(point: dict[str, Any]) -> dict[str, Any]:
    """In this process: a small problem, then this one."""
    import mbltn as mb
    from mbltn.bench.machine import own_peak_mb
    from mbltn.machine import dgemm_gflops

    small = dict(point, n_grain=2, n_lbits=3, k=4)
    mb.eigenpairs(*operator_and_target(small), point["method"])
    op, target = operator_and_target(point)
    before, seconds = own_peak_mb(), []
    while len(seconds) < REPETITIONS and sum(seconds) < LONG:
        begin = time.process_time()
        mb.eigenpairs(op, target, point["method"])
        seconds.append(time.process_time() - begin)
    return {
        **{name: point[name] for name in NAMES},
        "seconds": round(min(seconds), 4),
        "gflops": round(dgemm_gflops(), 1),
        "memory": float(f"{1e6 * (own_peak_mb() - before):.4g}"),
        **counts(point),
    }


def counts(point: dict[str, Any]) -> dict[str, Any]:
    """What the formulas count for it."""
    from mbltn.machine import Machine
    from mbltn.solvers.choice.costs import WORK, Problem

    work = WORK[point["method"]](Problem.of(*operator_and_target(point)), Machine())
    return {
        "counted_memory": float(f"{work.memory:.4g}"),
        "operations": [float(f"{number:.4g}") for number in work.operations],
    }


def main(methods: list[str]) -> None:
    from mbltn.solvers.choice.rates import measured

    head = FILE.read_text().partition("[[point]]")[0].rstrip()
    points = [dict(point) for point in measured()]
    for number, point in enumerate(points):
        if methods == ["--count"]:
            points[number] = {**point, **counts(point)}
        elif not methods or point["method"] in methods:
            job = [sys.executable, __file__, "--point", json.dumps(point)]
            done = subprocess.run(job, stdout=subprocess.PIPE, check=True)
            points[number] = json.loads(done.stdout)
            print(*(points[number][name] for name in (*NAMES, "seconds")), flush=True)
        # After every point: a long run that is ended has measured something.
        FILE.write_text("\n\n".join([head, *map(entry, points)]) + "\n")


def entry(point: dict[str, Any]) -> str:
    lines = [f"{name} = {json.dumps(value)}" for name, value in point.items()]
    return "\n".join(["[[point]]", *lines])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--point"]:
        print(json.dumps(measure(json.loads(sys.argv[2]))))
    else:
        main(sys.argv[1:])
