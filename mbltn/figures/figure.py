"""What a figure of a paper is: a table, or a study in several sizes, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from ..plotting.curves import Axes
from ..study import Store, Study
from ..validation.tables import Tick


@dataclass(frozen=True)
class PaperFigure:
    """A table and how it is drawn.

    Attributes
    ----------
    make_table : computes the table at once
    study, from_store : or a study of a size, and the table of what is stored of it; figures that
        need the same study share its records
    sizes : of the study, see `mbltn.validation.campaigns.SIZES`; the first one is the default
    panels : of curves
    map_label : of the colours, where the table is of maps of a lattice instead
    """

    title: str
    make_table: Callable[[Tick], pd.DataFrame] | None = None
    panels: tuple[Axes, ...] = ()
    map_label: str = ""
    study: Callable[[str], Study] | None = None
    from_store: Callable[[Store, Study], pd.DataFrame] | None = None
    sizes: tuple[str, ...] = ("small", "paper")
