"""Weakly coupled baths and weakly interacting dots (A section IV), a table a realization."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..models import QuantumDot, SpinOnBath
from ..observables import fock_decay, fock_profile, mean_population
from ..solvers import Target, eigenpairs
from .tables import Tick, nothing

GAMMA, FAR = 0.03, 1.6  # coupling, and a splitting that no bath of bandwidth 1 takes


def golden_rates(tick: Tick = nothing, samples: int = 12, n_bath: int = 300) -> pd.DataFrame:
    """Rate of a level pair on a bath of bandwidth 1, and what becomes of it if it is too far apart.

    Columns `sample`, `rate` (of 2 P - 1 = exp(-2 rate t), fitted while
    that is above 0.3) and `stays`, the mean P at all times for the splitting FAR.
    """
    model = SpinOnBath(n_bath=n_bath, gamma=GAMMA, splitting=0.1)
    times = np.linspace(20.0, 100.0, 9)
    rows = []
    for sample in range(samples):
        found = _population(model, sample, times)
        left = 2 * found - 1
        fitted = left > 0.3
        slope = np.polyfit(times[fitted], np.log(left[fitted]), 1)[0]
        far = SpinOnBath(n_bath=n_bath, gamma=GAMMA, splitting=FAR)
        rows.append({"sample": sample, "rate": -slope / 2, "stays": _at_all_times(far, sample)})
        tick(sample + 1, samples)
    return pd.DataFrame(rows)


def _spectrum(model: SpinOnBath, sample: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Levels, vectors, and the starts: the lower level, the bath in the middle half of its band."""
    pairs = eigenpairs(model.operator(model.draw(2, sample)), Target.all(), "dense")
    starts = np.flatnonzero(abs(model.bath_energies) < model.bandwidth / 4)
    return pairs.energies, pairs.vectors, starts


def _population(model: SpinOnBath, sample: int, times: np.ndarray) -> np.ndarray:
    energies, vectors, starts = _spectrum(model, sample)
    counted = np.arange(2 * model.n_bath) < model.n_bath
    return mean_population(energies, vectors, starts, counted, times)


def _at_all_times(model: SpinOnBath, sample: int) -> float:
    _, vectors, starts = _spectrum(model, sample)
    weight = vectors**2
    lower = weight[: model.n_bath].sum(axis=0)
    return float((weight[starts] @ lower).mean())


STRENGTHS = (3e-4, 1e-3, 3e-3)


def fock_decays(tick: Tick = nothing, samples: int = 60, n_levels: int = 8) -> pd.DataFrame:
    """1/Xi of the same dots, the second step of ln |psi|, for weak interactions.

    Columns `sample`, `lam`, `decay`; all eigenstates within D/14 ranks of the middle.
    """
    rows = []
    for sample in range(samples):
        for lam in STRENGTHS:
            dot = QuantumDot(n_levels=n_levels, lam=lam)
            op = dot.operator(dot.draw(8, sample))
            pairs = eigenpairs(op, Target.rank(op.dimension // 7), "dense")
            profile = fock_profile(pairs.vectors, dot.occupations()).mean(axis=0)
            rows.append({"sample": sample, "lam": lam, "decay": float(fock_decay(profile)[1])})
        tick(sample + 1, samples)
    return pd.DataFrame(rows)
