"""One part of an installation, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass

APT = "sudo apt-get install -y --no-install-recommends"
PIP_MPI = "python -m pip install mpi4py"
COMPILED_STACK = f"{APT} python3-petsc4py-real python3-slepc4py-real openmpi-bin && make setup"
# What was built for numpy 1 goes on with numpy 1, and with what else fits it: mbltn's requirements.
OR_NUMPY_1 = ", or pip install mbltn 'numpy<2'"


@dataclass(frozen=True)
class Finding:
    """One part of the installation. `fix` is a command, empty if nothing is wrong."""

    part: str
    state: str
    fix: str = ""
