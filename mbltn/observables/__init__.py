"""Observables: functions of arrays, and `measure` for eigenpairs."""

from .coupling import ReducedCoupling, reduced_coupling
from .entanglement import (
    entropy,
    entropy_cut,
    entropy_distribution,
    page_entropy,
    two_level_entropy,
)
from .levels import (
    around_energy,
    centre_spacing,
    doublets,
    gap_ratio,
    level_spacing,
    mean_spacing,
    middle_by_rank,
    middle_quarter,
    paper_c_count,
)
from .local_spins import ReducedStates, reduced_states
from .measure import OBSERVABLES, measure
from .memory import infinite_time_correlator

__all__ = [
    "OBSERVABLES",
    "ReducedCoupling",
    "ReducedStates",
    "around_energy",
    "centre_spacing",
    "doublets",
    "entropy",
    "entropy_cut",
    "entropy_distribution",
    "gap_ratio",
    "infinite_time_correlator",
    "level_spacing",
    "mean_spacing",
    "measure",
    "middle_by_rank",
    "middle_quarter",
    "page_entropy",
    "paper_c_count",
    "reduced_coupling",
    "reduced_states",
    "two_level_entropy",
]
