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
    [
        "dense",
        "reduced",
        "shift_invert",
        "windowed",
        *[pytest.param(r, marks=needs_slepc) for r in ("slepc", "to_petsc")],
    ],
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
    assert "ending the job on all ranks" in job.stderr
    assert "'entropy_lbit' is not an observable" in job.stderr
    assert "went on" not in job.stdout


@needs_slepc
def test_a_shared_problem_that_cannot_be_solved_fails_once_and_the_others_go_on(tmp_path):
    """So far from the spectrum that rounding leaves nothing of it."""
    far = ["-o", "ensemble.1.solver=slepc", "-o", "ensemble.1.energy=1e18"]
    job = run(mpirun(2, *study("--out", tmp_path / "out", *far)))
    assert job.returncode == 1
    assert "10 realizations: 0 found, 6 computed, 4 failed" in job.stderr
    assert job.stderr.count("SolverFailure: slepc ") == 4
    assert "failed alone" not in job.stderr


def test_without_mpi4py_no_rank_works_alone(tmp_path):
    job = run(
        mpirun(2, sys.executable, "-c", WITHOUT_MPI4PY, "run", STUDY, "--out", tmp_path / "a")
    )
    assert job.returncode == 2
    assert "mpirun started 2 ranks but mpi4py is not installed" in job.stderr
    assert "pip install mpi4py" in job.stderr
    assert not (tmp_path / "a").exists()


@needs_slepc
@pytest.mark.parametrize("ranks", [2, 3])
def test_fewer_slepc_tasks_than_ranks(tmp_path, ranks):
    """PETSc starts on all ranks at once, also on those that have nothing to solve with it."""
    one = "ensemble=[{grid={n_lbits=[4], alpha=[0.5]}, realizations=1, states=9, solver='slepc'}]"
    command = [*MBLTN, "run", STUDY, "--out", tmp_path / "out", "--progress", "none", "-o", one]
    job = run(mpirun(ranks, *command, "-o", "resources.shared_from=65"))
    assert job.returncode == 0, job.stderr
    assert "1 realizations: 0 found, 1 computed" in job.stderr


UNCONVERGED = """
import mbltn as mb
from mbltn.comm import world
comm = world()
model = mb.models.CentralGrain(3, 5, alpha=0.6)
hard = mb.solvers.Slepc(max_restarts=1, ncv=22, tol=1e-15, certify=False)
pairs = mb.eigenpairs(model.operator(model.draw(1, 0)), mb.Target.middle(20), hard, comm)
print(f"{comm.rank} {pairs.missing} {pairs.reason}\\n", end="", flush=True)
"""

REFUSED = """
import mbltn as mb
from mbltn.comm import raised_on_all_ranks, world
comm = world()
model = mb.models.CentralGrain(3, 5, alpha=0.6)
small = mb.solvers.Slepc(memory_limit=1e4)
try:
    mb.eigenpairs(model.operator(model.draw(1, 0)), mb.Target.middle(20), small, comm)
except mb.errors.SolverFailure as error:
    print(f"{comm.rank} {raised_on_all_ranks(error)} {error}\\n", end="", flush=True)
"""


@needs_slepc
def test_a_solver_that_does_not_converge_tells_every_rank():
    job = run(mpirun(2, sys.executable, "-c", UNCONVERGED))
    said = sorted(job.stdout.splitlines())
    assert [line[:1] for line in said] == ["0", "1"], job.stderr
    assert said[0][1:] == said[1][1:]
    assert int(said[0].split()[1]) > 0
    assert "of 20 levels" in said[0]


@needs_slepc
def test_a_solver_that_is_refused_its_memory_tells_every_rank():
    """So that a study can go on with its other realizations."""
    job = run(mpirun(2, sys.executable, "-c", REFUSED))
    said = sorted(job.stdout.splitlines())
    assert [line[:7] for line in said] == ["0 True ", "1 True "], job.stderr
