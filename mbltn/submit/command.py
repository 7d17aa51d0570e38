"""The command `mbltn submit`: options in, a job script out, and into the queue on request."""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ..comm import together
from ..errors import InvalidInput, MbltnError, StudyError
from .words import bytes_of_text, job_name, path_word, seconds_of_text, words

if TYPE_CHECKING:
    from ..study import Study

_SUBMIT = {"slurm": "sbatch", "pbs": "qsub"}
_OF_THIS_CALL = ("submit_now", "script")
_MARK = "# Written by: "


@click.command()
@click.argument("studies", nargs=-1, required=True, metavar="STUDY.toml...")
@click.option("--cluster", type=click.Choice(["slurm", "pbs"]), required=True)
@click.option("--ranks", type=click.IntRange(1), help="Of each job [ranks per realization].")
@click.option(
    "--ranks-per-realization",
    "group",
    type=click.IntRange(1),
    help="Ranks that share a large problem [as the study says, or 1].",
)
@click.option("--nodes", type=click.IntRange(1), help="With equally many ranks [any].")
@click.option("--cores-per-rank", "cores", type=click.IntRange(1), default=1, show_default=True)
@click.option("--time", "time_text", help="Of each job: 90min, 12h, 1-12:00:00 [planned].")
@click.option("--mem", "memory_text", help="Of each job, all its nodes: 64GB [planned].")
@click.option("--parts", type=click.IntRange(1), default=1, help="An array that shares the study.")
@click.option("--seeds", metavar="A-B", help="An array with a task for each seed.")
@click.option("--out", help="Results folder [results/NAME].")
@click.option("-o", "--override", "overrides", multiple=True, metavar="KEY=VALUE")
@click.option("--account", help="To charge.")
@click.option("--queue", help="Queue, in Slurm a partition.")
@click.option("--directive", "directives", multiple=True, help="One more: qos=long, exclusive.")
@click.option("--environment", help="Shell file to read first [PATH to this mbltn].")
@click.option("--launcher", type=click.Choice(["mpirun", "srun"]), default="mpirun")
@click.option("--gflops", type=float, help="Rate of one rank, to plan with [40].")
@click.option("--name", help="Of the job [that of the study].")
@click.option("--script", help="File to write, - for standard output [NAME.slurm or NAME.pbs].")
@click.option("--submit", "submit_now", is_flag=True, help="Into the queue with it.")
@click.pass_context
def submit(context: click.Context, **options: Any) -> None:
    """Write the job script of STUDY.toml with the planner's time and memory.

    Several studies make an array with a task for each; --parts N one whose tasks share the study,
    each in its folder OUT/part-I-of-N, which `mbltn collect OUT/whole OUT/part-*` makes one of;
    --seeds A-B one with the folders OUT/seed-S. The script is for the folder in which this is
    called.
    """
    together(context.obj, lambda: _check_alone(context.obj))
    cluster = options["cluster"]
    _check_folder(cluster)
    text, name = _script(context, **options)
    target = options["script"] or f"{name}.{cluster}"
    if target == "-":
        if options["submit_now"]:
            raise click.UsageError("--submit needs a file: leave out --script -")
        click.echo(text, nl=False)
        return
    path = Path(path_word(target))
    _write(path, text)
    command = [_SUBMIT[cluster], path_word(target)]
    if options["submit_now"]:
        _put_into_queue(command)
    else:
        click.echo(f"mbltn: submit it from this folder: {words(command)}", err=True)
        click.echo(target)


def _check_alone(comm: Any) -> None:
    if comm.size > 1:
        raise InvalidInput(f"submit was started on {comm.size} ranks: run it without mpirun")


def _check_folder(cluster: str) -> None:
    """The log lies in the working folder, and Slurm looks for patterns in its whole path."""
    here = str(Path.cwd())
    if cluster == "slurm" and set(here) & set("%\\"):
        raise InvalidInput(
            f"Slurm reads % and \\ in the path of the working folder, {here}, as a pattern for its "
            "log, and fails: submit from a folder without them"
        )


