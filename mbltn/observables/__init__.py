"""Observables: functions of arrays, and `measure` for eigenpairs."""

from .coupling import ReducedCoupling, reduced_coupling
from .entanglement import (
    entropy,
    entropy_cut,
    entropy_distribution,
    page_entropy,
    two_level_entropy,
)
from .fock_space import fock_decay, fock_profile
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
from .orbitals import amplitudes_at_origin, orbital_sites
from .pair_density import PairDensity, s_omega_numeric
from .participation import participation_volume
from .relaxation import evolved_population, mean_population
from .telegraph import log_echo, telegraph_echo
from .transfer_matrix import Lyapunov, lyapunov_grid, lyapunov_strip

__all__ = [
    "OBSERVABLES",
    "Lyapunov",
    "PairDensity",
    "ReducedCoupling",
    "ReducedStates",
    "amplitudes_at_origin",
    "around_energy",
    "centre_spacing",
    "doublets",
    "entropy",
    "entropy_cut",
    "entropy_distribution",
    "evolved_population",
    "fock_decay",
    "fock_profile",
    "gap_ratio",
    "infinite_time_correlator",
    "level_spacing",
    "log_echo",
    "lyapunov_grid",
    "lyapunov_strip",
    "mean_population",
    "mean_spacing",
    "measure",
    "middle_by_rank",
    "middle_quarter",
    "orbital_sites",
    "page_entropy",
    "paper_c_count",
    "participation_volume",
    "reduced_coupling",
    "reduced_states",
    "s_omega_numeric",
    "telegraph_echo",
    "two_level_entropy",
]
