"""Figures, drawn from tables alone."""

from .failed_avalanches import draw_failed_avalanches
from .lattice import draw_lattice_study, draw_site_maps
from .study_axes import draw_study

__all__ = ["draw_failed_avalanches", "draw_lattice_study", "draw_site_maps", "draw_study"]
