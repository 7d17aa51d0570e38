"""What is installed, how it was built, and the one line that mends what is missing."""

from __future__ import annotations

import platform
from dataclasses import asdict
from typing import Any

from ..comm import Serial
from .blas import numpy_blas, petsc_blas
from .finding import Finding
from .libraries import compiled_modules, kernel_cache, library
from .mpi import inside_a_job, launch, mpi_library
from .petsc import petsc_build, slepc_build
from .threads import placement

__all__ = ["Finding", "as_rows", "examine"]

_LIBRARIES = ("numpy", "scipy", "numba", "quimb", "h5py", "matplotlib")


def examine(comm: Any = None) -> list[Finding]:
    """Look at every library that mbltn can use, and at how the ranks of `comm` are placed.

    Collective. Takes some seconds: matrix products are timed, and two ranks are started where this
    is no MPI job itself.

    Examples
    --------
    >>> [finding.part for finding in examine()][:3]
    ['python', 'numpy', 'scipy']
    """
    comm = comm if comm is not None else Serial()
    # Before MPI is loaded here: a process with MPI looks like a rank to those that it starts.
    alone = not inside_a_job(comm)
    started = launch(alone)
    return [
        Finding("python", f"{platform.python_version()} ({platform.machine()})"),
        *(library(name) for name in _LIBRARIES),
        compiled_modules(alone),
        kernel_cache(),
        mpi_library(),
        started,
        petsc_build(),
        slepc_build(),
        numpy_blas(),
        petsc_blas(),
        placement(comm),
    ]


def as_rows(findings: list[Finding]) -> list[dict[str, Any]]:
    return [asdict(finding) for finding in findings]
