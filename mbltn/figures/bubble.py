"""Paper C: growth of a thermal bubble."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation import bubble_figures, bubble_growth, hubbard_bubble
from ..validation.bubble_studies import (
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
        FromStudies(growth_studies, bubble_figures.line_shapes),
        panels=(Axes("w", r"$\omega$", r"$\rho(\omega)$", y_log=True, points=()),),
    ),
    "C4": PaperFigure(
        "C Fig 4: width of the last l-bit's line (lines: golden rule; dashed: eqs 6, 7)",
        FromStudies(width_studies, bubble_figures.line_widths, SIZES),
        panels=(
            Axes(
                "M",
                "l-bits $M$",
                r"$\gamma/\delta_E$",
                y_log=True,
                points=True,
                lines=bubble_figures.THEORY,
                dashed=bubble_figures.PRINTED,
            ),
        ),
    ),
    "C5": PaperFigure(
        "C Fig 5: spins that the M-th l-bit adds to the bath, by the Thouless parameter",
        FromStudies(growth_studies, bubble_figures.absorption, SIZES),
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
                for panel in (bubble_figures.SHORT, bubble_figures.LONG)
            ),
        ),
    ),
    "C-S1": PaperFigure(
        "C Fig S1: typical and thermal spectral functions in two dimensions",
        FromStudies(growth_studies, bubble_figures.spectral_functions),
        panels=(Axes("w", r"$\omega$", r"$\rho(\omega)$", y_log=True, points=()),),
    ),
    "C-S2": PaperFigure(
        "C Fig S2: integral of the typical spectral function of a bath spin",
        FromStudies(growth_studies, bubble_figures.typicality),
        panels=(
            Axes(
                "M",
                "l-bits $M$",
                r"$\mathcal{I}/\pi$",
                points=True,
                lines=bubble_figures.ALIKE,
            ),
        ),
    ),
    "C-S3": PaperFigure(
        "C Fig S3: entropy of the last l-bit (lines: mean field of D, nothing fitted)",
        FromStudies(growth_studies, bubble_figures.last_entropy_by_number, SIZES),
        panels=(Axes("M", "l-bits $M$", r"$S/\log 2$", points=True, lines=bubble_figures.THEORY),),
    ),
    "C-S4": PaperFigure(
        "C Fig S4: entropy of the last l-bit against xi (lines: mean field of D, nothing fitted)",
        FromStudies(crossing_studies, bubble_figures.last_entropy_by_length, SIZES),
        panels=(Axes("xi", r"$\xi$", r"$S/\log 2$", points=True, lines=bubble_figures.THEORY),),
    ),
    "C4-windows": PaperFigure(
        "C Fig 4 from windows of partners, beside the whole spectrum of the same samples",
        FromStudies(window_studies, bubble_figures.window_bias),
        panels=(
            *(
                Axes("partners", "pairs in each window", "", points=True, panel=panel)
                for panel in (bubble_figures.BY_WINDOWS, bubble_figures.CAPTURED)
            ),
            *(
                Axes("states", "states at E = 0", "", points=True, panel=panel)
                for panel, *_ in bubble_figures.OF_FEW_STATES.values()
            ),
        ),
    ),
    "C4-theory": PaperFigure(
        "C Fig 4: width of the last l-bit's line, golden rule (dashed: C eqs 6, 7; N = 8)",
        AtOnce(bubble_growth.line_widths),
        (
            Axes(
                "M",
                "l-bits $M$",
                r"$\gamma/\delta_E$",
                y_log=True,
                dashed=bubble_growth.BY_PAPER,
            ),
        ),
    ),
    "C6": PaperFigure(
        "C Fig 6: spectral function of a Hubbard bubble with M l-bits (eta_0 = 0.01)",
        AtOnce(hubbard_bubble.spectral_functions),
        (Axes("w", r"$\omega$", r"$\rho(\omega)$"),),
    ),
}
