"""What is installed, how it was built, and the one line that mends what is missing."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .errors import MissingLibrary

_APT = "sudo apt-get install -y --no-install-recommends"
_COMPILED_STACK = f"{_APT} python3-petsc4py-real python3-slepc4py-real openmpi-bin && make setup"


@dataclass(frozen=True)
class Finding:
    """One part of the installation. `fix` is a command, empty if nothing is wrong."""

    part: str
    state: str
    fix: str = ""


def examine() -> list[Finding]:
    """Look at every library that mbltn can use."""
    return [
        Finding("python", f"{platform.python_version()} ({platform.machine()})"),
        *[_library(name) for name in ("numpy", "scipy", "numba", "quimb", "h5py", "matplotlib")],
        _mpi(),
        _petsc(),
        _slepc(),
        _blas(),
        Finding("threads", f"{len(os.sched_getaffinity(0))} cores, {_thread_setting()}"),
    ]


def as_rows(findings: list[Finding]) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in findings]


def _library(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", f"pip install {name}")


def _blas() -> Finding:
    import scipy.linalg  # noqa: F401  loads the BLAS that is looked for
    from threadpoolctl import threadpool_info

    # After PETSc, whose BLAS is another one than that in the wheels of numpy and scipy.
    found = {
        f"{info.get('internal_api', '?')} {info.get('version') or '?'} "
        f"({Path(info['filepath']).name}, {info['num_threads']} threads)"
        for info in threadpool_info()
        if info.get("user_api") == "blas"
    }
    if not found:
        return Finding("blas", "no optimised BLAS found", f"{_APT} libopenblas0-pthread")
    plain = Path("/usr/lib").glob("*/blas/libblas.so.3")
    system = {path.resolve() for path in Path("/usr/lib").glob("*/libblas.so.3")}
    if system & {path.resolve() for path in plain}:
        return Finding(
            "blas", "PETSc runs on the slow reference BLAS", f"{_APT} libopenblas0-pthread"
        )
    return Finding("blas", ", ".join(sorted(found)))


def _mpi() -> Finding:
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError):  # RuntimeError: it finds no MPI library to load
        return Finding("mpi", "missing: no mpirun, one process only", _COMPILED_STACK)
    if shutil.which("mpirun") is None:
        return Finding("mpi", "mpi4py without mpirun", f"{_APT} openmpi-bin")
    library = MPI.Get_library_version().split(",")[0].strip().splitlines()[0]
    return Finding("mpi", f"{library}, mpi4py {version('mpi4py')}")


def _petsc() -> Finding:
    from .operators.petsc import import_petsc

    try:
        petsc = import_petsc()
    except MissingLibrary as error:
        return Finding("petsc", str(error).split(":")[0], _COMPILED_STACK)
    bits = 8 * petsc.IntType().itemsize
    number = ".".join(str(part) for part in petsc.Sys.getVersion())
    mumps = petsc.Sys.hasExternalPackage("mumps")
    state = f"{number}, real {petsc.ScalarType.__name__}, {bits}-bit indices"
    if not mumps:
        return Finding("petsc", f"{state}, no MUMPS", f"{_APT} python3-petsc4py-real")
    return Finding("petsc", f"{state}, MUMPS")


def _slepc() -> Finding:
    from .solvers.slepc import import_slepc

    try:
        slepc = import_slepc()
    except MissingLibrary as error:
        return Finding("slepc", str(error).split(":")[0], _COMPILED_STACK)
    return Finding("slepc", ".".join(str(part) for part in slepc.Sys.getVersion()))


def _thread_setting() -> str:
    value = os.environ.get("OMP_NUM_THREADS")
    return f"OMP_NUM_THREADS={value}" if value else "OMP_NUM_THREADS not set"
