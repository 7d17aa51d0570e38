"""l-bits added one by one to a random matrix: widths, absorbed spins, entropies (C Figs 3-5, S)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import digamma

from ....observables.entanglement import LOG2
from ....observables.levels import paper_c_count
from ....theory import golden_rule
from ... import bubble_samples as bubble
from ...bubble_studies import LEVELS_IN_A_BIN, WIDTH
from ...campaigns import SIZES
from ...evidence import FromStudies
from ...random_neighbours import random_parameter
from ...tables import parts_of
from ..case import Case
from ..check import Check
from . import expected

_SHORT, _LONG = 0.4, 4.0


def _of(table: pd.DataFrame, quantity: str, **at: Any) -> pd.DataFrame:
    """Rows with an error: of a single realization nothing is known."""
    rows = table[(table["quantity"] == quantity) & table["error"].notna()]
    for name, value in at.items():
        rows = rows[rows[name] == value]
    return rows.sort_values(["xi", "M"])


def _points(rows: pd.DataFrame) -> list[tuple[int, float, int]]:
    columns = (rows["M"].tolist(), rows["xi"].tolist(), rows["N"].tolist())
    return list(zip(*columns, strict=True))


def _along(rows: pd.DataFrame) -> dict[str, Any]:
    return {"x": rows["M"], "x_label": "M"}


def _widths(table: pd.DataFrame) -> list[Check]:
    checks = []
    rows = _of(table, "line_ratio_raw")
    for xi, part in parts_of(rows[(rows["xi"] > 1) & (rows["M"] > 1)], "xi"):
        points = _points(part)
        theory = np.array([expected.width_ratio(*p) * expected.share_seen(*p) for p in points])
        band = theory * [expected.next_orders(*p) for p in points]
        values = (part["value"], theory, part["error"], band)
        checks.append(Check(f"gamma/delta_E, xi = {xi:g}", *values, **_along(part)))
    first = rows[(rows["M"] == 1) & (rows["xi"] == _LONG)]
    theory = np.array([expected.width_ratio(*p) * expected.share_seen(*p) for p in _points(first)])
    if len(first):
        checks.append(
            Check(
                "gamma/delta_E, M = 1, of Lorentzians",
                *(first["value"], theory, first["error"]),
                relation="above",
            )
        )
    return checks


def _printed(table: pd.DataFrame) -> list[Check]:
    checks = []
    rows = _of(table, "line_ratio")
    for xi, part in parts_of(rows[rows["xi"] > 2.5], "xi"):
        first, later = part[part["M"] == 1].iloc[0], part[part["M"] > 2]
        start, N = float(first["value"]), int(first["N"])
        printed = np.asarray(golden_rule.paper_ratio(later["M"], xi, start, N))
        error = np.hypot(later["error"].to_numpy(), printed * first["error"] / start)
        checks.append(
            Check(
                f"gamma/delta_E, xi = {xi:g}",
                *(later["value"], printed, error),
                relation="above",
                **_along(later),
            )
        )
    return checks


def _unresolved(table: pd.DataFrame) -> list[Check]:
    raw, floored = (_of(table, name, xi=_SHORT) for name in ("line_ratio_raw", "line_ratio"))
    raw, floored = (rows[rows["M"] > 1] for rows in (raw, floored))
    rule = [expected.width_ratio(*point, floor=2.0) for point in _points(floored)]
    return [
        Check("gamma/delta_E", raw["value"], 2.0, raw["error"], 0.0, "below", **_along(raw)),
        Check("max(2, gamma/delta_E)", floored["value"], rule, floored["error"], **_along(floored)),
    ]


def _absorbed(table: pd.DataFrame) -> list[Check]:
    rows = _of(table, "thouless", xi=_LONG)
    found = [
        random_parameter(
            expected.squared_elements(M, N), paper_c_count(2 ** (N + M)), 2000 // 2**M + 40, 31
        )
        for M, _, N in _points(rows)
    ]
    theory, of_theory = np.array(found).T
    G, error = rows["value"].to_numpy(), np.hypot(rows["error"].to_numpy(), of_theory)
    a_spin = 2 / LOG2 / (len(G) - 1)
    spins, of_spins = a_spin * (G[-1] - G[0]), a_spin * np.hypot(error[0], error[-1])
    counted = a_spin * (theory[-1] - theory[0])
    short = _of(table, "thouless", xi=_SHORT)
    few = 2 / LOG2 * np.diff(short["value"])[2:]
    of_few = 2 / LOG2 * np.hypot(short["error"].to_numpy()[1:], short["error"].to_numpy()[:-1])[2:]
    later = _along(short[short["M"] > 2])
    return [
        Check("G, xi = 4", G, theory, error, independent=True, **_along(rows)),
        Check("spins that an l-bit counts, xi = 4", spins, counted, of_spins),
        Check("the same from the third on, xi = 0.4", few, 0.0, of_few, 0.0, "below", **later),
    ]


def _typical(table: pd.DataFrame) -> list[Check]:
    long, short = (_of(table, bubble.TYPICAL, xi=xi) for xi in (_LONG, _SHORT))
    alone, last = long[long["M"] == 0].iloc[0], long.iloc[-1]
    whole = _of(table, bubble.THERMAL, xi=_LONG)
    near = _of(table, bubble.NEAR, M=0).iloc[0]
    x, weights = np.polynomial.legendre.leggauss(40)
    radius = 0.5 * WIDTH * int(near["N"])
    p = np.asarray(golden_rule.density_of_states(near["cut"] * x, [], radius))
    matrix = float(np.exp(digamma(LEVELS_IN_A_BIN / 2)) * 2 / LEVELS_IN_A_BIN)
    d = 2.0 ** float(near["N"])
    return [
        Check("I/pi, four Gaussian elements", long["value"], matrix, long["error"], 0.0, "below"),
        Check(
            "I/pi of most l-bits, less that of none",
            *(last["value"] - alone["value"], 0.0, np.hypot(last["error"], alone["error"])),
            relation="below",
        ),
        Check(
            "I/pi of most l-bits, xi = 0.4, a tenth of that of xi = 4",
            *(short["value"].iloc[-1], last["value"] / 10),
            np.hypot(short["error"].iloc[-1], last["error"] / 10),
            relation="below",
        ),
        Check("int rho/pi, 2 as printed", whole["value"], 2.0, whole["error"], 0.0, "below"),
        # <n|O|n>^2 of d/2 elements 1 and -1 is 2/(d + 2)
        Check("int rho/pi of M = 0", whole["value"].iloc[0], d / (d + 2), whole["error"].iloc[0]),
        Check(
            "share of low frequencies, M = 0",
            *(near["value"], near["cut"] * p @ weights, near["error"]),
            band=2.0 ** -int(near["N"]),
        ),
    ]


def _entropies(table: pd.DataFrame) -> list[Check]:
    checks = []
    for xi, part in parts_of(_of(table, "entropy_lbits"), "xi"):
        points = _points(part)
        theory = np.array([expected.end_entropy(*p) for p in points])
        wider = np.array([expected.next_orders(*p) for p in points])
        band = 2.0 ** -part["N"] + wider * np.minimum(theory, 1 - theory)
        values = (part["value"], theory, part["error"], band)
        checks.append(Check(f"[S_M]/log 2, xi = {xi:g}", *values, **_along(part)))
    return checks


def _crossing(table: pd.DataFrame) -> list[Check]:
    rows = _of(table, "entropy_lbits")
    rows = rows[rows["xi"].between(2.4, 3.4)]
    low, high = (rows[rows["M"] == M] for M in (2, 4))
    difference = high["value"].to_numpy() - low["value"].to_numpy()
    error = np.hypot(high["error"].to_numpy(), low["error"].to_numpy())
    (slope, start), covariance = np.polyfit(
        1 / low["xi"].to_numpy(), difference, 1, w=1 / error, cov="unscaled"
    )
    xi = -slope / start
    gradient = np.array([-1 / start, slope / start**2])
    of_xi = float(np.sqrt(gradient @ covariance @ gradient))
    N = int(rows["N"].iloc[0])
    rule, printed = expected.growing_length(2, 4, N), expected.growing_length_printed(2, 4, N)
    return [
        Check("xi of [S_2] = [S_4]: gamma_2 = gamma_4 over spacings", xi, rule, of_xi),
        Check("the same: eq 6", xi, printed, of_xi, 0.0, "below"),
    ]


_GROWTH = FromStudies(bubble.samples, bubble.last_lbits, SIZES)
_WITH_FIRST = FromStudies(bubble.samples, bubble.last_lbits)
_NEXT = (
    "2 <(V_M/2 eps)^2>, next order in V; what couplings add to the variance of levels; 2^-N of a "
    "random matrix"
)

CASES = (
    Case(
        "C-widths",
        "Figs 3, 4a",
        "widths are those of the golden rule where they exceed two level spacings",
        "so they are, measured as Lorentzians are, from the second l-bit on; that of the first is "
        "larger (V is not small), and is the rule's by chance: wings that are not looked at",
        f"statistics; {_NEXT}",
        ("golden_rule",),
        _GROWTH,
        _widths,
    ),
    Case(
        "C-printed-widths",
        "eq 6, Fig 4a",
        "gamma/delta_E from that of the first l-bit, in excellent agreement",
        "eq 6 is too low, the more l-bits: level spacings do not grow by (N + M - 1)/N",
        "statistics only",
        ("golden_rule",),
        _WITH_FIRST,
        _printed,
    ),
    Case(
        "C-unresolved",
        "Figs 3, 4a",
        "gamma/delta_E is 2 where the golden rule fails",
        "with C's bins; without them the width is far below a level spacing",
        "statistics only",
        ("golden_rule",),
        _WITH_FIRST,
        _unresolved,
    ),
    Case(
        "C-absorbed",
        "eqs 8, 9, Fig 5",
        "an absorbed l-bit counts as a spin, others as less",
        "as in a random matrix of the same densities, which has 1.02 to 1.08; others count -2 "
        "and less",
        "statistics of both sides",
        ("golden_rule",),
        _WITH_FIRST,
        _absorbed,
    ),
    Case(
        "C-typical",
        "eqs S2 to S6, Figs S1, S2",
        "int rho = 2 pi; that of the typical function grows to it where l-bits are absorbed and "
        "vanishes where not",
        "int rho = pi (1 - <O>^2); the typical one falls from 0.6 to 0.5 in bins of four levels",
        "statistics; 2^-N, next order of a random matrix",
        ("golden_rule",),
        FromStudies(bubble.samples, bubble.weights),
        _typical,
    ),
    Case(
        "C-entropies",
        "Figs S3b, S4b",
        "entropy of the last l-bit: log 2 where it is absorbed, 0 where not",
        "as in D's mean field with couplings from the semicircle, none fitted",
        f"statistics; 2^-N of a resonance's weight; of S or 1 - S the error of g^2: {_NEXT}",
        ("golden_rule", "central_grain"),
        _GROWTH,
        _entropies,
    ),
    Case(
        "C-crossing",
        "Fig S4b, below eq 7",
        "entropies cross at 2.9; gamma/delta_E grows for xi > 2/log 2",
        "they cross at 3.0, where the golden rule's gamma/delta_E stops falling; by eq 6 that is "
        "3.5 for the same l-bits",
        "statistics only",
        ("golden_rule",),
        FromStudies(bubble.samples_near_critical, bubble.last_lbits),
        _crossing,
    ),
)