def _script(context: click.Context, **given: Any) -> tuple[str, str]:
    """The script, and a name for it."""
    from ..study import load_study
    from .needs import needs_of, planned_machine
    from .script import Job, job_script

    studies = [load_study(path, given["overrides"]) for path in given["studies"]]
    _check_names(studies)
    seeds = None if given["seeds"] is None else _seeds(given["seeds"])
    group = given["group"] or studies[0].resources.ranks_per_problem or 1
    ranks = given["ranks"] or group
    overrides = list(given["overrides"])
    if given["group"] is not None:
        changed = _of_groups(studies, given["group"], ranks)
        overrides += changed
        studies = [load_study(path, [*given["overrides"], *changed]) for path in given["studies"]]
    stated = None if given["memory_text"] is None else bytes_of_text(given["memory_text"])
    nodes = given["nodes"] or 1
    machine = planned_machine(ranks, nodes, given["cores"], stated, given["gflops"])
    count = 1 if seeds is None else seeds[1] - seeds[0] + 1
    needs = needs_of(studies, given["parts"], count, machine)
    seconds = seconds_of_text(given["time_text"]) if given["time_text"] else needs.time_to_ask
    name = given["name"] or studies[0].name
    job = Job(
        name=name,
        studies=given["studies"],
        parts=given["parts"],
        seeds=seeds,
        out=given["out"],
        overrides=overrides,
        ranks=ranks,
        nodes=given["nodes"],
        cores=given["cores"],
        memory=needs.job if stated is None else stated,
        seconds=seconds,
        warning=needs.warning(seconds),
        account=given["account"],
        queue=given["queue"],
        directives=given["directives"],
        environment=given["environment"],
        program=None if given["environment"] else _folder_of_mbltn(),
        launcher=given["launcher"],
        origin=f"{_MARK.removeprefix('# ')}{_command_line(context)}",
    )
    plan = needs.text(machine, job.jobs)
    if needs.seconds > seconds:
        times = math.ceil(needs.seconds / seconds)
        click.echo(f"mbltn: the plan takes about {times} times --time: it goes on", err=True)
    return job_script(replace(job, plan=f"Planned: {plan}"), given["cluster"]), job_name(name, 64)


def _folder_of_mbltn() -> str | None:
    """Of the one that this shell calls: PBS hands no PATH on."""
    found = shutil.which("mbltn")
    return None if found is None else os.path.dirname(os.path.abspath(found))


def _check_names(studies: Sequence[Study]) -> None:
    names = [study.name for study in studies]
    if twice := {name for name in names if names.count(name) > 1}:
        raise StudyError(
            f"several studies are named {min(twice)!r} and would write into one folder: give each "
            "a name of its own"
        )


def _seeds(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([0-9]{1,9})-([0-9]{1,9})", text)
    if found is None:
        raise InvalidInput(f"the seeds {text!r} must read A-B, such as 1-10")
    return int(found[1]), int(found[2])


def _of_groups(studies: Sequence[Study], group: int, ranks: int) -> list[str]:
    """What `mbltn run` must be told for groups of so many ranks."""
    if ranks % group:
        raise InvalidInput(f"{ranks} ranks are no number of groups of {group}")
    changed = [f"resources.ranks_per_problem={group}"]
    if group > 1 and all(study.resources.shared_from is None for study in studies):
        # The planner still keeps to single ranks what gains nothing by more.
        changed.append("resources.shared_from=1")
    return changed


def _command_line(context: click.Context) -> str:
    """This call as it can be repeated, without what only says where the script goes."""
    options: list[str] = []
    studies: list[str] = []
    for parameter in context.command.params:
        name, value = str(parameter.name), context.params[str(parameter.name)]
        source = context.get_parameter_source(name)
        if name in _OF_THIS_CALL or source is not ParameterSource.COMMANDLINE:
            continue
        if isinstance(parameter, click.Argument):
            studies += value
            continue
        for each in value if isinstance(value, tuple) else [value]:
            options += [max(parameter.opts, key=len), str(each)]
    return words(["mbltn", "submit", *options, "--", *studies])


def _write(path: Path, text: str) -> None:
    try:
        if path.exists() and _MARK not in path.read_text(encoding="utf-8", errors="replace"):
            raise InvalidInput(f"{path} exists and is no script of mbltn: choose another --script")
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise MbltnError(f"the script cannot be written: {error}") from None


def _put_into_queue(command: Sequence[str]) -> None:
    if shutil.which(command[0]) is None:
        raise MbltnError(f"there is no {command[0]} here; the script is written: {command[1]}")
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise MbltnError(f"{words(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    click.echo(done.stdout.strip())
