"""kill -9 at any moment, and two jobs at once, with real processes."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd
from conftest import needs_slepc
from mpirun import HANG, MBLTN, finish, kill_all, mpirun, needs_mpi, run, start

from mbltn.report import status_report
from mbltn.study import Store

STUDY = Path(__file__).with_name("restart.toml")

# The larger problems by SLEPc, with all ranks on one of them at a time.
SHARED = ["ensemble.1.states=12", "ensemble.1.solver=slepc"]
SHARED += ["resources={shared_from=512, ranks_per_problem=2}"]


def command(folder, overrides=()):
    changes = [part for override in overrides for part in ("-o", override)]
    return [*MBLTN, "run", STUDY, "--out", folder, "--progress", "none", *changes]


def done(folder):
    """Records that the status reports; none before the folder says whose it is."""
    return status_report(folder)["done"] if (folder / "study.json").exists() else 0


def wait_for(job, folder, records):
    """Until so many records are there; 0 means until the job holds its folder."""
    deadline = time.monotonic() + HANG
    while not (folder / "lock").exists() or done(folder) < records:
        assert job.poll() is None, f"ended too early: {finish(job)}"
        assert time.monotonic() < deadline, "hangs"
        time.sleep(0.002)


def kill_after(job, folder, records):
    """SIGKILL to every process of the job as soon as so many records are there."""
    wait_for(job, folder, records)
    kill_all(job)
    job.communicate()
    assert records <= done(folder) <= 24  # a busy machine may be done before it is killed
    assert not (folder / "table.csv").exists()


def seconds(folder):
    """How long each finished record took: its fingerprint, if it is not computed again."""
    return {record.id: record.facts["seconds"] for record in Store(folder).records()}


def interrupt(folder, launch, moments):
    """Kill the same command at every moment, then let it finish: nothing is done twice."""
    known = {}
    for moment in moments:
        kill_after(start(launch), folder, moment)
        now = seconds(folder)
        assert known.items() <= now.items()
        known = now
    last = run(launch)
    assert last.returncode == 0, last.stderr
    found = f"24 realizations: {len(known)} found, {24 - len(known)} computed, 0 failed"
    assert found in last.stderr
    assert known.items() <= seconds(folder).items()
    assert done(folder) == 24


def test_killed_serial_jobs_end_with_the_same_bytes(tmp_path):
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    interrupt(killed, command(killed), [0, 1, 9])
    run(command(whole))
    for name in ("realizations.csv", "table.csv"):
        assert (killed / name).read_bytes() == (whole / name).read_bytes()


@needs_mpi
@needs_slepc
def test_killed_parallel_jobs_end_with_the_same_table(tmp_path):
    """Killed once among those problems that two ranks share and once among the small ones."""
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    interrupt(killed, mpirun(2, *command(killed, SHARED)), [3, 18])
    run(command(whole, SHARED))
    tables = [pd.read_csv(folder / "table.csv") for folder in (killed, whole)]
    assert [len(table) for table in tables] == 2 * [2 * (1 + 2 * 5) + (1 + 2 * 6)]
    assert all((table.pop("max_residual") < 1e-9).all() for table in tables)
    numbers = [table[["mean", "error"]].to_numpy() for table in tables]
    np.testing.assert_allclose(*numbers, rtol=0, atol=1e-9)
    pd.testing.assert_frame_equal(*[table.drop(columns=["mean", "error"]) for table in tables])


def test_of_two_jobs_on_one_folder_the_second_is_refused(tmp_path):
    first = start(command(tmp_path))
    wait_for(first, tmp_path, 1)
    os.kill(first.pid, signal.SIGSTOP)  # so that it cannot end before the second begins
    try:
        second = run(command(tmp_path))
    finally:
        os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 2
    assert f"another job (process {first.pid} on " in second.stderr
    assert "--out" in second.stderr
    assert "Traceback" not in second.stderr
    outcome = finish(first)
    assert outcome.returncode == 0, outcome.stderr
    assert "24 realizations: 0 found, 24 computed, 0 failed" in outcome.stderr
