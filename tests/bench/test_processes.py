"""Measured processes are real ones here: what they return, and what ends them."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from mpirun import MBLTN, needs_mpi, start
from oracle import central_grain

from mbltn.bench import Layout, Limits, Problem, run_apart
from mbltn.bench.family import kill_all
from mbltn.errors import InvalidInput

HANG = Limits(seconds=100)
LONG = Problem(n_lbits=10)  # dense takes far longer than any of these tests waits


def solve(problem, method):
    return {"kind": "solve", "method": method, "problem": problem.as_dict()}


def workers(folder):
    """Pids of measured processes whose job lies in this folder."""
    found = []
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = cmdline.read_bytes().decode().split("\0")
        except OSError:
            continue
        if "mbltn.bench.worker" in words and any(word.startswith(str(folder)) for word in words):
            found.append(int(cmdline.parent.name))
    return found


def wait_for(condition, seconds=30):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
    return value


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """A folder of its own for the jobs, so that their processes can be told from others."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("OMPI_ALLOW_RUN_AS_ROOT", "1")
    monkeypatch.setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1")
    return tmp_path


def test_a_job_returns_the_levels_and_its_own_memory(jobs):
    ballast = np.ones(40_000_000)  # 320 MB, which a child must not be blamed for
    problem = Problem(n_lbits=5, n_pairs=8, alpha=0.7, seed=3)
    report = run_apart(solve(problem, "dense"), Layout(), HANG)
    assert (report.status, report.reason) == ("done", "")
    drawn = problem.make_model().draw(seed=3, realization=0)
    levels = np.linalg.eigvalsh(
        central_grain(drawn.grain, drawn.fields, 0.41 * 0.7 ** np.arange(5), "xx", 1)
    )
    centre = levels.mean()
    nearest = np.sort(levels[np.argsort(abs(levels - centre))[:8]])
    assert report.values["energies"] == pytest.approx(nearest, abs=1e-12)
    got = report.values
    assert 20 < got["baseline_mb"] <= got["ready_mb"] <= got["peak_mb"] < ballast.nbytes / 1e6
    assert got["seconds"] < report.seconds  # imports and the warm-up do not count
    assert all(threads == 1 for _, threads in got["blas"])


@needs_mpi
def test_memory_is_that_of_all_ranks(jobs):
    problem = Problem(n_lbits=3, n_pairs=4)
    one, two = (run_apart(solve(problem, "dense"), Layout(ranks), HANG) for ranks in (1, 2))
    assert two.status == "done", two.reason
    assert two.values["energies"] == pytest.approx(one.values["energies"], abs=1e-12)
    assert 1.5 < two.values["baseline_mb"] / one.values["baseline_mb"] < 2.5


@needs_mpi
def test_a_job_over_its_time_is_ended_with_all_its_ranks(jobs):
    seen = []
    report = run_apart(
        solve(LONG, "dense"),
        Layout(ranks=2),
        Limits(seconds=1.5),
        tick=lambda *_: seen.append(len(workers(jobs))),
    )
    assert (report.status, report.reason) == ("over the limit", "1.5 s were not enough")
    assert max(seen) >= 2
    assert not workers(jobs)


def test_a_job_over_its_memory_is_ended(jobs):
    report = run_apart(solve(LONG, "dense"), Layout(), Limits(100, memory_mb=60))
    assert report.status == "out of memory"
    assert "the limit is 60 MB" in report.reason
    assert report.sampled_peak_mb > 60
    assert not workers(jobs)


def test_a_job_that_the_system_kills_ran_out_of_memory(jobs):
    reports = []
    job = threading.Thread(
        target=lambda: reports.append(run_apart(solve(LONG, "dense"), Layout(), HANG))
    )
    job.start()
    (pid,) = wait_for(lambda: workers(jobs))
    os.kill(pid, signal.SIGKILL)
    job.join(30)
    assert reports[0].status == "out of memory"
    assert "was killed" in reports[0].reason


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_job_outlives_the_command(tmp_path, monkeypatch, number):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = start([*MBLTN, "bench", "--lbits", "10", "--methods", "dense"])
    try:
        wait_for(lambda: workers(tmp_path))
        command.send_signal(number)
        assert command.wait(30) == 128 + number
        assert not workers(tmp_path)
    finally:
        for pid in workers(tmp_path):
            os.kill(pid, signal.SIGKILL)
        kill_all(command)
        command.stdout.close()
        command.stderr.close()


def test_an_error_is_a_status_with_its_reason(jobs):
    unknown = {"kind": "ensemble", "route": "none", "problem": {"n_lbits": 2, "n_pairs": 4}}
    report = run_apart(unknown, Layout(), HANG)
    assert (report.status, report.reason) == ("failed", "KeyError: 'none'")
    whole = Problem(n_lbits=2, n_pairs=32)
    report = run_apart(solve(whole, "scipy"), Layout(), HANG)
    assert report.status == "failed"
    assert "cannot return k=32 of D=32 levels" in report.reason


def test_both_routes_of_an_ensemble_find_the_same(jobs):
    problem = Problem(n_lbits=3, n_pairs=6)
    common = {"kind": "ensemble", "problem": problem.as_dict(), "realizations": 4}
    ours = run_apart({**common, "route": "ours", "processes": 2}, Layout(), HANG)
    plain = run_apart({**common, "route": "numpy", "processes": 1}, Layout(), HANG)
    assert (ours.status, plain.status) == ("done", "done"), ours.reason + plain.reason
    # 4 realizations of 6 energies, and of 6 states with 3 entropies each
    assert len(ours.values["energies"]) == 4 * 6 * (1 + 3)
    assert ours.values["energies"] == pytest.approx(plain.values["energies"], abs=1e-9)
    assert ours.values["mean_gap_ratio"] == pytest.approx(plain.values["mean_gap_ratio"], abs=1e-9)
    assert 0 < ours.values["mean_entropy"] < np.log(2)


@pytest.mark.parametrize(
    "make",
    [lambda: Layout(0), lambda: Layout(1, 0), lambda: Limits(-1.0), lambda: Limits(None, 0.0)],
)
def test_what_cannot_be_is_refused(make):
    with pytest.raises(InvalidInput, match=r"at least 1|must be a positive number"):
        make()
