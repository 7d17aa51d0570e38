"""The methods by name."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from typing import Any

from ...errors import InvalidInput
from ..base import Solver
from ..dense import Dense
from ..filtered import Filtered
from ..reduced import Reduced
from ..shift_invert import ShiftInvert
from ..slepc import Slepc
from ..windowed import Windowed

SOLVERS: dict[str, type[Any]] = {
    "dense": Dense,
    "reduced": Reduced,
    "shift_invert": ShiftInvert,
    "slepc": Slepc,
    "windowed": Windowed,
    "filtered": Filtered,
}
_MEMORY_OPTIONS = {"slepc": "memory_limit", "windowed": "max_memory", "filtered": "max_memory"}
_LIBRARIES = {"slepc": ("petsc4py", "slepc4py")}


def solver_from(value: Solver | str) -> Solver:
    """A solver object, or the one of this name with its default options."""
    if not isinstance(value, str):
        if isinstance(value, type) or not hasattr(value, "solve"):
            raise InvalidInput(f"solver={value!r} must be a name or an object such as Dense()")
        return value
    if value not in SOLVERS:
        raise InvalidInput(f"solver={value!r} is not one of auto, {', '.join(SOLVERS)}")
    solver: Solver = SOLVERS[value]()
    return solver


def solver_within(name: str, memory: float) -> Solver:
    """The solver of this name, held to so many bytes on all ranks if it can adapt to them."""
    solver: Any = solver_from(name)
    option = _MEMORY_OPTIONS.get(name)
    return replace(solver, **{option: memory}) if option and math.isfinite(memory) else solver


def installed(name: str) -> bool:
    """Whether what the method runs on is there; loads nothing, since PETSc starts on all ranks."""
    return all(importlib.util.find_spec(library) for library in _LIBRARIES.get(name, ()))
