"""Paper D, Fig 3, exactly: states of fifty l-bits beside the mean field, and what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...comm import Serial, dealt
from ...models import CentralGrain
from ...observables import measure
from ...observables.entanglement import LOG2
from ...observables.mps_measure import measure_mps
from ...solvers import DmrgX, Target, eigenpairs, mps_eigenstates
from ...theory.central_grain import CRITICAL_ALPHA
from ..tables import Tick, mean_and_error, nothing
from .unfitted_field import mean_field_of

PANELS = (
    "a: entropy of every l-bit",
    "b: size of the avalanche",
    "c: what became of the starts",
)
THEORY, CONVERGED = ", theory", ", converged only"
LIMITED = "bond dimension limit reached"
_COLUMNS = (
    *("panel", "curve", "n", "distance", "alpha", "value", "error"),
    *("starts", "distinct", "converged", "limited"),
)
Row = dict[str, Any]
_DISTANCES = np.geomspace(5e-3, 0.55, 31)


@dataclass(frozen=True)
class Chains:
    """What is computed.

    Attributes
    ----------
    alphas : decays for DMRG-X, below alpha_c
    realizations, states : of each; states that product states of energy 0 lead to
    n_lbits : of the long chain
    options : of DMRG-X. Variances below 1e-10 suffice: those below 1e-12 change no entropy by
        more than 1e-4 log 2.
    short_alphas, short_lbits, short_realizations, short_states : exact eigenstates nearest to
        energy 0, where DMRG-X does not reach
    theory_lbits : of the mean field's curves
    seed : of the samples
    """

    alphas: tuple[float, ...] = (0.3, 0.4, 0.5, 0.55, 0.6)
    realizations: int = 64
    states: int = 2
    n_lbits: int = 50
    options: DmrgX = DmrgX(max_bond=64, variance_tol=1e-10)
    short_alphas: tuple[float, ...] = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.69)
    short_lbits: int = 10
    short_realizations: int = 64
    short_states: int = 20
    theory_lbits: tuple[int, ...] = (10, 50, 400)
    seed: int = 50


SIZES = {
    "small": Chains(),
    "paper": Chains(
        realizations=100,
        states=32,
        options=DmrgX(max_bond=192, variance_tol=1e-10),
        short_realizations=200,
        short_states=100,
    ),
}


def exact_chains(size: str, comm: Any = None, tick: Tick = nothing) -> pd.DataFrame:
    """D Fig 3 with states of 50 l-bits from DMRG-X, on all ranks; see `chains_table`."""
    return chains_table(SIZES[size], comm, tick)


def chains_table(chains: Chains, comm: Any = None, tick: Tick = nothing) -> pd.DataFrame:
    """Entropies along the chain, sizes against alpha_c - alpha, and what became of the starts.

    Columns `panel`, `curve`, `n`, `distance` = alpha_c - alpha or `alpha`, `value`, `error` (over
    realizations, docs/physics.md O6), and `starts`, `distinct`, `converged`, `limited`: the
    number of starts, of different eigenstates, of those converged, and of those that the bond
    dimension limited.

    Means are over all distinct states, converged or not. Sizes of the converged ones alone, with
    ", converged only" in the name, leave out the most entangled states and so favour avalanches
    that fail early. The theory has the bare couplings of `bare_couplings_of`; nothing is fitted.
    """
    comm = comm if comm is not None else Serial()
    total = len(chains.alphas) * chains.realizations + len(chains.short_alphas)
    rows, done = _theory_rows(chains), 0
    for alpha in chains.alphas:
        found = []
        for realization in range(chains.realizations):
            found.append(_follow(chains, alpha, realization, comm))
            done += 1
            tick(done, total)
        rows += rows_of(alpha, found)
    for alpha in chains.short_alphas:
        rows.append(_short_row(chains, alpha, comm))
        done += 1
        tick(done, total)
    rows.sort(key=lambda row: PANELS.index(row["panel"]))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


@dataclass(frozen=True, eq=False)
class Followed:
    """Entropies (n, n_lbits) in units of log 2 of one realization's starts, and their outcomes."""

    entropies: np.ndarray
    outcomes: tuple[str, ...]
    distinct: np.ndarray
    converged: np.ndarray


