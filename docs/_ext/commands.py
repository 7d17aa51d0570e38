"""Writes docs/commands.md: what `mbltn` and each of its commands say of themselves."""

from pathlib import Path

import click
from sphinx.application import Sphinx

from mbltn.cli import app as mbltn

PAGE = Path(__file__).resolve().parent.parent / "commands.md"


def write(app: Sphinx) -> None:
    parts = ["# Command line", _help(mbltn, "mbltn")]
    for name, command in mbltn.commands.items():
        parts += [f"## mbltn {name}", _help(command, f"mbltn {name}")]
    text = "\n\n".join(parts) + "\n"
    if not PAGE.exists() or PAGE.read_text() != text:
        PAGE.write_text(text)


def _help(command: click.Command, name: str) -> str:
    with click.Context(command, info_name=name, terminal_width=88) as context:
        return f"```\n{command.get_help(context).rstrip()}\n```"


def setup(app: Sphinx) -> dict:
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
