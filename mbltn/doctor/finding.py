"""One part of an installation, and the line that mends it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

APT = "sudo apt-get install -y --no-install-recommends"
PIP_MPI = "python -m pip install mpi4py"
COMPILED_STACK = f"{APT} python3-petsc4py-real python3-slepc4py-real openmpi-bin && make setup"


@dataclass(frozen=True)
class Finding:
    """One part of the installation. `fix` is a command, empty if nothing is wrong."""

    part: str
    state: str
    fix: str = ""


def built_for_numpy(fix: str) -> str:
    """`fix`, and beside numpy 2 the way back to numpy 1, for which a module may have been built.

    Naming mbltn makes pip look for versions of all its requirements that fit.
    """
    old = int(version("numpy").partition(".")[0]) < 2
    return fix if old else f"{fix}, or pip install mbltn 'numpy<2'"