_KINDS: dict[str, Callable[[Followed], np.ndarray]] = {
    "": lambda found: found.distinct,
    CONVERGED: lambda found: found.distinct & found.converged,
}


def model_of(alpha: float, n_lbits: int) -> CentralGrain:
    """Paper D's grain and fields."""
    return CentralGrain.from_paper("D", n_lbits=n_lbits, alpha=alpha)


def _follow(chains: Chains, alpha: float, realization: int, comm: Any) -> Followed:
    model = model_of(alpha, chains.n_lbits)
    op = model.operator(model.draw(chains.seed, realization))
    target = Target.energy(0.0, chains.states)
    states = mps_eigenstates(op, target, chains.options, comm, seed=realization)
    entropies = measure_mps(states, ["entropy_lbits"])["entropy_lbits"] / LOG2
    return Followed(entropies, states.outcomes, states.distinct, states.converged)


def rows_of(alpha: float, found: list[Followed]) -> list[Row]:
    """Points of one alpha in all panels."""
    outcomes = [outcome for each in found for outcome in each.outcomes]
    counts = {
        "starts": len(outcomes),
        "distinct": sum(int(each.distinct.sum()) for each in found),
        "converged": sum(int(each.converged.sum()) for each in found),
        "limited": outcomes.count(LIMITED),
    }
    n_lbits = found[0].entropies.shape[1]
    rows: list[Row] = []
    for kind, chosen in _KINDS.items():
        # Realizations without such a state have no mean.
        parts = [each.entropies[chosen(each)] for each in found if chosen(each).any()]
        if not parts:
            continue
        means = np.array([part.mean(axis=0) for part in parts])
        for n, (value, error) in enumerate(zip(*mean_and_error(means), strict=True), start=1):
            if not kind:
                rows.append(_row(0, f"alpha = {alpha:g}", value, error, n=n, **counts))
        size, error = mean_and_error(means.sum(axis=1))
        curve = f"{n_lbits} l-bits{kind}"
        rows.append(_row(1, curve, size, error, distance=CRITICAL_ALPHA - alpha, **counts))
    theory = mean_field_of(model_of(alpha, n_lbits)).mean_entropies / LOG2
    for n, value in enumerate(theory, start=1):
        rows.append(_row(0, f"alpha = {alpha:g}{THEORY}", value, n=n))
    for outcome, number in {
        "converged": counts["converged"],
        LIMITED: counts["limited"],
        "others": len(outcomes) - counts["converged"] - counts["limited"],
        "copies or failures": len(outcomes) - counts["distinct"],
    }.items():
        share = number / len(outcomes)
        rows.append(_row(2, outcome, share, alpha=alpha, **counts))
    return rows


def _short_row(chains: Chains, alpha: float, comm: Any) -> Row:
    """Sum of the entropies in exact eigenstates nearest to energy 0; realizations are dealt."""
    model = model_of(alpha, chains.short_lbits)

    def size(realization: int) -> float:
        op = model.operator(model.draw(chains.seed, realization))
        pairs = eigenpairs(op, Target.energy(0.0, chains.short_states))
        return float(measure(pairs, ["entropy_lbits"])["entropy_lbits"].sum(axis=1).mean() / LOG2)

    sizes = np.array(dealt(comm, chains.short_realizations, size))
    curve = f"{chains.short_lbits} l-bits"
    return _row(1, curve, *mean_and_error(sizes), distance=CRITICAL_ALPHA - alpha)


def _theory_rows(chains: Chains) -> list[Row]:
    rows = []
    for n_lbits in chains.theory_lbits:
        for distance in _DISTANCES:
            field = mean_field_of(model_of(CRITICAL_ALPHA - distance, n_lbits))
            size = float(field.mean_entropies.sum()) / LOG2
            rows.append(_row(1, f"{n_lbits} l-bits, mean field", size, distance=distance))
    return rows


def _row(panel: int, curve: str, value: float, error: float = np.nan, **more: float) -> Row:
    return {"panel": PANELS[panel], "curve": curve, **more, "value": value, "error": error}
