"""Exact numbers beside theory: the one place where both are imported."""

from .failed_avalanches import Comparison, compare

__all__ = ["Comparison", "compare"]
