"""Shift-invert for small spaces: half of the configurations eliminated, the rest dense."""

from .solver import Reduced

__all__ = ["Reduced"]
