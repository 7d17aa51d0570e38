"""A disordered continuum, where hot electrons thermalise cold ones: no localization at any T > 0.

States above the Fermi energy have localization lengths that grow with energy. A hot electron
overlaps with so many thermal excitations of the cold ones that from a threshold energy on it is not
localized any more; it is rare, and the conductivity falls faster than activated on cooling.

Source: Gornyi, Mirlin, Mueller and Polyakov, "Absence of many-body localization in a continuum",
called B. Energies are measured from the bottom of the band, dispersion k^2/(2 m), no spin, hbar =
k_B = 1. Subscript c is at the Fermi energy, h at the energy of a hot electron. Functions take a
`Wire` (one dimension) or a `Film` (two), an energy, a temperature, or both, and broadcast.
"""

from .bethe import threshold_bethe
from .cold_bath import S_mott, mott_length, n_T, n_T_integral
from .conductivity import (
    Superactivation,
    activation_energy,
    ln_n_h,
    ln_sigma,
    ln_sigma_constant_xi,
    superactivation,
)
from .disorder import Correlator
from .hot_cold import (
    N_eff,
    V_hartree,
    alpha,
    alpha_exchange,
    chi,
    delta_3hc,
    eta,
    exchange_scaling,
    rate_ratio,
)
from .localization_length import ln_xi_1d, ln_xi_2d, xi_1d
from .systems import Continuum, Film, Wire, level_spacing
from .thresholds import Threshold, threshold
from .validity import Condition, conditions
from .white_noise import ids_airy, lyapunov_airy

__all__ = [
    "Condition",
    "Continuum",
    "Correlator",
    "Film",
    "N_eff",
    "S_mott",
    "Superactivation",
    "Threshold",
    "V_hartree",
    "Wire",
    "activation_energy",
    "alpha",
    "alpha_exchange",
    "chi",
    "conditions",
    "delta_3hc",
    "eta",
    "exchange_scaling",
    "ids_airy",
    "level_spacing",
    "ln_n_h",
    "ln_sigma",
    "ln_sigma_constant_xi",
    "ln_xi_1d",
    "ln_xi_2d",
    "lyapunov_airy",
    "mott_length",
    "n_T",
    "n_T_integral",
    "rate_ratio",
    "superactivation",
    "threshold",
    "threshold_bethe",
    "xi_1d",
]
