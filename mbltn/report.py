"""What a results folder says: plan, status, comparison and figure, as text and as data."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .errors import StudyError
from .plotting import draw_failed_avalanches
from .study import Store, Study, Task, per_realization, plan, table
from .study.plan import deal, is_shared
from .study.statistics import flat_parameters
from .study.store import write_aside
from .validation import Comparison
from .validation import compare as compare_with_theory

_COMPARISON_COLUMNS = {
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


def study_of(folder: Path) -> Study:
    study = Store(folder).study()
    if study is None:
        raise StudyError(f"{folder} is not a results folder: it has no study.json")
    return study


# -- plan and status ---------------------------------------------------------------------------


def plan_text(study: Study, ranks: int) -> str:
    """Tasks, dimensions, solver, estimated memory and time."""
    tasks = plan(study)
    grouped: dict[tuple[Any, ...], list[Task]] = defaultdict(list)
    for task in tasks:
        varied = {key: value for key, value in task.parameters.items() if key in study.axes}
        name = ", ".join(f"{key}={value}" for key, value in varied.items())
        grouped[name, task.dimension, task.solver_name, str(task.states)].append(task)
    lines = [
        f"{'problem':36s} {'D':>7s} {'solver':13s} {'states':>15s} {'tasks':>6s} "
        f"{'memory':>9s} {'s each':>8s}"
    ]
    for (name, dimension, solver, states), members in grouped.items():
        cost = members[0].cost
        lines.append(
            f"{name:36s} {dimension:7d} {solver:13s} {states:>15s} {len(members):6d} "
            f"{_bytes(cost.memory):>9s} {cost.seconds:8.2f}"
        )
    small = [task for task in tasks if not is_shared(task, study)]
    large = [task for task in tasks if is_shared(task, study)]
    longest = max((sum(t.cost.seconds for t in hand) for hand in deal(small, ranks)), default=0.0)
    seconds = longest + sum(task.cost.seconds for task in large) / ranks
    lines.append(
        f"{len(tasks)} tasks, {len(large)} of them shared between ranks; about {seconds:.0f} s on "
        f"{ranks} rank(s), at most {_bytes(max(task.cost.memory for task in tasks))} a problem. "
        "Nothing was computed."
    )
    return "\n".join(lines)


def status_report(folder: Path) -> dict[str, Any]:
    study = study_of(folder)
    tasks = plan(study)
    done = Store(folder).done()
    total: Counter[int] = Counter(task.dimension for task in tasks)
    finished: Counter[int] = Counter(task.dimension for task in tasks if task.id in done)
    cost = sum(task.cost.seconds for task in tasks)
    gained = sum(task.cost.seconds for task in tasks if task.id in done)
    return {
        "study": study.name,
        "total": len(tasks),
        "done": sum(finished.values()),
        "share_of_work": gained / cost,
        "dimensions": [
            {"dimension": d, "total": total[d], "done": finished[d]} for d in sorted(total)
        ],
    }


def status_text(report: dict[str, Any]) -> str:
    lines = [
        f"{report['study']}: {report['done']} of {report['total']} realizations, "
        f"{100 * report['share_of_work']:.0f} % of the work"
    ]
    lines += [
        f"  D={row['dimension']}: {row['done']}/{row['total']}" for row in report["dimensions"]
    ]
    return "\n".join(lines)


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TB"


# -- tables, comparison and figure -------------------------------------------------------------


def table_of(folder: Path) -> pd.DataFrame:
    """The tidy table: as it was written, or from the records if a job has not ended yet."""
    study_of(folder)
    written = folder / "table.csv"
    if written.exists() and not any(Store(folder).singles.glob("*.h5")):
        return pd.read_csv(written)
    result = table(per_realization(Store(folder).records()))
    if result.empty:
        raise StudyError(f"{folder} has no finished realization yet: run the study first")
    return result


def comparison_of(folder: Path) -> Comparison:
    """Compare with theory and write `comparison.csv` and `theory.csv`."""
    comparison = compare_with_theory(table_of(folder), study_of(folder))
    for name, frame in (("comparison", comparison.rows), ("theory", comparison.curves)):
        write_aside(folder / f"{name}.csv", frame.to_csv(index=False).encode())
    return comparison


def comparison_rows(comparison: Comparison) -> dict[str, Any]:
    """For ``--json``: NaN becomes null."""
    rows = comparison.rows.astype(object).where(comparison.rows.notna(), None)
    return {
        "first_coupling": comparison.first_coupling,
        "agrees": comparison.agrees,
        "rows": rows.to_dict(orient="records"),
    }


def comparison_text(comparison: Comparison) -> str:
    """The table that a run prints: exact, error, theory, difference in standard errors."""
    cells = [list(_COMPARISON_COLUMNS)]
    for row in comparison.rows.to_dict(orient="records"):
        cells.append([_cell(row[key], style) for key, style in _COMPARISON_COLUMNS.items()])
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = ["  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    verdict = "agree" if comparison.agrees else "DISAGREE"
    return "\n".join(
        [
            "[S_end]/log 2, exact beside mean field; sigmas = (exact - theory) / error",
            *lines,
            f"one number fitted: g_10 = {comparison.first_coupling:.4f}; below alpha_c theory and "
            f"exact {verdict} within 0.03 or 20 %",
        ]
    )


def _cell(value: Any, style: str) -> str:
    return "-" if isinstance(value, float) and np.isnan(value) else style.format(value)


def draw(folder: Path) -> Path:
    """FOLDER/figure.png from the tables: entropy and gap ratio against alpha.

    Raises
    ------
    StudyError
        If the study varies anything but n_lbits and alpha, or lacks the observables.
    """
    study = study_of(folder)
    obstacle = why_no_figure(study)
    if obstacle:
        raise StudyError(f"{folder} cannot be drawn: {obstacle}")
    curves = folder / "theory.csv"
    figure = folder / "figure.png"
    draw_failed_avalanches(
        table_of(folder),
        figure,
        curves=pd.read_csv(curves) if curves.exists() else None,
        title=_title(study),
    )
    return figure


def why_no_figure(study: Study) -> str:
    """What keeps this study from being drawn against alpha; empty if nothing does."""
    if not study.axes <= {"n_lbits", "alpha"}:
        return f"its grid has the axes {sorted(study.axes)}, the figure knows n_lbits and alpha"
    if any({"n_lbits", "alpha"} - {*study.model, *e.grid} for e in study.ensemble):
        return "the figure needs n_lbits and alpha"
    missing = {"entropy_lbits", "gap_ratio"} - set(study.observables)
    return f"it lacks the observables {sorted(missing)}" if missing else ""


def _title(study: Study) -> str:
    fixed = {key: value for key, value in flat_parameters(study.model).items() if key != "kind"}
    return f"{study.name}: " + ", ".join(f"{key}={value}" for key, value in fixed.items())
