"""A quantum dot on a narrow bath (A section IV B): exact dynamics beside the golden rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from ...models import DotOnBath
from ...observables import evolved_population, fock_decay, fock_profile
from ...operators import by_factors, to_dense
from ...theory import metal
from ..tables import Tick, nothing

# A transition that leaves the bath within this share of the bandwidth of an edge of its band is
# neither possible nor impossible: the coupling smears the edge, and the rule has no say.
EDGE = 0.2
# In units of 2 pi gamma^2/W: starts that leave more slowly say nothing about a rate.
_LEAST_RATE = 0.2


@dataclass(frozen=True)
class DotOnItsOwn:
    """Eigenstates of the dot of one realization, and what the bath's operator joins.

    Attributes
    ----------
    energies : (d,), ascending;  vectors : (d, d)
    hopping : (d, d), <f| sum_{a != b} c+_a c_b |i>
    """

    energies: np.ndarray
    vectors: np.ndarray
    hopping: np.ndarray

    @classmethod
    def of(cls, model: DotOnBath, seed: int, realization: int) -> DotOnItsOwn:
        dot = model.dot
        energies, vectors = np.linalg.eigh(to_dense(dot.operator(model.draw(seed, realization))))
        return cls(energies, vectors, vectors.T @ (dot.hopping() @ vectors))

    def rates(self, model: DotOnBath, energy: float) -> np.ndarray:
        """Golden rule at a total energy: ``2 pi gamma^2 |<f|O|i>|^2/W``, (d, d), from i to f.

        For f != i with both ``|energy - E| < W/2``: the bath must have a level for either.
        """
        within = abs(energy - self.energies) < model.bandwidth / 2
        found = 2 * np.pi * model.gamma**2 / model.bandwidth * self.hopping**2
        found *= within[:, None] & within
        np.fill_diagonal(found, 0.0)
        return found

    def starts(self, model: DotOnBath) -> np.ndarray:
        """Numbers (i, b) of dot and bath levels, (n, 2), of which the golden rule is sure.

        Bath levels of the middle half of the band, at total energies that leave the bath by no
        transition of the dot within `EDGE` of the edges of its band.
        """
        bath = np.flatnonzero(abs(model.bath_energies) < model.bandwidth / 4)
        total = self.energies[:, None] + model.bath_energies[bath]
        left = abs(total[..., None] - self.energies) / model.bandwidth
        i, b = np.nonzero(abs(left - 0.5).min(axis=2) > EDGE)
        return np.column_stack([i, bath[b]])


def rate_equation(rates: np.ndarray, start: int, times: np.ndarray) -> np.ndarray:
    """Population of `start` under ``dP_f/dt = sum_i R_fi P_i - R_if P_f``, R symmetric.

    Examples
    --------
    >>> there_and_back = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> rate_equation(there_and_back, 0, np.array([0.0, 100.0]))
    array([1. , 0.5])
    """
    decay, modes = np.linalg.eigh(rates - np.diag(rates.sum(axis=0)))
    return np.asarray(np.exp(np.outer(times, decay)) @ modes[start] ** 2)


@dataclass(frozen=True)
class Relaxation:
    """Populations of the dot's eigenstates that a dot and its bath started in.

    Attributes
    ----------
    times : (n_t,)
    exact : (n_t, n)
    start : (n,) of int, the eigenstate of each
    rates : (n, d, d), the golden rule's at the energy of each
    """

    times: np.ndarray
    exact: np.ndarray
    start: np.ndarray
    rates: np.ndarray

    def golden_rule(self, factor: float = 1.0) -> np.ndarray:
        """What the rule's rate equation has instead of `exact`, all rates times a factor."""
        each = zip(self.rates, self.start, strict=True)
        return np.column_stack([rate_equation(factor * r, i, self.times) for r, i in each])


