"""One job on 1, 2, 3 and 4 ranks, whose results all tests of this folder share."""

import pickle
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from mpirun import mpirun, needs_mpi, run

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Job:
    ranks: int
    folder: Path
    results: list  # of worker.py, one for each rank


@pytest.fixture(scope="session", params=[pytest.param(n, marks=needs_mpi) for n in (1, 2, 3, 4)])
def job(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"ranks{request.param}")
    done = run(mpirun(request.param, sys.executable, WORKER, folder))
    assert done.returncode == 0, done.stderr
    results = pickle.loads((folder / "result.pickle").read_bytes())
    assert len(results) == request.param
    return Job(request.param, folder, results)
