"""What `mbltn doctor` says of this installation, and of those that something is wrong with."""

import os
import subprocess
import sys

import pytest
from mpirun import MBLTN, mpirun, needs_mpi, run

from mbltn.doctor import examine, finding, libraries, mpi, threads
from mbltn.doctor.blas import petsc_blas

RANKS_MEET = "2\n2\n"
NO_SLOTS = """--------------------------------------------------------------------------
There are not enough slots available in the system to satisfy the 2
slots that were requested by the application:
"""


def test_every_part_has_a_state():
    found = examine()
    parts = [finding.part for finding in found]
    assert len(set(parts)) == len(parts)
    assert {"binaries", "kernels", "launch", "petsc", "blas", "petsc blas", "threads"} <= set(parts)
    assert all(finding.state for finding in found)


def test_binaries_that_do_not_load_are_named(tmp_path, monkeypatch):
    """A module whose import fails, one that crashes, and one that loads."""
    (tmp_path / "built_for_another.py").write_text("raise ImportError('numpy.dtype size changed')")
    (tmp_path / "crashing.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    (tmp_path / "sound.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "numpy.dtype size changed" in libraries._trouble("built_for_another")
    assert libraries._trouble("crashing") == "its import ends by signal 11"
    assert libraries._trouble("sound") == ""


@pytest.mark.parametrize(("numpy", "way_back"), [("1.26.4", False), ("2.4.6", True)])
def test_only_from_numpy_2_there_is_a_way_back_to_numpy_1(monkeypatch, numpy, way_back):
    monkeypatch.setattr(finding, "version", lambda name: numpy)
    assert ("pip install mbltn 'numpy<2'" in finding.built_for_numpy("make setup")) == way_back


def test_kernels_have_a_folder_with_their_code():
    found = libraries.kernel_cache()
    folder = found.state.rpartition(" in ")[2]
    assert not found.fix and any(name.endswith(".nbc") for name in os.listdir(folder))


@needs_mpi
@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs the permission of Open MPI")
def test_root_without_permission_is_told_how_to_give_it():
    said = subprocess.run(["mpirun", "--version"], capture_output=True, text=True).stdout
    if "Open MPI" not in said:
        pytest.skip("not Open MPI")
    bare = {key: value for key, value in os.environ.items() if not key.startswith("OMPI_")}
    code = (
        "from mbltn.doctor.mpi import launch; found = launch(True); print(found.state, found.fix)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=bare, capture_output=True, text=True, timeout=100
    )
    assert "fails: mpirun has detected an attempt to run as root" in done.stdout
    assert "export OMPI_ALLOW_RUN_AS_ROOT=1" in done.stdout


@pytest.mark.parametrize(
    ("code", "stdout", "stderr", "state", "fix"),
    [
        (0, RANKS_MEET, "", "2 ranks met", ""),
        (0, "1\n1\n", "", "do not know each other", "--no-binary mpi4py"),
        (1, "", NO_SLOTS, "fails: There are not enough slots", "oversubscribe"),
        (1, "", "", "fails: it says nothing", "mpirun -n 2 hostname"),
        (None, "", "", "hangs", "OMPI_MCA_btl=self,vader"),
    ],
)
def test_what_the_launch_of_two_ranks_says(code, stdout, stderr, state, fix):
    found = mpi.judged(code, stdout, stderr)
    assert state in found.state
    assert fix in found.fix and bool(fix) == bool(found.fix)


@pytest.mark.parametrize(
    ("masks", "setting", "state", "fix"),
    [
        ([(0, 1)], None, "2 cores, OMP_NUM_THREADS not set", ""),
        ([(0, 1)], "2", "2 cores, OMP_NUM_THREADS is 2", ""),
        ([(0,), (1,)], "1", "2 ranks on 2 cores", ""),
        ([(0, 1, 2, 3)] * 2, "2", "2 ranks on 4 cores", ""),
        ([(0, 1, 2, 3)] * 2, "4", "8 threads compete", "OMP_NUM_THREADS=2"),
        ([(0, 1)] * 3, "1", "more ranks than cores", "mpirun -n 2"),
        ([(0,), (0,), (1,)], "1", "2 ranks share 1 of them", "--bind-to none"),
    ],
)
def test_ranks_and_threads_that_get_into_each_others_way(masks, setting, state, fix):
    found = threads.judged(masks, setting)
    assert state in found.state
    assert fix in found.fix and bool(fix) == bool(found.fix)


def test_the_rate_of_petsc_is_that_of_an_optimised_blas_or_mended():
    pytest.importorskip("petsc4py")
    found = petsc_blas()
    rate = float(found.state.split()[0])
    assert 0.2 < rate < 2000
    assert bool(found.fix) == (rate < 5)


@needs_mpi
def test_inside_a_job_no_other_is_started():
    job = run(mpirun(2, *MBLTN, "doctor"))
    assert job.returncode == 0
    assert "launch      started by a launcher" in job.stdout
    assert "2 ranks on" in job.stdout
