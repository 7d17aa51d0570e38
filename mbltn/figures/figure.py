"""What a figure of a paper is: a table, or a study in several sizes, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..plotting.curves import Axes
from ..study import Study
from ..validation.tables import Tick


@dataclass(frozen=True)
class PaperFigure:
    """A table and how it is drawn.

    Attributes
    ----------
    make_table : computes the table at once
    by_size : or computes that of a size at once, on all ranks of a communicator
    studies, from_stored : or the studies of a size, and the table of what is stored of each;
        figures that need the same study share its records
    sizes : of the studies, see `mbltn.validation.campaigns.SIZES`, or of by_size; the first one is
        the default
    panels : of curves
    map_label : of the colours, where the table is of maps of a lattice instead
    """

    title: str
    make_table: Callable[[Tick], pd.DataFrame] | None = None
    panels: tuple[Axes, ...] = ()
    map_label: str = ""
    studies: Callable[[str], Sequence[Study]] | None = None
    from_stored: Callable[..., pd.DataFrame] | None = None
    sizes: tuple[str, ...] = ("small", "paper")
    by_size: Callable[[str, Any, Tick], pd.DataFrame] | None = None

    @property
    def has_sizes(self) -> bool:
        return self.studies is not None or self.by_size is not None
