"""`mbltn validate`: exact numbers beside theory, by case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..comm import by_rank_zero, together
from . import options
from .rim import EXIT_FAILED, claim_folder, ended_by_signals, say, say_some, stop_of, threads_for

if TYPE_CHECKING:
    from ..validation.cases import Verdict


@click.command()
@click.argument("cases", nargs=-1, metavar="[CASE]...")
@click.option("--list", "only_list", is_flag=True, help="Claims [of CASE] and their cases; stop.")
@options.as_json
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results/validation"),
    show_default=True,
    help="Folder for CASE-SIZE.json and .png, figures, and what was computed.",
)
@options.size
@options.time_limit
@options.grace
@options.progress
@click.pass_obj
def validate(
    comm: Any,
    cases: tuple[str, ...],
    only_list: bool,
    as_json: bool,
    out: Path,
    size: str,
    time_limit: str | None,
    grace: int,
    progress: str,
) -> None:
    """Exact numbers beside the theory of each CASE, and whether they agree within its band.

    CASE is a name or the letter of a paper; without any, all cases that have the size. What OUT
    holds is not computed again, so that a run that was cut off goes on. --list says what the papers
    claim, which case tests it, and how it stands in OUT.

    Exit code 0 if every case is within its band, 1 if one is not, 2 for invalid input, 75 if the
    run was stopped before all was done.
    """
    ended_by_signals()
    from ..report.validation import list_text, summary_text, verdict_text
    from ..validation.cases import chosen_cases, content_of, listed, run_cases

    if only_list:
        rows = by_rank_zero(comm, lambda: listed(out, cases))
        click.echo(json.dumps(rows, indent=1) if as_json else list_text(rows))
        return
    chosen = together(comm, lambda: chosen_cases(cases, size))
    claim_folder(comm, out)
    verdicts = []
    with threads_for(comm), stop_of(comm, time_limit, grace).listening(comm.rank == 0) as stop:
        for verdict in run_cases(chosen, size, out, comm, progress, stop):
            by_rank_zero(comm, lambda verdict=verdict: _draw(verdict, out))  # type: ignore[misc]
            say_some("caution", verdict.cautions)
            if not as_json:
                click.echo(verdict_text(verdict))
            verdicts.append(verdict)
    if as_json:
        click.echo(json.dumps([content_of(verdict) for verdict in verdicts], indent=1))
    say(f"{summary_text(verdicts)}; pictures in {out}")
    if not all(verdict.passed for verdict in verdicts):
        raise SystemExit(EXIT_FAILED)


def _draw(verdict: Verdict, out: Path) -> None:
    from ..figures import draw
    from ..plotting.checks import draw_checks

    case = verdict.case
    if not verdict.checks:
        return
    title = f"{case.name}, {verdict.size}: {case.paper} {case.place}"
    draw_checks(verdict.checks, out / f"{case.name}-{verdict.size}.png", title)
    if case.figure:
        draw(case.figure, verdict.table, out / "figures" / f"{case.figure}-{verdict.size}.png")
