"""The bare reduced coupling of an l-bit to a grain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from .levels import level_spacing, middle_by_rank


@dataclass(frozen=True)
class ReducedCoupling:
    """g = rho [|V_ab|], the grain's level density rho and the number of ordered pairs used."""

    g: float
    density: float
    pairs: int


def reduced_coupling(
    grain: np.ndarray,
    bath_operator: np.ndarray,
    coupling: float,
    splitting: float,
    window: float | None = None,
) -> ReducedCoupling:
    """Mean matrix element in units of the level spacing (paper D, eq 3; docs/physics.md, eq O5).

    ``g = rho mean |J <e_a|B|e_b>|`` over all ordered pairs a != b of grain levels with
    ``| |e_a - e_b| - splitting | < window``; rho is the density of the d_g/2 middle levels.

    Parameters
    ----------
    grain : (d, d) grain Hamiltonian
    bath_operator : (d, d) B: sigma^+ for the ``pm`` coupling, sigma^x for ``xx``
    coupling : J
    splitting : energy to flip the l-bit, 2 h with Pauli fields
    window : half width in energy, 3 / rho by default

    Raises
    ------
    InvalidInput
        If no pair of levels lies in the window.
    """
    energies, states = np.linalg.eigh(grain)
    density = 1.0 / level_spacing(energies[middle_by_rank(len(energies), len(energies) // 2)])
    window = 3.0 / density if window is None else window
    elements = abs(coupling * (states.T @ bath_operator @ states))
    distance = abs(energies[:, None] - energies[None, :])
    chosen = (abs(distance - splitting) < window) & ~np.eye(len(energies), dtype=bool)
    if not chosen.any():
        raise InvalidInput(
            f"no pair of grain levels is within {window:.3g} of the splitting {splitting}: "
            "widen `window` or take a larger grain"
        )
    return ReducedCoupling(density * float(elements[chosen].mean()), density, int(chosen.sum()))
