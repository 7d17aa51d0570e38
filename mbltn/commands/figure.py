"""`mbltn figure`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from ..comm import by_rank_zero, together
from . import options
from .rim import (
    claim_folder,
    ended_by_signals,
    plan_text,
    say_some,
    stated_machine,
    stop_of,
    threads_for,
)


@click.command()
@click.argument("names", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results/figures"),
    show_default=True,
    help="Folder for NAME.csv and NAME.png.",
)
@options.size
@click.option("--plan", "only_plan", is_flag=True, help="Print what the studies will take; stop.")
@options.time_limit
@options.grace
@options.progress
@click.pass_obj
def figure(
    comm: Any,
    names: tuple[str, ...],
    out: Path,
    size: str,
    only_plan: bool,
    time_limit: str | None,
    grace: int,
    progress: str,
) -> None:
    """Make figures of the papers, exact numbers beside theory: a table and a picture each.

    Without NAMES, list them; "all" makes every one. Figures that are drawn from a study keep its
    records in OUT/studies and go on where a run was cut off; under mpirun all ranks work on them.

    Signals and time limits are heeded as by `mbltn run`: exit code 75 says that work is left.
    """
    ended_by_signals()
    from ..figures import figure_names, listing, make, studies_of

    if not names:
        click.echo(listing())
        return
    chosen = together(comm, lambda: figure_names(names))
    studies = together(comm, lambda: [each for name in chosen for each in studies_of(name, size)])
    if only_plan:
        machine = stated_machine(comm, {})
        for study in {study.name: study for study in studies}.values():
            click.echo(study.name)
            click.echo(by_rank_zero(comm, partial(plan_text, study, machine)))
        return
    claim_folder(comm, out)
    with threads_for(comm), stop_of(comm, time_limit, grace).listening(comm.rank == 0) as stop:
        for name in chosen:
            click.echo(make(name, out, size, comm, progress, partial(say_some, "caution"), stop))
