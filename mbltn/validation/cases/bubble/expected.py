"""What golden rule, random matrices and mean field expect of C's model, averaged over fields."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ....observables.entanglement import LOG2
from ....theory import central_grain, golden_rule
from ...bubble_studies import FIELDS, WIDTH
from ...flip_lines import measured_share

_SAMPLES, _FEW = 400, 20


@lru_cache(maxsize=64)
def _fields(M: int) -> np.ndarray:
    return np.random.default_rng(8).uniform(*FIELDS, (_SAMPLES, M))


def _couplings(M: int, xi: float) -> np.ndarray:
    return np.exp(np.asarray(golden_rule.ln_coupling("exp1d", np.arange(1, M + 1), xi)))


def _radius(N: int) -> float:
    return 0.5 * WIDTH * N


def width_ratio(M: int, xi: float, N: int, floor: float = 0.0) -> float:
    """gamma_M/delta_E of the golden rule, V_1 = 1."""
    V = _couplings(M, xi)[-1]
    return float(np.mean(golden_rule.golden_rule_ratio(_fields(M), V, N, WIDTH, floor=floor)))


def share_seen(M: int, xi: float, N: int) -> float:
    """Of the golden rule's width, by which Lorentzians of it would be measured."""
    joint = golden_rule.density_of_states(np.zeros(_SAMPLES), _fields(M), _radius(N))
    gamma = width_ratio(M, xi, N) / (2.0 ** (N + M) * float(np.mean(joint)))
    return float(np.mean([measured_share(gamma, eps) for eps in _fields(M)[:_FEW, -1]]))


def next_orders(M: int, xi: float, N: int) -> float:
    """Of gamma/delta_E, relative: <(V_M/2 eps)^2> of two states, half of the share that the
    couplings have in the variance of the levels, and 2^-N of a random matrix."""
    V = _couplings(M, xi)
    mixed = 2 * V[-1] ** 2 / (4 * FIELDS[0] * FIELDS[1])
    variance = _radius(N) ** 2 / 4 + (_fields(M) ** 2).sum(axis=1).mean()
    return float(mixed + 0.5 * (V**2).sum() / variance + 2.0**-N)


def squared_elements(M: int, N: int) -> np.ndarray:
    """<|<n|O|m>|^2> of a grain spin in squares of level spacings, for some fields: v rho.

    A state of total energy 0 with the l-bits in s has the bath at -e(s), where operators of it
    have v = p_0: rho times the mean of p_0^2 over that of p_0, all l-bits absorbed.
    """
    signs = 1 - 2 * ((np.arange(2**M)[:, None] >> np.arange(M)) & 1)
    energies = _fields(M)[: 3 * _FEW] @ signs.T
    alone = np.zeros((*energies.shape, 0))
    p = np.asarray(golden_rule.density_of_states(energies, alone, _radius(N)))
    return np.asarray(2.0 ** (N + M) * (p**2).mean(axis=1))


def end_entropy(M: int, xi: float, N: int) -> float:
    """[S_M]/log 2 of D's mean field, g_n = V_n (2 rho v/pi)^(1/2), rho v = 2^N p_0(eps_n)^2."""
    found = []
    for fields in _fields(M)[:_FEW]:
        p = np.asarray(golden_rule.density_of_states(fields, np.zeros((M, 0)), _radius(N)))
        bare = _couplings(M, xi) * np.sqrt(2 / np.pi * 2.0**N) * p
        found.append(central_grain.solve(bare).mean_entropies[-1])
    return float(np.mean(found)) / LOG2


def growing_length(low: int, high: int, N: int) -> float:
    """xi beyond which the golden rule's gamma/delta_E is larger with more l-bits (exp1d)."""
    ratio = [width_ratio(M, 1e12, N) for M in (low, high)]
    return float(2 * (high - low) / np.log(ratio[1] / ratio[0]))


def growing_length_printed(low: int, high: int, N: int) -> float:
    """The same by C eq 6."""
    low_ratio, high_ratio = (
        float(golden_rule.paper_ratio(M, 1e12, 1.0, N, floor=0.0)) for M in (low, high)
    )
    return float(2 * (high - low) / np.log(high_ratio / low_ratio))
