"""An array of dots, each the narrow bath of the others: the nearly localized metal.

The rate Gamma at which a dot relaxes broadens the lines of its neighbours, and these are the bath
that relaxes it. Divided by Gamma, whose root Gamma = 0 always exists, self-consistency reads
``F(Gamma) = 1``; there is a metal where F(0+) > 1.

Source: Gopalakrishnan and Nandkishore, "Mean-field theory of nearly many-body localized metals",
called A; sections IV-VII and appendices C, E. The unit of energy is the three-particle level
spacing delta_m: gamma and Gamma stand for gamma/delta_m and Gamma/delta_m. Rates are natural
logarithms; localized is -inf. All arguments but N and d broadcast.
"""

from .conditions import Regime, validity
from .fold_window import folds
from .one_dot import DotRate, dot_rate
from .orders import N0
from .roots import MetalRate, solve_gamma
from .saddle import SaddleOrder, SaddleRate, saddle_gamma, saddle_Nc
from .self_consistency import log_F
from .transition import critical_gamma, critical_Xi

__all__ = [
    "N0",
    "DotRate",
    "MetalRate",
    "Regime",
    "SaddleOrder",
    "SaddleRate",
    "critical_Xi",
    "critical_gamma",
    "dot_rate",
    "folds",
    "log_F",
    "saddle_Nc",
    "saddle_gamma",
    "solve_gamma",
    "validity",
]
