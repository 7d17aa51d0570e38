"""The command `mbltn bench`: options in, table or JSON lines out."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from ..comm import together
from ..errors import InvalidInput

_YARDSTICK_SECONDS = 7200.0
_METHOD_SECONDS = 600.0
_OF_THE_PROBLEM = ("alpha", "model", "coupling", "n_grain", "seed", "realization")


@click.command()
@click.option("--lbits", metavar="M[,M...]", help="Numbers of l-bits [9].")
@click.option("--alpha", type=float, help="Decay of the couplings [0.6].")
@click.option("--pairs", type=int, help="Eigenpairs nearest tr H / D [50].")
@click.option("--methods", help="With commas: dense, scipy, quimb, slepc-lu, ... [all].")
@click.option("--model", type=click.Choice(["star", "sun", "chain"]), help="[star]")
@click.option("--coupling", help="Of the star: xx, pm or xxyy [xx].")
@click.option("--grain-spins", "n_grain", type=int, help="Spins of the grain [3].")
@click.option("--seed", type=int, help="Of the disorder [0].")
@click.option("--realization", type=int, help="Of the disorder [0].")
@click.option("--ranks", type=int, default=1, show_default=True, help="Of the parallel methods.")
@click.option("--threads", type=int, help="Of each rank [cores / ranks].")
@click.option("--time-limit", type=float, help="Seconds for each method [600; yardsticks 7200].")
@click.option("--memory-limit", type=float, help="MB for each method [0.9 of what is free].")
@click.option("--rounds", type=int, help="Turns of each method; the best counts [1; B6-B9: 3, 5].")
@click.option("--baseline", help="Method that the ratios are to [slepc-ldlt, or the slowest].")
@click.option("--yardstick", help="B1 ... B9, some with commas, or all: docs/benchmarks.md.")
@click.option("--scaling", is_flag=True, help="1 rank against --ranks, measured and predicted.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for rows, table and plot.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def bench(comm: Any, **options: Any) -> None:
    """Time and memory of the methods, side by side on one realization.

    Each method runs in processes of its own. Exit code 0 if all methods that ran agree about the
    energies, 1 if they do not, 2 for invalid input. A method that is not installed, refuses or
    fails is a row with its reason.
    """
    from .rows import all_agree

    together(comm, lambda: _check_alone(comm))
    if options["scaling"]:
        rows = _scaling(options)
    else:
        rows = _yardsticks(options) if options["yardstick"] else _methods(options)
    if not all_agree(rows):
        raise SystemExit(1)


def _check_alone(comm: Any) -> None:
    if comm.size > 1:
        raise InvalidInput(
            f"bench was started on {comm.size} ranks, but it starts its own: run it without "
            "mpirun, with --ranks"
        )


def _methods(options: dict[str, Any]) -> list[Any]:
    from . import DEFAULT_METHODS, Problem, Run, Voice, check_methods, compared, run_side_by_side

    given = options["methods"]
    names = check_methods(_split(given) if given is not None else DEFAULT_METHODS)
    baseline = options["baseline"]
    if baseline is not None and check_methods([baseline])[0] not in names:
        raise InvalidInput(f"the baseline {baseline!r} is not among the methods {', '.join(names)}")
    chosen = {"n_pairs": options["pairs"], **{name: options[name] for name in _OF_THE_PROBLEM}}
    chosen = {name: value for name, value in chosen.items() if value is not None}
    problems = [Problem(n_lbits=n_lbits, **chosen) for n_lbits in _lbits(options) or [9]]
    layout, limits = _resources(options, _METHOD_SECONDS)
    page, voice, rows = _Page(options), Voice(), []
    for problem in problems:
        runs = [Run(name) for name in names]
        rounds = options["rounds"] or 1
        found = compared(run_side_by_side(problem, runs, layout, limits, voice, rounds), baseline)
        page.add(problem, found)
        rows += found
    page.draw(rows)
    return rows


def _yardsticks(options: dict[str, Any]) -> list[Any]:
    from . import YARDSTICKS, Voice, compared, run_side_by_side, verdicts, yardstick_names
    from .yardsticks import resized

    for fixed in ("methods", "baseline", *_OF_THE_PROBLEM):
        if options[fixed] is not None:
            option = "grain-spins" if fixed == "n_grain" else fixed
            raise InvalidInput(
                f"--{option} was given with --yardstick, which fixes it: leave it out"
            )
    lbits = _lbits(options)
    if len(lbits) > 1:
        raise InvalidInput(f"--lbits {options['lbits']}: a yardstick is tried out at one size")
    changes = {"n_lbits": lbits[0] if lbits else None, "n_pairs": options["pairs"]}
    changes = {name: change for name, change in changes.items() if change is not None}
    work = {
        name: resized(YARDSTICKS[name], **changes) for name in yardstick_names(options["yardstick"])
    }
    layout, limits = _resources(options, _YARDSTICK_SECONDS)
    page, voice, rows = _Page(options), Voice(), []
    for name, yardstick in work.items():
        voice.note(f"bench: {name}: {yardstick.work}")
        for problem in yardstick.problems:
            rounds = options["rounds"] or yardstick.rounds
            found = compared(
                run_side_by_side(problem, yardstick.runs, layout, limits, voice, rounds)
            )
            page.add(problem, found, verdicts(name, problem, found))
            rows += found
    return rows


def _scaling(options: dict[str, Any]) -> list[Any]:
    from . import Voice
    from .scaling import run_scaling, scaling_table

    for fixed in ("yardstick", "methods", "lbits", "pairs", "baseline", *_OF_THE_PROBLEM):
        if options[fixed] is not None:
            option = "grain-spins" if fixed == "n_grain" else fixed
            raise InvalidInput(f"--{option} was given with --scaling, which fixes it: leave it out")
    ranks = max(2, options["ranks"])
    _, limits = _resources(options, _METHOD_SECONDS)
    page = _Page(options)
    rows, scalings, network = run_scaling(ranks, options["rounds"] or 3, limits, Voice())
    page.finish(scaling_table(scalings, network), rows, [each.as_json() for each in scalings])
    return rows


class _Page:
    """What is printed, and kept in a folder as it comes."""

    def __init__(self, options: dict[str, Any]) -> None:
        from . import append_json

        self._as_json = options["as_json"]
        self._folder: Path | None = options["out"]
        self._with_machine = True
        if self._folder is not None:
            append_json(self._folder / "rows.json", [])  # what cannot be written is known now

    def add(self, problem: Any, rows: list[Any], found: list[Any] | None = None) -> None:
        from . import append_json, table_text
        from .machine import describe, text as machine_text

        lines = []
        if self._with_machine:
            lines = [f"command: mbltn {shlex.join(sys.argv[1:])}", machine_text(describe())]
        self._with_machine = False
        lines += ["", str(problem), table_text(rows), *map(str, found or [])]
        text = "\n".join(lines)
        parts = {
            "rows.json": [row.as_json() for row in rows],
            "verdicts.json": [asdict(verdict) for verdict in found or []],
        }
        if self._as_json:
            for value in [value for values in parts.values() for value in values]:
                click.echo(json.dumps(value, allow_nan=False))
        else:
            click.echo(text)
        if self._folder is not None:
            for name, values in parts.items():
                if values:
                    append_json(self._folder / name, values)
            with (self._folder / "table.txt").open("a") as table:
                table.write(text + "\n")

    def finish(self, table: str, rows: list[Any], ratios: list[dict[str, Any]]) -> None:
        """What compares rows of several problems."""
        from . import append_json
        from .machine import describe, text as machine_text

        head = [f"command: mbltn {shlex.join(sys.argv[1:])}", machine_text(describe())]
        text = "\n".join([*head, "", table])
        for value in ratios if self._as_json else []:
            click.echo(json.dumps(value, allow_nan=False))
        if not self._as_json:
            click.echo(text)
        if self._folder is not None:
            append_json(self._folder / "rows.json", [row.as_json() for row in rows])
            append_json(self._folder / "scaling.json", ratios)
            with (self._folder / "table.txt").open("a") as kept:
                kept.write(text + "\n")

    def draw(self, rows: list[Any]) -> None:
        """FOLDER/bench.png, if there are several dimensions to draw against."""
        if self._folder is None or len({row.D for row in rows if row.seconds is not None}) < 2:
            return
        from ..plotting.bench import draw_bench

        path = self._folder / "bench.png"
        largest = max(rows, key=lambda row: row.D)
        alpha = largest.problem["alpha"]
        title = f"{largest.problem['n_pairs']} pairs, {largest.problem['model']}"
        draw_bench(
            [row.as_json() for row in rows],
            path,
            title + ("" if alpha is None else f", alpha={alpha:g}"),
        )
        click.echo(f"mbltn: figure: {path}", err=True)


def _resources(options: dict[str, Any], seconds: float) -> tuple[Any, Any]:
    from . import Layout, Limits
    from .machine import cores

    if options["rounds"] is not None and options["rounds"] < 1:
        raise InvalidInput(f"rounds={options['rounds']} must be at least 1")
    ranks = options["ranks"]
    threads = options["threads"]
    if threads is None:
        threads = max(1, cores() // max(1, ranks))
    given = options["time_limit"]
    limits = Limits(seconds if given is None else given, options["memory_limit"])
    return Layout(ranks, threads), limits


def _lbits(options: dict[str, Any]) -> list[int]:
    given = options["lbits"]
    try:
        return [] if given is None else [int(part) for part in _split(given)]
    except ValueError:
        raise InvalidInput(f"--lbits {given!r} must be whole numbers, such as 9 or 9,10") from None


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
