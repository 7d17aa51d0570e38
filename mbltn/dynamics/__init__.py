"""Time evolution of exact vectors and of matrix product states, and states to start from."""

from .mps import EvolvedMps, Tdvp, evolve_mps
from .propagator import Evolved, Propagator, evolve
from .random_states import random_states
from .series import evolution_coefficients

__all__ = [
    "Evolved",
    "EvolvedMps",
    "Propagator",
    "Tdvp",
    "evolution_coefficients",
    "evolve",
    "evolve_mps",
    "random_states",
]
