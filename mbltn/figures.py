"""Figures of the papers by name: which table, and how it is drawn."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from .errors import InvalidInput
from .plotting.curves import Axes, draw_curves
from .plotting.lattice import draw_site_maps
from .validation import (
    bubble_growth,
    continuum,
    dot_relaxation,
    failed_avalanche_figures,
    film,
    hubbard_bubble,
    lattice_figures,
    nearly_mbl_metal,
)
from .validation.tables import Tick


@dataclass(frozen=True)
class PaperFigure:
    """A table that `make_table` computes, and how it is drawn.

    Attributes
    ----------
    panels : of curves
    map_label : of the colours, where the table is of maps of a lattice instead
    """

    title: str
    make_table: Callable[[Tick], pd.DataFrame]
    panels: tuple[Axes, ...] = ()
    map_label: str = ""


_SIZE = r"$\eta_{\mathrm{tot}}/\log 2$"

FIGURES: dict[str, PaperFigure] = {
    "A2": PaperFigure(
        "A Fig 2: line of a spin whose neighbours flip (J/Gamma0 = 1000, A = 4, d = 1)",
        nearly_mbl_metal.line_shapes,
        (Axes("w", r"$\omega/\Gamma_0$", r"$S(\omega)/S(0)$", x_log=True, y_log=True),),
    ),
    "A5": PaperFigure(
        "A Fig 5: boundary of the metal (K = 3, N = 10, s = 1/2, d = 1)",
        nearly_mbl_metal.phase_boundary,
        (Axes("gamma", r"$\gamma/\delta_m$", r"$\ln K - 1/\Xi_c$", x_log=True),),
    ),
    "A6": PaperFigure(
        "A Fig 6: rate across the transition (K = 3, N = 10, s = 1/2, d = 1)",
        nearly_mbl_metal.across_the_transition,
        (Axes("u", r"$\Xi \ln K - 1$", r"$-1/\ln\Gamma$"),),
    ),
    "A7": PaperFigure(
        "A Fig 7: near the transition, and powers that fit (gamma = 0.001, K = N = 10)",
        nearly_mbl_metal.cubic_root,
        (Axes("distance", r"$\Xi - \Xi_c$", r"$-1/\ln\Gamma$", points=("self-consistent",)),),
    ),
    "A8": PaperFigure(
        "A Fig 8: approximations (gamma = 0.1, K = 3, N = 10, s = 1/2, d = 1)",
        nearly_mbl_metal.approximations,
        (Axes("eps", r"$\epsilon = 1 - 1/(\Xi\ln K)$", r"$-1/\ln(n_c\Gamma)$"),),
    ),
    "A-temperature": PaperFigure(
        "A section VIII: rate of the array against temperature",
        nearly_mbl_metal.conductivity,
        (Axes("T", r"$T/\Delta$", r"$\ln\Gamma$"),),
    ),
    "A-echo": PaperFigure(
        "Echo beside telegraph fluctuators, exact and A eqs 9-11",
        nearly_mbl_metal.telegraph,
        (Axes("t", r"$k t$", r"$-\ln\psi$", x_log=True, y_log=True),),
    ),
    "A-golden-rule": PaperFigure(
        "Two levels on a bath of 400 levels, and the golden rule",
        nearly_mbl_metal.golden_rule,
        (Axes("t", r"$W t$", r"$2P - 1$"),),
    ),
    "A-dot": PaperFigure(
        "Quantum dot of 8 levels: localization in Fock space against the interaction",
        nearly_mbl_metal.fock_space,
        (Axes("lam", r"$\lambda$", r"$1/\Xi$ (second step)", x_log=True),),
    ),
    "A-dot-relaxation": PaperFigure(
        "Quantum dot of 4 levels on a narrow bath (A eq 15): exact, and the golden rule",
        dot_relaxation.dot_relaxation,
        (
            Axes(
                "t",
                r"$2\pi\gamma^2 t/W$",
                "population of the first state",
                points=dot_relaxation.EXACT,
            ),
        ),
    ),
    "A-dot-bandwidth": PaperFigure(
        "Rate of a quantum dot of 10 levels against the bandwidth of its bath, and A eq 16",
        dot_relaxation.dot_bandwidth,
        (
            Axes(
                "W",
                r"$W/\Delta$",
                r"$\Gamma\Delta/\gamma^2$",
                x_log=True,
                y_log=True,
                points=("golden rule, mean",),
            ),
        ),
    ),
    "B1": PaperFigure(
        "B: localization length of a wire (m = w = 1)",
        continuum.localization_length,
        (Axes("eps", r"$\epsilon$", r"$\xi$", x_log=True, y_log=True),),
    ),
    "B2": PaperFigure(
        "B Fig 2 made quantitative: threshold, conductivity and superactivation",
        continuum.superactivation,
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
        film.film_lengths,
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
        continuum.mott_pairs,
        (Axes("x", r"$x/\xi$", r"$S_\omega(x)/\rho^2$"),),
    ),
    "C4-theory": PaperFigure(
        "C Fig 4: width of the last l-bit's line, golden rule (dashed: C eqs 6, 7; N = 8)",
        bubble_growth.line_widths,
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
        hubbard_bubble.spectral_functions,
        (Axes("w", r"$\omega$", r"$\rho(\omega)$"),),
    ),
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
    "D1": PaperFigure(
        "D Fig 1 c, d: resonances of one spin with a thermal grain",
        failed_avalanche_figures.one_spin,
        (
            Axes(
                "s",
                r"$S/\log 2$",
                r"$p(S/\log 2)$",
                y_log=True,
                panel=failed_avalanche_figures.PANELS[0],
            ),
            Axes(
                "g",
                r"$g$",
                r"$\eta/\log 2$",
                x_log=True,
                panel=failed_avalanche_figures.PANELS[1],
            ),
        ),
    ),
    "D3": PaperFigure(
        "D Fig 3: failed avalanches along a chain (mean field, first coupling 1/2)",
        failed_avalanche_figures.failed_chains,
        (
            Axes("n", r"$n$", r"$[S_n]/\log 2$", panel=failed_avalanche_figures.PANELS[2]),
            Axes(
                "distance",
                r"$\alpha_c - \alpha$",
                _SIZE,
                x_log=True,
                y_log=True,
                panel=failed_avalanche_figures.PANELS[3],
            ),
        ),
    ),
    "D4": PaperFigure(
        "D Fig 4: a grain on a quasiperiodic lattice (theta_0 = 2.954, hop = 1/2, R = 15)",
        lattice_figures.site_maps,
        map_label=r"$[S]/\log 2$",
    ),
    "D5": PaperFigure(
        "D Fig 5: size of the avalanche on a square lattice (g_0 = 1, hop = 1/2)",
        lattice_figures.enhancements,
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
}


def figure_names(asked: Sequence[str]) -> list[str]:
    """Names in `FIGURES`; "all" is every one.

    Raises
    ------
    InvalidInput
        For an unknown name, with the nearest one.

    Examples
    --------
    >>> figure_names(["A8", "B1"])
    ['A8', 'B1']
    """
    if list(asked) == ["all"]:
        return list(FIGURES)
    for name in asked:
        if name not in FIGURES:
            near = difflib.get_close_matches(name, FIGURES, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not a figure ({', '.join(FIGURES)}, all){hint}")
    return list(dict.fromkeys(asked))


def listing() -> str:
    """One line for every figure."""
    width = max(map(len, FIGURES))
    return "\n".join(f"{name:<{width}}  {figure.title}" for name, figure in FIGURES.items())


def make(name: str, folder: Path) -> Path:
    """Compute FOLDER/NAME.csv and draw FOLDER/NAME.png from it; the picture's path."""
    figure = FIGURES[name]
    folder.mkdir(parents=True, exist_ok=True)
    with tqdm(desc=name, unit="point", leave=False, delay=1.0) as bar:

        def tick(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        table = figure.make_table(tick)
    table.to_csv(folder / f"{name}.csv", index=False)
    path = folder / f"{name}.png"
    if figure.map_label:
        draw_site_maps(table, path, figure.map_label, figure.title)
    else:
        draw_curves(table, path, figure.panels, figure.title)
    return path
