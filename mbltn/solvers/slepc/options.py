"""Raw PETSc options of one solve: put into PETSc's database, and taken out again."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ...errors import InvalidInput
from ...operators.petsc import import_petsc

Raw = tuple[tuple[str, str], ...]


def raw_options(given: Mapping[str, Any] | Sequence[Any] | str) -> Raw:
    """Pairs of name and value from a mapping, from 'name value' strings, or from such pairs.

    Examples
    --------
    >>> raw_options({"eps_ncv": 80, "-eps_monitor": None})
    (('eps_monitor', ''), ('eps_ncv', '80'))
    >>> raw_options("st_mat_mumps_icntl_14 100")
    (('st_mat_mumps_icntl_14', '100'),)
    """
    if isinstance(given, str):
        given = [given]
    items = given.items() if isinstance(given, Mapping) else [_pair(item) for item in given]
    options = {}
    for name, value in items:
        name = str(name).strip().removeprefix("-")
        if not name or " " in name:
            raise InvalidInput(
                f"the PETSc option {name!r} is not a name: give {{'st_mat_mumps_icntl_14': 100}} "
                "or ('st_mat_mumps_icntl_14 100',)"
            )
        options[name] = "" if value is None else str(value).strip()
    return tuple(sorted(options.items()))


def _pair(item: Any) -> tuple[str, Any]:
    if isinstance(item, str):
        name, _, value = item.strip().partition(" ")
        return name, value
    if isinstance(item, Sequence) and len(item) == 2:
        return item[0], item[1]
    raise InvalidInput(f"the PETSc option {item!r} must be a pair or a string 'name value'")


class Held:
    """Raw options while they are in PETSc's database."""

    def __init__(self, options: Raw) -> None:
        self._options = options

    def unused(self) -> tuple[str, ...]:
        """Names that nothing in PETSc or SLEPc has asked for so far."""
        return tuple(name for name, _ in self._options if not _used(name))


@contextmanager
def hold(options: Raw) -> Iterator[Held]:
    """Put `options` into PETSc's database; what was there before comes back in the end."""
    database = import_petsc().Options()
    before = {name: database.getString(name) for name, _ in options if database.hasName(name)}
    try:
        for name, value in options:
            database.delValue(name)  # else PETSc keeps the mark that somebody has used it
            database.setValue(name, value)
        yield Held(options)
    finally:
        for name, _ in options:
            database.delValue(name)
            if name in before:
                database.setValue(name, before[name])


def _used(name: str) -> bool:
    petsc = import_petsc()
    options = petsc.Options()
    if hasattr(options, "used"):
        return bool(options.used(name))
    used = ctypes.c_int(0)
    library = ctypes.CDLL(petsc.__file__)
    error = library.PetscOptionsUsed(None, name.encode(), ctypes.byref(used))
    return bool(error or used.value)
