"""Rows and verdicts as text for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from .rows import Row

_MISSING = "-"
# Cores that other work on the machine may take before times are called into question.
_QUIET = 0.2


def _number(style: str) -> Callable[[float | None], str]:
    return lambda value: _MISSING if value is None else format(value, style)


def _times(value: float | None) -> str:
    if value is None:
        return _MISSING
    return f"{value:.3g}x" if value < 1000 else f"{value:.0f}x"


_COLUMNS: dict[str, Callable[[Row], str]] = {
    "method": lambda row: row.method,
    "ranks x threads": lambda row: f"{row.ranks} x {row.threads}",
    "pairs": lambda row: _MISSING if row.pairs is None else str(row.pairs),
    "seconds": lambda row: _number(".3f")(row.seconds),
    "ms/pair": lambda row: _number(".2f")(row.ms_per_pair),
    "peak MB": lambda row: _number(".0f")(row.peak_mb),
    "start MB": lambda row: _number(".0f")(row.baseline_mb),
    "faster": lambda row: _times(row.time_ratio),
    "per pair": lambda row: _times(row.time_per_pair_ratio),
    "less memory": lambda row: _times(row.memory_ratio),
    "residual": lambda row: _number(".1e")(row.max_residual),
    "complete": lambda row: row.complete or _MISSING,
    "energies": lambda row: row.energies_digest or _MISSING,
    "difference": lambda row: _number(".1e")(row.energy_difference),
}


def table_text(rows: Sequence[Row]) -> str:
    """The table of one problem, then what has no column: phases, and why a method has no numbers.

    `start MB` is the process with the package imported and the operator built.
    """
    cells = [list(_COLUMNS), *([column(row) for column in _COLUMNS.values()] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(_COLUMNS))]
    lines = ["  ".join(_aligned(line, widths)).rstrip() for line in cells]
    layouts = Counter(row.method for row in rows)
    for row in rows:
        several = layouts[row.method] > 1
        name = f"{row.method} ({row.ranks} x {row.threads})" if several else row.method
        if row.phases:
            split = ", ".join(f"{name} {seconds:.3g}" for name, seconds in row.phases.items())
            lines.append(f"{name}: seconds in {split}")
        numbers = [f"{k} {v:.4g}" for k, v in row.more.items() if isinstance(v, int | float)]
        if numbers:
            lines.append(f"{name}: {', '.join(numbers)}")
        rounds = row.more.get("rounds", [])
        if rounds:
            times = ", ".join(f"{seconds:.3g}" for seconds in rounds)
            lines.append(f"{name}: best of {len(rounds)} rounds: {times} s")
        if row.status != "done" or row.reason:
            reason = f": {row.reason}" if row.reason else ""
            lines.append(f"{name}: {row.status}{reason}")
        if row.seconds is not None and (row.busy_elsewhere or 0.0) > _QUIET:
            lines.append(
                f"{name}: {row.busy_elsewhere:.1f} cores were busy with other work, so its "
                "time may be too long"
            )
        if row.more.get("warm_up"):
            lines.append(f"{name}: its time holds compilation: {row.more['warm_up']}")
    against = {row.baseline for row in rows if row.baseline}
    lines.append(f"ratios are to {against.pop()}" if against else "no ratios: no baseline ended")
    return "\n".join([*lines, _agreement(rows)])


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    first, *others = (
        cell.ljust(width) if i == 0 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return [first, *others]


def _agreement(rows: Sequence[Row]) -> str:
    judged = [row for row in rows if row.agrees is not None]
    odd = [row.method for row in judged if not row.agrees]
    if odd:
        return f"energies DISAGREE: {', '.join(odd)}"
    if len(judged) < 2:
        return "energies: nothing to compare with"
    worst = max(row.energy_difference or 0.0 for row in judged)
    return f"energies agree, largest difference {worst:.1e}"
