"""MPI: whether ranks that mpirun starts know one another."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from .finding import APT, COMPILED_STACK, PIP_MPI, Finding

_LAUNCH = "launch"
_RANKS = 2
_SECONDS = 60
_MEET = "from mpi4py import MPI; c = MPI.COMM_WORLD; print(c.allreduce(1), flush=True)"
# What launchers set for the ranks that they start.
_OF_RANKS = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "SLURM_STEP_ID")


def mpi_library() -> Finding:
    try:
        from mpi4py import MPI
    except (ImportError, RuntimeError):  # RuntimeError: it finds no MPI library to load
        if shutil.which("mpirun"):
            return Finding("mpi", "mpirun without mpi4py: one process only", PIP_MPI)
        return Finding("mpi", "missing: no mpirun, one process only", COMPILED_STACK)
    if shutil.which("mpirun") is None:
        return Finding("mpi", "mpi4py without mpirun", f"{APT} openmpi-bin")
    library = MPI.Get_library_version().split(",")[0].strip().splitlines()[0]
    return Finding("mpi", f"{library}, mpi4py {version('mpi4py')}")


def inside_a_job(comm: Any) -> bool:
    """Whether a launcher has started this process: another one inside it would fail or hang."""
    return comm.size > 1 or any(name in os.environ for name in _OF_RANKS)


def launch(alone: bool) -> Finding:
    """Start two ranks and let them meet; not from inside a job."""
    if not alone:
        return Finding(_LAUNCH, "started by a launcher")
    if importlib.util.find_spec("mpi4py") is None or shutil.which("mpirun") is None:
        return Finding(_LAUNCH, "no MPI to launch with")
    began = time.perf_counter()
    command = ["mpirun", "-n", str(_RANKS), sys.executable, "-c", _MEET]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return judged(None, "", "")
    found = judged(done.returncode, done.stdout, done.stderr)
    return found if found.fix else replace(found, state=f"{found.state} in {_since(began)}")


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.1f} s"


def judged(code: int | None, stdout: str, stderr: str) -> Finding:
    """What the attempt to start two ranks (exit code None: it hung) says of the installation."""
    if code is None:
        fix = "export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader   # no network between ranks"
        return Finding(_LAUNCH, f"mpirun -n {_RANKS} hangs for {_SECONDS} s", fix)
    met = stdout.split()
    if code == 0 and met == [str(_RANKS)] * _RANKS:
        return Finding(_LAUNCH, f"{_RANKS} ranks met")
    if code == 0 and met == ["1"] * _RANKS:
        return Finding(
            _LAUNCH,
            f"mpirun starts {_RANKS} processes that do not know each other: it belongs to another "
            "MPI than mpi4py",
            "MPICC=$(which mpicc) pip install --force-reinstall --no-binary mpi4py mpi4py",
        )
    return Finding(_LAUNCH, f"mpirun -n {_RANKS} fails: {_reason(stderr)}", _remedy(stderr))


def _reason(stderr: str) -> str:
    lines = [line.strip(" -*") for line in stderr.splitlines()]
    return next((line for line in lines if line), "it says nothing")


def _remedy(stderr: str) -> str:
    if "root" in stderr:
        return "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
    if "slots" in stderr:
        return (
            "export OMPI_MCA_rmaps_base_oversubscribe=1 "
            "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe   # more ranks than cores"
        )
    return f"mpirun -n {_RANKS} hostname   # if this fails, too, mend MPI first"
