"""The command line. Data go to stdout or files, prose to stderr; under mpirun rank 0 speaks."""

from __future__ import annotations

import logging
import os
import sys
import traceback

import click

from .bench.command import bench
from .comm import end_all_ranks, nobody_waits, world
from .commands.doctor import doctor
from .commands.figure import figure
from .commands.results import collect, compare, plot, status
from .commands.rim import EXIT_INVALID, say, why_not_written
from .commands.run import run
from .commands.validate import validate
from .errors import MbltnError, RunStopped
from .submit.command import submit


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mbltn")
@click.option("-v", "--verbose", is_flag=True, help="Say which solver is chosen, and why.")
def app(verbose: bool) -> None:
    """Exact and mean-field theory of avalanches in many-body localized chains."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(name)s: %(message)s",
    )


for command in (run, status, collect, compare, plot, figure, validate, doctor, bench, submit):
    app.add_command(command)


def main() -> None:
    """Entry point: run the command, and end on every rank at once if anything goes wrong."""
    try:
        comm = world()
    except MbltnError as error:
        say(str(error))
        sys.exit(EXIT_INVALID)
    if comm.rank > 0:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  lives as long as the process
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    try:
        code = app(standalone_mode=False, obj=comm)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except RunStopped as error:
        say(str(error))
        code = error.exit_code
    except MbltnError as error:
        if not nobody_waits(comm, error):
            end_all_ranks(comm, f"rank {comm.rank}: {error}")
        say(f"error: {error}")
        code = EXIT_INVALID
    except Exception as error:
        obstacle = why_not_written(error)
        if obstacle and nobody_waits(comm, error):
            say(f"error: {obstacle}")
            code = EXIT_INVALID
        elif comm.size == 1:
            raise
        else:
            end_all_ranks(comm, f"rank {comm.rank}: {traceback.format_exc()}")
            code = 1
    sys.exit(code)
