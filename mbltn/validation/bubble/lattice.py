"""A bubble that takes up the sites of a lattice one by one (C section II)."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ...models import CentralGrain
from ...models.grains import GOEGrain
from ..tables import Tick, nothing

LOG2 = float(np.log(2.0))


class Surroundings(NamedTuple):
    """l-bits on the sites of a d-dimensional lattice around a bubble, couplings exp(-(r/xi)^b)."""

    d: int
    xi: float
    stretch: float = 1.0


# How far each is looked at.
SURROUNDINGS = {
    Surroundings(2, 1e-3): 1000,
    Surroundings(3, 4e-5): 130,
    Surroundings(1, 1e-5, 0.5): 150000,
}
BUBBLE: dict[str, Any] = {"V": 0.3, "rho": 0.05, "w": 2.6}
PLACE, WEAKEST, RATIO = "R*", "ln of the smallest ratio", "ln of the ratio"
SIZE = "N*"


def shells(d: int, reach: int) -> tuple[np.ndarray, np.ndarray]:
    """Distances of the sites of a lattice up to `reach`, ascending, and the sites up to each.

    Examples
    --------
    >>> distances, counted = shells(2, 2)
    >>> (distances**2).round().astype(int).tolist(), counted.tolist()
    ([0, 1, 2, 4], [1, 5, 9, 13])
    """
    axis = np.arange(-reach, reach + 1, dtype=np.int64) ** 2
    squares = np.zeros(1, dtype=np.int64)
    for _ in range(d):
        squares = np.add.outer(squares, axis).ravel()
        squares = squares[squares <= reach**2]
    held, counts = np.unique(squares, return_counts=True)
    return np.sqrt(held), np.cumsum(counts)


def smallest_bubble(ln_weakest: float, V: float, rho: float, w: float) -> int:
    """Fewest spins N with V (rho/delta_b)^(1/2) times the weakest ratio >= 1, one by one.

    delta_b = w N/2^N as C has it.
    """
    N = np.arange(1, 100 + int(4 * abs(ln_weakest)))
    grown = np.log(V) + 0.5 * (np.log(rho) + N * LOG2 - np.log(w * N)) + ln_weakest >= 0
    return int(N[grown.argmax()])


def thresholds(tick: Tick = nothing) -> pd.DataFrame:
    """`quantity`, `d`, `xi`, `stretch`, `r`, `value` of SURROUNDINGS."""
    rows: list[tuple[Any, ...]] = []
    for done, (around, reach) in enumerate(SURROUNDINGS.items()):
        r, counted = shells(around.d, reach)
        ln_ratio = 0.5 * LOG2 * counted - (r / around.xi) ** around.stretch
        at = int(ln_ratio.argmin())
        if at == len(r) - 1:
            raise ValueError(f"{around}: the ratio still falls at {reach}")
        weakest = float(ln_ratio[at])
        rows.append((PLACE, *around, r[at], r[at]))
        rows.append((WEAKEST, *around, r[at], weakest))
        rows.append((SIZE, *around, r[at], smallest_bubble(weakest, **BUBBLE)))
        rows += [(RATIO, *around, r[n], ln_ratio[n]) for n in (at // 2, (at + len(r)) // 2)]
        tick(done + 1, len(SURROUNDINGS))
    return pd.DataFrame(rows, columns=["quantity", "d", "xi", "stretch", "r", "value"])


SPINS, SAMPLES = 8, 60
SPLITTING, WINDOW = 2.0, 0.5  # energy to flip an l-bit; on either side of it elements count


def hybridised_grains(tick: Tick = nothing) -> pd.DataFrame:
    """Grains of bandwidth w N: `ratio` of BUBBLE's V times elements over wN/2^N, and `rho`.

    Elements of sigma^x of a grain spin from the middle levels, root mean square of a sample; rho
    is their spectral function, integral 1, at the same energies.
    """
    d, width = 2**SPINS, BUBBLE["w"] * SPINS
    model = CentralGrain(SPINS, 0, alpha=1.0, grain=GOEGrain(width, "bandwidth"))
    middle = slice(2 * d // 5, 3 * d // 5)
    rows = []
    for sample in range(SAMPLES):
        E, psi = np.linalg.eigh(model.draw(64, sample).grain)
        squares = squared_elements(psi)[:, middle]
        near = abs(abs(E[:, None] - E[None, middle]) - SPLITTING) < WINDOW
        rho = squares[near].sum() / near.shape[1] / (4 * WINDOW)
        ratio = BUBBLE["V"] * np.sqrt(squares[near].mean()) / ((E[-1] - E[0]) / d)
        rows.append({"sample": sample, "ratio": ratio, "rho": rho})
        tick(sample + 1, SAMPLES)
    return pd.DataFrame(rows)


def squared_elements(psi: np.ndarray) -> np.ndarray:
    """<n|sigma^x|m>^2 of the first spin."""
    d = len(psi)
    flipped = psi.reshape(2, d // 2, d)[::-1].reshape(d, d)
    return np.asarray((psi.T @ flipped) ** 2)


TIMES = ((0.5, 0.3), (0.2, 1.0), (0.1, 0.7), (0.02, 1.0))


def thermalisation_times(tick: Tick = nothing) -> pd.DataFrame:
    """ln tau and log10 log10 tau from the density exp(-2 A/xi^2) of bubbles in the plane.

    Columns `xi`, `A`, `ln_tau` (inf beyond a float), `log_log`; 30 digits.
    """
    rows = []
    with localcontext() as context:
        context.prec = 30
        for xi, A in TIMES:
            exponent = 2 * Decimal(A) / Decimal(xi) ** 2
            density = (-exponent).exp()
            ln_tau = 1 / (density.sqrt() * Decimal(xi))
            log_log = (ln_tau / Decimal(10).ln()).log10()
            row = {"xi": xi, "A": A, "ln_tau": float(ln_tau), "log_log": float(log_log)}
            rows.append(row)
    return pd.DataFrame(rows)
