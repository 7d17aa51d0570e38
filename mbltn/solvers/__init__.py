"""Mid-spectrum eigensolvers. One method a file; `eigenpairs` is the front door."""

from .base import Eigenpairs, Solver, Target
from .choose import SOLVERS, choose_solver, eigenpairs
from .dense import Dense
from .filtered import Filtered
from .shift_invert import ShiftInvert
from .slepc import Slepc
from .windowed import Windowed

__all__ = [
    "SOLVERS",
    "Dense",
    "Eigenpairs",
    "Filtered",
    "ShiftInvert",
    "Slepc",
    "Solver",
    "Target",
    "Windowed",
    "choose_solver",
    "eigenpairs",
]
