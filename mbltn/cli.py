"""The command line. Data go to stdout or files, prose to stderr; under mpirun rank 0 speaks."""

from __future__ import annotations

import atexit
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

import click

from .bench.command import bench
from .comm import by_rank_zero, nobody_waits, node_neighbours, together, world
from .errors import MbltnError
from .submit.command import submit

EXIT_FAILED_REALIZATIONS = 1
EXIT_INVALID = 2
EXIT_UNFINISHED = 75  # EX_TEMPFAIL of sysexits.h: go on later
_LINES = 10


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


@app.command()
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
@click.option(
    "--time-limit",
    metavar="TIME",
    help="End before this: 23:50:00, 1-12:00:00 or seconds [what the batch system says].",
)
@click.option(
    "--grace",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="What is in flight has so long to end when the run is told to stop.",
)
@click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", "none"]),
    default="auto",
    help="auto: a bar on a terminal, lines elsewhere.",
)
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
    _ended_by_signals()
    from .study import Part, Study, load_study, run_study
    from .validation import check_comparable

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
        machine = _stated_machine(comm, stated)
        click.echo(by_rank_zero(comm, lambda: _plan_text(loaded, machine, scaling)))
        return
    folder = out if out is not None else Path("results") / loaded.name
    part = None
    if part_text is not None:
        part = by_rank_zero(comm, lambda: Part.read(part_text))
        folder = folder / part.folder
    with _threads_for(comm), _stop_of(comm, time_limit, grace).listening(comm.rank == 0) as stop:
        outcome = run_study(loaded, folder, comm, progress, stop, part)
    _say(
        f"{outcome.total} realizations: {outcome.found} found, {outcome.computed} computed, "
        f"{len(outcome.failures)} failed; results in {folder}"
    )
    if outcome.spared:
        _say(f"{outcome.spared} more were not needed: the errors of their points are reached")
    for failure in outcome.failures[:_LINES]:
        _say(f"failed: realization {failure.task['realization']} of {failure.task['parameters']}")
        _say(f"  {failure.reason}")
    _say_some("caution", outcome.cautions)
    if outcome.unfinished:
        _say(f"{outcome.unfinished} realizations are left: the same command goes on")
        if outcome.computed + len(outcome.failures) == 0:
            _say("none could begin: there was no time, or each would take longer than is left")
        raise SystemExit(EXIT_UNFINISHED)
    if part is not None:
        _say(
            f"part {part.number} of {part.of}; when all are there: mbltn collect "
            f"{quote(str(folder.parent / 'whole'))} {quote(str(folder.parent))}/part-*-of-{part.of}"
        )
    elif outcome.found + outcome.computed > 0:
        by_rank_zero(comm, lambda: _after_run(folder, loaded))
    if outcome.failures:
        raise SystemExit(EXIT_FAILED_REALIZATIONS)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def status(comm: Any, folder: Path, as_json: bool) -> None:
    """How far the study in FOLDER is; also while it runs."""
    from .report import status_report, status_text

    report = by_rank_zero(comm, lambda: status_report(folder))
    click.echo(json.dumps(report, indent=1) if as_json else status_text(report))


@app.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_obj
def collect(comm: Any, out: Path, folders: tuple[Path, ...]) -> None:
    """Bring the results of one study from FOLDERS, also of other clusters, together in OUT.

    OUT is new, or holds the same study and keeps what it has. FOLDERS are only read. What is in
    several of them is kept once; where they contradict each other nothing is added.
    """
    from .study import collect as collect_into

    found = by_rank_zero(comm, lambda: collect_into(out, folders))
    _say(
        f"{found.added} realizations added, {found.repeated} were in several folders; "
        f"{found.total} in {out}"
    )
    _say_some("caution", found.cautions)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def compare(comm: Any, folder: Path, as_json: bool) -> None:
    """Exact numbers in FOLDER beside theory; exit code 1 if they disagree."""
    from .report import comparison_of, comparison_rows, comparison_text

    comparison = by_rank_zero(comm, lambda: comparison_of(folder))
    if as_json:
        click.echo(json.dumps(comparison_rows(comparison), indent=1))
    else:
        click.echo(comparison_text(comparison))
    if not comparison.agrees:
        raise SystemExit(1)


@app.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def plot(comm: Any, folder: Path) -> None:
    """Draw FOLDER/figure.png from the tables in FOLDER."""
    from .report import draw

    click.echo(by_rank_zero(comm, lambda: draw(folder)))


@app.command()
@click.argument("names", nargs=-1)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("results/figures"),
    show_default=True,
    help="Folder for NAME.csv and NAME.png.",
)
@click.option(
    "--size",
    type=click.Choice(["small", "paper", "beyond"]),
    default="small",
    show_default=True,
    help="Of figures that are drawn from a study; the list names their sizes.",
)
@click.option("--plan", "only_plan", is_flag=True, help="Print what the studies will take; stop.")
@click.option(
    "--progress",
    type=click.Choice(["auto", "bar", "lines", "none"]),
    default="auto",
    help="auto: a bar on a terminal, lines elsewhere.",
)
@click.pass_obj
def figure(
    comm: Any, names: tuple[str, ...], out: Path, size: str, only_plan: bool, progress: str
) -> None:
    """Make figures of the papers, exact numbers beside theory: a table and a picture each.

    Without NAMES, list them; "all" makes every one. Figures that are drawn from a study keep its
    records in OUT/studies and go on where a run was cut off; under mpirun all ranks work on them.
    """
    from .figures import figure_names, listing, make, studies_of

    if not names:
        click.echo(listing())
        return
    chosen = together(comm, lambda: figure_names(names))
    studies = together(comm, lambda: [each for name in chosen for each in studies_of(name, size)])
    if only_plan:
        machine = _stated_machine(comm, {})
        for study in {study.name: study for study in studies}.values():
            click.echo(study.name)
            click.echo(by_rank_zero(comm, partial(_plan_text, study, machine)))
        return
    with _threads_for(comm):
        for name in chosen:
            click.echo(make(name, out, size, comm, progress, partial(_say_some, "caution")))


