"""Which method, and why: formulas with measured rates."""

from .choose import Choice, choose_solver, decide, in_energy
from .costs import Cost
from .methods import SOLVERS, solver_from, solver_within

__all__ = [
    "SOLVERS",
    "Choice",
    "Cost",
    "choose_solver",
    "decide",
    "in_energy",
    "solver_from",
    "solver_within",
]
