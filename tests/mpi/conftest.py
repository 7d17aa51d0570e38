"""One job on 1, 2, 3 and 4 ranks, whose results all tests of this folder share."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from mpirun import needs_mpi, on_ranks

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Job:
    ranks: int
    folder: Path
    results: list  # of worker.py, one for each rank


@pytest.fixture(scope="session", params=[pytest.param(n, marks=needs_mpi) for n in (1, 2, 3, 4)])
def job(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"ranks{request.param}")
    return Job(request.param, folder, on_ranks(request.param, WORKER, folder))
