"""Paper E: bath, l-bits and what lies between."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation.bubble import growth
from ..validation.campaigns import SIZES
from ..validation.evidence import AtOnce, FromStudies
from ..validation.interface import figure_tables
from ..validation.interface.studies import (
    absorption_studies,
    bath_studies,
    camel_studies,
    chain_studies,
    universal_studies,
    width_studies,
)
from .figure import PaperFigure

FIGURES: dict[str, PaperFigure] = {
    "E3": PaperFigure(
        "E Fig 3: how far a bath spin's operator spreads as l-bits join",
        FromStudies(absorption_studies, figure_tables.strengthening),
        panels=(
            Axes("n", "l-bits", r"$D(O_B)$", points=("6 spins", "1 spin"), panel="D"),
            Axes("n", "l-bits", "growth with each", points=("6 spins", "1 spin"), panel="slope"),
        ),
    ),
    "E4": PaperFigure(
        "E Fig 4: how far operators of the crossover region spread",
        FromStudies(bath_studies, figure_tables.crossover, SIZES),
        panels=(Axes("i", "spin $i$", r"$D(\sigma^x_i)$", points=figure_tables.EXACT),),
    ),
    "E5": PaperFigure(
        "E Fig 5: one more spin next to four baths",
        FromStudies(universal_studies, figure_tables.universal),
        panels=(
            Axes(
                "G",
                "$G$",
                r"$\Delta D(O_B)$",
                points=figure_tables.BATHS,
            ),
        ),
    ),
    "E6": PaperFigure(
        "E Fig 6: hybridization functions next to random matrices (g = 0.8, h = 1)",
        FromStudies(width_studies, figure_tables.widths),
        panels=(Axes("w", r"$\omega$", r"$k(\omega)$", points=()),),
    ),
    "E7": PaperFigure(
        "E Fig 7: hybridization function next to a local chain (g = 0.8, h = 1)",
        FromStudies(camel_studies, figure_tables.camel),
        panels=(Axes("w", r"$\omega$", r"$k(\omega)$", points=()),),
    ),
    "E-chain": PaperFigure(
        "E section III D: physical spins beside a bath (g = 0.3, |h| < 3)",
        FromStudies(chain_studies, figure_tables.chain),
        panels=(Axes("i", "spin $i$", r"$D(\sigma^x_i)$", points=figure_tables.EXACT),),
    ),
    "E-flow": PaperFigure(
        "E section III A: hybridisation of the next l-bit",
        AtOnce(growth.flow),
        (Axes("n", "absorbed l-bits", "$G$", y_log=True),),
    ),
    "E-crossover": PaperFigure(
        "E eqs 16, 17: how far a grain of radius 1 thermalises",
        AtOnce(growth.crossover),
        (Axes("zeta", r"$\zeta$", r"$\ell_c$", x_log=True, y_log=True),),
    ),
}
