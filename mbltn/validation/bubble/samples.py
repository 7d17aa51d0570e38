"""Paper C on exact eigenstates for its cases: fewer points than its figures, in minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ...observables.entanglement import LOG2
from ...study import Study, parse_study
from ..campaigns import Stored, rows_of
from .studies import (
    FIELDS,
    GRAIN,
    INSET,
    LEVELS_IN_A_BIN,
    WIDTH,
    crossing_studies,
    expected_spacing,
    growth_studies,
    width_studies,
)

_LENGTHS = (0.4, 2.0, 2.885, 4.0)
_REALIZATIONS = (150, 100, 80, 60, 30)
_NEAR_CRITICAL = (2.5, 2.7, 3.1, 3.3)
_NEAR_REALIZATIONS = {2: 200, 4: 40}
_GEOMETRIES = {INSET: [0.6, 1.0], "layers2d": [2.0]}
_OF_GEOMETRIES, _OF_STRONG = (100, 60, 40, 24), (60, 40, 20, 10)
OBSERVABLES = ("line_ratio", "line_ratio_raw", "thouless", "entropy_lbits")
TYPICAL, THERMAL, NEAR = "typical weight", "thermal weight", "share of low frequencies"
_LOW = 3.0


def samples(size: str) -> tuple[Study, ...]:
    """exp1d; small: six grain spins, up to four l-bits; other sizes: the study of the figures."""
    if size != "small":
        return growth_studies(size)
    spins = GRAIN[size]
    ensembles = [
        {
            "grid": {"geometry": ["exp1d"], "xi": list(_LENGTHS), "n_lbits": [M]},
            "realizations": count,
            "states": "paper_c",
            "measurement": {
                "bin_width": LEVELS_IN_A_BIN * expected_spacing(spins, M),
                "reach": WIDTH * spins + 3.0 * M,
            },
        }
        for M, count in enumerate(_REALIZATIONS)
    ]
    return (_study("C-cases-growth", 21, [*OBSERVABLES, "spectral_contact"], ensembles),)


def samples_near_critical(size: str) -> tuple[Study, ...]:
    """exp1d, entropies of the last l-bit around xi_c; other sizes: the study of the figure."""
    if size != "small":
        return crossing_studies(size)
    ensembles = [
        _ensemble("exp1d", _NEAR_CRITICAL, M, count) for M, count in _NEAR_REALIZATIONS.items()
    ]
    return (_study("C-cases-crossing", 22, ["entropy_lbits"], ensembles),)


def samples_of_geometries(size: str) -> tuple[Study, ...]:
    """Stretched exponentials and layers in a plane, and the former with V_1 = 2 (C Fig 4b, c).

    Small: up to four l-bits; other sizes: the studies of the figure.
    """
    if size != "small":
        return width_studies(size)
    weak = [
        _ensemble(geometry, lengths, M, count)
        for geometry, lengths in _GEOMETRIES.items()
        for M, count in enumerate(_OF_GEOMETRIES, start=1)
    ]
    strong = [
        _ensemble(INSET, _GEOMETRIES[INSET], M, count)
        for M, count in enumerate(_OF_STRONG, start=1)
    ]
    return (
        _study("C-cases-geometries", 23, OBSERVABLES, weak),
        _study("C-cases-strong", 24, ["line_ratio", "line_ratio_raw"], strong, V=2.0),
    )


def _ensemble(geometry: str, lengths: Sequence[float], M: int, count: int) -> dict[str, Any]:
    grid = {"geometry": [geometry], "xi": list(lengths), "n_lbits": [M]}
    return {"grid": grid, "realizations": count, "states": "paper_c"}


def _study(
    name: str,
    seed: int,
    observables: Sequence[str],
    ensembles: list[dict[str, Any]],
    V: float = 1.0,
) -> Study:
    model = {
        "kind": "CentralGrain",
        "n_grain": GRAIN["small"],
        "first_coupling": V,
        "coupling": "xx",
        "field_range": list(FIELDS),
        "grain": {"kind": "goe", "scale": 0.5 * WIDTH * GRAIN["small"], "normalise": "radius"},
    }
    return parse_study(
        {
            "name": name,
            "seed": seed,
            "observables": list(observables),
            "model": model,
            "ensemble": ensembles,
        }
    )


def last_lbits(*stored: Stored) -> pd.DataFrame:
    """`quantity` of the last l-bit (entropies over log 2) with its `value` and `error`.

    Of each `geometry`, `V` of the first l-bit, `xi`, `M` and `N`. C's parameter G, which is of a
    grain spin, among them.
    """
    parts = []
    for each in stored:
        means = each.means()
        for quantity in OBSERVABLES:
            rows = rows_of(means, quantity)
            if rows.empty:
                continue
            unit = LOG2 if quantity == "entropy_lbits" else 1.0
            columns = {
                "quantity": quantity,
                "geometry": rows["geometry"],
                "V": float(each.study.model["first_coupling"]),
                "xi": rows["xi"],
                "M": rows["n_lbits"],
                "N": int(each.study.model["n_grain"]),
                "value": rows["mean"] / unit,
                "error": rows["error"] / unit,
            }
            parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def last_entropies(stored: Stored) -> pd.DataFrame:
    """Entropy over log 2 of the last l-bit of each realization near xi_c, exp1d.

    Columns `xi`, `M`, `N`, `realization`, `value`. Realizations of equal number share grain and
    fields whatever xi is.
    """
    rows = stored.realizations()
    rows = rows[(rows["observable"] == "entropy_lbits") & (rows["geometry"] == "exp1d")]
    rows = rows[(rows["index"] == rows["n_lbits"]) & rows["xi"].between(2.4, 3.4)]
    columns = {
        "xi": rows["xi"],
        "M": rows["n_lbits"],
        "N": int(stored.study.model["n_grain"]),
        "realization": rows["realization"],
        "value": rows["value"] / LOG2,
    }
    return pd.DataFrame(columns).reset_index(drop=True)


def weights(stored: Stored) -> pd.DataFrame:
    """int rho dw/pi of the grain spin that the l-bits touch, C eqs S3 and S5.

    Columns as of `last_lbits`; and the share of the thermal one at |w| < `cut`, a whole number of
    bins. Errors by leaving out one realization at a time.
    """
    found: dict[tuple[float, int, float], dict[int, np.ndarray]] = {}
    for record in stored.store.records():
        at, width = record.task["parameters"], record.task["measurement"].get("bin_width")
        if at.get("geometry") == "exp1d" and "spectral_contact" in record.arrays:
            key = (float(at["xi"]), int(at["n_lbits"]), float(width))
            of_point = found.setdefault(key, {})
            of_point[record.task["realization"]] = record.arrays["spectral_contact"]
    widest = {key[:2]: max(k[2] for k in found if k[:2] == key[:2]) for key in found}
    rows = []
    for (xi, M), width in sorted(widest.items()):
        curves = np.array(list(found[xi, M, width].values()))
        n, total = len(curves), curves.sum(axis=0)
        bins = round(_LOW / width)
        left = np.array([_of_curve(each, width, bins) for each in (total - curves) / (n - 1)])
        errors = np.sqrt((n - 1) * left.var(axis=0))
        values = _of_curve(total / n, width, bins)
        for quantity, value, error in zip((TYPICAL, THERMAL, NEAR), values, errors, strict=True):
            rows.append((quantity, xi, M, value, error, bins * width))
    table = pd.DataFrame(rows, columns=["quantity", "xi", "M", "value", "error", "cut"])
    return table.assign(N=int(stored.study.model["n_grain"]))


def _of_curve(curve: np.ndarray, width: float, bins: int) -> tuple[float, float, float]:
    thermal, logarithms = curve
    middle = len(thermal) // 2
    whole = thermal.sum()
    low = thermal[middle - bins : middle + bins].sum()
    return (
        float(np.exp(logarithms).sum() * width / np.pi),
        float(whole * width / np.pi),
        float(low / whole),
    )
