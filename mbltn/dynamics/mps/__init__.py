"""Time evolution of matrix product states."""

from .tdvp import EvolvedMps, Tdvp, evolve_mps

__all__ = ["EvolvedMps", "Tdvp", "evolve_mps"]
