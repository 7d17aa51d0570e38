"""Mid-spectrum eigensolvers. One method a file or folder; `eigenpairs` is the front door."""

from .base import Eigenpairs, Solver, Target
from .choice import SOLVERS, choose_solver
from .dense import Dense
from .dmrgx import (
    DmrgX,
    MpsState,
    MpsStates,
    ProductState,
    mps_eigenstates,
    product_state,
    product_states,
)
from .filtered import Filtered
from .reduced import Reduced
from .shift_invert import ShiftInvert
from .slepc import Slepc
from .solve import eigenpairs
from .windowed import Windowed

__all__ = [
    "SOLVERS",
    "Dense",
    "DmrgX",
    "Eigenpairs",
    "Filtered",
    "MpsState",
    "MpsStates",
    "ProductState",
    "Reduced",
    "ShiftInvert",
    "Slepc",
    "Solver",
    "Target",
    "Windowed",
    "choose_solver",
    "eigenpairs",
    "mps_eigenstates",
    "product_state",
    "product_states",
]
