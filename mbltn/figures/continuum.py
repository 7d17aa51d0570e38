"""Paper B: the disordered continuum."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation.continuum import figure_tables, film
from ..validation.evidence import AtOnce
from .figure import PaperFigure

FIGURES: dict[str, PaperFigure] = {
    "B1": PaperFigure(
        "B: localization length of a wire (m = w = 1)",
        AtOnce(figure_tables.localization_length),
        (Axes("eps", r"$\epsilon$", r"$\xi$", x_log=True, y_log=True),),
    ),
    "B2": PaperFigure(
        "B Fig 2 made quantitative: threshold, conductivity and superactivation",
        AtOnce(figure_tables.superactivation),
        tuple(
            Axes("inverse", r"$\Delta_c/T$", label, y=y, by="system", x_log=True, y_log=log)
            for y, label, log in (
                ("threshold", r"$\epsilon_{th}/\epsilon_F$", True),
                ("minus_ln_sigma", r"$-\ln\sigma$", True),
                ("power", r"$d\ln(-\ln\sigma)/d\ln(1/T)$", False),
            )
        ),
    ),
    "B-film": PaperFigure(
        "B eq 20: localization length of a film (m = tau = 1)",
        AtOnce(film.film_lengths),
        (
            Axes(
                "eps",
                r"$\epsilon\tau$",
                r"$\xi\,(m/\tau)^{1/2}$",
                y_log=True,
                points=("strips", "states"),
            ),
        ),
    ),
    "B-pairs": PaperFigure(
        "B eq 5: where the pairs of states are that absorb omega (wire, eps = 5)",
        AtOnce(figure_tables.mott_pairs),
        (Axes("x", r"$x/\xi$", r"$S_\omega(x)/\rho^2$"),),
    ),
}
