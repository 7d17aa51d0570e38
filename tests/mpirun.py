"""Real processes for tests: the mpirun of this machine, time limits that catch hangs, kill -9."""

import contextlib
import importlib.util
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

MBLTN = [sys.executable, "-m", "mbltn"]
HANG = 120  # seconds after which a job counts as hanging


def _environment():
    """Plain variables: one thread a rank, and Open MPI may run as root in a container."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("OMPI_", "PMIX_"))}
    root = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return {**inherited, **root, "OMP_NUM_THREADS": "1"}


def _missing():
    if shutil.which("mpirun") is None:
        return "there is no mpirun"
    if importlib.util.find_spec("mpi4py") is None:
        return "mpi4py is not installed"
    return ""


needs_mpi = pytest.mark.skipif(bool(_missing()), reason=_missing() or "MPI is here")


def mpirun(ranks, *command):
    """The command that runs `command` on `ranks` ranks, more than there are cores if need be."""
    said = subprocess.run(["mpirun", "--version"], capture_output=True, text=True).stdout
    crowd = ["--oversubscribe"] if "Open MPI" in said else []
    return ["mpirun", *crowd, "-n", str(ranks), *map(str, command)]


def start(command, **options):
    """A process in a session of its own, so that `kill_all` finds everything it starts."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    command = list(map(str, command))
    return subprocess.Popen(command, env=_environment(), start_new_session=True, **pipes)


def finish(process, timeout=HANG):
    """Its exit code and what it said; the test fails if it hangs."""
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill_all(process)
        stdout, stderr = process.communicate()
        pytest.fail(f"still running after {timeout} s: {process.args}\n{stdout}\n{stderr}")
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


def run(command, timeout=HANG, **options):
    return finish(start(command, **options), timeout)


def on_ranks(ranks, worker, folder, *arguments):
    """What every rank of ``python WORKER FOLDER ...`` got: rank 0 leaves it in result.pickle."""
    done = run(mpirun(ranks, sys.executable, worker, folder, *arguments))
    assert done.returncode == 0, done.stderr
    results = pickle.loads((Path(folder) / "result.pickle").read_bytes())
    assert len(results) == ranks
    return results


def kill_all(process):
    """SIGKILL to the whole job at once: mpirun gives its ranks process groups of their own."""
    while members := living(process):
        for member in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        process.poll()
        time.sleep(0.01)


def living(process):
    """Process numbers of what is left of the job; /proc/PID/stat reads
    `pid (name) state ppid pgrp sid`."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
            if int(session) == process.pid and state != "Z":
                members.append(int(stat.parent.name))
    return members
