"""A rank that fails while the others wait for it in a library."""

import sys
from pathlib import Path

import pytest
from mpirun import MBLTN, mpirun, needs_mpi, run

from mbltn.study import Store

STUDY = Path(__file__).parent.with_name("study") / "restart.toml"
FAILING = Path(__file__).with_name("failing_rank.py")
SHARED = [
    *("-o", "ensemble.0.solver=slepc", "-o", "ensemble.0.states=12"),
    *("-o", "resources={shared_from=256, ranks_per_problem=2}"),
]
pytestmark = needs_mpi


@pytest.mark.parametrize("kind", ["solve", "vectors"])
def test_a_rank_that_fails_alone_ends_the_job_and_says_so(tmp_path, kind):
    pytest.importorskip("slepc4py")
    out = tmp_path / "out"
    arguments = ["run", STUDY, "--out", out, "--progress", "none", *SHARED]
    job = run(mpirun(2, sys.executable, FAILING, kind, *arguments), timeout=60)
    assert job.returncode != 0
    assert "rank 1 of 2 failed alone (MemoryError: planted" in job.stderr
    assert "the same command goes on" in job.stderr
    kept = len(list(Store(out).records()))
    again = run(mpirun(2, *MBLTN, *arguments))
    assert again.returncode == 0 and f"{kept} found, {24 - kept} computed" in again.stderr
