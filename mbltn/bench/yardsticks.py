"""The yardsticks B1 to B9 of docs/benchmarks.md: what is run, what is read off, what must come out.

One entry each in `YARDSTICKS`. A figure is read from the rows of one case of its yardstick.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..errors import InvalidInput
from .campaign import Run
from .figures import Figure, gain, speedup, value
from .problem import Problem
from .processes import Layout
from .rows import Row


@dataclass(frozen=True)
class Yardstick:
    """The work, and the figures that are read off it.

    Attributes
    ----------
    problems : each is run with all of `runs`, and gives each of `figures`
    certified : methods whose levels must be certified, else no figure counts
    rounds : turns of each run, of which the best counts
    """

    work: str
    problems: tuple[Problem, ...]
    runs: tuple[Run, ...]
    figures: tuple[Figure, ...]
    certified: tuple[str, ...] = ()
    rounds: int = 1


@dataclass(frozen=True)
class Verdict:
    """One figure of one problem: measured, and what that means."""

    yardstick: str
    what: str
    problem: str
    measured: float | None
    must: float
    aim: float | None
    unit: str
    larger: bool
    verdict: str

    def __str__(self) -> str:
        def said(value: float | None) -> str:
            return "-" if value is None else f"{value:.3g} {self.unit}"

        side = "at least" if self.larger else "at most"
        aim = "" if self.aim is None else f", aim {said(self.aim)}"
        return (
            f"{self.yardstick} {self.what}: {said(self.measured)} "
            f"(must be {side} {said(self.must)}{aim}): {self.verdict}"
        )


def star(log2_dimension: int, n_pairs: int, alpha: float = 0.6) -> Problem:
    """The benchmark model: three grain spins, the rest of the dimension in l-bits."""
    return Problem(n_lbits=log2_dimension - 3, n_pairs=n_pairs, alpha=alpha)


# MUMPS on both cores in either way; the better one counts.
_AGAINST_MUMPS = (
    Run("slepc-plain", Layout(1, 2)),
    Run("slepc-plain", Layout(2, 1)),
    Run("windowed", Layout(1, 2)),
)
_CORES = 2
_GB, _MINUTES = 1e3, 60.0


def _filter_step(layout: Layout | None = None) -> Run:
    arguments = {"columns": 8, "steps": 50, "repetitions": 20}
    return Run("filter step", layout, "kernel", arguments)


def _seconds(method: str, must: float, aim: float) -> Figure:
    return Figure("time", value("seconds", method), must, aim, "s", larger=False)


def _memory(method: str, must: float, aim: float | None) -> Figure:
    return Figure("memory", value("peak_mb", method), must, aim, "MB", larger=False)


YARDSTICKS: dict[str, Yardstick] = {
    "B1": Yardstick(
        "50 pairs, D=2^16, alpha=0.6, against SLEPc + MUMPS LDL^T",
        (star(16, 50),),
        _AGAINST_MUMPS,
        (
            Figure("faster", gain("seconds", "windowed", ["slepc-plain"]), 30, 60, "x"),
            Figure("less memory", gain("peak_mb", "windowed", ["slepc-plain"]), 15, 30, "x"),
        ),
    ),
    "B2": Yardstick(
        "500 pairs, D=2^16, alpha=0.6 and 0.72, against SLEPc + MUMPS LDL^T",
        (star(16, 500), star(16, 500, alpha=0.72)),
        _AGAINST_MUMPS,
        (
            Figure(
                "less time a pair", gain("ms_per_pair", "windowed", ["slepc-plain"]), 25, 60, "x"
            ),
        ),
    ),
    "B3": Yardstick(
        "100 certified pairs, D=2^18, alpha=0.6",
        (star(18, 100),),
        (Run("windowed"),),
        (_seconds("windowed", 90, 40), _memory("windowed", 4 * _GB, 2 * _GB)),
        certified=("windowed",),
    ),
    "B4": Yardstick(
        "100 certified pairs, D=2^18, alpha=0.75 (thermal side)",
        (star(18, 100, alpha=0.75),),
        (Run("auto"),),
        (_seconds("auto", 15 * _MINUTES, 4 * _MINUTES), _memory("auto", 12 * _GB, None)),
        certified=("auto",),
    ),
    "B5": Yardstick(
        "50 pairs, D=2^20, alpha=0.6",
        (star(20, 50),),
        (Run("windowed"),),
        (_seconds("windowed", 15 * _MINUTES, 5 * _MINUTES), _memory("windowed", 12 * _GB, None)),
    ),
    "B6": Yardstick(
        "filter apply + recurrence, star model, D=2^18",
        (star(18, 1),),
        (_filter_step(),),
        (Figure("rate", value("gflops", "filter step"), 20, None, "GFlop/s"),),
        rounds=5,
    ),
    "B7": Yardstick(
        "2 ranks against 1, one thread each, D=2^16, alpha=0.6, 50 pairs",
        (star(16, 50),),
        (
            *(_filter_step(Layout(ranks, 1)) for ranks in (1, 2)),
            *(Run("windowed", Layout(ranks, 1)) for ranks in (1, 2)),
        ),
        (
            Figure("filter step, speed-up", speedup("filter step", 2), 1.7, 1.9, "x"),
            Figure("windowed, speed-up", speedup("windowed", 2), 1.7, 1.9, "x"),
        ),
        rounds=5,
    ),
    "B8": Yardstick(
        "200 realizations at D=2^10: 20 mid pairs, l-bit entropies, gap ratio; two processes "
        "against numpy eigh + quimb on two processes, or two threads, whichever is faster",
        (star(10, 20),),
        tuple(
            Run(
                name,
                layout,
                "ensemble",
                {"route": r, "processes": n, "realizations": 200, "foreign": r == "numpy"},
            )
            for name, r, n, layout in (
                ("ours, 2 processes", "ours", 2, Layout(1, 1)),
                ("numpy, 2 processes", "numpy", 2, Layout(1, 1)),
                ("numpy, 2 threads", "numpy", 1, Layout(1, 2)),
            )
        ),
        (
            Figure(
                "throughput",
                gain("seconds", "ours, 2 processes", ["numpy, 2 processes", "numpy, 2 threads"]),
                5,
                10,
                "x",
            ),
        ),
        rounds=3,
    ),
    "B9": Yardstick(
        "everything that is measured on the full spectrum at D=2^12, against its eigh alone",
        (star(12, 1),),
        (Run("full spectrum", Layout(1, 2), "probes"),),
        (
            Figure(
                "overhead", value("overhead", "full spectrum"), 0.5, None, "of eigh", larger=False
            ),
        ),
        rounds=3,
    ),
}


def yardstick_names(asked: str) -> tuple[str, ...]:
    """Names in `YARDSTICKS` for a name, a list with commas, or "all".

    Examples
    --------
    >>> yardstick_names("B1,b3")
    ('B1', 'B3')
    """
    names = [name.strip() for name in asked.split(",")]
    if names == ["all"]:
        return tuple(YARDSTICKS)
    for name in names:
        if name.upper() not in YARDSTICKS:
            near = difflib.get_close_matches(name.upper(), YARDSTICKS, n=1, cutoff=0.4)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise InvalidInput(f"{name!r} is not a yardstick ({', '.join(YARDSTICKS)}, all){hint}")
    return tuple(dict.fromkeys(name.upper() for name in names))


def resized(yardstick: Yardstick, **changes: Any) -> Yardstick:
    """The same work on problems with something changed, to try it out; gives no verdict."""
    return replace(yardstick, problems=tuple(replace(p, **changes) for p in yardstick.problems))


def verdicts(name: str, problem: Problem, rows: Sequence[Row]) -> list[Verdict]:
    """What every figure of a yardstick says about the rows of one of its problems."""
    yardstick = YARDSTICKS[name]
    found = []
    for figure in yardstick.figures:
        measured = figure.read(rows)
        found.append(
            Verdict(
                name,
                figure.what,
                str(problem),
                measured,
                figure.must,
                figure.aim,
                figure.unit,
                figure.larger,
                _verdict(yardstick, figure, measured, problem, rows),
            )
        )
    return found


def _verdict(
    yardstick: Yardstick,
    figure: Figure,
    measured: float | None,
    problem: Problem,
    rows: Sequence[Row],
) -> str:
    if measured is None:
        failed = [f"{row.method} {row.status}" for row in rows if row.status != "done"]
        return f"not measured ({', '.join(failed) or 'energies disagree'})"
    if problem not in yardstick.problems:
        return "no verdict, this is not the size of the yardstick"
    if any(row.ranks * row.threads > _CORES for row in rows):
        return f"no verdict, the mark is for {_CORES} cores"
    for row in rows:
        if row.method in yardstick.certified and row.complete != "certified":
            return f"MISSED, completeness is {row.complete!r}"
    if figure.aim is not None and figure.reached(measured, figure.aim):
        return "aim reached"
    return "reached" if figure.reached(measured, figure.must) else "MISSED"
