"""Localized orbitals on a lattice: where they sit, and how little of them is at the grain."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..errors import InvalidInput

# Above this the error of an eigenvector, 1e-16 of its largest component, does not matter.
_DIRECT = 1e-4
# Below this a component in the shell where the orbital is largest is that error and no more, which
# the paths from there to the origin may enlarge against the orbital's own.
_NOISE = 1e-13
# Orbitals at once: their blocks fit into the cache.
_TOGETHER = 32


def orbital_sites(orbitals: np.ndarray) -> np.ndarray:
    """The site of each orbital: the permutation with the largest prod_a |phi_a(s(a))| (O14).

    Parameters
    ----------
    orbitals : (n, n), column a is phi_a

    Returns
    -------
    (n,) int

    Raises
    ------
    InvalidInput
        If the matrix is not square: every site belongs to one orbital.

    Examples
    --------
    >>> orbital_sites(np.array([[0.6, 0.8], [0.8, -0.6]]))
    array([1, 0])
    """
    orbitals = np.asarray(orbitals, dtype=float)
    if orbitals.ndim != 2 or orbitals.shape[0] != orbitals.shape[1]:
        raise InvalidInput(
            f"orbitals has shape {orbitals.shape} and must be (n, n): sites go to all orbitals"
        )
    overlaps = np.maximum(abs(orbitals.T), 1e-300)
    return np.asarray(linear_sum_assignment(-np.log(overlaps))[1])


def amplitudes_at_origin(
    hamiltonian: np.ndarray, shells: np.ndarray, energies: np.ndarray, orbitals: np.ndarray
) -> np.ndarray:
    """|phi_a(0)| of every orbital, however small (docs/physics.md, O14).

    Components of a computed eigenvector are good to 1e-15 of its largest one. A smaller one at
    the origin follows from those in the shell s where the orbital is largest: the equations of
    the shells inside are solved outwards,

        phi(0) = (-1)^s (D_0^-1 T_1) (D_1^-1 T_2) ... (D_{s-1}^-1 T_s) phi_s,
        D_k = H_k - eps - T_k^T D_{k-1}^-1 T_k,

    with H_k the block of shell k and T_k that between shells k - 1 and k. Relative errors are below
    1e-7 up to R = 15, and 1e-4 at R = 25 but for a few corners, where true components of phi_s in
    the noise count (0.04). Where an eps is nearly a level of the shells inside (W = 0, or orbitals
    that a symmetry keeps from the origin) the product may err more than the eigenvector, whose
    component is then returned as it is.

    Parameters
    ----------
    hamiltonian : (n, n), joins each shell with itself and its neighbours
    shells : (n,) int, ascending from 0, the origin alone in shell 0
    energies : (k,);  orbitals : (n, k), column a is phi_a, normalised

    Raises
    ------
    InvalidInput
        For shells that do not start with one site, are not ascending, or leave out a number.

    Examples
    --------
    >>> h = np.diag([0.0, 1e6, 3e6]) + np.diag([1.0, 1.0], 1) + np.diag([1.0, 1.0], -1)
    >>> round(float(amplitudes_at_origin(h, np.arange(3), *np.linalg.eigh(h))[2]) * 6e12, 9)
    1.0
    """
    shells = np.asarray(shells)
    steps = np.diff(shells, prepend=-1)
    if len(shells) != len(hamiltonian) or steps[:2].min() < 1 or not np.isin(steps, (0, 1)).all():
        raise InvalidInput(
            "shells must have one number for each site, ascending from a single 0 at the origin "
            "without a gap"
        )
    starts = np.searchsorted(shells, np.arange(shells[-1] + 2))
    home = np.add.reduceat(orbitals**2, starts[:-1], axis=0).argmax(axis=0)
    found = abs(orbitals[0])
    tiny = np.flatnonzero((found < _DIRECT) & (home > 0))
    tiny = tiny[np.argsort(-home[tiny], kind="stable")]
    for first in range(0, len(tiny), _TOGETHER):
        part = tiny[first : first + _TOGETHER]
        product, error = _marched(
            hamiltonian, starts, energies[part], orbitals[:, part], home[part]
        )
        # The component of the eigenvector errs by one last digit. A NaN is never better.
        better = error < 1
        found[part[better]] = product[better]
    return np.asarray(found)


def _marched(
    hamiltonian: np.ndarray,
    starts: np.ndarray,
    energies: np.ndarray,
    orbitals: np.ndarray,
    home: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The product of shells for orbitals whose homes descend, and its error in last digits of 1."""
    found, lost = np.empty((2, len(energies)))
    known = np.where(abs(orbitals) > _NOISE, orbitals, 0.0)
    size = abs(hamiltonian).sum(axis=1).max()
    block = (hamiltonian[0, 0] - energies)[:, None, None]
    row, condition = np.ones_like(block), np.zeros(len(block))
    with np.errstate(all="ignore"):
        for shell in range(1, home[0] + 1):
            inside, here = slice(*starts[shell - 1 : shell + 1]), slice(*starts[shell : shell + 2])
            hops = hamiltonian[inside, here]
            inverse = _inverses(block)
            condition += (size + _norms(block)) * _norms(inverse)
            row = -(row @ inverse) @ hops
            going = np.count_nonzero(home > shell)
            for a in range(going, len(row)):
                found[a] = abs(row[a, 0] @ known[here, a])
                lost[a] = condition[a] * (abs(row[a, 0]) @ abs(orbitals[here, a]))
            row, condition, inverse = row[:going], condition[:going], inverse[:going]
            block = hamiltonian[here, here] - hops.T @ (inverse @ hops)
            diagonal = np.arange(block.shape[-1])
            block[:, diagonal, diagonal] -= energies[:going, None]
    return found, lost


def _norms(matrices: np.ndarray) -> np.ndarray:
    return np.asarray(abs(matrices).sum(axis=-1).max(axis=-1))


def _inverses(matrices: np.ndarray) -> np.ndarray:
    """NaN where there is none."""
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full_like(matrices, np.nan)
        return np.concatenate([_inverses(matrix[None]) for matrix in matrices])
