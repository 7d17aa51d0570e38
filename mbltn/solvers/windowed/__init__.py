"""The energy-window preconditioned solver, for outer sites that couple weakly."""

from .solver import Windowed

__all__ = ["Windowed"]
