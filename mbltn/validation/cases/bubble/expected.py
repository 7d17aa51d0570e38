"""What golden rule, random matrices and mean field expect of C's model, averaged over fields."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ....theory import golden_rule
from ...bubble import mean_field
from ...bubble.flip_lines import measured_share
from ...bubble.studies import FIELDS, WIDTH

_SAMPLES, _FEW = 400, 20
NEXT = (
    "2 <(V_M/2 eps)^2>, next order in V; what couplings add to the variance of levels; 2^-N of a "
    "random matrix"
)


class Point(NamedTuple):
    """M l-bits of a geometry around a grain of N spins, the first with coupling V."""

    geometry: str
    V: float
    xi: float
    M: int
    N: int


@lru_cache(maxsize=64)
def _fields(M: int) -> np.ndarray:
    return np.random.default_rng(8).uniform(*FIELDS, (_SAMPLES, M))


def _couplings(at: Point) -> np.ndarray:
    M = np.arange(1, at.M + 1)
    return at.V * np.exp(np.asarray(golden_rule.ln_coupling(at.geometry, M, at.xi)))


def _radius(N: int) -> float:
    return 0.5 * WIDTH * N


def width_ratio(at: Point) -> float:
    """gamma_M/delta_E of the golden rule, without a floor."""
    V = _couplings(at)[-1]
    return float(np.mean(golden_rule.golden_rule_ratio(_fields(at.M), V, at.N, WIDTH, floor=0.0)))


def share_seen(at: Point) -> float:
    """Of the golden rule's width, by which Lorentzians of it would be measured."""
    joint = golden_rule.density_of_states(np.zeros(_SAMPLES), _fields(at.M), _radius(at.N))
    gamma = width_ratio(at) / (2.0 ** (at.N + at.M) * float(np.mean(joint)))
    return float(np.mean([measured_share(gamma, eps) for eps in _fields(at.M)[:_FEW, -1]]))


def next_orders(at: Point) -> float:
    """Of gamma/delta_E, relative: <(V_M/2 eps)^2> of two states, half of the share that the
    couplings have in the variance of the levels, and 2^-N of a random matrix."""
    V = _couplings(at)
    mixed = 2 * V[-1] ** 2 / (4 * FIELDS[0] * FIELDS[1])
    variance = _radius(at.N) ** 2 / 4 + (_fields(at.M) ** 2).sum(axis=1).mean()
    return float(mixed + 0.5 * (V**2).sum() / variance + 2.0**-at.N)


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


def end_entropy(at: Point) -> float:
    """[S_M]/log 2 of D's mean field."""
    return mean_field.end_entropy(_couplings(at), _fields(at.M)[:_FEW], at.N)


def growing_length(low: int, high: int, N: int) -> float:
    """xi beyond which the golden rule's gamma/delta_E is larger with more l-bits (exp1d).

    Its prefactor 4 pi V_1^2 has no part in that.
    """
    ratio = [width_ratio(Point("exp1d", 1.0, 1e12, M, N)) for M in (low, high)]
    return float(2 * (high - low) / np.log(ratio[1] / ratio[0]))


def growing_length_printed(low: int, high: int, N: int) -> float:
    """The same by C eq 6."""
    low_ratio, high_ratio = (
        float(golden_rule.paper_ratio(M, 1e12, 1.0, N, floor=0.0)) for M in (low, high)
    )
    return float(2 * (high - low) / np.log(high_ratio / low_ratio))
