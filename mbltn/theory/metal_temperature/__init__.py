"""The nearly localized metal against temperature: rate, conductivity, and where it ends.

The dots are metallic grains: their three-particle spacing falls with temperature and their
localization length in Fock space grows, so that an array which conducts when it is warm becomes
localized on cooling.

Source: Gopalakrishnan and Nandkishore, "Mean-field theory of nearly many-body localized metals",
called A; section VIII. Absolute units of energy, hbar = k_B = 1; rates and conductivities are
natural logarithms.
"""

from .cubic_root import CubicRootFit, fit_cubic_root
from .dot_array import T0, DotArray, Xi_T, delta_m_T, s_T
from .rates import RateAtTemperature, log_gamma_T, log_sigma_T, rate_T
from .transition import critical_temperature

__all__ = [
    "T0",
    "CubicRootFit",
    "DotArray",
    "RateAtTemperature",
    "Xi_T",
    "critical_temperature",
    "delta_m_T",
    "fit_cubic_root",
    "log_gamma_T",
    "log_sigma_T",
    "rate_T",
    "s_T",
]
