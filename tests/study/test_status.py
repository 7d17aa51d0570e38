"""`mbltn status` while a job runs, by real processes."""

import signal
import time
from pathlib import Path

import pandas as pd
import pytest
from mpirun import MBLTN, finish, mpirun, needs_mpi, start

from mbltn.report import status_report, status_text
from mbltn.study import load_study, run_study
from mbltn.study.pulse import failures, note_failure

STUDY = Path(__file__).with_name("restart.toml")
TARGETS = Path(__file__).with_name("targets.toml")


def report_of(folder):
    return status_report(folder) if (folder / "running.json").exists() else {"done": 0}


@needs_mpi
def test_a_running_job_says_how_fast_it_goes_on(tmp_path):
    folder = tmp_path / "out"
    many = ["-o", "ensemble.0.grid.n_lbits=[7]", "-o", "ensemble.0.realizations=200"]
    job = start(mpirun(2, *MBLTN, "run", STUDY, "--out", folder, "--progress", "none", *many))
    while report_of(folder)["done"] < 10:
        assert job.poll() is None, finish(job)
        time.sleep(0.05)
    begin, first = time.monotonic(), status_report(folder)
    time.sleep(2.5)  # the job takes a sample every second at first
    second, seconds = status_report(folder), time.monotonic() - begin
    here = 3600 * (second["done"] - first["done"]) / seconds
    job.send_signal(signal.SIGUSR1)
    assert finish(job).returncode == 75
    running = second["running"]
    assert running["per_hour"] == pytest.approx(here, rel=0.8)
    assert running["over_seconds"] > 2.5
    assert running["in_flight"] == 2
    assert running["heard_seconds_ago"] < running["over_seconds"]
    assert running["seconds_left"] > 0
    assert " realizations an hour over the last " in status_text(second)
    assert " 2 in flight, done in about " in status_text(second)
    assert status_report(folder)["running"] is None


def test_the_expected_end_is_by_work_and_not_by_number(tmp_path):
    """A job that was killed: its last sample says what was left, and that it is silent."""
    run_study(
        load_study(STUDY, ["ensemble.0.realizations=1", "ensemble.1.realizations=1"]), tmp_path
    )
    now = time.time()
    samples = f"[[{now - 400}, 1, 10.0, 100.0], [{now - 300}, 2, 30.0, 100.0]]"
    (tmp_path / "running.json").write_text(
        f'{{"process": "7 on node", "at_once": 4, "ended": null, "samples": {samples}}}'
    )
    report = status_report(tmp_path)
    assert (report["done"], report["total"]) == (3, 3)
    assert report["running"]["seconds_left"] == pytest.approx(350.0)  # 70 at 20 in 100 s
    assert report["running"]["per_hour"] == pytest.approx(3600 * 2 / 400, rel=1e-2)
    assert report["running"]["in_flight"] == 0
    assert "not heard of for 5 min: in a long solver call, or killed" in status_text(report)


def test_failures_of_the_last_job_are_told(tmp_path):
    """Shift-invert cannot return all 256 levels."""
    broken = "ensemble.0={grid={n_lbits=[5], xi=[1.0]}, realizations=2, states=256, "
    broken += "solver='shift_invert'}"
    outcome = run_study(load_study(STUDY, [broken, "ensemble.1.realizations=1"]), tmp_path)
    report = status_report(tmp_path)
    assert (report["done"], report["total"], report["failed"]) == (1, 3, 2)
    assert report["first_failure"] == outcome.failures[0].reason
    assert "2 failed, the first with " in status_text(report)
    note_failure(tmp_path, {}, "a third")
    with (tmp_path / "failures.jsonl").open("a") as file:
        file.write('{"task": {"seed"')  # torn
    assert [line["reason"] for line in failures(tmp_path)][2:] == ["a third"]
    run_study(load_study(STUDY, ["ensemble.0.realizations=1"]), tmp_path)
    assert status_report(tmp_path)["failed"] == 0


def test_errors_that_are_reached_are_told(tmp_path):
    study = load_study(TARGETS, ["ensemble.0.realizations=20"])
    outcome = run_study(study, tmp_path)
    report = status_report(tmp_path)
    assert report["done"] == report["total"] == outcome.total
    rows = pd.read_csv(tmp_path / "table.csv")
    rows = rows[(rows["observable"] == "entropy_lbits") & (rows["index"] == 3)]
    errors = dict(zip(rows["alpha"], rows["error"], strict=True))
    by_alpha = {target["point"]["alpha"]: target for target in report["targets"]}
    assert sorted(by_alpha) == [0.4, 0.7, 0.9]
    for alpha, target in by_alpha.items():
        assert target["error"] == pytest.approx(errors[alpha], rel=1e-9)
        assert target["done"] == target["needed"] == target["most"] == 20
    assert by_alpha[0.4]["error"] > 0.02
    text = status_text(report)
    assert "alpha=0.4: error of entropy_lbits 0.02" in text
    assert "20/20 realizations, the most that the study allows" in text
