"""Localized spins on a bath that is narrow, and so slow: how fast they relax, and the echo.

A bath of bandwidth W gives or takes energy W at most, and a flip of one l-bit costs Delta >> W. The
l-bits find a resonance by a long hop, by a rearrangement of many of them, or at a high order in the
coupling. A neighbour's flips then dephase a spin: its echo and its line.

Source: Gopalakrishnan and Nandkishore, "Mean-field theory of nearly many-body localized metals",
called A; sections I-III and appendices A, D, E. hbar = k_B = 1 and no factors 2 pi: each "~" of A
is an equality with prefactor 1. Relaxation rates are returned as natural logarithms, since they
reach 1e-300 and below. Arguments broadcast, d excepted; a scalar argument gives a float.
"""

from .bath import BathOptimum
from .channels import ChannelRates, channel_rates
from .dephasing import echo, n_fast
from .gaussian_bath import gaussian_bath_optimum, gaussian_bath_rate
from .line import lineshape, lineshape_exact
from .lorentzian_bath import lorentzian_bath_optimum, lorentzian_bath_rate
from .tunnelling import DetunedTunnelling, detuned_tunnelling, frozen_core_radius
from .width import linewidth, linewidth_asymptote

__all__ = [
    "BathOptimum",
    "ChannelRates",
    "DetunedTunnelling",
    "channel_rates",
    "detuned_tunnelling",
    "echo",
    "frozen_core_radius",
    "gaussian_bath_optimum",
    "gaussian_bath_rate",
    "lineshape",
    "lineshape_exact",
    "linewidth",
    "linewidth_asymptote",
    "lorentzian_bath_optimum",
    "lorentzian_bath_rate",
    "n_fast",
]
