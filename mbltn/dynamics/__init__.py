"""Time evolution of exact vectors, and states to start from."""

from .propagator import Evolved, Propagator, evolve
from .random_states import random_states
from .series import evolution_coefficients

__all__ = ["Evolved", "Propagator", "evolution_coefficients", "evolve", "random_states"]
