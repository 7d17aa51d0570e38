"""kill -9 of a rank, of mpirun or of the whole job, signals to stop, at random moments.

A realization is finished if it can be read in the folder before the kill; it must be there with
the same bytes afterwards. Every record must be that of a run that nobody disturbs.
"""

import os
import shutil
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from mpirun import MBLTN, finish, kill_all, living, mpirun, run, start

from mbltn.errors import RunStopped
from mbltn.study import Store
from mbltn.study.journal import encode

STUDY = Path(__file__).parent.with_name("study") / "restart.toml"
# Problems of one rank, and eight which two ranks share.
OVERRIDES = ["ensemble.0.realizations=60", "ensemble.1.states=12", "ensemble.1.solver=slepc"]
OVERRIDES += ["resources={shared_from=512, ranks_per_problem=2}"]
REALIZATIONS = 128
ONE_RANK, MPIRUN, ALL, STOP = FAULTS = (
    "kill -9 of one rank",
    "kill -9 of mpirun",
    "kill -9 of all processes",
    "signal to stop",
)
# On stderr of every job whose rank is killed, and of those that are stopped within their work.
SAID = {ONE_RANK: "signal 9", STOP: "told to stop"}
# Seconds: the work of two ranks and what comes after it; until a job has ended that lost a part.
WORK, GONE = 2.5, 30.0


@dataclass
class Tally:
    """Numbers of kills, of realizations that were finished before them, and what became of these.

    `slowest` is the longest time in seconds until the rest of a job had ended, `said` the number of
    jobs that named the fault on stderr.
    """

    fault: str
    tried: int = 0
    finished: int = 0
    lost: int = 0
    wrong: int = 0
    said: int = 0
    folders: int = 0
    slowest: float = 0.0


class Undisturbed:
    """A run of the same command that is left alone."""

    def __init__(self, folder):
        job = run(command(folder, 2))
        assert job.returncode == 0, job.stderr
        self.records = {record.id: record for record in Store(folder).records()}
        self.table = pd.read_csv(folder / "table.csv").drop(columns="max_residual")

    def has(self, record):
        """Bit for bit, where one rank has solved it; else to what the solver is good for."""
        mine = self.records.get(record.id)
        if mine is None or mine.task != record.task or mine.arrays.keys() != record.arrays.keys():
            return False
        pairs = [
            (mine.arrays[name], values)
            for name, values in record.arrays.items()
            if name != "residuals"
        ]
        if mine.facts["ranks"] == record.facts["ranks"] == 1:
            return all(np.array_equal(one, other) for one, other in pairs)
        return all(
            one.shape == other.shape and np.allclose(one, other, rtol=0, atol=1e-9)
            for one, other in pairs
        )

    def is_equal(self, folder):
        """Whether the table there is this one."""
        table = pd.read_csv(folder / "table.csv").drop(columns="max_residual")
        numbers = ["mean", "error"]
        return table.drop(columns=numbers).equals(self.table.drop(columns=numbers)) and np.allclose(
            table[numbers], self.table[numbers], rtol=0, atol=1e-9, equal_nan=True
        )


def command(folder, ranks):
    changes = [part for override in OVERRIDES for part in ("-o", override)]
    return mpirun(ranks, *MBLTN, "run", STUDY, "--out", folder, "--progress", "none", *changes)


def stored(folder):
    """Bytes of what is finished there, by id."""
    return {record.id: encode(record) for record in Store(folder).records()}


def ranks_of(job):
    """Process numbers of the ranks that this mpirun has started."""
    children = Path(f"/proc/{job.pid}/task/{job.pid}/children").read_text().split()
    return [int(child) for child in children]


def strike(job, fault, rng):
    """Open MPI's mpirun hands SIGUSR1 on; a batch system may send SIGTERM to one rank alone."""
    one_rank = int(rng.choice(ranks_of(job)))
    if fault == ALL:
        kill_all(job)
    elif fault == MPIRUN:
        job.kill()
    elif fault == ONE_RANK:
        os.kill(one_rank, signal.SIGKILL)
    elif rng.integers(2):
        job.send_signal(signal.SIGUSR1)
    else:
        os.kill(one_rank, signal.SIGTERM)


def wait_until_gone(job):
    """How long the others live on."""
    begin = time.monotonic()
    while living(job):
        job.poll()
        assert time.monotonic() - begin < GONE, f"still there after {GONE} s"
        time.sleep(0.02)
    return time.monotonic() - begin


def one_fault(folder, fault, ranks, rng, right, tally):
    """Start the job, let the fault happen, and look what is there. False if it was done before."""
    job = start(command(folder, ranks))
    held = folder / "running.json"
    before = held.stat().st_mtime_ns if held.exists() else 0
    while not (held.exists() and held.stat().st_mtime_ns > before):
        assert job.poll() is None, finish(job).stderr
        time.sleep(0.002)
    time.sleep(rng.uniform(0, WORK))
    known = stored(folder)
    try:
        strike(job, fault, rng)
    except (ProcessLookupError, FileNotFoundError, ValueError):  # it has just ended
        finish(job)
        return False
    slowest = wait_until_gone(job)
    ended = finish(job)
    if ended.returncode == 0:
        return False
    now = {record.id: record for record in Store(folder).records()}
    tally.tried += 1
    tally.finished += len(known)
    tally.lost += sum(name not in now or encode(now[name]) != known[name] for name in known)
    tally.wrong += sum(not right.has(record) for record in now.values())
    tally.said += fault in SAID and SAID[fault] in ended.stderr
    if fault == STOP:
        assert ended.returncode == RunStopped.exit_code, ended.stderr
        assert not list((folder / "records").iterdir())  # all is packed
    tally.slowest = max(tally.slowest, slowest)
    return True


def complete(folder, right, tally):
    """The same command, left alone: what was found is not computed again, and all is equal."""
    known = stored(folder)
    job = run(command(folder, 2))
    assert job.returncode == 0, job.stderr
    rest = REALIZATIONS - len(known)
    assert f"{len(known)} found, {rest} computed, 0 failed" in job.stderr, job.stderr
    now = stored(folder)
    tally.lost += sum(now.get(name) != bytes_ for name, bytes_ in known.items())
    tally.wrong += sum(not right.has(record) for record in Store(folder).records())
    tally.wrong += not right.is_equal(folder)
    assert not list((folder / "records").iterdir())
    assert not list(folder.glob("*.damaged")) + list(folder.glob("*.part"))
    tally.folders += 1


def again_and_again(scratch, fault, trials, rng, right, ranks=(2, 2, 2, 3, 4)):
    """So many times, in one folder until its study is done, then in the next."""
    tally = Tally(fault)
    folder = scratch / "struck"
    while tally.tried < trials:
        going_on = one_fault(folder, fault, int(rng.choice(ranks)), rng, right, tally)
        done = len(Store(folder).done()) == REALIZATIONS
        if not going_on or done or tally.tried == trials:
            complete(folder, right, tally)
            shutil.rmtree(folder)
    return tally
