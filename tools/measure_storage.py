"""What a realization costs beside its solution, where it is tiny, and what it leaves on the disk.

    python tools/measure_storage.py 10000

Grains of one spin with two l-bits (D = 8), all states, by LAPACK on one rank. CPU time, since the
clock on a machine that others use shows their work.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mbltn
from mbltn.study import Store, parse_study, run, work
from mbltn.study.schema import Study

spent: dict[str, float] = {}


def watched(owner: Any, name: str) -> None:
    """Add up the CPU time of this function; in those that it calls, too."""
    function = getattr(owner, name)

    def watch(*arguments: Any, **options: Any) -> Any:
        started = time.process_time()
        try:
            return function(*arguments, **options)
        finally:
            spent[name] = spent.get(name, 0.0) + time.process_time() - started

    setattr(owner, name, watch)


def study_of(realizations: int) -> Study:
    return parse_study(
        {
            "name": "overhead",
            "seed": 1,
            "observables": ["gap_ratio", "entropy_lbits"],
            "model": {"kind": "CentralGrain", "n_grain": 1, "n_lbits": 2, "alpha": 0.5},
            "ensemble": [{"realizations": realizations, "states": "all", "solver": "dense"}],
        }
    )


def say(what: str, seconds: float, realizations: int) -> None:
    print(f"{what:34s}{1e3 * seconds / realizations:8.3f} ms a realization")


def main(realizations: int) -> None:
    study = study_of(realizations)
    for name in ("plan_points", "per_realization", "table"):
        watched(run, name)
    watched(work, "compute")
    for name in ("write", "pack"):
        watched(Store, name)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.process_time()
        run.run_study(study, folder)
        total = time.process_time() - started
        say("whole run", total, realizations)
        say("  solving and measuring", spent["compute"], realizations)
        say("  everything else", total - spent["compute"], realizations)
        for part, what in (
            ("plan_points", "    plan"),
            ("write", "    journal"),
            ("pack", "    pack"),
            ("per_realization", "    means over states"),
            ("table", "    table"),
        ):
            say(what, spent[part], realizations)
        files = [path for path in folder.rglob("*") if path.is_file()]
        records = sum(path.stat().st_size for path in files if path.suffix == ".h5")
        print(f"{len(files)} files, {records} bytes of records: {records / realizations:.0f} each")
        started = time.process_time()
        run.run_study(study, folder)
        say("run again, nothing to do", time.process_time() - started, realizations)
        started = time.process_time()
        states = len(mbltn.load(folder).states("entropy_lbits"))
        say(f"load().states(), {states} rows", time.process_time() - started, realizations)


if __name__ == "__main__":
    main(int(sys.argv[1]))
