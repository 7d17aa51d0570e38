"""Admixtures of levels of random matrices, and what follows from them for one spin (paper D)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import resonance
from ...direct.resonance_sums import entropy_of
from ...evidence import AtOnce
from ...tables import Tick, mean_and_error, nothing
from ..case import Case
from ..check import Check

POINTS = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_LEVELS, _MATRICES = 300, 400


def admixtures(tick: Tick = nothing) -> pd.DataFrame:
    """Norms x = g_a/g of perturbation theory between two blocks of levels of Gaussian matrices.

    Columns `matrix`, `x`: of the levels in the middle quarter of each block.
    """
    rng = np.random.default_rng(11)
    middle = slice(3 * _LEVELS // 8, 5 * _LEVELS // 8)
    parts = []
    for matrix in range(_MATRICES):
        lower, upper = (_unfolded_levels(rng) for _ in range(2))
        differences = np.subtract.outer(lower[middle], upper)
        admixed = rng.normal(size=differences.shape) ** 2 / differences**2
        x = np.sqrt(admixed.sum(axis=1)) / np.sqrt(2 / np.pi)
        parts.append(pd.DataFrame({"matrix": matrix, "x": x}))
        tick(matrix + 1, _MATRICES)
    return pd.concat(parts, ignore_index=True)


def _unfolded_levels(rng: np.random.Generator) -> np.ndarray:
    """Of a GOE matrix, by the semicircle's distribution: one a unit of energy."""
    A = rng.normal(size=(_LEVELS, _LEVELS))
    u = np.clip(np.linalg.eigvalsh((A + A.T) / np.sqrt(8 * _LEVELS)), -1, 1)
    levels: np.ndarray = _LEVELS * (np.arcsin(u) + u * np.sqrt(1 - u**2)) / np.pi
    return levels


def _cumulated(table: pd.DataFrame) -> list[Check]:
    shares = np.array(
        [[(x < point).mean() for point in POINTS] for _, x in table.groupby("matrix")["x"]]
    )
    mean, error = mean_and_error(shares)
    return [
        Check(
            "P(x' < x)",
            mean,
            np.asarray(resonance.cdf_x(np.array(POINTS))),
            error,
            band=0.002,
            x=POINTS,
            x_label="x",
        )
    ]


_COUPLINGS = (0.03, 0.1, 0.5)


def _averaged(table: pd.DataFrame) -> list[Check]:
    """[S], [C] and eta from the x of the table; pairs of states are of different matrices."""
    x = np.array([part.to_numpy() for _, part in table.groupby("matrix")["x"]])
    checks = []
    for g in _COUPLINGS:
        imbalance = 1 / np.sqrt(1 + 4 * (g * x) ** 2)
        p = (1 - imbalance) / 2
        entropies = entropy_of(p).mean(axis=1)
        first, second = p[::2, :, None], p[1::2, None, :]
        mixed = first * (1 - second) + second * (1 - first)
        widths = (np.sqrt(1 - mixed) + np.sqrt(mixed)).mean(axis=(1, 2))
        width, error = mean_and_error(widths)
        for name, values, theory in (
            ("[S]", entropies, resonance.mean_entropy(g)),
            ("[C]", (imbalance**2).mean(axis=1), resonance.mean_correlator(g)),
        ):
            mean, of_mean = mean_and_error(values)
            checks.append(Check(f"{name}(g = {g})", mean, theory, of_mean, band=0.002))
        checks.append(
            Check(
                f"eta(g = {g})",
                2 * np.log(width),
                resonance.eta(g),
                2 * error / width,
                band=0.002,
            )
        )
    return checks


_UNFOLDING = "0.002 of the whole: levels at the edges of the band are unfolded by the semicircle"

CASES = (
    Case(
        "D-admixtures",
        "Fig 1, eqs 5, A3",
        "norms of the admixed states are distributed as p(x), eq A3",
        "they are, with the bracket of eq A3 corrected: (T2) of the physics page",
        _UNFOLDING,
        ("resonance",),
        AtOnce(admixtures),
        _cumulated,
    ),
    Case(
        "D-sampled-averages",
        "eqs A9 to A14, A26, A27",
        "entropy, memory and enhancement are averages over p(x) of those of two levels",
        "averages over norms of random matrices are those of the theory",
        _UNFOLDING,
        ("resonance", "_quadrature"),
        AtOnce(admixtures),
        _averaged,
    ),
)
