"""`mbltn run`: a study, to the end or as far as there is time."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Any

import click

from ..comm import by_rank_zero, together
from ..errors import RunStopped
from . import options
from .rim import (
    EXIT_FAILED,
    LINES,
    ended_by_signals,
    plan_text,
    say,
    say_some,
    stated_machine,
    stop_of,
    threads_for,
)


@click.command()
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Results folder [results/NAME].")
@click.option(
    "-o", "--override", multiple=True, metavar="KEY=VALUE", help="Change a value: -o seed=3."
)
@click.option(
    "--part",
    "part_text",
    metavar="I/N",
    help="Every N-th task, into OUT/part-I-of-N; array/N: I is this array task's number.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Print the tasks and their cost; stop.")
@click.option("--ranks", type=click.IntRange(1), help="With --plan: ranks of another machine.")
@click.option("--memory", type=float, metavar="GB", help="With --plan: memory of all its ranks.")
@click.option("--gflops", type=float, help="With --plan: rate of matrix products on one rank.")
@click.option("--nodes", type=click.IntRange(1), help="With --plan: nodes of these ranks [1].")
@click.option("--latency", type=float, metavar="US", help="With --plan: microseconds a message.")
@click.option("--bandwidth", type=float, metavar="GB", help="With --plan: GB/s that a rank sends.")
@click.option(
    "--scaling", is_flag=True, help="With --plan: the largest realization on 1 to 4096 ranks."
)
@options.time_limit
@options.grace
@options.progress
@click.pass_obj
def run(
    comm: Any,
    study: Path,
    out: Path | None,
    override: tuple[str, ...],
    part_text: str | None,
    only_plan: bool,
    ranks: int | None,
    memory: float | None,
    gflops: float | None,
    nodes: int | None,
    latency: float | None,
    bandwidth: float | None,
    scaling: bool,
    time_limit: str | None,
    grace: int,
    progress: str,
) -> None:
    """Run STUDY.toml: what its results folder lacks is computed, then compared and drawn.

    Killed at any moment, the same command goes on where it was. Under mpirun many realizations
    run at once, and large ones on many ranks. SIGTERM, SIGUSR1, Ctrl-C and the time limit end it:
    nothing new begins, what is in flight is finished within the grace or dropped.

    With --part I/N jobs share a study without a word between them: each takes its part to a folder
    of its own, and `mbltn collect` makes one of them.

    Exit code 0 if everything was computed, 1 if a realization failed, 2 for invalid input, 75 if it
    was stopped before all was done: run it again. `compare` says by its exit code whether theory
    agrees. With --plan it is 0 also where nothing would fit: the plan says what would.
    """
    ended_by_signals()
    from ..study import Part, Study, load_study, run_study
    from ..validation import check_comparable

    stated = {
        name: value
        for name, value in (
            *(("ranks", ranks), ("memory", memory), ("gflops", gflops), ("nodes", nodes)),
            *(("latency", latency), ("bandwidth", bandwidth)),
        )
        if value is not None
    }
    if stated and not only_plan:
        raise click.UsageError(
            f"--{', --'.join(stated)} states a machine to plan for: add --plan, or leave it out "
            "(a run uses the ranks of mpirun and what memory there is)"
        )
    if scaling and not only_plan:
        raise click.UsageError("--scaling is part of a plan: add --plan")
    if only_plan and part_text is not None:
        raise click.UsageError("--plan is of the whole study: leave out --part")

    def load() -> Study:
        loaded = load_study(study, override)
        if loaded.theory is not None:
            check_comparable(loaded)
        return loaded

    loaded = together(comm, load)
    if only_plan:
        machine = stated_machine(comm, stated)
        click.echo(by_rank_zero(comm, lambda: plan_text(loaded, machine, scaling)))
        return
    folder = out if out is not None else Path("results") / loaded.name
    part = None
    if part_text is not None:
        part = by_rank_zero(comm, lambda: Part.read(part_text))
        folder = folder / part.folder
    with threads_for(comm), stop_of(comm, time_limit, grace).listening(comm.rank == 0) as stop:
        outcome = run_study(loaded, folder, comm, progress, stop, part)
    say(
        f"{outcome.total} realizations: {outcome.found} found, {outcome.computed} computed, "
        f"{len(outcome.failures)} failed; results in {folder}"
    )
    if outcome.spared:
        say(f"{outcome.spared} more were not needed: the errors of their points are reached")
    for failure in outcome.failures[:LINES]:
        say(f"failed: realization {failure.task['realization']} of {failure.task['parameters']}")
        say(f"  {failure.reason}")
    say_some("caution", outcome.cautions)
    if outcome.unfinished:
        say(f"{outcome.unfinished} realizations are left: the same command goes on")
        if outcome.computed + len(outcome.failures) == 0:
            say("none could begin: there was no time, or each would take longer than is left")
        raise SystemExit(RunStopped.exit_code)
    if part is not None:
        say(
            f"part {part.number} of {part.of}; when all are there: mbltn collect "
            f"{quote(str(folder.parent / 'whole'))} {quote(str(folder.parent))}/part-*-of-{part.of}"
        )
    elif outcome.found + outcome.computed > 0:
        by_rank_zero(comm, lambda: _after_run(folder, loaded))
    if outcome.failures:
        raise SystemExit(EXIT_FAILED)


def _after_run(folder: Path, study: Any) -> None:
    from ..report import comparison_of, comparison_text, draw, why_no_figure

    if study.theory is not None:
        click.echo(comparison_text(comparison_of(folder)))
    obstacle = why_no_figure(study)
    say(f"no figure: {obstacle}" if obstacle else f"figure: {draw(folder)}")
