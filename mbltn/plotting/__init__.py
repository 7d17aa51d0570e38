"""Figures, drawn from tables alone."""

from .failed_avalanches import draw_failed_avalanches

__all__ = ["draw_failed_avalanches"]
