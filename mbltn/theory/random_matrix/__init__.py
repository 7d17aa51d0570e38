"""Random-matrix theory of spins that join a thermal bath.

A spin is thermalised where its matrix element exceeds the level spacing of the bath, G > 1; then
it belongs to the bath, and the flow of G along a chain or a radius decides how far the bath grows.

Source: De Roeck and Huveneers, "Stability and instability towards delocalization in many-body
localization systems", called E. v is the structure factor of the bath operator that couples,
normalised to 1, xi_v its half width, rho the level density, zeta the decay length of couplings.
"""

from .chain import (
    absorbed_lbits,
    crossover_length,
    crossover_without_cooperation,
    decay_rate,
    hybridisation_along_chain,
)
from .dimensions import crossover_radius, largest_contained_grain, shell_spins, unit_ball
from .hybridisation import half_width, hybridisation, lorentzian, reduced_coupling, spin_line
from .operator_ipr import ipr_flat, ipr_lorentzian, ipr_of_line, log_ipr_along_chain
from .structure_factor import (
    StructureFactor,
    back_reaction,
    bath_update,
    cut_twice,
    depletion,
    sampled,
    spin_update,
)
from .without_lbits import ChainWidths, chain_widths, effective_zeta

__all__ = [
    "ChainWidths",
    "StructureFactor",
    "absorbed_lbits",
    "back_reaction",
    "bath_update",
    "chain_widths",
    "crossover_length",
    "crossover_radius",
    "crossover_without_cooperation",
    "cut_twice",
    "decay_rate",
    "depletion",
    "effective_zeta",
    "half_width",
    "hybridisation",
    "hybridisation_along_chain",
    "ipr_flat",
    "ipr_lorentzian",
    "ipr_of_line",
    "largest_contained_grain",
    "log_ipr_along_chain",
    "lorentzian",
    "reduced_coupling",
    "sampled",
    "shell_spins",
    "spin_line",
    "spin_update",
    "unit_ball",
]
