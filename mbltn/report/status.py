"""How far a study is, and how fast a running job goes on."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..machine import duration
from ..study import Store, Study
from ..study.plan import Point, plan_points
from ..study.precision import needed, reached, stored_values, tasks_of
from ..study.pulse import failures, rate, running, seconds_left
from ..study.statistics import flat_parameters
from .plan_and_status import study_of

# Seconds without a sample after which a job may be gone.
_SILENCE = 60.0


def status_report(folder: Path) -> dict[str, Any]:
    study = study_of(folder)
    store = Store(folder)
    points = plan_points(study)
    with_target = any(point.target for point in points)
    values = stored_values(store.records(), points) if with_target else {}
    done = store.done()
    tasks = tasks_of(points, values, done)
    finished = [task for task in tasks if task.id in done]
    total = Counter(task.dimension for task in tasks)
    found = Counter(task.dimension for task in finished)
    gained = sum(task.cost.seconds for task in finished)
    failed = failures(folder)
    return {
        "study": study.name,
        "total": len(tasks),
        "done": len(finished),
        "share_of_work": gained / sum(task.cost.seconds for task in tasks),
        "dimensions": [
            {"dimension": d, "total": total[d], "done": found[d]} for d in sorted(total)
        ],
        "failed": len(failed),
        "first_failure": failed[0]["reason"] if failed else None,
        "targets": _targets(study, points, values, done),
        "running": _running(folder, len(finished), len(tasks)),
    }


def _running(folder: Path, finished: int, total: int) -> dict[str, Any] | None:
    state = running(folder)
    if state is None:
        return None
    now = time.time()
    left = seconds_left(state)
    return {
        "process": state["process"],
        "heard_seconds_ago": max(0.0, now - state["samples"][-1][0]),
        "in_flight": min(state["at_once"], total - finished),
        "per_hour": rate(state, finished, now),
        "over_seconds": max(0.0, now - state["samples"][0][0]),
        "seconds_left": left,
    }


def _targets(
    study: Study, points: Sequence[Point], values: Mapping[Any, float], done: Collection[str]
) -> list[dict[str, Any]]:
    found = []
    for point in points:
        if (target := point.target) is None:
            continue
        count = needed(point, values, done)
        its = [task for task in point.tasks[:count] if task.id in done]
        loose = target.model_copy(update={"least": 2})
        error = reached(its, loose, values) if len(its) > 1 else math.inf
        flat = flat_parameters(point.tasks[0].parameters)
        found.append(
            {
                "point": {name: flat[name] for name in flat if name.split(".")[0] in study.axes},
                "observable": target.observable,
                "aim": target.error,
                "error": error if math.isfinite(error) else None,
                "done": len(its),
                "needed": count,
                "most": len(point.tasks),
            }
        )
    return found


def status_text(report: dict[str, Any]) -> str:
    lines = [
        f"{report['study']}: {report['done']} of {report['total']} realizations, "
        f"{100 * report['share_of_work']:.0f} % of the work"
    ]
    lines += [
        f"  D={row['dimension']}: {row['done']}/{row['total']}" for row in report["dimensions"]
    ]
    lines += [_target_line(target) for target in report["targets"]]
    if report["failed"]:
        lines.append(f"  {report['failed']} failed, the first with {report['first_failure']}")
    if report["running"]:
        lines.append(_running_line(report["running"]))
    return "\n".join(lines)


def _target_line(target: dict[str, Any]) -> str:
    place = ", ".join(f"{name}={value}" for name, value in target["point"].items())
    error = "unknown" if target["error"] is None else f"{target['error']:.2g}"
    line = (
        f"  {place + ': ' if place else ''}error of {target['observable']} {error}, "
        f"to be {target['aim']:g}: {target['done']}/{target['needed']} realizations"
    )
    reached_it = target["error"] is not None and target["error"] <= target["aim"]
    if target["done"] == target["needed"] == target["most"] and not reached_it:
        line += ", the most that the study allows"
    return line


def _running_line(job: dict[str, Any]) -> str:
    pace = "rate not known yet"
    if job["per_hour"] is not None:
        over = duration(job["over_seconds"])
        pace = f"{job['per_hour']:.3g} realizations an hour over the last {over}"
    left = "" if job["seconds_left"] is None else f", done in about {duration(job['seconds_left'])}"
    line = f"  running as process {job['process']}: {pace}, {job['in_flight']} in flight{left}"
    if job["heard_seconds_ago"] > _SILENCE:
        line += (
            f"\n  not heard of for {duration(job['heard_seconds_ago'])}: in a long solver call, "
            "or killed"
        )
    return line
