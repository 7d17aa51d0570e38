"""DMRG-X: one eigenstate at a time as a matrix product state, far beyond exact sizes."""

from .result import MpsState, Sweep
from .solver import DmrgX, variance_floor
from .starts import ProductState, product_state, product_states

__all__ = [
    "DmrgX",
    "MpsState",
    "ProductState",
    "Sweep",
    "product_state",
    "product_states",
    "variance_floor",
]
