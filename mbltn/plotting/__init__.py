"""Figures, drawn from tables alone."""

from .failed_avalanches import draw_failed_avalanches
from .study_axes import draw_study

__all__ = ["draw_failed_avalanches", "draw_study"]
