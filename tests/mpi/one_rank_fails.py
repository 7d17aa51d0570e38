"""``mpirun -n 2 python one_rank_fails.py FOLDER``: rank 1 alone stumbles in a shared problem.

Its task names an observable that there is not, so it leaves while rank 0 waits for its rows.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from mbltn.comm import world
from mbltn.study import Store, load_study, plan
from mbltn.study.work import _attempt


def main(folder):
    comm = world()
    study = load_study(Path(__file__).with_name("small.toml"))
    task = next(task for task in plan(study) if task.dimension == 64)
    task = replace(task, solver="dense")
    if comm.rank == 1:
        task = replace(task, observables=("entropy_lbit",))
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115  as the command line does
    failure = _attempt(task, Store(folder), comm)
    print(f"rank {comm.rank} went on: {failure}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
