"""PETSc and SLEPc: number types, the factorisation, its orderings."""

from __future__ import annotations

from ..errors import MissingLibrary
from .finding import APT, COMPILED_STACK, Finding, built_for_numpy

# Fill of large problems is the least with nested dissection; AMD is always there.
_ORDERINGS = ("metis", "parmetis", "scotch", "ptscotch")


def petsc_build() -> Finding:
    from ..operators.petsc import import_petsc

    try:
        petsc = import_petsc()
    except MissingLibrary as error:
        return _unusable("petsc", error)
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
        return _unusable("slepc", error)
    return Finding("slepc", ".".join(str(part) for part in slepc.Sys.getVersion()))


def _unusable(part: str, error: MissingLibrary) -> Finding:
    """A cause is one of a module that is there and does not load."""
    state = str(error).split(":")[0]
    if error.__cause__:
        return Finding(part, f"{state}: {error.__cause__}", built_for_numpy(COMPILED_STACK))
    return Finding(part, state, COMPILED_STACK)
