"""Memory that runs out, below a limit as some batch systems set it (ulimit -v)."""

import sys
from pathlib import Path

import pytest
from conftest import needs_slepc
from mpirun import mpirun, needs_mpi, run

from mbltn.study import Store

STUDY = Path(__file__).parent.with_name("study") / "restart.toml"
LITTLE_MEMORY = [sys.executable, Path(__file__).with_name("little_memory.py")]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="what a process has mapped is not told here"
)


def command(folder, megabytes, solver, n_lbits):
    """Three small problems and a large one."""
    large = (
        f"{{grid={{n_lbits=[{n_lbits}], xi=[2.0]}}, realizations=1, states=12, solver='{solver}'}}"
    )
    small = "{grid={n_lbits=[4], xi=[2.0]}, realizations=3, states=5, solver='dense'}"
    study = [STUDY, "--out", folder, "-o", f"ensemble=[{small}, {large}]", "--progress", "none"]
    return [*LITTLE_MEMORY, megabytes, "run", *study]


def three_of_four_are_solved(folder, job):
    assert job.returncode == 1, job.stderr
    assert "4 realizations: 0 found, 3 computed, 1 failed" in job.stderr
    assert "Traceback" not in job.stderr
    assert [record.facts["dimension"] for record in Store(folder).records()] == [128] * 3


def test_what_numpy_cannot_have_fails_one_realization(tmp_path):
    """D = 4096 takes 128 MB a matrix."""
    job = run(command(tmp_path, 450, "dense", 9))
    three_of_four_are_solved(tmp_path, job)
    assert "MemoryError: memory ran out (Unable to allocate" in job.stderr
    assert "give each rank more" in job.stderr


@needs_slepc
def test_a_factor_that_does_not_fit_fails_one_realization(tmp_path):
    """MUMPS's analysis says so before its factorisation begins."""
    job = run(command(tmp_path, 500, "slepc", 11))
    three_of_four_are_solved(tmp_path, job)
    assert "slepc needs about 0.3" in job.stderr
    assert "are available on the fullest node (by ulimit -v, among other things)" in job.stderr
    assert "use more ranks on more nodes" in job.stderr


@needs_mpi
@needs_slepc
def test_so_it_does_under_mpirun(tmp_path):
    job = run(mpirun(2, *command(tmp_path, 500, "slepc", 11)))
    three_of_four_are_solved(tmp_path, job)
    assert job.stderr.count("slepc needs about") == 1


@needs_slepc
def test_what_mumps_runs_into_is_told_in_words():
    job = run([*LITTLE_MEMORY, 450, "mumps"])
    assert job.returncode == 0, job.stderr
    assert "slepc (MUMPS) cannot factorise H - sigma for D=16384: memory ran out" in job.stdout
    assert "use more ranks on more nodes, fewer l-bits" in job.stdout


def test_too_little_for_the_libraries_is_refused_at_once(tmp_path):
    """OpenBLAS would wait for its workspace for ever."""
    job = run(command(tmp_path / "out", 60, "dense", 5))
    assert job.returncode == 2, job.stderr
    assert "linear algebra needs 268 MB for its libraries alone" in job.stderr
    assert "ulimit -v): raise that limit" in job.stderr
    assert not (tmp_path / "out").exists()
