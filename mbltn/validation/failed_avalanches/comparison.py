"""Paper D: entropy and memory of the end l-bit, exact beside entanglement mean-field theory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...errors import StudyError
from ...models import CentralGrain
from ...observables.entanglement import LOG2
from ...study.plan import plan
from ...study.schema import CentralGrainTheory, Study, build_model
from ...theory.central_grain import CRITICAL_ALPHA, MeanField, fit_first_coupling, solve

# Section "Comparison" of docs/physics.md says where these come from.
BAND_ABSOLUTE = 0.03
BAND_RELATIVE = 0.20

_CURVE_POINTS = 121


@dataclass(frozen=True)
class Comparison:
    """Exact end-l-bit entropies beside the mean field with one fitted number.

    Attributes
    ----------
    rows : one row for each (n_lbits, alpha): `exact` and `theory` = [S_end]/log 2, `error`,
        `difference` = exact - theory, `sigmas` = difference / error, `memory_exact`,
        `memory_theory` (C^zz of the end l-bit, NaN if not measured), and `verdict`: "fit" at the
        fitted point, "agrees", "deviates" or "undecided" (outside the band, but by less than two
        errors) below alpha_c, "alpha >= alpha_c" on the thermal side, where the theory is known to
        be too high for small grains.
    curves : `n_lbits`, `alpha`, `theory` on a fine grid, for the figure
    first_coupling : fitted g_{1,0}
    """

    rows: pd.DataFrame
    curves: pd.DataFrame
    first_coupling: float

    @property
    def agrees(self) -> bool:
        """No row below alpha_c lies outside the band of 0.03 or 20 per cent."""
        return bool((self.rows["verdict"] != "deviates").all())

    def tables(self) -> dict[str, pd.DataFrame]:
        return {"comparison": self.rows, "theory": self.curves}


def check_comparable(study: Study) -> CentralGrainTheory:
    """The study's theory, or a `StudyError` if its numbers could not be compared with it.

    Asked before anything is computed.
    """
    theory = study.theory
    if not isinstance(theory, CentralGrainTheory):
        raise StudyError(f"study {study.name!r} has no [theory] table to compare with")
    if study.model.get("kind") != "CentralGrain":
        raise StudyError("theory.kind='central_grain' needs model.kind='CentralGrain'")
    if "entropy_lbits" not in study.observables:
        raise StudyError("the comparison needs the observable 'entropy_lbits': add it")
    if not study.axes <= {"n_lbits", "alpha"}:
        raise StudyError(
            f"the comparison knows the grid axes n_lbits and alpha, not {sorted(study.axes)}: put "
            "the others into [model], one study for each value"
        )
    kinds: dict[tuple[int, float], set[tuple[Any, ...]]] = {}
    for task in plan(study):
        parameters = task.parameters
        if not {"n_lbits", "alpha"} <= parameters.keys():
            raise StudyError("the comparison needs n_lbits and alpha in every ensemble")
        if parameters.get("first_coupling") == 0:
            raise StudyError("first_coupling=0 leaves nothing to compare: no l-bit is coupled")
        point = (parameters["n_lbits"], parameters["alpha"])
        kinds.setdefault(point, set()).add((task.states, task.energy))
    for point, ways in kinds.items():
        if len(ways) > 1:
            raise StudyError(
                f"n_lbits={point[0]}, alpha={point[1]} is in two ensembles with different states: "
                "the comparison could not tell which to take"
            )
    if not any(_is_fit_point(n_lbits, alpha, theory) for n_lbits, alpha in kinds):
        raise StudyError(
            f"no ensemble has the point n_lbits={theory.fit_n_lbits}, alpha={theory.fit_alpha} to "
            "fit g_{1,0} at: add it to a grid, or change theory.fit_*"
        )
    return theory


def _is_fit_point(n_lbits: int, alpha: float, theory: CentralGrainTheory) -> bool:
    return n_lbits == theory.fit_n_lbits and bool(np.isclose(alpha, theory.fit_alpha))


def compare(table: pd.DataFrame, study: Study) -> Comparison:
    """Fit g_{1,0} once and compare everything else.

    Parameters
    ----------
    table : the study's tidy table (means and errors over realizations)
    study : a study of CentralGrain with a ``[theory]`` table

    Raises
    ------
    StudyError
        If the study names no theory, or its table lacks what the comparison needs.
    """
    theory = check_comparable(study)
    entropy = _end_values(table, "entropy_lbits")
    points = entropy.to_dict(orient="records")
    fitted = [point for point in points if _is_fit_point(point["n_lbits"], point["alpha"], theory)]
    if not fitted:
        raise StudyError(
            f"the point n_lbits={theory.fit_n_lbits}, alpha={theory.fit_alpha}, where g_{{1,0}} is "
            "fitted, has no finished realization yet: run the study to its end"
        )
    relative = _relative_couplings(study, theory.fit_n_lbits, theory.fit_alpha)
    g_first = fit_first_coupling(fitted[0]["mean"], relative)
    memory = {
        (point["n_lbits"], point["alpha"]): point["mean"]
        for point in _end_values(table, "memory_lbits").to_dict(orient="records")
    }
    rows = []
    for point in points:
        n_lbits, alpha = point["n_lbits"], point["alpha"]
        field = _mean_field(study, n_lbits, alpha, g_first)
        exact, error = point["mean"] / LOG2, point["error"] / LOG2
        predicted = float(field.mean_entropies[-1]) / LOG2
        verdict = "fit" if point is fitted[0] else _verdict(alpha, exact, error, predicted)
        rows.append(
            {
                **{key: point[key] for key in ("n_lbits", "alpha", "dimension", "solver")},
                "n_realizations": point["n_realizations"],
                "exact": exact,
                "error": error,
                "theory": predicted,
                "difference": exact - predicted,
                "sigmas": (exact - predicted) / error if error > 0 else np.nan,
                "memory_exact": memory.get((n_lbits, alpha), np.nan),
                "memory_theory": float(field.correlators[-1]),
                "verdict": verdict,
            }
        )
    frame = pd.DataFrame(rows).sort_values(["n_lbits", "alpha"], ignore_index=True)
    return Comparison(frame, _curves(study, frame, g_first), float(g_first))


def _verdict(alpha: float, exact: float, error: float, predicted: float) -> str:
    if alpha >= CRITICAL_ALPHA - 1e-4:
        return "alpha >= alpha_c"
    distance = abs(exact - predicted)
    if distance <= max(BAND_ABSOLUTE, BAND_RELATIVE * exact):
        return "agrees"
    return "deviates" if distance > 2 * error else "undecided"


def _end_values(table: pd.DataFrame, observable: str) -> pd.DataFrame:
    """Rows of the outermost l-bit."""
    if table.empty or not {"n_lbits", "alpha"} <= set(table.columns):
        raise StudyError("the comparison needs a table with the columns n_lbits and alpha")
    return table[(table["observable"] == observable) & (table["index"] == table["n_lbits"])]


def _relative_couplings(study: Study, n_lbits: int, alpha: float) -> np.ndarray:
    model = build_model({**study.model, "n_lbits": n_lbits, "alpha": alpha})
    assert isinstance(model, CentralGrain)
    couplings = model.couplings()
    return couplings / couplings[0]


def _mean_field(study: Study, n_lbits: int, alpha: float, g_first: float) -> MeanField:
    return solve(g_first * _relative_couplings(study, n_lbits, alpha))


def _curves(study: Study, rows: pd.DataFrame, g_first: float) -> pd.DataFrame:
    low, high = float(rows["alpha"].min()), float(rows["alpha"].max())
    margin = 0.02
    alphas = np.linspace(max(low - margin, 0.01), min(high + margin, 1.0), _CURVE_POINTS)
    return pd.DataFrame(
        {
            "n_lbits": n_lbits,
            "alpha": alpha,
            "theory": _mean_field(study, n_lbits, alpha, g_first).mean_entropies[-1] / LOG2,
        }
        for n_lbits in sorted(rows["n_lbits"].unique())
        for alpha in alphas
    )
