"""What a results folder says: plan, status, comparison and figure, as text and as data."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .errors import StudyError
from .machine import Machine, duration, size
from .plotting import draw_failed_avalanches, draw_study
from .study import Store, Study, Task, per_realization, plan, table
from .study.plan import deal, group_size, is_shared
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


def plan_text(study: Study, machine: Machine) -> str:
    """Every point of the grid with the method, memory, applications of H and time that it takes on
    this machine; what does not fit, why, and the nearest thing that would."""
    tasks = plan(study, machine)
    points: dict[tuple[Any, ...], list[Task]] = defaultdict(list)
    for task in tasks:
        varied = {key: value for key, value in task.parameters.items() if key in study.axes}
        if task.energy is not None:
            varied["energy"] = task.energy
        name = ", ".join(f"{key}={value}" for key, value in varied.items())
        points[name, str(task.states), task.energy, task.solver].append(task)
    rows, refusals = [], []
    for (name, states, *_), members in points.items():
        first = members[0]
        refused = bool(first.choice.refusal)
        if refused:
            refusals.append(f"{name or study.name}: {first.choice.refusal}")
        rows.append(_plan_row(name, states, first, len(members), refused))
    return "\n".join([*_aligned([_PLAN, *rows]), *refusals, _plan_total(study, tasks, machine)])


_PLAN = (
    *("problem", "D", "method", "states", "tasks"),
    *("memory", "matvecs", "time each", "time of all"),
)


def _plan_row(name: str, states: str, task: Task, count: int, refused: bool) -> tuple[str, ...]:
    cost = task.choice.cost
    lack = "" if not refused else " (too large)" if cost.possible else " (cannot)"
    return (
        name,
        str(task.dimension),
        cost.method + lack,
        states,
        str(count),
        size(cost.memory),
        "-" if cost.matvecs is None else f"{cost.matvecs:.2g}",
        duration(cost.seconds),
        duration(cost.seconds * count),
    )


def _plan_total(study: Study, tasks: list[Task], machine: Machine) -> str:
    """What can be run here: tasks dealt to ranks, shared ones to groups of ranks."""
    ranks = f"{machine.ranks} rank{'s' if machine.ranks > 1 else ''}"
    fitting = [task for task in tasks if not task.choice.refusal]
    number = f"{len(tasks)} tasks"
    if len(fitting) < len(tasks):
        number = f"{len(fitting)} of {number} fit"
    place = f"{ranks} of {machine.gflops:.3g} GFlop/s with {size(machine.memory)} together"
    small = [task for task in fitting if not is_shared(task, study)]
    large = [task for task in fitting if is_shared(task, study)]
    groups = machine.ranks // group_size(study.resources, machine.ranks)
    longest = sum(
        max((sum(task.cost.seconds for task in hand) for hand in deal(part, hands)), default=0.0)
        for part, hands in ((small, machine.ranks), (large, groups))
    )
    most = size(max((task.cost.memory for task in fitting), default=0.0))
    return (
        f"{number}, {len(large)} of them shared between ranks; about "
        f"{duration(longest)} on {place}, at most {most} a problem. Nothing was computed."
    )


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """Words to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if number in (0, 2) else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


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
    """FOLDER/figure.png from the tables.

    Entropy and gap ratio against alpha where the grid has n_lbits and alpha, else every observable
    against the axis of the grid with the most values.

    Raises
    ------
    StudyError
        If the grid varies no number.
    """
    study = study_of(folder)
    obstacle = why_no_figure(study)
    if obstacle:
        raise StudyError(f"{folder} cannot be drawn: {obstacle}")
    curves = folder / "theory.csv"
    figure = folder / "figure.png"
    if not _is_of_avalanches(study):
        draw_study(table_of(folder), figure, _number_axes(study), _title(study))
        return figure
    draw_failed_avalanches(
        table_of(folder),
        figure,
        curves=pd.read_csv(curves) if curves.exists() else None,
        title=_title(study),
    )
    return figure


def why_no_figure(study: Study) -> str:
    """What keeps this study from being drawn; empty if nothing does."""
    if _is_of_avalanches(study) or _number_axes(study):
        return ""
    return "its grid varies no number that could be an axis"


def _is_of_avalanches(study: Study) -> bool:
    known = {"n_lbits", "alpha"}
    given = all(known <= {*study.model, *ensemble.grid} for ensemble in study.ensemble)
    return (
        study.axes <= known and given and {"entropy_lbits", "gap_ratio"} <= set(study.observables)
    )


def _number_axes(study: Study) -> list[str]:
    """Axes of the grid, and the energy, where all points have a number."""
    every = [ensemble.grid for ensemble in study.ensemble]
    found = [
        axis
        for axis in sorted(study.axes)
        if all(axis in grid for grid in every)
        and all(type(value) in (int, float) for grid in every for value in grid[axis])
    ]
    energies = {ensemble.energy for ensemble in study.ensemble}
    return found + (["energy"] if None not in energies and len(energies) > 1 else [])


def _title(study: Study) -> str:
    fixed = {key: value for key, value in flat_parameters(study.model).items() if key != "kind"}
    parts = ", ".join(f"{key}={value}" for key, value in fixed.items())
    return f"{study.name}: {parts}" if parts else study.name
