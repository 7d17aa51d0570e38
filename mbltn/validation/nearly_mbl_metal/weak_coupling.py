"""Weakly coupled baths and weakly interacting dots (A section IV), a table a realization."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models import DotOnBath, QuantumDot, SpinOnBath
from ...observables import fock_decay, fock_profile, mean_population
from ...solvers import Target, eigenpairs
from ..tables import Tick, nothing
from .dot_relaxation import rates_of_dots

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


# Of dots of ten levels: within the first every state is reached by the hop alone; within the second
# by one more two-body move from nearly every state, and by the hop from a quarter of them.
WIDE, NARROW = 1.5, 0.2


def typical_rates(tick: Tick = nothing, samples: int = 40) -> pd.DataFrame:
    """Golden rule on the same eigenstates for weaker and weaker interactions, in two bandwidths.

    Columns `sample`, `lam`, `wide` and `narrow`: medians over the states of ln of the rate over
    that for the strongest interaction; `ln_rate`, the median for NARROW; `delta_m`, `K`, `Xi` as
    `DotLaw` has them.
    """
    rows = []
    first = None
    for done, lam in enumerate(sorted(STRENGTHS, reverse=True)):
        model = DotOnBath(n_levels=10, lam=lam, n_bath=2, gamma=1.0, bandwidth=1.0)
        found = rates_of_dots(model, np.array([WIDE, NARROW]), samples)
        with np.errstate(divide="ignore", invalid="ignore"):
            ln_rates = np.log(found.rates)
            first = ln_rates if first is None else first
            growth = np.nanmedian(ln_rates - first, axis=1)
        median = np.median(ln_rates[:, :, 1], axis=1)
        for sample in range(samples):
            wide, narrow = growth[sample]
            of_sample = {"wide": wide, "narrow": narrow, "ln_rate": median[sample]}
            rows.append({"sample": sample, "lam": lam, **of_sample, **found.law._asdict()})
        tick(done + 1, len(STRENGTHS))
    return pd.DataFrame(rows)
