"""The measured process: ``python -m mbltn.bench.worker JOB ANSWER``, on one rank or several.

JOB is a JSON file: ``kind`` names one of `RUNNERS`, the rest are its arguments. What the runner
returns, or why it could not, is written to ANSWER by rank 0.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..comm import nobody_waits, world
from ..errors import MbltnError
from ..operators.operator import norm_bound
from .ensemble import run_ensemble
from .kernel import run_kernel
from .machine import loaded_blas, own_peak_mb
from .methods import METHODS, obstacle
from .probes import run_probes
from .problem import Problem
from .scaling import run_network


def run_solve(job: dict[str, Any], comm: Any) -> dict[str, Any]:
    """Solve one problem by one method: a small one to warm up, then the timed one."""
    problem = Problem.from_dict(job["problem"])
    method = METHODS[job["method"]]
    operator, target = problem.operator(), problem.target()
    baseline = _peak_mb(comm)
    warm_up = _warm_up(problem, job["method"], comm)
    ready = _peak_mb(comm)

    comm.allgather(None)
    begin, busy = time.perf_counter(), time.process_time()
    result = method.solve(operator, target, comm)
    processor = max(comm.allgather(time.process_time() - busy))
    seconds = max(comm.allgather(time.perf_counter() - begin))

    peak = _peak_mb(comm)
    judged = method.judge(operator, result)
    return {
        "energies": [float(energy) for energy in judged.energies],
        "scale": norm_bound(operator),
        "seconds": seconds,
        "processor_seconds": processor,
        "phases": judged.phases,
        "baseline_mb": baseline,
        "ready_mb": ready,
        "peak_mb": peak,
        "max_residual": judged.max_residual,
        "complete": judged.complete,
        "solver": judged.solver,
        "reason": judged.reason,
        "warm_up": warm_up,
    }


def _warm_up(problem: Problem, name: str, comm: Any) -> str:
    """Empty, or why nothing could be compiled before the clock starts."""
    small, obstacles = problem.tiny(), []
    names = METHODS[name].rehearses or (name,)
    for rehearsed in names:
        try:
            METHODS[rehearsed].solve(small.operator(), small.target(), comm)
        except MbltnError as error:
            # A method may refuse a problem that is too small for it, and take the large one.
            if not nobody_waits(comm, error):
                raise
            obstacles.append(str(error))
    return obstacles[0] if len(obstacles) == len(names) else ""


def _peak_mb(comm: Any) -> float:
    return float(sum(comm.allgather(own_peak_mb())))


RUNNERS: dict[str, Callable[[dict[str, Any], Any], dict[str, Any]]] = {
    "solve": run_solve,
    "kernel": run_kernel,
    "ensemble": run_ensemble,
    "probes": run_probes,
    "network": run_network,
}


def main(job: Path, answer: Path) -> int:
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    comm = world()
    asked = json.loads(job.read_text())
    try:
        values = {"status": "done", **RUNNERS[asked["kind"]](asked, comm)}
        values["blas"] = loaded_blas()
    except Exception as error:
        text = str(error) if isinstance(error, MbltnError) else f"{type(error).__name__}: {error}"
        values = {"status": obstacle(error), "reason": text}
        if not isinstance(error, MbltnError):
            traceback.print_exc()
        if not nobody_waits(comm, error):
            # The other ranks wait for this one, which alone knows why it cannot go on.
            _write(answer, values)
            comm.Abort(1)
    if comm.rank == 0:
        _write(answer, values)
    return 0


def _write(answer: Path, values: dict[str, Any]) -> None:
    aside = answer.with_name(f"{answer.name}.{os.getpid()}")
    aside.write_text(json.dumps(values))
    os.replace(aside, answer)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
