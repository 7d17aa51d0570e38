"""Options of several commands."""

from __future__ import annotations

import click

as_json = click.option("--json", "as_json", is_flag=True)
progress = click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", "none"]),
    default="auto",
    help="auto: a bar on a terminal, lines elsewhere.",
)
time_limit = click.option(
    "--time-limit",
    metavar="TIME",
    help="End before this: 23:50:00, 1-12:00:00, 12h or seconds [what the batch system says].",
)
grace = click.option(
    "--grace",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="What is in flight has so long to end when the run is told to stop.",
)
size = click.option(
    "--size",
    type=click.Choice(["small", "paper", "beyond"]),
    default="small",
    show_default=True,
    help="Minutes on two cores; as in the papers; larger. The list says what there is.",
)
