"""Job scripts under a real Slurm: an array, scancel midway, requeue, and the same table after all.

`make test-slurm` runs this; it skips where Slurm is not installed or does not start.
"""

import json
import shlex
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from conftest import needs_slepc
from mpirun import MBLTN, finish, mpirun, needs_mpi, start
from one_node_slurm import NoSlurm, OneNode

from mbltn.study import Store
from mbltn.submit.script import Job, job_script

pytestmark = pytest.mark.slurm

STUDY = Path(__file__).with_name("array.toml")
TASKS = 24
HOSTILE = 'it\'s a "folder"; touch harm; $(touch harm) `touch harm` & #'
PATIENCE = 90

# Open MPI in a container: as root, and with more ranks than the machine has cores.
ENVIRONMENT = """
export PATH={programs}:$PATH
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=1
"""


@pytest.fixture(scope="module")
def slurm():
    try:
        node = OneNode()
    except NoSlurm as reason:
        pytest.skip(f"there is no Slurm to try: {reason}")
    yield node
    node.stop()


@pytest.fixture
def folder(tmp_path):
    """Where jobs are submitted: with a name that breaks what can be broken."""
    place = tmp_path / HOSTILE
    place.mkdir()
    return place


def install(folder, program):
    """`program` as the mbltn of jobs that are submitted from this folder."""
    programs = folder.parent / "bin"
    programs.mkdir()
    (programs / "mbltn").write_text(program)
    (programs / "mbltn").chmod(0o755)
    environment = folder / "my environment; touch harm.sh"
    environment.write_text(ENVIRONMENT.format(programs=shlex.quote(str(programs))))
    return environment.name


def wait(slurm, ready, jobs, logs):
    deadline = time.monotonic() + PATIENCE
    while not ready():
        if time.monotonic() > deadline:
            said = "\n".join(log.read_text() for log in logs.glob("*.log"))
            pytest.fail(f"late: {[slurm.facts(job) for job in jobs]}\n{said}")
        time.sleep(0.1)


def ended(slurm, jobs):
    states = {slurm.state(job) for job in jobs}
    return not states & {"PENDING", "RUNNING", "COMPLETING", "CONFIGURING"}


def done(folder):
    return Store(folder).done() if (folder / "study.json").exists() else set()


# -- the whole way -------------------------------------------------------------------------------


def submitted(slurm, folder, study, out, parts):
    """The number of a job, or array, of two ranks a task with the real mbltn."""
    environment = install(folder, f'#!/bin/sh\nexec {shlex.join(MBLTN)} "$@"\n')
    (folder / study).write_text(STUDY.read_text())
    options = ["--cluster", "slurm", "--ranks", "2", "--ranks-per-realization", "2"]
    options += ["--parts", str(parts), "--mem", "2GB", "--time", "10min", "--out", out]
    options += ["--environment", environment, "--script", "the job; touch harm", "--submit"]
    return slurm.call(*MBLTN, "submit", study, *options, cwd=folder).split()[-1]


@needs_mpi
@needs_slepc
def test_a_warned_run_ends_returns_into_the_queue_and_goes_on(slurm, folder):
    job, out = submitted(slurm, folder, "study.toml", "out", 1), folder / "out"
    wait(slurm, lambda: len(done(out)) >= 2, [job], folder)
    slurm.call("scancel", "--batch", "--signal=USR1", job)
    wait(slurm, lambda: slurm.state(job) == "PENDING", [job], folder)
    before = {record.id: record.facts for record in Store(out).records()}
    assert 2 <= len(before) < TASKS
    wait(slurm, lambda: slurm.state(job) == "COMPLETED", [job], folder)
    assert slurm.facts(job)["Restarts"] == "1"
    after = {record.id: record.facts for record in Store(out).records()}
    assert len(after) == TASKS
    assert {name: after[name] for name in before} == before