def relaxation(
    model: DotOnBath, starts: np.ndarray, times: np.ndarray, seed: int, realization: int
) -> Relaxation:
    """Exact populations and the golden rule's rates.

    The dot starts in an eigenstate, not in a Fock state: without the bath it would stay there for
    ever, so that whatever happens is relaxation, and the rule is about these states. The bath
    starts in one of its levels.

    Parameters
    ----------
    model : DotOnBath
    starts : (n, 2) of int
        Numbers of the dot's and the bath's level.
    times : (n_t,)
    """
    dot = DotOnItsOwn.of(model, seed, realization)
    sample = model.draw(seed, realization)
    shape = (*model.space().dims, len(starts))
    states = dot.vectors[:, starts[:, 0]]
    psi = np.zeros(shape)
    psi[:, starts[:, 1], np.arange(len(starts))] = states
    # No level of a sum lies beyond the sums of the levels.
    reach = model.bandwidth / 2 + abs(model.gamma) * (
        np.linalg.norm(dot.hopping, 2) * np.linalg.norm(sample.coupling, 2)
    )

    def in_the_same_state(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.einsum("dn,dbn->bn", states, x.reshape(shape)))

    exact = evolved_population(
        by_factors(model.operator(sample)),
        (float(dot.energies[0] - reach), float(dot.energies[-1] + reach)),
        psi.reshape(-1, len(starts)),
        in_the_same_state,
        times,
    )
    totals = dot.energies[starts[:, 0]] + model.bath_energies[starts[:, 1]]
    rates = np.array([dot.rates(model, energy) for energy in totals])
    return Relaxation(times, exact, starts[:, 0], rates)


def rate_over_golden_rule(found: Sequence[Relaxation]) -> float:
    """The factor of all rates with which the rule's mean population fits the exact one best."""
    exact = np.hstack([each.exact for each in found]).mean(axis=1)

    def misfit(factor: float) -> float:
        rule = np.hstack([each.golden_rule(factor) for each in found]).mean(axis=1)
        return float(((exact - rule) ** 2).sum())

    return float(minimize_scalar(misfit, bounds=(0.2, 5.0), method="bounded").x)


# -- tables ----------------------------------------------------------------------------------------

_UNITS_OF_TIME = 2.0
_WIDE, _NARROW = "W = 1", "W = 0.05, nothing within the band"
EXACT = tuple(f"exact, {band}" for band in (_WIDE, _NARROW))


def populations(
    model: DotOnBath,
    realizations: Sequence[int],
    moving: bool,
    n_starts: int = 12,
    tick: Tick = nothing,
    seed: int = 1,
) -> list[Relaxation]:
    """Relaxation over two times bandwidth/(2 pi gamma^2) from evenly chosen starts.

    Parameters
    ----------
    moving : bool
        Starts that the golden rule expects to have decayed at the end, or those from which no
        transition of the dot is within the band.
    """
    unit = model.bandwidth / (2 * np.pi * model.gamma**2)
    times = np.linspace(0.0, _UNITS_OF_TIME, 21) * unit
    found = []
    for done, realization in enumerate(realizations):
        dot = DotOnItsOwn.of(model, seed, realization)
        starts = dot.starts(model)
        totals = dot.energies[starts[:, 0]] + model.bath_energies[starts[:, 1]]
        each = zip(totals, starts[:, 0], strict=True)
        leaving = np.array([dot.rates(model, energy)[:, i].sum() for energy, i in each])
        fit = leaving * unit > _LEAST_RATE if moving else leaving == 0
        chosen = np.flatnonzero(fit)
        if len(chosen):
            chosen = chosen[np.linspace(0, len(chosen) - 1, min(n_starts, len(chosen))).astype(int)]
            found.append(relaxation(model, starts[chosen], times, seed, realization))
        tick(done + 1, len(realizations))
    return found


def dot_relaxation(tick: Tick = nothing, samples: int = 12, n_levels: int = 4) -> pd.DataFrame:
    """Population of a dot's eigenstates on baths of two bandwidths, exact and by the golden rule.

    In the wide band (the single-particle spacing) from states that the rule expects to decay; in
    the narrow one from states that no transition leaves within it. Columns `curve`, `t` (times 2 pi
    gamma^2/W), `value`, `error` (over the starts).
    """
    parts = []
    bands = ((_WIDE, 1.0, 0.04, 250), (_NARROW, 0.05, 0.005, 60))
    for number, (name, bandwidth, gamma, n_bath) in enumerate(bands):
        model = DotOnBath(
            n_levels=n_levels, lam=0.3, n_bath=n_bath, gamma=gamma, bandwidth=bandwidth
        )

        def shifted(done: int, total: int, number: int = number) -> None:
            tick(number * total + done, len(bands) * total)

        found = populations(model, range(samples), name == _WIDE, tick=shifted)
        exact = np.hstack([each.exact for each in found])
        rule = np.hstack([each.golden_rule() for each in found])
        t = np.linspace(0.0, _UNITS_OF_TIME, len(exact))
        for curve, values in (("exact", exact), ("golden rule", rule)):
            error = values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
            columns = {"t": t, "value": values.mean(axis=1), "error": error}
            parts.append(pd.DataFrame({"curve": f"{curve}, {name}", **columns}))
    return pd.concat(parts, ignore_index=True)


