"""Paper A: the nearly localized metal and its slow bath."""

from __future__ import annotations

from ..plotting.curves import Axes
from ..validation.evidence import AtOnce
from ..validation.nearly_mbl_metal import dot_relaxation, figure_tables
from .figure import PaperFigure

FIGURES: dict[str, PaperFigure] = {
    "A2": PaperFigure(
        "A Fig 2: line of a spin whose neighbours flip (J/Gamma0 = 1000, A = 4, d = 1)",
        AtOnce(figure_tables.line_shapes),
        (Axes("w", r"$\omega/\Gamma_0$", r"$S(\omega)/S(0)$", x_log=True, y_log=True),),
    ),
    "A5": PaperFigure(
        "A Fig 5: boundary of the metal (K = 3, N = 10, s = 1/2, d = 1)",
        AtOnce(figure_tables.phase_boundary),
        (Axes("gamma", r"$\gamma/\delta_m$", r"$\ln K - 1/\Xi_c$", x_log=True),),
    ),
    "A6": PaperFigure(
        "A Fig 6: rate across the transition (K = 3, N = 10, s = 1/2, d = 1)",
        AtOnce(figure_tables.across_the_transition),
        (Axes("u", r"$\Xi \ln K - 1$", r"$-1/\ln\Gamma$"),),
    ),
    "A7": PaperFigure(
        "A Fig 7: near the transition, and powers that fit (gamma = 0.001, K = N = 10)",
        AtOnce(figure_tables.cubic_root),
        (Axes("distance", r"$\Xi - \Xi_c$", r"$-1/\ln\Gamma$", points=("self-consistent",)),),
    ),
    "A8": PaperFigure(
        "A Fig 8: approximations (gamma = 0.1, K = 3, N = 10, s = 1/2, d = 1)",
        AtOnce(figure_tables.approximations),
        (Axes("eps", r"$\epsilon = 1 - 1/(\Xi\ln K)$", r"$-1/\ln(n_c\Gamma)$"),),
    ),
    "A-temperature": PaperFigure(
        "A section VIII: rate of the array against temperature",
        AtOnce(figure_tables.conductivity),
        (Axes("T", r"$T/\Delta$", r"$\ln\Gamma$"),),
    ),
    "A-echo": PaperFigure(
        "Echo beside telegraph fluctuators, exact and A eqs 9-11",
        AtOnce(figure_tables.telegraph),
        (Axes("t", r"$k t$", r"$-\ln\psi$", x_log=True, y_log=True),),
    ),
    "A-golden-rule": PaperFigure(
        "Two levels on a bath of 400 levels, and the golden rule",
        AtOnce(figure_tables.golden_rule),
        (Axes("t", r"$W t$", r"$2P - 1$"),),
    ),
    "A-dot": PaperFigure(
        "Quantum dot of 8 levels: localization in Fock space against the interaction",
        AtOnce(figure_tables.fock_space),
        (Axes("lam", r"$\lambda$", r"$1/\Xi$ (second step)", x_log=True),),
    ),
    "A-dot-relaxation": PaperFigure(
        "Quantum dot of 4 levels on a narrow bath (A eq 15): exact, and the golden rule",
        AtOnce(dot_relaxation.dot_relaxation),
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
        AtOnce(dot_relaxation.dot_bandwidth),
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
}
