"""Paper D: failed avalanches."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation.evidence import AtOnce, InSizes
from ..validation.failed_avalanches import (
    exact_chains,
    figure_tables,
    lattice_figures,
    lbit_memory,
)
from .figure import PaperFigure

_SIZE = r"$\eta_{\mathrm{tot}}/\log 2$"

FIGURES: dict[str, PaperFigure] = {
    "D1": PaperFigure(
        "D Fig 1 c, d: resonances of one spin with a thermal grain",
        AtOnce(figure_tables.one_spin),
        (
            Axes(
                "s",
                r"$S/\log 2$",
                r"$p(S/\log 2)$",
                y_log=True,
                panel=figure_tables.PANELS[0],
            ),
            Axes(
                "g",
                r"$g$",
                r"$\eta/\log 2$",
                x_log=True,
                panel=figure_tables.PANELS[1],
            ),
        ),
    ),
    "D3": PaperFigure(
        "D Fig 3: failed avalanches along a chain (mean field, first coupling 1/2)",
        AtOnce(figure_tables.failed_chains),
        (
            Axes("n", r"$n$", r"$[S_n]/\log 2$", panel=figure_tables.PANELS[2]),
            Axes(
                "distance",
                r"$\alpha_c - \alpha$",
                _SIZE,
                x_log=True,
                y_log=True,
                panel=figure_tables.PANELS[3],
            ),
        ),
    ),
    "D3-exact": PaperFigure(
        "D Fig 3 with 50 l-bits from DMRG-X; mean field, nothing fitted (dashed: converged only)",
        InSizes(exact_chains.exact_chains),
        panels=(
            Axes(
                "n",
                r"$n$",
                r"$[S_n]/\log 2$",
                x_log=True,
                points=True,
                lines=exact_chains.THEORY,
                panel=exact_chains.PANELS[0],
            ),
            Axes(
                "distance",
                r"$\alpha_c - \alpha$",
                r"$\sum_n [S_n]/\log 2$",
                x_log=True,
                y_log=True,
                points=("50 l-bits", "10 l-bits"),
                dashed=exact_chains.CONVERGED,
                panel=exact_chains.PANELS[1],
            ),
            Axes("alpha", r"$\alpha$", "share of starts", points=(), panel=exact_chains.PANELS[2]),
        ),
    ),
    "D4": PaperFigure(
        "D Fig 4: a grain on a quasiperiodic lattice (theta_0 = 2.954, hop = 1/2, R = 15)",
        AtOnce(lattice_figures.site_maps),
        map_label=r"$[S]/\log 2$",
    ),
    "D5": PaperFigure(
        "D Fig 5: size of the avalanche on a square lattice (g_0 = 1, hop = 1/2)",
        AtOnce(lattice_figures.enhancements),
        (
            *(
                Axes("W", r"$W$", _SIZE, y_log=True, points=True, panel=panel)
                for panel in lattice_figures.PANELS[:2]
            ),
            *(
                Axes("theta_0", r"$\theta_0$", _SIZE, y_log=log, panel=panel)
                for panel, log in zip(lattice_figures.PANELS[2:], (False, True), strict=True)
            ),
        ),
    ),
    "D-memory": PaperFigure(
        "Memory of 8 l-bits, alpha = 0.5: evolved vectors, eigenstates, mean field of D",
        InSizes(lbit_memory.lbit_memory),
        panels=(
            Axes("t", r"$t$", r"$C_n(t)$", x_log=True, points=(), panel=lbit_memory.PANELS[0]),
            Axes(
                "n",
                r"$n$",
                r"$C_n^{zz}$",
                points=(lbit_memory.LONG,),
                panel=lbit_memory.PANELS[1],
            ),
            Axes(
                "n",
                r"$n$",
                "",
                points=(lbit_memory.DEPARTURE,),
                lines=lbit_memory.BELOW,
                panel=lbit_memory.PANELS[2],
            ),
        ),
    ),
}
