"""Paper E: bath, l-bits and what lies between."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation import bubble_growth
from .figure import PaperFigure

FIGURES: dict[str, PaperFigure] = {
    "E-flow": PaperFigure(
        "E section III A: hybridisation of the next l-bit",
        bubble_growth.flow,
        (Axes("n", "absorbed l-bits", "$G$", y_log=True),),
    ),
    "E-crossover": PaperFigure(
        "E eqs 16, 17: how far a grain of radius 1 thermalises",
        bubble_growth.crossover,
        (Axes("zeta", r"$\zeta$", r"$\ell_c$", x_log=True, y_log=True),),
    ),
}