class DotLaw(NamedTuple):
    """The numbers of A eq 16, measured on dots.

    Attributes
    ----------
    delta_m : mean distance of the energies that one hop reaches, where the hop costs at most the
        spacing of the levels
    K : how many times as many are reached by a two-body move after the hop
    Xi : inverse of the second step of ln |psi| (`fock_decay`)
    """

    delta_m: float
    K: float
    Xi: float


@dataclass(frozen=True)
class GoldenRuleRates:
    """Rates of central eigenstates by the golden rule, over gamma^2.

    Attributes
    ----------
    bandwidths : (n,)
    rates : (samples, k, n), 2 pi/W sum_f |<f|O|i>|^2 over |E_f - E_i| < W/2
    law : DotLaw
    """

    bandwidths: np.ndarray
    rates: np.ndarray
    law: DotLaw


def rates_of_dots(
    model: DotOnBath, bandwidths: np.ndarray, samples: int, seed: int = 1
) -> GoldenRuleRates:
    """Golden rule on the middle third of a dot's spectrum, the bath in the middle of its band.

    A defines its K and delta_m on a Cayley tree. On a dot they are counted: Fock states of the
    centre's energy to within the level spacing that differ from it by one moved electron (order 0,
    reached by the hop alone) and by two or three (order 1).
    """
    dot = model.dot
    occupied = dot.occupations().astype(int)
    moved = dot.electrons - occupied @ occupied.T
    rates, profiles, densities = [], [], []
    for realization in range(samples):
        own = DotOnItsOwn.of(model, seed, realization)
        d = len(own.energies)
        chosen = np.arange(d // 3, 2 * d // 3)
        distance = abs(own.energies[:, None] - own.energies[chosen])
        strength = own.hopping[:, chosen] ** 2
        strength[chosen, np.arange(len(chosen))] = 0.0
        inside = [(strength * (distance < W / 2)).sum(axis=0) for W in bandwidths]
        rates.append(2 * np.pi * np.column_stack(inside) / bandwidths)
        vectors = own.vectors[:, chosen]
        profiles.append(fock_profile(vectors, occupied).mean(axis=0))
        centre = abs(vectors).argmax(axis=0)
        energies = occupied @ model.draw(seed, realization).levels
        near = abs(energies[:, None] - energies[centre]) < dot.spacing
        steps = moved[:, centre]
        densities.append([(near & (steps == 1)).sum(), (near & (steps // 2 == 1)).sum()])
    direct, next_order = np.mean(densities, axis=0) / len(chosen) / (2 * dot.spacing)
    decay = fock_decay(np.mean(profiles, axis=0))
    law = DotLaw(1 / direct, next_order / direct, 1 / float(decay[1]))
    return GoldenRuleRates(bandwidths, np.array(rates), law)


def dot_bandwidth(tick: Tick = nothing, samples: int = 15, n_levels: int = 10) -> pd.DataFrame:
    """Rates of a dot against the bandwidth: golden rule on exact eigenstates beside A eq 16.

    Columns `panel` (lam), `curve` ("mean", "median", "A eq 16"), `W`, `value` (over gamma^2),
    `error`. A rate of 0, where the states have nothing to go to, is left out.
    """
    bandwidths = np.geomspace(0.01, 2.0, 24)
    parts = []
    strengths = (0.1, 0.03)
    for done, lam in enumerate(strengths):
        model = DotOnBath(n_levels=n_levels, lam=lam, n_bath=2, gamma=1.0, bandwidth=1.0)
        found = rates_of_dots(model, bandwidths, samples)
        of_sample = found.rates.mean(axis=1)
        median = np.median(found.rates.reshape(-1, len(bandwidths)), axis=0)
        law = metal.dot_rate(bandwidths, 1.0, found.law.delta_m, found.law.Xi, found.law.K)
        error = of_sample.std(axis=0, ddof=1) / np.sqrt(samples)
        curves = {
            "golden rule, mean": (of_sample.mean(axis=0), error),
            "golden rule, median": (median, np.nan),
            "A eq 16": (np.exp(law.ln_rate), np.nan),
        }
        for curve, (values, errors) in curves.items():
            columns = {"W": bandwidths, "value": values, "error": errors}
            parts.append(pd.DataFrame({"panel": f"lam = {lam:g}", "curve": curve, **columns}))
        tick(done + 1, len(strengths))
    table = pd.concat(parts, ignore_index=True)
    return table[table["value"] > 0]
