"""Where the table of a figure or a case comes from: computed at once, in sizes, or from studies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ..comm import Serial, by_rank_zero
from ..errors import InvalidInput, RunStopped
from ..study import Failure, Stop, Store, Study, run_study
from ..study.progress import counted
from .campaigns import Stored
from .tables import Tick


@dataclass(frozen=True)
class AtOnce:
    """A table that one rank computes in seconds or minutes; it has no sizes."""

    compute: Callable[[Tick], pd.DataFrame]
    sizes: tuple[str, ...] = ()


@dataclass(frozen=True)
class InSizes:
    """A table that all ranks compute together, ``compute(size, comm, tick)``."""

    compute: Callable[[str, Any, Tick], pd.DataFrame]
    sizes: tuple[str, ...] = ("small", "paper")


@dataclass(frozen=True)
class FromStudies:
    """The studies of a size, and the table of what is stored of each of them.

    What needs the same study shares its records.
    """

    studies: Callable[[str], Sequence[Study]]
    table: Callable[..., pd.DataFrame]
    sizes: tuple[str, ...] = ("small", "paper")


Evidence = AtOnce | InSizes | FromStudies


@dataclass(frozen=True)
class Gathered:
    """A table, what its reader must know, and the realizations that failed; equal on every rank."""

    table: pd.DataFrame
    cautions: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


def check_size(name: str, sizes: Sequence[str], size: str) -> None:
    """Raise `InvalidInput` if what has this name has sizes, and not this one."""
    if sizes and size not in sizes:
        raise InvalidInput(f"{name} has no size {size!r}, only {', '.join(sizes)}")


def gather(
    name: str,
    evidence: Evidence,
    size: str,
    folder: Path,
    comm: Any = None,
    progress: str = "none",
    stop: Stop | None = None,
) -> Gathered:
    """Compute what is missing of the evidence, with all ranks of `comm`, and make its table.

    Parameters
    ----------
    name : of the figure or the case, as the progress bar shows it
    folder : where studies keep their records, a folder each; what is there is not computed again
    progress : "bar", "lines", "auto" or "none"
    stop : when to stop before all is done, by default never

    Raises
    ------
    InvalidInput
        For a size that there is not.
    RunStopped
        If the run was told to stop; what studies finished is stored.
    """
    comm = comm if comm is not None else Serial()
    stop = stop if stop is not None else Stop()
    check_size(name, evidence.sizes, size)
    if any(comm.allgather(stop.told or stop.room() <= 0)):
        raise RunStopped(f"{name} was not begun: the same command goes on")
    if not isinstance(evidence, FromStudies):
        with counted(name, progress if comm.rank == 0 else "none") as tick:
            if isinstance(evidence, InSizes):
                return Gathered(evidence.compute(size, comm, tick))
            compute = evidence.compute
            return Gathered(by_rank_zero(comm, lambda: compute(tick)))
    stored = [Stored(study, Store(folder / study.name)) for study in evidence.studies(size)]
    outcomes = []
    for each in stored:
        outcome = run_study(each.study, each.store.folder, comm, progress, stop)
        if outcome.unfinished:
            raise RunStopped(
                f"{outcome.unfinished} realizations of {name} are left in {each.store.folder}: the "
                "same command goes on"
            )
        outcomes.append(outcome)
    make_table = evidence.table
    return Gathered(
        by_rank_zero(comm, lambda: make_table(*stored)),
        tuple(text for outcome in outcomes for text in outcome.cautions),
        tuple(failure for outcome in outcomes for failure in outcome.failures),
    )
