"""Mid-spectrum eigensolvers. One method a file or folder; `eigenpairs` is the front door."""

from .base import Eigenpairs, Solver, Target
from .choice import SOLVERS, choose_solver
from .dense import Dense
from .dmrgx import DmrgX, MpsState, ProductState, product_state, product_states
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
    "ProductState",
    "Reduced",
    "ShiftInvert",
    "Slepc",
    "Solver",
    "Target",
    "Windowed",
    "choose_solver",
    "eigenpairs",
    "product_state",
    "product_states",
]
