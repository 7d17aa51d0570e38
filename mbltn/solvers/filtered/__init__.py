"""Polynomially filtered block Lanczos; see `solver` for what it is and docs/solvers.md for why."""

from .solver import Filtered

__all__ = ["Filtered"]
