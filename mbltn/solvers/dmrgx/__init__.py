"""DMRG-X: eigenstates one by one as matrix product states, far beyond exact sizes."""

from .many import mps_eigenstates
from .result import MpsState, Sweep
from .solver import DmrgX, variance_floor
from .starts import ProductState, product_state, product_states, product_vectors
from .states import MpsStates

__all__ = [
    "DmrgX",
    "MpsState",
    "MpsStates",
    "ProductState",
    "Sweep",
    "mps_eigenstates",
    "product_state",
    "product_states",
    "product_vectors",
    "variance_floor",
]
