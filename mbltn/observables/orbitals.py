"""Localized orbitals on a lattice: where they sit, and how little of them is at the grain."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linear_sum_assignment

from ..errors import InvalidInput

# Share of its weight by which a solution may miss its eigenvector before it is another state.
_OTHER = 1e-6


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
    hamiltonian: sp.csr_array, energies: np.ndarray, orbitals: np.ndarray, origin: int = 0
) -> np.ndarray:
    """|phi_a(origin)| of localized orbitals, however small (docs/physics.md, O14).

    Components of a computed eigenvector are good to 1e-16 of its largest one, at the site s. The
    equations of all other sites, with phi_a(s) = 1 put in,

        sum_{m != s} (H - eps_a)_nm phi_a(m) = -H_ns  for n != s,

    are not singular, and elimination keeps the digits of components that are small because they
    are far. Where the solution is not the eigenvector (degenerate levels), the eigenvector's own
    component is returned.

    Parameters
    ----------
    hamiltonian : (n, n) sparse, real symmetric
    energies : (k,);  orbitals : (n, k), column a is phi_a, normalised
    origin : int
        Site at which the amplitudes are wanted.

    Raises
    ------
    InvalidInput
        If the shapes do not fit.

    Examples
    --------
    >>> h = np.diag([0.0, 1e6, 3e6]) + np.diag([1.0, 1.0], 1) + np.diag([1.0, 1.0], -1)
    >>> far = amplitudes_at_origin(sp.csr_array(h), *np.linalg.eigh(h))[2]
    >>> round(float(far) * 6e12, 9)
    1.0
    """
    from .site_elimination import Pattern, solve_beside  # numba

    n, k = hamiltonian.shape[0], len(energies)
    if hamiltonian.shape != (n, n) or orbitals.shape != (n, k):
        raise InvalidInput(
            f"hamiltonian {hamiltonian.shape} and orbitals {orbitals.shape} must be (n, n) and "
            f"(n, {k}): one column for each energy"
        )
    own = abs(orbitals[origin])
    homes = abs(orbitals).argmax(axis=0)
    with np.errstate(all="ignore"):
        found, overlaps = solve_beside(Pattern.of(hamiltonian), energies, homes, orbitals, origin)
        same = 1 - np.square(overlaps) < _OTHER  # False for NaN
    return np.where(same, found, own)
