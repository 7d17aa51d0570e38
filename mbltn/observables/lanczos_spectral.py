"""Spectral function of one eigenstate as the fewest lines that have its moments: Lanczos."""

from __future__ import annotations

import numpy as np
from scipy.linalg import eigh_tridiagonal

from ..comm import agreed
from ..errors import InvalidInput
from ..operators.chebyshev import BlockOperator
from ..solvers import Eigenpairs
from ..solvers.threads import threads_of_rank
from .dynamical import without_expectation
from .pauli import Pauli

_ENDED = 1e-10


def lanczos_spectral(
    states: Eigenpairs, pauli: Pauli, level: int, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lines w_j and weights of rho_n(w) for one state: Gauss quadrature by Lanczos from O'|n>.

    docs/physics.md, O24. sum_j weights w_j^p is exact for p = 0 .. 2 steps - 1 (R. Haydock,
    V. Heine and M. J. Kelly, J. Phys. C 5, 2845, 1972); no kernel broadens anything, so that
    lines at the ends of the spectrum, or apart from the rest, are sharp. All Lanczos vectors are
    kept orthogonal: 8 D steps bytes, over all ranks.

    Parameters
    ----------
    states : Eigenpairs
    pauli : Pauli
    level : number of n among `states`
    steps : applications of H, at least one

    Returns
    -------
    w, weights : (steps,) ascending frequencies E - E_n, and their weights without prefactor, of sum
        1 - <n|O|n>^2. Fewer where O'|n> lies in a smaller invariant space; none if it is 0.

    Raises
    ------
    InvalidInput
        If there is no such level, or steps is not positive.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
    >>> op = model.operator(model.draw(seed=1, realization=0))
    >>> states = mb.eigenpairs(op, mb.Target.middle(8))
    >>> w, weights = lanczos_spectral(states, Pauli("x", 0, spin=1), level=3, steps=20)
    >>> w.shape, bool(weights.min() > 0)
    ((20,), True)
    """
    if not (0 <= level < len(states) and steps >= 1):
        raise agreed(
            InvalidInput(
                f"level={level} and steps={steps}: give one of the levels 0..{len(states) - 1}, "
                "and one step or more"
            )
        )
    rest, _ = without_expectation(states.select([level]), pauli)
    comm = states.rows.comm
    with threads_of_rank(None, comm), BlockOperator(states.operator, comm) as h:
        x = h.deal.from_public(rest)
        norm = float(np.sqrt(h.sum(x.T @ x)[0, 0]))
        if norm <= _ENDED:
            return np.zeros(0), np.zeros(0)
        basis = np.empty((h.n_local, min(steps, h.dimension)), order="F")
        diagonal: list[float] = []
        beside: list[float] = []
        x /= norm
        for step in range(basis.shape[1]):
            basis[:, step] = x[:, 0]
            y = h.apply(x)
            diagonal.append(float(h.sum(x.T @ y)[0, 0]))
            known = basis[:, : step + 1]
            for _ in range(2):
                y -= known @ h.sum(known.T @ y)
            beside.append(float(np.sqrt(h.sum(y.T @ y)[0, 0])))
            if beside[-1] <= _ENDED * max(map(abs, [*diagonal, *beside])):
                break
            x = y / beside[-1]
    energies, vectors = eigh_tridiagonal(diagonal, beside[:-1])
    return energies - states.energies[level], (norm * vectors[0]) ** 2
