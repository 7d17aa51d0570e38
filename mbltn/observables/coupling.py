"""The bare coupling of an l-bit to a grain, in units of the level spacing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ..errors import InvalidInput
from .levels import around_energy, level_spacing, middle_by_rank

Counted = Literal["flip", "joint"]


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


@dataclass(frozen=True)
class BareHybridization:
    """G, the level density rho, the mean square M of g = 1's elements, and how many it is of."""

    G: float
    density: float
    mean_square: float
    elements: int


def bare_hybridization(
    levels: np.ndarray,
    vectors: np.ndarray,
    bath_operator: Any,
    field: float,
    coupling: float,
    count: Counted = "flip",
    window: float = 1.0,
    density_count: int | None = None,
) -> BareHybridization:
    """``G = g rho sqrt(M)`` of a spin next to a bath (paper E, eq 4 and Fig 5).

    docs/physics.md (O19). M is the mean of |<b'|V|b>|^2 over final states within `window`
    of the product state |b, s> with E_b + s h nearest to 0, rho the density of `density_count`
    bath levels around 0.

    Parameters
    ----------
    levels : (d,), ascending;  vectors : (d, d)
        Eigenstates of the bath, in columns.
    bath_operator : (d, d)
        V, sigma^x of the coupled bath spin; an array or a sparse matrix.
    field : h of h sigma^z
    coupling : g
    count : {"flip", "joint"}
        "flip" takes the mean over the states with the spin flipped, which is G = g sqrt(v(2h) rho).
        "joint" takes it over all product states of bath and spin in the window, those with the
        same spin counted as 0, and their density 2 rho: a factor of some sqrt 2 larger, and what
        paper E quotes.
    window : float, > 0
        Half width in energy.
    density_count : int, optional
        d/8 by default (at least two).

    Raises
    ------
    InvalidInput
        If no level lies in the window, another `count` is asked for, or shapes do not fit.

    Examples
    --------
    >>> levels = np.array([-1.5, -1.0, 0.8, 1.6])
    >>> found = bare_hybridization(levels, np.eye(4), np.ones((4, 4)), 0.9, 0.1, density_count=4)
    >>> found.elements, round(found.density, 4), round(found.G, 4)     # |b, s> = |-1, up>
    (2, 0.9677, 0.0968)
    """
    if count not in get_args(Counted):
        raise InvalidInput(f"count={count!r} must be one of {', '.join(get_args(Counted))}")
    levels, vectors = np.asarray(levels, dtype=float), np.asarray(vectors)
    d = len(levels)
    if vectors.shape != (d, d) or np.shape(bath_operator) != (d, d):
        raise InvalidInput(
            f"{d} levels need vectors and an operator ({d}, {d}), not {vectors.shape} and "
            f"{np.shape(bath_operator)}"
        )
    density_count = max(2, d // 8) if density_count is None else density_count
    density = 1.0 / level_spacing(levels[around_energy(levels, density_count)])
    spins = np.array([1.0, -1.0])
    b, spin = np.unravel_index(np.argmin(abs(levels[:, None] + field * spins)), (d, 2))
    flip_back = 2 * field * spins[spin]
    flipped = abs(levels - levels[b] - flip_back) <= window
    n = int(flipped.sum())
    if count == "joint":
        n += int((abs(levels - levels[b]) <= window).sum())
        density *= 2
    if not flipped.any():
        raise InvalidInput(
            f"no bath level is within {window:.3g} of {levels[b] + flip_back:.4g}, where the flip "
            "of the spin leads: widen `window` or take a larger bath"
        )
    elements = np.conj(vectors[:, flipped]).T @ (bath_operator @ vectors[:, b])
    mean_square = float((abs(elements) ** 2).sum()) / n
    return BareHybridization(coupling * density * np.sqrt(mean_square), density, mean_square, n)


def perturbation_norm(energies: np.ndarray, others: np.ndarray, elements: np.ndarray) -> np.ndarray:
    """``g_a = sqrt(sum_b |V_ab|^2/(E_a - E_b)^2)``, what first order admixes (paper D, eq 5).

    docs/physics.md (O19). b are the states with the spin flipped. For a random-matrix grain g_a/g
    is distributed as p(x) of (T2), g being the reduced coupling.

    Parameters
    ----------
    energies : (n,)
        E_a, such as e_a + h.
    others : (m,)
        E_b, such as e_b - h.
    elements : (n, m)
        V_ab, with the coupling constant.

    Returns
    -------
    (n,); inf for a state that is coupled to one of its own energy

    Raises
    ------
    InvalidInput
        If the shapes do not fit.

    Examples
    --------
    >>> perturbation_norm([0.0, 4.0], [1.0, -2.0], np.array([[3.0, 8.0], [0.0, 3.0]]))
    array([5. , 0.5])
    """
    energies, others = np.asarray(energies, dtype=float), np.asarray(others, dtype=float)
    strength = abs(np.asarray(elements))
    if strength.shape != (len(energies), len(others)):
        raise InvalidInput(
            f"elements {strength.shape} must be ({len(energies)}, {len(others)}): states a by "
            "states b"
        )
    gap = abs(energies[:, None] - others)
    resonant = np.where(strength > 0, np.inf, 0.0)
    ratio = np.divide(strength, gap, out=resonant, where=gap > 0)
    return np.asarray(np.sqrt((ratio**2).sum(axis=1)))
