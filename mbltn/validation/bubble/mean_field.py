"""Paper D's mean field for the last l-bit of paper C's model."""

from __future__ import annotations

import numpy as np

from ...observables.entanglement import LOG2
from ...theory import central_grain, golden_rule
from .studies import WIDTH


def end_entropy(couplings: np.ndarray, fields: np.ndarray, N: int) -> float:
    """[S_M]/log 2 of the last l-bit, averaged over fields.

    g_n = V_n (2 rho v/pi)^(1/2), rho v = 2^N p_0(eps_n)^2: a state of total energy 0 has a bath at
    -+eps_n before the flip and at +-eps_n after it, and v = p_0 in a random matrix. No number is
    fitted.

    Parameters
    ----------
    couplings : (M,), V_n
    fields : (samples, M), eps_n
    N : spins of the grain, of bandwidth 2.6 N

    Examples
    --------
    >>> far, near = (end_entropy(np.array([V]), np.array([[1.0]]), 6) for V in (0.01, 1.0))
    >>> far < 0.1 < 0.9 < near
    True
    """
    found = []
    for eps in fields:
        p = np.asarray(golden_rule.density_of_states(eps, np.zeros((len(eps), 0)), 0.5 * WIDTH * N))
        bare = couplings * np.sqrt(2 / np.pi * 2.0**N) * p
        found.append(central_grain.solve(bare).mean_entropies[-1])
    return float(np.mean(found)) / LOG2
