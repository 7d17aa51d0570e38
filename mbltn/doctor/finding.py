"""One part of an installation, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass

APT = "sudo apt-get install -y --no-install-recommends"
PIP_MPI = "python -m pip install mpi4py"
COMPILED_STACK = f"{APT} python3-petsc4py-real python3-slepc4py-real openmpi-bin && make setup"


@dataclass(frozen=True)
class Finding:
    """One part of the installation. `fix` is a command, empty if nothing is wrong."""

    part: str
    state: str
    fix: str = ""
