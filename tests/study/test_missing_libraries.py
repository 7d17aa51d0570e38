"""The package without its optional libraries: light to import, clear about what lacks."""

import json
import sys
from pathlib import Path

import pytest
from mpirun import run

STUDY = Path(__file__).with_name("restart.toml")
HEAVY = (
    *("petsc4py", "slepc4py", "mpi4py", "quimb", "matplotlib"),
    *("numba", "h5py", "pandas", "pydantic"),
)

LOADED = "import json, sys, mbltn; print(json.dumps(sorted(sys.modules)))"
BLOCKED = "import sys; sys.modules[sys.argv.pop(1)] = None\n"
# As modules in C do, it fails when it is first loaded, and crashes when it is loaded again.
BROKEN = """
import os, petsc4py
if hasattr(petsc4py, "tried"):
    os.abort()
petsc4py.tried = True
raise ValueError("numpy.dtype size changed")
"""
AHEAD = "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
SOLVE = """
import mbltn as mb
from mbltn.errors import MissingLibrary
model = mb.models.CentralGrain(2, 2, alpha=0.5)
operator = model.operator(model.draw(seed=1, realization=0))
try:
    pairs = mb.eigenpairs(operator, mb.Target.middle(4), solver=sys.argv[1])
    mb.measure(pairs, ["entropy_cuts"])
except MissingLibrary as error:
    print("MissingLibrary:", error)
"""
# mpi4py 4 loads the MPI library when it is imported; older ones are linked with it.
NO_MPI_LIBRARY = "import os; os.environ['MPI4PY_LIBMPI'] = '/nonexistent'\n"
COMMAND = "from mbltn.cli import main; main()"


def python(code, *arguments):
    return run([sys.executable, "-c", code, *arguments])


def test_importing_the_package_loads_nothing_heavy():
    loaded = json.loads(python(LOADED).stdout)
    assert "mbltn.solvers.slepc" in loaded
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize(
    ("library", "solver", "advice"),
    [
        ("petsc4py", "slepc", "apt-get install python3-petsc4py-real python3-slepc4py-real"),
        ("quimb", "dense", "pip install quimb"),
    ],
)
def test_a_missing_library_is_named_with_its_remedy(library, solver, advice):
    said = python(BLOCKED + SOLVE, library, solver).stdout
    assert said.startswith("MissingLibrary: ")
    assert advice in said


def test_a_library_built_for_another_numpy_is_told_from_a_missing_one(tmp_path):
    package = tmp_path / "petsc4py"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "PETSc.py").write_text(BROKEN)
    said = python(AHEAD + SOLVE, tmp_path, "slepc").stdout
    assert said.startswith("MissingLibrary: petsc4py does not load beside numpy")
    assert "numpy.dtype size changed. What to do: " in said and "or build it anew" in said
    told = json.loads(python(AHEAD + COMMAND, tmp_path, "doctor", "--json").stdout)
    for part in ("petsc", "slepc"):
        (found,) = [row for row in told if row["part"] == part]
        assert "does not load beside numpy" in found["state"] and "make setup" in found["fix"]


def test_a_study_whose_solver_is_not_installed_does_not_begin(tmp_path):
    slepc = ["-o", "ensemble.1.solver=slepc", "-o", "ensemble.1.states=8"]
    arguments = ["run", STUDY, "--out", tmp_path / "out", "--progress", "none", *slepc]
    job = python(BLOCKED + COMMAND, "petsc4py", *arguments)
    assert job.returncode == 2
    assert "PETSc is not installed" in job.stderr.splitlines()[-1]
    assert not (tmp_path / "out").exists()


def test_mpi4py_without_an_mpi_library_does_not_stop_serial_work():
    if python(NO_MPI_LIBRARY + "from mpi4py import MPI").returncode == 0:
        pytest.skip("this mpi4py is linked with its MPI library")
    job = python(NO_MPI_LIBRARY + COMMAND, "doctor", "--json")
    assert job.returncode == 0, job.stderr
    (found,) = [row for row in json.loads(job.stdout) if row["part"] == "mpi"]
    assert found["state"].startswith("missing")


def test_doctor_without_petsc_says_how_to_get_it():
    job = python(BLOCKED + COMMAND, "petsc4py", "doctor", "--json")
    found = {row["part"]: row for row in json.loads(job.stdout)}
    for part in ("petsc", "slepc"):
        assert "not installed" in found[part]["state"]
        assert "make setup" in found[part]["fix"]
