"""Figures of the papers by name, one file a paper.

A figure that is drawn from a study has its records in a folder of their own, so that a run that
was cut off goes on.
"""

from .figure import PaperFigure
from .make import FIGURES, draw, figure_names, listing, make, studies_of

__all__ = ["FIGURES", "PaperFigure", "draw", "figure_names", "listing", "make", "studies_of"]
