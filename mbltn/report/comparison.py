"""Stored numbers beside theory: tables, text and data."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ..study import Store
from ..study.store import write_aside
from ..validation import Comparison, LatticeEnsemble, compare_stored
from .plan_and_status import study_of

log = logging.getLogger(__name__)

_END_ENTROPIES = {
    "n_lbits": "{:d}",
    "alpha": "{:.4f}",
    "dimension": "{:d}",
    "solver": "{}",
    "n_realizations": "{:d}",
    "exact": "{:.4f}",
    "error": "{:.4f}",
    "theory": "{:.4f}",
    "sigmas": "{:+.1f}",
    "verdict": "{}",
}
_LATTICE = {
    "n_realizations": "{:d}",
    "fraction": "{:.3f}",
    "error": "{:.3f}",
    "thermal_lbits": "{:.2f}",
    "largest_failed": "{:.2f}",
    "smallest_full": "{:.2f}",
    "spacing": "{:g}",
}


def comparison_of(folder: Path) -> Comparison | LatticeEnsemble:
    """Compare with theory and write `comparison.csv` and `theory.csv`, where that can be done."""
    comparison = compare_stored(study_of(folder), Store(folder))
    for name, frame in comparison.tables().items():
        try:
            write_aside(folder / f"{name}.csv", frame.to_csv(index=False).encode())
        except OSError as error:
            log.warning(
                "%s.csv is not kept: %s. Free disk space or mend the permissions of %s and ask "
                "'mbltn compare' again",
                *(name, error, folder),
            )
    return comparison


def comparison_rows(comparison: Comparison | LatticeEnsemble) -> dict[str, Any]:
    """For ``--json``, which has no numbers that are not finite: NaN and inf become null."""
    rows = comparison.tables()["comparison"].replace([np.inf, -np.inf], np.nan)
    plain = rows.astype(object).where(rows.notna(), None).to_dict(orient="records")
    if isinstance(comparison, LatticeEnsemble):
        return {"agrees": comparison.agrees, "rows": plain}
    return {
        "first_coupling": comparison.first_coupling,
        "agrees": comparison.agrees,
        "rows": plain,
    }


def comparison_text(comparison: Comparison | LatticeEnsemble) -> str:
    """The table that a run prints."""
    rows = comparison.tables()["comparison"]
    if isinstance(comparison, LatticeEnsemble):
        hidden = {*_LATTICE, "thermal_error", "density", "n_orbitals"}
        varied = [name for name in rows if name not in hidden and rows[name].nunique() > 1]
        columns = dict.fromkeys(map(str, varied), "{}") | _LATTICE
        failed = int((~comparison.rows["converged"]).sum())
        return "\n".join(
            [
                "Mean field of a grain in the middle; sizes are eta_tot/log 2 in l-bits",
                *_lines(rows, columns),
                "every mean field converged"
                if comparison.agrees
                else f"{failed} mean fields did NOT converge",
            ]
        )
    verdict = "agree" if comparison.agrees else "DISAGREE"
    return "\n".join(
        [
            "[S_end]/log 2, exact beside mean field; sigmas = (exact - theory) / error. The grain "
            "is finite: they agree within 0.03 or 20 %",
            *_lines(rows, _END_ENTROPIES),
            f"one number fitted, the first bare coupling g_1,0 = {comparison.first_coupling:.4f}; "
            f"below alpha_c theory and exact {verdict} within 0.03 or 20 %",
        ]
    )


def _lines(rows: pd.DataFrame, columns: dict[str, str]) -> list[str]:
    cells = [list(columns)]
    for row in rows.to_dict(orient="records"):
        cells.append([_cell(row[key], style) for key, style in columns.items()])
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]


def _cell(value: Any, style: str) -> str:
    return "-" if isinstance(value, float) and np.isnan(value) else style.format(value)
