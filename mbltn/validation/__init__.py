"""Exact numbers beside theory: the one place where both are imported."""

from .failed_avalanches import Comparison, check_comparable, compare

__all__ = ["Comparison", "check_comparable", "compare"]
