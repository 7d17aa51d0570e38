"""Distributed PETSc matrices; every rank builds only its own rows."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np

from ..comm import Serial, require_same, together
from ..errors import InvalidInput, MissingLibrary
from ..rows import Rows
from .operator import Operator, entries_per_row
from .sparse import to_csr


def import_petsc() -> Any:
    """petsc4py.PETSc, or a `MissingLibrary` that says how to get it, or that it is complex."""
    PETSc = import_binding(
        "petsc4py.PETSc",
        "PETSc is not installed (no module petsc4py): on Debian or Ubuntu run 'make setup' or "
        "apt-get install python3-petsc4py-real python3-slepc4py-real; on a cluster load a "
        "real-scalar PETSc. Without it use solver='dense' or 'shift_invert'",
    )
    if np.issubdtype(PETSc.ScalarType, np.complexfloating):
        raise MissingLibrary(
            "this petsc4py has complex scalars; our Hamiltonians are real symmetric and MUMPS "
            "LDL^T needs the real build: install or load the real-scalar PETSc"
        )
    # When it ends PETSc would set SIGTERM to its default, in place of what the program has set.
    PETSc.Options().setValue("no_signal_handler", True)
    return PETSc


def import_binding(name: str, missing: str) -> Any:
    """The module of this name; a `MissingLibrary` with these words, or with why it does not load.

    Raises
    ------
    MissingLibrary
    """
    package = name.partition(".")[0]
    found = _imported(name)
    if not isinstance(found, Exception):
        return found
    if isinstance(found, ModuleNotFoundError) and found.name == package:
        raise MissingLibrary(missing)
    old = int(np.__version__.partition(".")[0]) < 2
    back = "" if old else "pip install mbltn 'numpy<2' if it was built for numpy 1, "
    raise MissingLibrary(
        f"{package} does not load beside numpy {np.__version__}: {found}. What to do: {back}load "
        "the modules (MPI, PETSc) that it was built with, or build it anew. mbltn doctor looks at "
        "every part"
    ) from found


@cache
def _imported(name: str) -> ModuleType | Exception:
    """Tried once: a module in C whose first import has failed may crash in a second one."""
    try:
        import_module(name.partition(".")[0])
        return import_module(name)
    except Exception as error:  # ImportError, ValueError and AttributeError have been seen
        return error


def check_index_width(op: Operator, integer_type: Any) -> None:
    """Raise `InvalidInput` before assembly if D x entries a row overflows PETSc's integers."""
    entries = op.dimension * entries_per_row(op)
    largest = int(np.iinfo(integer_type).max)
    if entries > largest:
        raise InvalidInput(
            f"D={op.dimension} times {entries_per_row(op)} entries a row is {entries}, more than "
            f"the largest integer {largest} of this PETSc ({np.dtype(integer_type).name} indices): "
            "use a PETSc with 64-bit indices (Debian: python3-petsc4py-64-real) or a matrix-free "
            "solver, or take fewer l-bits"
        )


def to_petsc(op: Operator, comm: Any = None) -> Any:
    """Assembled PETSc AIJ matrix of `op` over `comm`, marked symmetric if it is.

    Parameters
    ----------
    op : Operator
    comm : mpi4py communicator, optional
        Serial by default. Collective: every rank must hold the same operator.

    Raises
    ------
    MissingLibrary, InvalidInput
        On all ranks alike.
    """
    comm = comm if comm is not None else Serial()
    PETSc = together(comm, import_petsc)
    together(comm, lambda: check_index_width(op, PETSc.IntType))
    require_same(comm, op.digest(), "the operator (its disorder or its parameters)")
    rows = Rows(op.dimension, comm)
    local = together(comm, lambda: to_csr(op, (rows.start, rows.stop)))
    n_local = rows.stop - rows.start
    size = ((n_local, op.dimension), (n_local, op.dimension))
    matrix = PETSc.Mat().createAIJ(
        size,
        csr=(
            local.indptr.astype(PETSc.IntType, copy=False),
            local.indices.astype(PETSc.IntType, copy=False),
            local.data,
        ),
        comm=PETSc.COMM_SELF if comm.size == 1 else comm,
    )
    matrix.assemble()
    if op.is_symmetric():
        matrix.setOption(PETSc.Mat.Option.SYMMETRIC, True)
        matrix.setOption(PETSc.Mat.Option.SYMMETRY_ETERNAL, True)
    return matrix
