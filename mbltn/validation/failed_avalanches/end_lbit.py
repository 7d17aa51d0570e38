"""Studies behind paper D's Fig 2: the outermost of a few l-bits on a grain of eight levels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ...observables.entanglement import LOG2
from ...study import Study, parse_study
from ..campaigns import Stored, rows_of
from ..tables import mean_and_error

ALPHAS = (0.35, 0.45, 0.55, 0.65, 0.7071, 0.8)
FIT_N_LBITS, FIT_ALPHA = 5, 0.45
REALIZATIONS = {
    "small": {4: 300, 5: 200, 6: 60},
    "paper": {4: 1000, 5: 1000, 6: 400, 7: 200, 8: 100},
}
# Where the coupling is fitted, and where farther l-bits help the end one most.
MORE: dict[str, dict[tuple[int, float], int]] = {
    "small": {(FIT_N_LBITS, FIT_ALPHA): 1200, (6, 0.55): 180, (6, 0.65): 400},
    "paper": {},
}
MODEL: dict[str, Any] = {"n_grain": 3, "first_coupling": 1.2, "coupling": "pm"}
PARTS = (0.1, 0.5, 0.9)


def end_lbit_studies(size: str) -> tuple[Study]:
    """All states of the middle quarter; couplings as in the package's main study, J_1 = 1.2."""
    numbers: dict[tuple[int, int], list[float]] = {}
    for n_lbits, realizations in REALIZATIONS[size].items():
        for alpha in ALPHAS:
            number = MORE[size].get((n_lbits, alpha), realizations)
            numbers.setdefault((n_lbits, number), []).append(alpha)
    ensembles: list[dict[str, Any]] = [
        {
            "grid": {"n_lbits": [n_lbits], "alpha": alphas},
            "realizations": number,
            "states": "middle_quarter",
        }
        for (n_lbits, number), alphas in numbers.items()
    ]
    content: dict[str, Any] = {
        "name": f"D-end-lbit-{size}",
        "seed": 2,
        "observables": ["entropy_lbits", "memory_lbits"],
        "model": {"kind": "CentralGrain", **MODEL},
        "ensemble": ensembles,
    }
    return (parse_study(content),)


def end_lbits(stored: Stored) -> pd.DataFrame:
    """Of the outermost l-bit: `n_lbits`, `alpha`, `entropy` (over log 2), `memory`, errors."""
    return _of_one(stored.means(), None)


def first_lbits(stored: Stored) -> pd.DataFrame:
    """Of the l-bit next to the grain: the columns of `end_lbits`."""
    return _of_one(stored.means(), 1)


def end_distributions(stored: Stored) -> pd.DataFrame:
    """Shares of states in which the outermost l-bit has S < part log 2, and their mean [S].

    Columns `n_lbits`, `alpha`, `entropy`, `part`, `share`, `error`.
    """
    found: dict[tuple[int, float], list[np.ndarray]] = {}
    for record in stored.store.records():
        parameters = record.task["parameters"]
        entropies = record.arrays["entropy_lbits"][:, -1] / LOG2
        values = [entropies.mean(), *((entropies < part).mean() for part in PARTS)]
        key = (parameters["n_lbits"], parameters["alpha"])
        found.setdefault(key, []).append(np.array(values))
    rows = []
    for (n_lbits, alpha), samples in sorted(found.items()):
        means, errors = mean_and_error(np.array(samples))
        for part, share, error in zip(PARTS, means[1:], errors[1:], strict=True):
            rows.append(
                {
                    "n_lbits": n_lbits,
                    "alpha": alpha,
                    "entropy": means[0],
                    "part": part,
                    "share": share,
                    "error": error,
                }
            )
    return pd.DataFrame(rows)


def _of_one(means: pd.DataFrame, index: int | None) -> pd.DataFrame:
    parts = {}
    for name, observable in (("entropy", "entropy_lbits"), ("memory", "memory_lbits")):
        rows = rows_of(means, observable, index).set_index(["n_lbits", "alpha"])
        unit = LOG2 if name == "entropy" else 1.0
        parts[name] = rows["mean"] / unit
        parts[f"{name}_error"] = rows["error"] / unit
    return pd.DataFrame(parts).reset_index()
