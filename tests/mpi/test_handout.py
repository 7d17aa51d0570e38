"""Work that ranks take when they are free: every task once, whatever the network can do."""

from pathlib import Path

import pandas as pd
import pytest
from mpirun import MBLTN, mpirun, needs_mpi, on_ranks, run

from mbltn.study import load_study, run_study

COUNTER = Path(__file__).with_name("counter_worker.py")
STUDY = Path(__file__).parents[1] / "study" / "restart.toml"

pytestmark = needs_mpi


@pytest.mark.parametrize("ranks", [2, 3])
def test_a_counter_gives_every_number_once_while_its_keeper_is_busy(tmp_path, ranks):
    results = on_ranks(ranks, COUNTER, tmp_path)
    if not all(result["shared"] for result in results):
        pytest.skip("this MPI needs rank 0 for its counters")
    assert sorted(n for result in results for n in result["numbers"]) == list(range(500))
    assert results[0]["numbers"] == []  # it slept for a second, and nobody waited for it
    assert all(result["seconds"] < 1.0 for result in results[1:])
    assert all(result["reasons"] == [1, 1] for result in results)


# In Open MPI 4 with threads pt2pt refuses to make windows; ucx needs the keeper on one node.
@pytest.mark.parametrize("osc", [None, "pt2pt", "ucx"])
def test_every_task_is_done_once_on_any_network(tmp_path, osc):
    folder, whole = tmp_path / "out", tmp_path / "whole"
    choice = [] if osc is None else ["--mca", "osc", osc]
    launch = mpirun(3, *MBLTN, "-v", "run", STUDY, "--out", folder, "--progress", "none")
    if choice and "--oversubscribe" not in launch:
        pytest.skip("only Open MPI has this choice")
    job = run([launch[0], *choice, *launch[1:]])
    assert job.returncode == 0, job.stderr
    assert "24 realizations: 0 found, 24 computed, 0 failed" in job.stderr
    if osc == "pt2pt":
        assert "tasks are dealt to ranks beforehand" in job.stderr
    run_study(load_study(STUDY), whole)
    tables = [pd.read_csv(each / "realizations.csv") for each in (folder, whole)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