@needs_mpi
@needs_slepc
def test_an_array_cancelled_midway_and_requeued_gives_the_same_table(slurm, folder):
    out = "out $(touch harm)"
    number = submitted(slurm, folder, "a study; touch harm.toml", out, 2)
    first, _ = jobs = [f"{number}_1", f"{number}_2"]
    parts = [folder / out / f"part-{number}-of-2" for number in (1, 2)]

    wait(slurm, lambda: len(done(parts[0])) >= 2, jobs, folder)
    slurm.call("scancel", first)
    wait(slurm, lambda: ended(slurm, [first]), jobs, folder)
    assert slurm.state(first) == "CANCELLED"
    survived = done(parts[0])
    assert 2 <= len(survived) < TASKS // 2
    before = {record.id: record.facts for record in Store(parts[0]).records()}

    slurm.call("scontrol", "requeue", first)
    whole = folder.parent / "whole"
    uninterrupted = start(mpirun(2, *MBLTN, "run", STUDY, "--out", whole, "--progress", "none"))
    wait(slurm, lambda: ended(slurm, jobs), jobs, folder)
    assert [slurm.facts(job)["JobState"] for job in jobs] == ["COMPLETED", "COMPLETED"]
    assert [slurm.facts(job)["Restarts"] for job in jobs] == ["1", "0"]
    after = {record.id: record.facts for record in Store(parts[0]).records()}
    assert {name: after[name] for name in before} == before  # nothing was computed again
    assert not done(parts[0]) & done(parts[1])

    job = finish(uninterrupted)
    assert job.returncode == 0, job.stderr
    assert done(parts[0]) | done(parts[1]) == done(whole)
    collected = folder / out / "whole"
    slurm.call(*MBLTN, "collect", collected, *parts)
    found, expected = (pd.read_csv(place / "table.csv") for place in (collected, whole))
    pd.testing.assert_frame_equal(found, expected, check_exact=False, rtol=1e-9, atol=1e-12)
    assert not list(folder.rglob("harm")) and not list(folder.parent.rglob("harm"))


# -- what a job is told, and what it tells -------------------------------------------------------

# Waits to be warned the first time, and is done the second.
STAND_IN = """#!{python}
import json, os, signal, sys, time
from mbltn.scheduler import array_index, job_memory, seconds_left

note = "note-%s-%d" % (os.environ["SLURM_ARRAY_TASK_ID"], os.getpid())
said = dict(index=array_index(), memory=job_memory(), left=seconds_left(), words=sys.argv[1:])
with open(note, "a") as file:
    file.write(json.dumps(said) + "\\n")
signal.signal(signal.SIGUSR1, lambda *_: sys.exit(75))
if os.environ.get("SLURM_RESTART_COUNT", "0") == "0":
    open(note + "-waits", "w").close()
    time.sleep(60)
"""


def start_waiting(slurm, folder, launcher, ranks):
    """Two tasks that wait; the second of them has the number of the whole array as its own."""
    job = Job(
        name="waiting",
        studies=["a"],
        parts=2,
        ranks=ranks,
        memory=ranks * 500 * 1024**2,
        seconds=600.0,
        environment=install(folder, STAND_IN.format(python=sys.executable)),
        launcher=launcher,
    )
    (folder / "script").write_text(job_script(job, "slurm"))
    number = slurm.call("sbatch", "--parsable", "script", cwd=folder).strip()
    jobs = [f"{number}_1", f"{number}_2"]
    wait(slurm, lambda: len(list(folder.glob("note-*-waits"))) == 2 * ranks, jobs, folder)
    return jobs


@pytest.mark.parametrize(
    ("launcher", "ranks"), [pytest.param("mpirun", 2, marks=needs_mpi), ("srun", 2)]
)
def test_a_warned_task_returns_into_the_queue_alone_and_goes_on(slurm, folder, launcher, ranks):
    jobs = start_waiting(slurm, folder, launcher, ranks)
    slurm.call("scancel", "--batch", "--signal=USR1", jobs[1])
    wait(slurm, lambda: slurm.state(jobs[1]) == "COMPLETED", jobs, folder)
    assert [slurm.facts(job)["Restarts"] for job in jobs] == ["0", "1"]
    assert slurm.state(jobs[0]) == "RUNNING"
    slurm.call("scancel", *jobs)
    wait(slurm, lambda: ended(slurm, jobs), jobs, folder)


def test_a_task_knows_its_number_its_memory_and_its_time(slurm, folder):
    jobs = start_waiting(slurm, folder, "mpirun", 1)
    for number in (1, 2):
        (note,) = folder.glob(f"note-{number}-*[0-9]")
        said = json.loads(note.read_text())
        assert said["index"] == number
        assert said["memory"] == 500 * 1024**2
        assert 500 < said["left"] <= 600
        assert said["words"][-1] == "a"
    slurm.call("scancel", *jobs)
    wait(slurm, lambda: ended(slurm, jobs), jobs, folder)