@app.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def doctor(comm: Any, as_json: bool) -> None:
    """What is installed, how it was built, and how to mend what is missing.

    Under mpirun also how its ranks share the cores.
    """
    from .doctor import as_rows, examine

    findings = examine(comm)
    if as_json:
        click.echo(json.dumps(as_rows(findings), indent=1))
        return
    for finding in findings:
        click.echo(f"{finding.part:12s}{finding.state}")
        if finding.fix:
            click.echo(f"{'':12s}  mend with: {finding.fix}")


app.add_command(bench)
app.add_command(submit)


def _ended_by_signals() -> None:
    """Before the work begins and after it, nothing is in flight: signals end the process.

    While Python and MPI take themselves down, the exit code is known and signals change nothing.
    """
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda *_: os._exit(EXIT_UNFINISHED))
        atexit.register(signal.signal, number, signal.SIG_IGN)


def _stop_of(comm: Any, time_limit: str | None, grace: int) -> Any:
    """By the limit that is given, or else by the batch system's."""
    from .scheduler import seconds_left
    from .study import stop

    def seconds() -> float:
        if time_limit is None:
            return seconds_left()
        given = stop.time_limit(time_limit)
        if given <= grace:
            raise click.UsageError(
                f"--time-limit {time_limit} leaves nothing beside the grace of {grace} s: give "
                "more time, or less --grace"
            )
        return given

    return stop.Stop(grace, by_rank_zero(comm, seconds))


def _stated_machine(comm: Any, stated: dict[str, Any]) -> Any:
    """This machine, but for what was stated; its memory does not grow with the ranks.

    Ranks that are stated have one thread each.
    """
    from threadpoolctl import threadpool_limits

    from .machine import this_machine

    with threadpool_limits(1) if "ranks" in stated else _threads_for(comm):
        machine = this_machine(comm, measure="gflops" not in stated)
    changes = dict(stated)
    if "memory" in changes:
        changes["memory"] *= 1e9
    units = {"latency": 1e-6, "bandwidth": 1e9}
    of_network = {name: unit * changes.pop(name) for name, unit in units.items() if name in changes}

    def change() -> Any:
        changed = replace(machine, **changes)
        if not of_network:
            return changed
        return replace(changed, network=replace(changed.between, **of_network))

    return together(comm, change)


def _plan_text(study: Any, machine: Any, scaling: bool = False) -> str:
    from .report import plan_text, scaling_text

    text = plan_text(study, machine)
    return f"{text}\n{scaling_text(study, _whole_node(machine))}" if scaling else text


def _whole_node(machine: Any) -> Any:
    """Where one rank was planned for, all cores of this node could be ranks."""
    from .bench.machine import cores

    if machine.ranks > 1:
        return machine
    return replace(machine, ranks=cores(), threads=1, gflops=machine.gflops / machine.threads)


def _after_run(folder: Path, study: Any) -> None:
    from .report import comparison_of, comparison_text, draw, why_no_figure

    if study.theory is not None:
        click.echo(comparison_text(comparison_of(folder)))
    obstacle = why_no_figure(study)
    _say(f"no figure: {obstacle}" if obstacle else f"figure: {draw(folder)}")


def _say_some(what: str, texts: Sequence[str]) -> None:
    for text in texts[:_LINES]:
        _say(f"{what}: {text}")
    if len(texts) > _LINES:
        _say(f"{what}: and {len(texts) - _LINES} more, see realizations.csv")


def _threads_for(comm: Any) -> Any:
    """Share the cores between ranks: oversubscribed BLAS threads cost a factor of five."""
    from contextlib import nullcontext

    from threadpoolctl import threadpool_limits

    if comm.size == 1 or "OMP_NUM_THREADS" in os.environ:
        return nullcontext()
    mine = os.sched_getaffinity(0)
    masks = node_neighbours(comm, mine)
    threads = max(1, len(mine) // sum(mask == mine for mask in masks))
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        # Read by libraries that are loaded later, such as the BLAS of PETSc.
        os.environ.setdefault(library, str(threads))
    return threadpool_limits(threads)


def _say(text: str) -> None:
    click.echo(f"mbltn: {text}", err=True)


def main() -> None:
    """Entry point: run the command, and end on every rank at once if anything goes wrong."""
    try:
        comm = world()
    except MbltnError as error:
        _say(str(error))
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
    except MbltnError as error:
        if not nobody_waits(comm, error):
            _end_all_ranks(comm, f"rank {comm.rank}: {error}")
        _say(f"error: {error}")
        code = EXIT_INVALID
    except Exception:
        if comm.size == 1:
            raise
        _end_all_ranks(comm, f"rank {comm.rank}: {traceback.format_exc()}")
        code = 1
    sys.exit(code)


def _end_all_ranks(comm: Any, message: str) -> None:
    print(message, file=sys.__stderr__, flush=True)
    comm.Abort(1)
