"""Cases of paper D: resonances of one spin, and the mean field of failed avalanches."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...theory import resonance
from ..evidence import AtOnce
from ..tables import Tick, nothing
from .case import Case, Claim
from .check import Check

_POINTS = (1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
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
        [[(x < point).mean() for point in _POINTS] for _, x in table.groupby("matrix")["x"]]
    )
    return [
        Check(
            "P(x' < x)",
            shares.mean(axis=0),
            np.asarray(resonance.cdf_x(np.array(_POINTS))),
            shares.std(axis=0, ddof=1) / np.sqrt(len(shares)),
            band=0.002,
            x=_POINTS,
            x_label="x",
        )
    ]


CASES = (
    Case(
        "D-admixtures",
        "Fig 1, eqs 5, A3",
        "norms of the admixed states are distributed as p(x), eq A3",
        "they are, with the bracket of eq A3 corrected: (T2) of the physics page",
        "0.002 of the probability: levels at the edges of the band are unfolded by the semicircle",
        ("resonance",),
        AtOnce(admixtures),
        _cumulated,
    ),
)

CLAIMS = (Claim("D", "Fig 1, eqs 5, A3", "distribution of admixtures", ("D-admixtures",)),)
