"""What a results folder says, and folders brought together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from ..comm import by_rank_zero
from . import options
from .rim import say, say_some


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@options.as_json
@click.pass_obj
def status(comm: Any, folder: Path, as_json: bool) -> None:
    """How far the study in FOLDER is; also while it runs."""
    from ..report import status_report, status_text

    report = by_rank_zero(comm, lambda: status_report(folder))
    click.echo(json.dumps(report, indent=1) if as_json else status_text(report))


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def collect(comm: Any, out: Path, folders: tuple[Path, ...]) -> None:
    """Bring the results of one study from FOLDERS, also of other clusters, together in OUT.

    OUT is new, or holds the same study and keeps what it has. FOLDERS are only read. What is in
    several of them is kept once; where they contradict each other nothing is added.
    """
    from ..study import collect as collect_into

    found = by_rank_zero(comm, lambda: collect_into(out, folders))
    say(
        f"{found.added} realizations added, {found.repeated} were in several folders; "
        f"{found.total} in {out}"
    )
    say_some("caution", found.cautions)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@options.as_json
@click.pass_obj
def compare(comm: Any, folder: Path, as_json: bool) -> None:
    """Exact numbers in FOLDER beside theory; exit code 1 if they disagree."""
    from ..report import comparison_of, comparison_rows, comparison_text

    comparison = by_rank_zero(comm, lambda: comparison_of(folder))
    if as_json:
        click.echo(json.dumps(comparison_rows(comparison), indent=1))
    else:
        click.echo(comparison_text(comparison))
    if not comparison.agrees:
        raise SystemExit(1)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def plot(comm: Any, folder: Path) -> None:
    """Draw FOLDER/figure.png from the tables in FOLDER."""
    from ..report import draw

    click.echo(by_rank_zero(comm, lambda: draw(folder)))
