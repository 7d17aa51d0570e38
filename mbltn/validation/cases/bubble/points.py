"""Rows of what was measured, by point, and what several cases of l-bits ask of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ....observables.levels import paper_c_count
from ....theory import golden_rule
from ...bubble.random_neighbours import random_parameter
from ..check import Check
from . import expected


def of(table: pd.DataFrame, quantity: str, **at: Any) -> pd.DataFrame:
    """Rows with an error: of a single realization nothing is known. exp1d unless `at` says so."""
    rows = table[(table["quantity"] == quantity) & table["error"].notna()]
    if "geometry" in table:
        at = {"geometry": "exp1d", "V": 1.0, **at}
    for name, value in at.items():
        rows = rows[rows[name] == value]
    return rows.sort_values(["xi", "M"])


def points(rows: pd.DataFrame) -> list[expected.Point]:
    columns = (rows[name].tolist() for name in expected.Point._fields)
    return [expected.Point(*values) for values in zip(*columns, strict=True)]


def along(rows: pd.DataFrame) -> dict[str, Any]:
    return {"x": rows["M"], "x_label": "M"}


def beside_rule(name: str, rows: pd.DataFrame) -> list[Check]:
    """gamma/delta_E along M beside the golden rule, and beside Lorentzians of it as measured."""
    rule = np.array([expected.width_ratio(at) for at in points(rows)])
    seen = rule * [expected.share_seen(at) for at in points(rows)]
    orders = np.array([expected.next_orders(at) for at in points(rows)])
    label = f"gamma/delta_E, {name}"
    return [
        Check(f"{label}: {of_what}", rows["value"], theory, rows["error"], theory * orders, **x)
        for x in (along(rows),)
        for of_what, theory in (("rule", rule), ("Lorentzians of it as measured", seen))
    ]


def from_first(rows: pd.DataFrame, floor: float = 2.0) -> tuple[pd.DataFrame, Any, Any]:
    """Rows of M > 1; eqs 6, 7 from the measured first l-bit; the errors of both."""
    first, later = rows[rows["M"] == 1].iloc[0], rows[rows["M"] > 1]
    about = (float(first["xi"]), float(first["value"]), int(first["N"]), str(first["geometry"]))
    printed = np.asarray(golden_rule.paper_ratio(later["M"], *about, floor=floor))
    # at the floor nothing is left of the first l-bit
    of_printed = np.where(printed > floor, printed * first["error"] / first["value"], 0.0)
    return later, printed, np.hypot(later["error"].to_numpy(), of_printed)


def absorbed_by_matrix(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """G of random matrices with the densities of grain and l-bits, along M, and its error."""
    found = []
    for at in points(rows):
        strengths = expected.squared_elements(at.M, at.N)
        states = paper_c_count(2 ** (at.N + at.M))
        found.append(random_parameter(strengths, states, 2000 // 2**at.M + 40, 31))
    G, error = np.array(found).T
    return G, error


def trend(values: Any, errors: Any) -> tuple[float, float]:
    """The last of some values over the first, and its error."""
    value, error = np.asarray(values), np.asarray(errors)
    ratio = float(value[-1] / value[0])
    return ratio, float(ratio * np.hypot(error[-1] / value[-1], error[0] / value[0]))
