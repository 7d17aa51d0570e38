"""Echo and line of a spin whose neighbours flip, and what is seen off its line (A section II)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.integrate import simpson

from ...models import SpinOnBath
from ...observables import log_echo
from ..tables import Tick, long_table, mean_and_error, nothing
from .search import first_root, first_true

DECAY = 6.0  # decay length of the interaction, in sites
SHIFT = 3  # sites by which one interaction reaches farther than the one before
TIMES = (1e-3, 300.0)  # of no flip yet, and of many
INTERACTIONS = 1e8 * np.exp(SHIFT / DECAY * np.arange(6))


def counted_neighbours(tick: Tick = nothing) -> pd.DataFrame:
    """-ln psi/(k t) beside telegraph fluctuators at the sites of one orthant, k = 1.

    v = J exp(-max(|x|)/DECAY), so that R^d of them lie within R; curves "d, t" against J.
    """
    curves = {}
    for d in (1, 2, 3):
        for t in TIMES:
            counted = [_counted(J, t, d) for J in INTERACTIONS]
            curves[f"d = {d}, t = {t:g}"] = (INTERACTIONS, np.array(counted))
    return long_table("J", curves)


def _counted(J: float, t: float, d: int) -> float:
    r = np.arange(500)
    shells = [log_echo(t, [v], 1.0) for v in J * np.exp(-r / DECAY)]
    return float(-((r + 1.0) ** d - r**d) @ np.array(shells) / t)


LINES: dict[str, dict[str, Any]] = {
    "Fig 2": {"J": 1000.0, "Gamma0": 1.0, "A": 4.0, "d": 1},
    "d = 2": {"J": 1000.0, "Gamma0": 1.0, "A": 4.0, "d": 2},
    "few": {"J": 3.0, "Gamma0": 1.0, "A": 2.0, "d": 1},
}
FREQUENCIES = np.array([0.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0])


def line(tick: Tick = nothing) -> pd.DataFrame:
    """Cosine transforms of the echo of A eqs 9-11, and with its n_fast held at the time 1/w.

    Curves "transform, NAME" and "held, NAME" against w, by LINES: the parameters of A Fig 2, the
    same in two dimensions, and some of which a tenth of the echo is left at 1/Gamma0.
    """
    curves = {}
    for name, (J, Gamma0, A, d) in {n: p.values() for n, p in LINES.items()}.items():
        first, last = np.exp(A ** (-1 / d)) / J, 1 / Gamma0
        at_last = Gamma0 * A * np.log(J * last) ** d
        transform = np.zeros_like(FREQUENCIES)
        for low, high, n in (
            (0.0, first, 20_001),
            (first, last, 400_001),
            (last, last + 40 / at_last, 100_001),
        ):
            t = np.linspace(low, high, n)
            many = np.maximum(1.0, A * np.log(np.maximum(J * np.minimum(t, last), 1.0)) ** d)
            psi = np.exp(-Gamma0 * t * many)
            transform += [simpson(psi * np.cos(w * t), x=t) for w in FREQUENCIES]
        curves[f"transform, {name}"] = (FREQUENCIES, transform)
        within = FREQUENCIES[(FREQUENCIES > 0) & (FREQUENCIES * first < 1)]
        held = []
        for w in within:
            rate = Gamma0 * A * np.log(J * min(1 / w, last)) ** d
            t = np.linspace(0.0, 40 / rate, 40_001)
            held.append(simpson(np.exp(-rate * t) * np.cos(w * t), x=t))
        if name != "few":
            curves[f"held, {name}"] = (within, np.array(held))
    return long_table("w", curves)


WIDTHS = ((1e3, 4.0, 1), (1e3, 4.0, 2), (1e6, 10.0, 3), (50.0, 100.0, 1))
FAR = 600.0  # ln J/Gamma0 of the asymptotes


def widths(tick: Tick = nothing) -> pd.DataFrame:
    """Where Gamma = n_fast(1/Gamma) changes sign, Gamma0 = 1 (A eq 13).

    "width" by the number of the parameters in WIDTHS; "far" by d, ln Gamma at ln J = FAR and A = 4.
    """
    found = []
    for J, A, d in WIDTHS:

        def lacking(x: float, J: float = J, A: float = A, d: int = d) -> float:
            return max(1.0, A * max(0.0, np.log(J * min(np.exp(-x), 1.0))) ** d) - np.exp(x)

        found.append(np.exp(first_root(lacking, np.linspace(-1.0, np.log(J) + 2, 400))))
    far = []
    for d in (1, 2, 3):

        def lacking_far(x: float, d: int = d) -> float:
            return float(np.log(4.0) + d * np.log(FAR - x) - x)

        far.append(first_root(lacking_far, np.linspace(0.0, FAR - 1, 400)))
    numbers = np.arange(float(len(WIDTHS)))
    return long_table(
        "number",
        {"width": (numbers, np.array(found)), "far": (np.array([1.0, 2.0, 3.0]), np.array(far))},
    )


DETUNINGS = np.array([0.08, 0.11, 0.15, 0.2, 0.24])
DIAGONAL = 0.02


def detuned(tick: Tick = nothing, samples: int = 16, n_bath: int = 300) -> pd.DataFrame:
    """Weight of bath levels in eigenstates that a diagonal coupling detunes from them.

    H = diag(E) + gamma X while the spin is up: the density of states a distance w off, both sides,
    from the bath levels of the middle half of the band; bins between DETUNINGS. Columns `bin`,
    `value`, `error` (over samples).
    """
    model = SpinOnBath(n_bath=n_bath, gamma=DIAGONAL, splitting=0.0)
    E = model.bath_energies
    middle = np.flatnonzero(abs(E) < model.bandwidth / 4)
    found = []
    for realization in range(samples):
        X = model.draw(3, realization).coupling
        levels, vectors = np.linalg.eigh(np.diag(E) + model.gamma * X)
        distance = abs(levels - E[middle, None])
        weight = vectors[middle] ** 2
        counts = np.histogram(distance, DETUNINGS, weights=weight)[0]
        found.append(counts / len(middle) / (2 * np.diff(DETUNINGS)))
        tick(realization + 1, samples)
    mean, error = mean_and_error(np.array(found))
    return pd.DataFrame({"bin": np.arange(len(error)), "value": mean, "error": error})


def frozen_core(gamma: float, W: float) -> float:
    """Distance beyond which gamma exp(-r) is below W."""
    return first_true(lambda r: gamma * np.exp(-r) <= W, 0.0, 100.0)
