"""Observables: functions of arrays, and `measure` for eigenpairs."""

from ..models import product_energies
from .block_states import block_states
from .catalogue import OBSERVABLES
from .coupling import (
    BareHybridization,
    ReducedCoupling,
    bare_hybridization,
    perturbation_norm,
    reduced_coupling,
)
from .dynamical import DynamicalMoments, SmoothLine, dynamical_moments
from .energy_histogram import EnergyHistogram, energy_histogram, mean_histogram
from .entanglement import (
    entropy,
    entropy_cut,
    entropy_distribution,
    page_entropy,
    two_level_entropy,
)
from .fock_space import fock_decay, fock_profile
from .form_factor import FormFactor, form_factor, goe_form_factor, raw_form_factor
from .hybridization import hybridization_function
from .lanczos_spectral import lanczos_spectral
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
from .line_width import LineWidth, half_maximum_width, line_width, quartile_width
from .local_spins import ReducedStates, reduced_states
from .measure import measure
from .measured import Measurement
from .memory import infinite_time_correlator
from .memory_in_time import MemoryInTime, memory_in_time, product_memory
from .mps import (
    mps_cut_entropies,
    mps_lbit_entropies,
    mps_reduced_states,
    mps_schmidt_gaps,
    mps_schmidt_weights,
)
from .mps_blocks import (
    mps_block_state,
    mps_entropy,
    mps_log_negativity,
    mps_mutual_information,
    mps_states_with_each,
)
from .mps_measure import measure_mps
from .mps_trajectory import MpsMemoryInTime, MpsTrajectory, mps_product_memory, mps_trajectory
from .operator_ipr import log_operator_ipr, log_operator_ipr_smooth
from .orbitals import amplitudes_at_origin, orbital_sites
from .pair_density import PairDensity, s_omega_numeric
from .participation import participation_volume
from .pauli import Pauli
from .relaxation import evolved_population, mean_population
from .schmidt import entanglement_gap, renyi_entropy, schmidt_gap, schmidt_weights
from .self_checks import SelfCheck, require_self_checks, self_checks, trace_checks, value_checks
from .spectral import SpectralFunction, average_spectral, spectral_function
from .structure_factor import (
    EthElements,
    eth_elements,
    level_density,
    operator_elements,
    structure_factor,
)
from .telegraph import log_echo, telegraph_echo
from .thouless import ThoulessParameter, absorbed_spins, thouless_parameter
from .thouless_time import ThoulessTime, thouless_time
from .time_mean import TimeMean, time_mean, window_deviation, window_times
from .trajectory import Trajectory, trajectory
from .transfer_matrix import Lyapunov, lyapunov_grid, lyapunov_strip
from .transitions import Transitions, transitions_between, transitions_within
from .two_blocks import (
    log_negativity,
    log_negativity_of,
    mutual_information,
    mutual_information_of,
    page_mutual_information,
)
from .unfolding import unfold

__all__ = [
    "OBSERVABLES",
    "BareHybridization",
    "DynamicalMoments",
    "EnergyHistogram",
    "EthElements",
    "FormFactor",
    "LineWidth",
    "Lyapunov",
    "Measurement",
    "MemoryInTime",
    "MpsMemoryInTime",
    "MpsTrajectory",
    "PairDensity",
    "Pauli",
    "ReducedCoupling",
    "ReducedStates",
    "SelfCheck",
    "SmoothLine",
    "SpectralFunction",
    "ThoulessParameter",
    "ThoulessTime",
    "TimeMean",
    "Trajectory",
    "Transitions",
    "absorbed_spins",
    "amplitudes_at_origin",
    "around_energy",
    "average_spectral",
    "bare_hybridization",
    "block_states",
    "centre_spacing",
    "doublets",
    "dynamical_moments",
    "energy_histogram",
    "entanglement_gap",
    "entropy",
    "entropy_cut",
    "entropy_distribution",
    "eth_elements",
    "evolved_population",
    "fock_decay",
    "fock_profile",
    "form_factor",
    "gap_ratio",
    "goe_form_factor",
    "half_maximum_width",
    "hybridization_function",
    "infinite_time_correlator",
    "lanczos_spectral",
    "level_density",
    "level_spacing",
    "line_width",
    "log_echo",
    "log_negativity",
    "log_negativity_of",
    "log_operator_ipr",
    "log_operator_ipr_smooth",
    "lyapunov_grid",
    "lyapunov_strip",
    "mean_histogram",
    "mean_population",
    "mean_spacing",
    "measure",
    "measure_mps",
    "memory_in_time",
    "middle_by_rank",
    "middle_quarter",
    "mps_block_state",
    "mps_cut_entropies",
    "mps_entropy",
    "mps_lbit_entropies",
    "mps_log_negativity",
    "mps_mutual_information",
    "mps_product_memory",
    "mps_reduced_states",
    "mps_schmidt_gaps",
    "mps_schmidt_weights",
    "mps_states_with_each",
    "mps_trajectory",
    "mutual_information",
    "mutual_information_of",
    "operator_elements",
    "orbital_sites",
    "page_entropy",
    "page_mutual_information",
    "paper_c_count",
    "participation_volume",
    "perturbation_norm",
    "product_energies",
    "product_memory",
    "quartile_width",
    "raw_form_factor",
    "reduced_coupling",
    "reduced_states",
    "renyi_entropy",
    "require_self_checks",
    "s_omega_numeric",
    "schmidt_gap",
    "schmidt_weights",
    "self_checks",
    "spectral_function",
    "structure_factor",
    "telegraph_echo",
    "thouless_parameter",
    "thouless_time",
    "time_mean",
    "trace_checks",
    "trajectory",
    "transitions_between",
    "transitions_within",
    "two_level_entropy",
    "unfold",
    "value_checks",
    "window_deviation",
    "window_times",
]
