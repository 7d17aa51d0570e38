"""What a figure of a paper is: a table, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass

from ..plotting.curves import Axes
from ..validation.evidence import Evidence


@dataclass(frozen=True)
class PaperFigure:
    """A table and how it is drawn.

    Attributes
    ----------
    title : above the picture
    evidence : where the table comes from
    panels : of curves
    map_label : of the colours, where the table is of maps of a lattice instead
    """

    title: str
    evidence: Evidence
    panels: tuple[Axes, ...] = ()
    map_label: str = ""
