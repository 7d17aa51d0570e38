"""Told to stop by signals and by the clock, with real processes: what is left is done later."""

import os
import signal
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import needs_slepc
from mpirun import HANG, MBLTN, finish, mpirun, needs_mpi, run, start

from mbltn.errors import InvalidInput, RunStopped
from mbltn.report import status_report
from mbltn.scheduler import seconds_left
from mbltn.study import Store, load_study, run_study
from mbltn.study.stop import Stop
from mbltn.times import seconds_of

STUDY = Path(__file__).with_name("restart.toml")
UNFINISHED = 75
# Some ten seconds for one realization.
MANY = "ensemble.1.realizations=100"
LONG = "ensemble=[{grid={n_lbits=[9], xi=[2.0]}, realizations=2, states='middle_quarter'}]"


@pytest.fixture(autouse=True)
def interrupts_are_heard():
    """Shells ignore SIGINT for what they start in the background, and processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def command(folder, *options):
    return [*MBLTN, "run", STUDY, "--out", folder, "--progress", "none", *options]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bytes of the tables of a run that nobody stops."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    run_study(load_study(STUDY), folder)
    return tables(folder)


@pytest.fixture(scope="module")
def many_whole(tmp_path_factory):
    """The same of a study that two ranks work on for seconds."""
    folder = tmp_path_factory.mktemp("many") / "out"
    run_study(load_study(STUDY, [MANY]), folder)
    return tables(folder)


def tables(folder):
    return [(folder / name).read_bytes() for name in ("realizations.csv", "table.csv")]


def wait_until(job, condition):
    deadline = time.monotonic() + HANG
    while not condition():
        assert job.poll() is None, f"ended too early: {finish(job)}"
        assert time.monotonic() < deadline, "hangs"
        time.sleep(0.002)


def begun(folder):
    return (folder / "study.json").exists() and status_report(folder)["done"] > 0


def processor_seconds(pid):
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def test_a_stopped_run_ends_whole_and_goes_on_to_the_same_bytes(tmp_path, whole):
    folder = tmp_path / "out"
    job = start(command(folder))
    wait_until(job, lambda: begun(folder))
    os.kill(job.pid, signal.SIGTERM)
    ended = finish(job)
    assert ended.returncode == UNFINISHED, ended.stderr
    assert "told to stop" in ended.stderr
    done = status_report(folder)["done"]
    assert f"24 realizations: 0 found, {done} computed, 0 failed" in ended.stderr
    assert f"{24 - done} realizations are left: the same command goes on" in ended.stderr
    rows = pd.read_csv(folder / "realizations.csv")
    assert len(rows[rows["observable"] == "gap_ratio"]) == done < 24
    assert not list((folder / "records").iterdir())  # all is packed
    outcome = run_study(load_study(STUDY), folder)
    assert (outcome.found, outcome.computed, outcome.unfinished) == (done, 24 - done, 0)
    assert tables(folder) == whole


@needs_mpi
@pytest.mark.parametrize("whom", ["mpirun", "rank 1"])
def test_ranks_stop_together(tmp_path, many_whole, whom):
    """Open MPI's mpirun hands SIGUSR1 on to its ranks; a batch system may know one rank alone."""
    folder = tmp_path / "out"
    job = start(mpirun(2, *command(folder, "-o", MANY)))
    wait_until(job, lambda: begun(folder))
    if whom == "mpirun":
        job.send_signal(signal.SIGUSR1)
    else:
        os.kill(ranks_of(job)[1], signal.SIGTERM)
    ended = finish(job)
    assert ended.returncode == UNFINISHED, ended.stderr
    assert ended.stderr.count("realizations are left: the same command goes on") == 1
    assert not list((folder / "records").iterdir())
    run_study(load_study(STUDY, [MANY]), folder)
    assert tables(folder) == many_whole


def ranks_of(job):
    """Process numbers of the ranks that this mpirun has started, by rank."""
    children = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split()
    found = {}
    for child in children:
        variables = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        values = dict(each.partition(b"=")[::2] for each in variables)
        found[int(values[b"OMPI_COMM_WORLD_RANK"])] = int(child)
    return found


@pytest.mark.parametrize("ranks", [1, pytest.param(2, marks=needs_mpi)])
def test_what_outlasts_the_grace_is_dropped(tmp_path, ranks):
    """Also in a library call that holds the interpreter, where no Python handler would run."""
    folder = tmp_path / "out"
    launch = command(folder, "-o", LONG, "--grace", 1)
    job = start(launch if ranks == 1 else mpirun(ranks, *launch))
    wait_until(job, lambda: (folder / "study.json").exists())
    pid = job.pid if ranks == 1 else ranks_of(job)[0]
    before = processor_seconds(pid)
    wait_until(job, lambda: processor_seconds(pid) > before + 0.5)
    told = time.monotonic()
    job.send_signal(signal.SIGUSR1)
    ended = finish(job)
    assert ended.returncode == UNFINISHED, ended.stderr
    assert time.monotonic() - told > 0.9
    assert "are left" not in ended.stderr
    assert not list(Store(folder).records())
    store = Store(folder)
    store.claim(load_study(STUDY, [LONG]))  # nothing holds it, nothing is damaged
    store.release()


