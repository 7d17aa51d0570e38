"""PETSc and SLEPc: number types, the factorisation, its orderings."""

from __future__ import annotations

from ..errors import MissingLibrary
from .finding import APT, COMPILED_STACK, Finding

# Fill of large problems is the least with nested dissection; AMD is always there.
_ORDERINGS = ("metis", "parmetis", "scotch", "ptscotch")


def petsc_build() -> Finding:
    from ..operators.petsc import import_petsc

    try:
        petsc = import_petsc()
    except MissingLibrary as error:
        return Finding("petsc", str(error).split(":")[0], COMPILED_STACK)
    bits = 8 * petsc.IntType().itemsize
    number = ".".join(str(part) for part in petsc.Sys.getVersion())
    state = f"{number}, real {petsc.ScalarType.__name__}, {bits}-bit indices"
    if not petsc.Sys.hasExternalPackage("mumps"):
        return Finding("petsc", f"{state}, no MUMPS", f"{APT} python3-petsc4py-real")
    found = [name for name in _ORDERINGS if petsc.Sys.hasExternalPackage(name)]
    if not found:
        return Finding(
            "petsc",
            f"{state}, MUMPS without nested dissection: factors of large problems need more memory",
            "./configure --download-metis --download-parmetis   # when PETSc is built",
        )
    return Finding("petsc", f"{state}, MUMPS with {', '.join(found)}")


def slepc_build() -> Finding:
    from ..solvers.slepc import import_slepc

    try:
        slepc = import_slepc()
    except MissingLibrary as error:
        return Finding("slepc", str(error).split(":")[0], COMPILED_STACK)
    return Finding("slepc", ".".join(str(part) for part in slepc.Sys.getVersion()))
