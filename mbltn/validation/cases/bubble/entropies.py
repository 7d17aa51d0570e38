"""Entropies of the last l-bit and where those of two numbers of l-bits cross (C Figs S3, S4)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....theory import golden_rule
from ...bubble import samples
from ...campaigns import SIZES
from ...evidence import FromStudies
from ...tables import parts_of
from ..case import Case
from ..check import Check
from . import expected
from .points import along, of, points


def beside_mean_field(name: str, rows: pd.DataFrame) -> Check:
    """[S_M]/log 2 along M beside D's mean field."""
    theory = np.array([expected.end_entropy(at) for at in points(rows)])
    wider = np.array([expected.next_orders(at) for at in points(rows)])
    band = 2.0 ** -rows["N"] + wider * np.minimum(theory, 1 - theory)
    values = (rows["value"], theory, rows["error"], band)
    return Check(f"[S_M]/log 2, {name}", *values, **along(rows))


def _entropies(table: pd.DataFrame) -> list[Check]:
    parts = parts_of(of(table, "entropy_lbits"), "xi")
    return [beside_mean_field(f"xi = {xi:g}", part) for xi, part in parts]


def crossing(table: pd.DataFrame) -> tuple[float, float]:
    """xi of [S_2] = [S_4] by a line through their difference against 1/xi, and its error.

    Realizations of equal number share grain and fields at every xi and M, so that they are left
    out together, one number at a time.
    """
    low, high = (
        table[table["M"] == M].pivot(index="realization", columns="xi", values="value")
        for M in (2, 4)
    )
    xi = low.columns.to_numpy(dtype=float)
    weight = 1 / np.hypot(low.sem().to_numpy(), high.sem().to_numpy())

    def met(without: int | None = None) -> float:
        means = [each[each.index != without].mean() for each in (low, high)]
        difference = (means[1] - means[0]).to_numpy()
        slope, start = np.polyfit(1 / xi, difference, 1, w=weight)
        return float(-slope / start)

    whole = met()
    left = np.array([met(number) for number in low.index.union(high.index)])
    return whole, float(np.sqrt(((left - whole) ** 2).sum()))


def _crossing(table: pd.DataFrame) -> list[Check]:
    xi, error = crossing(table)
    N = int(table["N"].iloc[0])
    rule, printed = expected.growing_length(2, 4, N), expected.growing_length_printed(2, 4, N)
    return [
        Check("xi of [S_2] = [S_4]: gamma_2 = gamma_4 over spacings", xi, rule, error),
        Check("the same: 2/log 2", xi, golden_rule.critical_xi("exp1d"), error),
        Check("the same: eq 6", xi, printed, error, 0.0, "below"),
    ]


CASES = (
    Case(
        "C-entropies",
        "Figs S3b, S4b",
        "entropy of the last l-bit: log 2 where it is absorbed, 0 where not",
        "as in D's mean field with couplings from the semicircle, none fitted",
        f"statistics; 2^-N of a resonance's weight; of S or 1 - S: {expected.NEXT}",
        ("golden_rule", "central_grain"),
        FromStudies(samples.samples, samples.last_lbits, SIZES),
        _entropies,
    ),
    Case(
        "C-crossing",
        "Fig S4b, below eq 7",
        "entropies cross at 2.9; gamma/delta_E grows for xi > 2/log 2",
        "[S_2] and [S_4] cross where 2/log 2 = 2.89 and 2.97, by the golden rule for these l-bits, "
        "are both possible, and 3.5, by eq 6, is not; prefactors of a width have no part in it",
        "statistics only, realizations left out one by one: they share fields at all xi",
        ("golden_rule",),
        FromStudies(samples.samples_near_critical, samples.last_entropies),
        _crossing,
    ),
)