def test_before_the_work_begins_a_signal_ends_the_process(tmp_path):
    """As soon as the command runs, here while it waits for a study that nobody writes."""
    os.mkfifo(tmp_path / "study.toml")
    job = start([*MBLTN, "run", tmp_path / "study.toml", "--out", tmp_path / "out"])
    writer = os.open(tmp_path / "study.toml", os.O_WRONLY)  # returns when it reads
    job.send_signal(signal.SIGUSR1)
    ended = finish(job)
    os.close(writer)
    assert ended.returncode == UNFINISHED, ended.stderr
    assert not (tmp_path / "out").exists()


AFTER_PETSC = """
import os, signal, time
from mbltn.commands.rim import ended_by_signals
from mbltn.solvers.slepc import import_slepc
ended_by_signals()
import_slepc()
from petsc4py import PETSc
PETSc._finalize()
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(10)
"""


@needs_slepc
def test_what_a_signal_does_outlives_petsc():
    """Ranks wait for each other in MPI after PETSc has ended, and a signal may come then."""
    done = run([sys.executable, "-c", AFTER_PETSC])
    assert done.returncode == RunStopped.exit_code, done.stderr


def test_a_second_interrupt_ends_at_once(tmp_path):
    folder = tmp_path / "out"
    job = start(command(folder, "-o", LONG, "--grace", 100))
    wait_until(job, lambda: (folder / "study.json").exists())
    before = processor_seconds(job.pid)
    wait_until(job, lambda: processor_seconds(job.pid) > before + 0.5)
    job.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert job.poll() is None
    job.send_signal(signal.SIGINT)
    assert finish(job, timeout=30).returncode == -signal.SIGINT


def test_the_time_limit_ends_a_run(tmp_path):
    folder = tmp_path / "out"
    many = ["-o", "ensemble.0.realizations=400"]
    ended = run(command(folder, "--time-limit", "0:05", "--grace", 1, *many))
    assert ended.returncode == UNFINISHED, ended.stderr
    done = status_report(folder)["done"]
    assert f"{808 - done} realizations are left" in ended.stderr
    assert 0 < done < 808
    assert not list((folder / "records").iterdir())


def test_a_realization_that_would_not_fit_is_not_begun(tmp_path):
    """The long ones of the study are left out, the others are done."""
    both = "[{grid={n_lbits=[10], xi=[2.0]}, realizations=2, states='middle_quarter'}, "
    both += "{grid={n_lbits=[3], xi=[2.0]}, realizations=4, states='middle_quarter'}]"
    limit = ["--time-limit", "34", "--grace", "30"]
    ended = run(command(tmp_path / "out", "-o", f"ensemble={both}", *limit))
    assert ended.returncode == UNFINISHED, ended.stderr
    assert "6 realizations: 0 found, 4 computed, 0 failed" in ended.stderr
    assert "2 realizations are left" in ended.stderr


def test_the_batch_system_says_when_the_job_ends(tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_END_TIME", str(round(time.time()) + 20))
    ended = run(command(tmp_path / "out"))  # less than the grace is left
    assert ended.returncode == UNFINISHED, ended.stderr
    assert "24 realizations: 0 found, 0 computed, 0 failed" in ended.stderr
    assert 3590 < seconds_left({"SLURM_JOB_END_TIME": f"{round(time.time()) + 3600}"}) <= 3601


def test_times_are_read_as_batch_systems_write_them():
    given = ["90", "1:30", "2:00:01", "1-00:00:02", "1.5h"]
    assert [seconds_of(text) for text in given] == [90, 90, 7201, 86402, 5400]
    for text in ("soon", "1-5", "-3", "1:2:3:4", "", "1e3"):
        with pytest.raises(InvalidInput, match="must read 23:50:00"):
            seconds_of(text)


def test_a_time_limit_within_the_grace_is_refused(tmp_path):
    ended = run(command(tmp_path / "out", "--time-limit", "30"))
    assert ended.returncode == 2
    assert "leaves nothing beside the grace of 30 s" in ended.stderr
    assert not (tmp_path / "out").exists()


def test_handlers_are_put_back():
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    stop = Stop(grace=1)
    with stop.listening(aloud=False):
        assert not stop.told
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.told
    assert not stop.told
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert before == [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)
