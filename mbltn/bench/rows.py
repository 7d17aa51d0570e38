"""One row a method: what it took, what it returned, and whether the methods agree."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from .machine import describe
from .problem import Problem
from .processes import Layout, Report

# Part of the norm of H by which energies of the same level may differ between methods.
AGREEMENT = 1e-9
BASELINES = ("slepc-ldlt", "slepc-plain")


@dataclass(frozen=True)
class Row:
    """The result of one method on one problem.

    `status` is "done", "over the limit", "out of memory", "not installed", "refused" or "failed";
    numbers that were not measured are None. `kind` is that of its `Run`.
    """

    method: str
    status: str
    reason: str
    D: int
    pairs: int | None
    seconds: float | None
    ms_per_pair: float | None
    peak_mb: float | None
    max_residual: float | None
    complete: str | None
    energies_digest: str | None = None
    energy_difference: float | None = None
    agrees: bool | None = None
    time_ratio: float | None = None
    time_per_pair_ratio: float | None = None
    memory_ratio: float | None = None
    baseline: str | None = None
    baseline_mb: float | None = None
    ready_mb: float | None = None
    solver: str | None = None
    busy_elsewhere: float | None = None
    phases: dict[str, float] = field(default_factory=dict)
    ranks: int = 1
    threads: int = 1
    kind: str = "solve"
    problem: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=describe)
    energies: tuple[float, ...] = ()
    scale: float = 1.0

    def as_json(self) -> dict[str, Any]:
        """Everything but the energies; what is not finite becomes None."""
        hidden = ("energies", "scale")
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in hidden}
        finite: dict[str, Any] = _finite(values)
        return finite


_MORE = (
    *("mean_entropy", "mean_gap_ratio", "realizations_per_second"),
    *("gflops", "median_gflops", "triad_gbs", "triad_gflops"),
    *("overhead", "eigh_seconds"),
    "processor_seconds",
    *("warm_up", "blas"),
)


def row_from(
    method: str, problem: Problem, layout: Layout, report: Report, kind: str = "solve"
) -> Row:
    """The row of a job that has ended, however it ended."""
    values = report.values
    energies = tuple(values.get("energies", ()))
    pairs = values.get("n_pairs", len(energies) or None)
    seconds = values.get("seconds")
    return Row(
        method=method,
        status=report.status,
        reason=report.reason,
        D=problem.dimension,
        pairs=pairs,
        seconds=seconds,
        ms_per_pair=1e3 * seconds / pairs if seconds is not None and pairs else None,
        peak_mb=values.get("peak_mb", report.sampled_peak_mb or None),
        max_residual=values.get("max_residual"),
        complete=values.get("complete"),
        baseline_mb=values.get("baseline_mb"),
        ready_mb=values.get("ready_mb"),
        solver=values.get("solver"),
        busy_elsewhere=report.busy_elsewhere,
        phases=values.get("phases", {}),
        ranks=layout.ranks,
        threads=layout.threads,
        kind=kind,
        problem=problem.as_dict(),
        more={name: values[name] for name in _MORE if values.get(name)},
        energies=energies,
        scale=values.get("scale", 1.0),
    )


def best_of(rows: Sequence[Row]) -> Row:
    """One row for a job that was run several times: the quickest, with all their times.

    Where one of them failed, or they contradict each other, that is the row; the largest peak is
    the peak of all, and levels are certified only if they are every time.
    """
    failed = [row for row in rows if row.seconds is None]
    if failed or len(rows) == 1:
        return (failed or rows)[0]
    best = min(rows, key=lambda row: row.seconds or math.inf)
    distance = max(difference(row.energies, best.energies) for row in rows)
    if distance > AGREEMENT * best.scale:
        reason = f"energies of its rounds differ by {distance:.2g}"
        return replace(best, status="failed", reason=reason, seconds=None, ms_per_pair=None)
    peaks = [row.peak_mb for row in rows if row.peak_mb is not None]
    doubtful = [row.complete for row in rows if row.complete != "certified"]
    return replace(
        best,
        peak_mb=max(peaks, default=None),
        complete=doubtful[0] if doubtful else best.complete,
        more={**best.more, "rounds": [row.seconds for row in rows]},
    )


def compared(rows: Sequence[Row], baseline: str | None = None) -> list[Row]:
    """The rows of one problem with their agreement and their ratios filled in.

    The reference is the first method that certifies its levels, or else the first that returned
    any. All methods whose energies differ from it by less than 1e-9 of the norm of H carry the
    digest of the reference; the others that of their own energies. Ratios are those of the
    `baseline` to the method: one of `BASELINES`, or the slowest that ended, unless it is named. A
    named one that did not end, or disagrees, gives no ratios. Rows of different kinds do different
    work and are compared among themselves.
    """
    kinds = dict.fromkeys(row.kind for row in rows)
    of_kind = {
        kind: iter(_compared([r for r in rows if r.kind == kind], baseline)) for kind in kinds
    }
    return [next(of_kind[row.kind]) for row in rows]


def _compared(rows: list[Row], baseline: str | None) -> list[Row]:
    rows = _with_agreement(rows)
    done = [row for row in rows if row.seconds is not None and row.agrees is not False]
    wanted = (baseline,) if baseline else BASELINES
    named = [row for method in wanted for row in done if row.method == method]
    if not done or (baseline and not named):
        return rows
    against = named[0] if named else max(done, key=lambda row: row.seconds or 0.0)
    return [_with_ratios(row, against) for row in rows]


def all_agree(rows: Sequence[Row]) -> bool:
    """Whether no method that ran contradicts another."""
    return not any(row.agrees is False for row in rows)


def difference(energies: Sequence[float], reference: Sequence[float]) -> float:
    """Largest distance between levels of the same number; infinite if their number differs.

    Examples
    --------
    >>> difference([1.0, 2.5], [1.0, 2.0])
    0.5
    >>> difference([1.0], [1.0, 2.0])
    inf
    """
    if len(energies) != len(reference):
        return math.inf
    return float(abs(np.subtract(energies, reference)).max(initial=0.0))


def digest(energies: Sequence[float], scale: float) -> str:
    """Short hash of energies rounded to 1e-9 of `scale`."""
    whole = np.rint(np.asarray(energies) / (AGREEMENT * scale)).astype(np.int64)
    return hashlib.sha256(whole.tobytes()).hexdigest()[:12]


def _with_agreement(rows: list[Row]) -> list[Row]:
    returned = [row for row in rows if _has_energies(row)]
    if not returned:
        return rows
    certified = [row for row in returned if row.complete == "certified"]
    reference = (certified or returned)[0]
    shared = digest(reference.energies, reference.scale)

    def judged(row: Row) -> Row:
        if not _has_energies(row):
            return row
        distance = difference(row.energies, reference.energies)
        agrees = distance <= AGREEMENT * reference.scale
        own = shared if agrees else digest(row.energies, reference.scale)
        reason = row.reason
        if math.isinf(distance):
            reason = f"{len(row.energies)} levels, {reference.method} has {len(reference.energies)}"
        return replace(
            row, energies_digest=own, energy_difference=distance, agrees=agrees, reason=reason
        )

    return [judged(row) for row in rows]


def _has_energies(row: Row) -> bool:
    return row.status == "done" and bool(row.energies)


def _with_ratios(row: Row, against: Row) -> Row:
    if row.agrees is False:
        return row
    return replace(
        row,
        baseline=against.method,
        time_ratio=ratio(against.seconds, row.seconds),
        time_per_pair_ratio=ratio(against.ms_per_pair, row.ms_per_pair),
        memory_ratio=ratio(against.peak_mb, row.peak_mb) if row.seconds is not None else None,
    )


def ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
