"""A Hubbard bubble of many sites and the l-bits around it: its spectral function, large N.

Hopping and couplings are random, so that for a large number N of sites the bubble is an Anderson
impurity in a bath made of itself and the l-bits; the impurity is solved by iterated perturbation
theory at real frequencies. Does the bubble keep its spectrum when many l-bits are coupled to it?

Source: Potirniche, Banerjee and Altman, "On the stability of many-body localization in d > 1",
called C, section IV. Energies are in any one unit. Everything is computed at z = w + i eta_0.
"""

from .bubble import Bubble
from .checks import Check
from .circles import circles
from .grid import FrequencyGrid
from .refinement import refinement
from .solution import Solution
from .solve import solve
from .without_interaction import algebraic_green, semicircle_green

__all__ = [
    "Bubble",
    "Check",
    "FrequencyGrid",
    "Solution",
    "algebraic_green",
    "circles",
    "refinement",
    "semicircle_green",
    "solve",
]
