"""`mbltn doctor`."""

from __future__ import annotations

import json
from typing import Any

import click

from . import options


@click.command()
@options.as_json
@click.pass_obj
def doctor(comm: Any, as_json: bool) -> None:
    """What is installed, how it was built, and how to mend what is missing.

    Under mpirun also how its ranks share the cores.
    """
    from ..doctor import as_rows, examine

    findings = examine(comm)
    if as_json:
        click.echo(json.dumps(as_rows(findings), indent=1))
        return
    for finding in findings:
        click.echo(f"{finding.part:12s}{finding.state}")
        if finding.fix:
            click.echo(f"{'':12s}  mend with: {finding.fix}")
