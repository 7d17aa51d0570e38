"""Work that ranks take when they are free: every task once, whatever the network can do."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from mpirun import mpirun, needs_mpi, on_ranks, run

from mbltn.study import load_study, run_study

COUNTER = Path(__file__).with_name("counter_worker.py")
STUDY = Path(__file__).parents[1] / "study" / "tiny.toml"

pytestmark = needs_mpi


def test_a_counter_gives_every_number_once_while_its_keeper_is_busy(tmp_path):
    results = on_ranks(3, COUNTER, tmp_path)
    if not all(result["shared"] for result in results):
        pytest.skip("this MPI needs rank 0 for its counters")
    assert sorted(n for result in results for n in result["numbers"]) == list(range(500))
    assert results[0]["numbers"] == []  # it slept for a second, and nobody waited for it
    assert all(result["seconds"] < 1.0 for result in results[1:])
    assert all(result["reasons"] == [1, 1] for result in results)


HAND_OUT = """
import logging, sys
from mbltn.comm import world
from mbltn.study import load_study, run_study
logging.basicConfig(level=logging.INFO)
comm = world()
outcome = run_study(load_study(sys.argv[1]), sys.argv[2], comm)
print(f"{comm.rank} {outcome.total} {outcome.computed} {outcome.unfinished}\\n", end="", flush=True)
"""


# In Open MPI 4 with threads pt2pt refuses to make windows; ucx needs the keeper on one node.
@pytest.mark.parametrize("osc", [None, "pt2pt", "ucx"])
def test_every_task_is_done_once_on_any_network(tmp_path, osc):
    folder, whole = tmp_path / "out", tmp_path / "whole"
    choice = [] if osc is None else ["--mca", "osc", osc]
    launch = mpirun(3, sys.executable, "-c", HAND_OUT, STUDY, folder)
    if choice and "--oversubscribe" not in launch:
        pytest.skip("only Open MPI has this choice")
    job = run([launch[0], *choice, *launch[1:]])
    assert job.returncode == 0, job.stderr
    assert sorted(job.stdout.splitlines()) == [f"{rank} 14 14 0" for rank in range(3)]
    if osc == "pt2pt":
        assert "tasks are dealt to ranks beforehand" in job.stderr
    run_study(load_study(STUDY), whole)
    tables = [pd.read_csv(each / "realizations.csv") for each in (folder, whole)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
