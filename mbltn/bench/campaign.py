"""Methods one after another on one problem, each in processes of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from ..errors import InvalidInput
from ..machine import available_memory
from .machine import MEGABYTE
from .methods import METHODS
from .problem import Problem
from .processes import Layout, Limits, last_line, run_apart
from .rows import Row, best_of, row_from

# A method that takes the last of the memory takes the machine with it.
_SHARE_OF_MEMORY = 0.9
_SECONDS_BETWEEN_LINES = 30.0
_SECONDS_BETWEEN_REFRESHES = 0.5


@dataclass(frozen=True)
class Run:
    """One job of a campaign: a method (or another runner of `mbltn.bench.worker`) and its layout.

    Attributes
    ----------
    method : str
        Name in the row.
    layout : Layout, optional
        That of the campaign if not given.
    kind : {"solve", "kernel", "ensemble", "probes"}
    arguments : further entries of the job
    """

    method: str
    layout: Layout | None = None
    kind: str = "solve"
    arguments: dict[str, Any] = field(default_factory=dict)

    def layout_within(self, given: Layout) -> Layout:
        """The ranks and threads of this run; what knows one rank gets all cores as threads."""
        layout = self.layout or given
        parallel = self.kind == "kernel" or (self.kind == "solve" and METHODS[self.method].parallel)
        return layout if parallel else Layout(1, layout.ranks * layout.threads)


class Voice:
    """Progress on stderr: one line that is refreshed on a terminal, now and then one elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._terminal = self._stream.isatty()
        self._said = time.monotonic()
        self._width = 0

    def note(self, text: str) -> None:
        """A line that stays."""
        self._clear()
        print(text, file=self._stream, flush=True)
        self._said = time.monotonic()

    def live(self, say: Callable[[], str]) -> None:
        """What is going on now; asked for only when it is shown."""
        period = _SECONDS_BETWEEN_REFRESHES if self._terminal else _SECONDS_BETWEEN_LINES
        if time.monotonic() - self._said < period:
            return
        self._clear()
        text = say()
        if not self._terminal:
            self.note(text)
            return
        self._width = len(text[:100])
        print(text[:100], end="", file=self._stream, flush=True)
        self._said = time.monotonic()

    def _clear(self) -> None:
        if self._width:
            print("\r" + " " * self._width + "\r", end="", file=self._stream)
            self._width = 0


def run_side_by_side(
    problem: Problem,
    runs: Sequence[Run],
    layout: Layout,
    limits: Limits,
    voice: Voice,
    rounds: int = 1,
) -> list[Row]:
    """One row for every run, in order; a run that fails is a row with its reason.

    In every of several `rounds` each run has its turn, so that a machine that is slow for a while
    is slow for all; see `best_of`.
    """
    voice.note(f"bench: {problem}")
    rows: list[list[Row]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, found in zip(runs, rows, strict=True):
            if found and found[-1].seconds is None:
                continue  # it would fail again
            own = run.layout_within(layout)
            name = f"{run.method}, {own.ranks} rank(s) of {own.threads} thread(s)"
            row = _run_one(problem, run, own, limits, voice, name)
            found.append(row)
            took = f"{row.seconds:.3g} s, {row.peak_mb or 0:.0f} MB" if row.seconds else row.reason
            voice.note(f"bench:   {name}: {row.status}; {took}")
    return [best_of(found) for found in rows]


def _run_one(
    problem: Problem, run: Run, own: Layout, limits: Limits, voice: Voice, name: str
) -> Row:
    def tick(seconds: float, memory: float, said: Path) -> None:
        voice.live(lambda: f"bench:   {name}: {seconds:.0f} s, {memory:.0f} MB. {last_line(said)}")

    if limits.memory_mb is None:
        limits = replace(limits, memory_mb=_SHARE_OF_MEMORY * available_memory() / MEGABYTE)
    job = {
        "kind": run.kind,
        "method": run.method,
        "problem": problem.as_dict(),
        "foreign": run.kind == "solve" and METHODS[run.method].foreign,
        **run.arguments,
    }
    return row_from(run.method, problem, own, run_apart(job, own, limits, tick), run.kind)


def append_json(path: Path, entries: Iterable[dict[str, Any]]) -> None:
    """Add entries to a file that holds a JSON list; what was there stays.

    Raises
    ------
    InvalidInput
        If the file cannot be written, or is something else.
    """
    before = read_json(path) if path.exists() else []
    text = json.dumps([*before, *entries], indent=1, allow_nan=False)
    aside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(text + "\n")
        aside.replace(path)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written ({error.strerror}): give a folder that can be"
        ) from None


def read_json(path: Path) -> list[dict[str, Any]]:
    """The entries of a file that `append_json` wrote."""
    try:
        rows = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        rows = error
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(
            f"{path} is not a list of benchmark rows: move it away, or give another folder"
        )
    return rows
