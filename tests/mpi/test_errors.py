"""Errors under mpirun: every rank hears of them, the job ends by itself, nobody waits."""

import pickle
import sys
from pathlib import Path

import pytest
from conftest import needs_slepc
from mpirun import MBLTN, mpirun, needs_mpi, run

HERE = Path(__file__).parent
STUDY = HERE / "small.toml"
DENSE = ["-o", "ensemble.1.solver=dense"]

pytestmark = needs_mpi

WITHOUT_MPI4PY = "import sys; sys.modules['mpi4py'] = None; from mbltn.cli import main; main()"


def study(*arguments):
    return [*MBLTN, "run", STUDY, "--progress", "none", *DENSE, *arguments]


def errors(job):
    """What mbltn itself said, without the words of mpirun."""
    return [line for line in job.stderr.splitlines() if line.startswith("mbltn: error: ")]


@pytest.fixture(scope="module")
def odd_rank(tmp_path_factory):
    """What each of three ranks caught; rank 1 has drawn another realization."""
    folder = tmp_path_factory.mktemp("odd")
    job = run(mpirun(3, sys.executable, HERE / "odd_rank.py", folder))
    return job, [pickle.loads((folder / f"{rank}").read_bytes()) for rank in range(3)]


@pytest.mark.parametrize(
    "route",
    ["dense", "shift_invert", *[pytest.param(r, marks=needs_slepc) for r in ("slepc", "to_petsc")]],
)
def test_disorder_that_differs_is_refused_on_every_rank(odd_rank, route):
    job, caught = odd_rank
    kinds, messages = zip(*[rank[route] for rank in caught], strict=True)
    assert set(kinds) == {"InvalidInput"}
    assert len(set(messages)) == 1
    assert "operator (its disorder or its parameters) on rank(s) [1] differs" in messages[0]
    assert job.returncode == 3  # the exit code that the script asks for, on every rank


def test_an_error_that_cannot_be_sent_is_told_in_words(odd_rank):
    _, caught = odd_rank
    assert {rank["unpicklable"] for rank in caught} == {("MbltnError", "LocalError: only here")}


def test_an_invalid_alpha_gives_one_message(tmp_path):
    job = run(mpirun(2, *study("--out", tmp_path / "out", "-o", "ensemble.0.grid.alpha=[1.2]")))
    assert job.returncode == 2
    assert len(errors(job)) == 1
    assert "alpha=1.2 must lie in (0, 1]" in errors(job)[0]
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in job.stderr


def test_a_study_that_differs_between_ranks_is_refused(tmp_path):
    ranks = [study("--out", tmp_path / "out", "-o", f"seed={seed}") for seed in (3, 4)]
    job = run([*mpirun(1, *ranks[0]), ":", "-n", "1", *ranks[1]])
    assert job.returncode == 2
    assert len(errors(job)) == 1
    assert "the study on rank(s) [1] differs from rank 0" in errors(job)[0]
    assert not (tmp_path / "out").exists()


def test_a_folder_that_rank_0_cannot_write_ends_all_ranks(tmp_path):
    (tmp_path / "file").write_text("")
    job = run(mpirun(2, *study("--out", tmp_path / "file" / "out")))
    assert job.returncode == 2
    assert len(errors(job)) == 1
    assert "cannot be used" in errors(job)[0]


def test_a_failure_of_one_rank_alone_ends_the_job(tmp_path):
    job = run(mpirun(2, sys.executable, HERE / "one_rank_fails.py", tmp_path))
    assert job.returncode != 0
    assert "rank 1 failed alone: ending the job on all ranks" in job.stderr
    assert "'entropy_lbit' is not an observable" in job.stderr
    assert "went on" not in job.stdout


def test_a_shared_problem_that_cannot_be_solved_is_reported_and_the_others_go_on(tmp_path):
    impossible = ["-o", "ensemble.1.solver=shift_invert", "-o", "ensemble.1.states=64"]
    job = run(mpirun(2, *study("--out", tmp_path / "out", *impossible)))
    assert job.returncode == 1
    assert "10 realizations: 0 found, 6 computed, 4 failed" in job.stderr
    assert "cannot return k=64 of D=64 levels" in job.stderr


def test_without_mpi4py_no_rank_works_alone(tmp_path):
    job = run(
        mpirun(2, sys.executable, "-c", WITHOUT_MPI4PY, "run", STUDY, "--out", tmp_path / "a")
    )
    assert job.returncode == 2
    assert "mpirun started 2 ranks but mpi4py is not installed" in job.stderr
    assert "pip install 'mbltn[mpi]'" in job.stderr
    assert not (tmp_path / "a").exists()
