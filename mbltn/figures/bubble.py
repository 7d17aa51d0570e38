"""Paper C: growth of a thermal bubble."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation.bubble import figure_tables, growth, hubbard
from ..validation.bubble.studies import (
    LENGTHS,
    crossing_studies,
    growth_studies,
    width_studies,
    window_studies,
)
from ..validation.campaigns import SIZES
from ..validation.evidence import AtOnce, FromStudies
from .figure import PaperFigure

FIGURES: dict[str, PaperFigure] = {
    "C3": PaperFigure(
        "C Fig 3: spectral function of the last l-bit in one sample",
        FromStudies(growth_studies, figure_tables.line_shapes),
        panels=(Axes("w", r"$\omega$", r"$\rho(\omega)$", y_log=True, points=()),),
    ),
    "C4": PaperFigure(
        "C Fig 4: width of the last l-bit's line (lines: golden rule; dashed: eqs 6, 7)",
        FromStudies(width_studies, figure_tables.line_widths, SIZES),
        panels=(
            Axes(
                "M",
                "l-bits $M$",
                r"$\gamma/\delta_E$",
                y_log=True,
                points=True,
                lines=figure_tables.THEORY,
                dashed=figure_tables.PRINTED,
            ),
        ),
    ),
    "C5": PaperFigure(
        "C Fig 5: spins that the M-th l-bit adds to the bath, by the Thouless parameter",
        FromStudies(growth_studies, figure_tables.absorption, SIZES),
        panels=(
            *(
                Axes(
                    "M",
                    "l-bits $M$",
                    r"$\Delta n_{\mathrm{absorbed}}$",
                    points=True,
                    lines="wholly absorbed",
                    panel=geometry,
                )
                for geometry in LENGTHS
            ),
            *(
                Axes("G", r"$\mathcal{G}$", r"$p(\mathcal{G})$", panel=panel, points=())
                for panel in (figure_tables.SHORT, figure_tables.LONG)
            ),
        ),
    ),
    "C-S1": PaperFigure(
        "C Fig S1: typical and thermal spectral functions in two dimensions",
        FromStudies(growth_studies, figure_tables.spectral_functions),
        panels=(Axes("w", r"$\omega$", r"$\rho(\omega)$", y_log=True, points=()),),
    ),
    "C-S2": PaperFigure(
        "C Fig S2: integral of the typical spectral function of a bath spin",
        FromStudies(growth_studies, figure_tables.typicality),
        panels=(
            Axes(
                "M",
                "l-bits $M$",
                r"$\mathcal{I}/\pi$",
                points=True,
                lines=figure_tables.ALIKE,
            ),
        ),
    ),
    "C-S3": PaperFigure(
        "C Fig S3: entropy of the last l-bit (lines: mean field of D, nothing fitted)",
        FromStudies(growth_studies, figure_tables.last_entropy_by_number, SIZES),
        panels=(Axes("M", "l-bits $M$", r"$S/\log 2$", points=True, lines=figure_tables.THEORY),),
    ),
    "C-S4": PaperFigure(
        "C Fig S4: entropy of the last l-bit against xi (lines: mean field of D, nothing fitted)",
        FromStudies(crossing_studies, figure_tables.last_entropy_by_length, SIZES),
        panels=(Axes("xi", r"$\xi$", r"$S/\log 2$", points=True, lines=figure_tables.THEORY),),
    ),
    "C4-windows": PaperFigure(
        "C Fig 4 from windows of partners, beside the whole spectrum of the same samples",
        FromStudies(window_studies, figure_tables.window_bias),
        panels=(
            *(
                Axes("partners", "pairs in each window", "", points=True, panel=panel)
                for panel in (figure_tables.BY_WINDOWS, figure_tables.CAPTURED)
            ),
            *(
                Axes("states", "states at E = 0", "", points=True, panel=panel)
                for panel, *_ in figure_tables.OF_FEW_STATES.values()
            ),
        ),
    ),
    "C4-theory": PaperFigure(
        "C Fig 4: width of the last l-bit's line, golden rule (dashed: C eqs 6, 7; N = 8)",
        AtOnce(growth.line_widths),
        (
            Axes(
                "M",
                "l-bits $M$",
                r"$\gamma/\delta_E$",
                y_log=True,
                dashed=growth.BY_PAPER,
            ),
        ),
    ),
    "C6": PaperFigure(
        "C Fig 6: spectral function of a Hubbard bubble with M l-bits (eta_0 = 0.01)",
        AtOnce(hubbard.spectral_functions),
        (Axes("w", r"$\omega$", r"$\rho(\omega)$"),),
    ),
}
