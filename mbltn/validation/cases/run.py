"""Cases computed, compared and noted in a folder, from which they go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from ..._version import __version__
from ...comm import Serial, by_rank_zero, nobody_waits
from ...errors import MbltnError, RunStopped
from ...study import Stop
from ...study.store import write_aside
from ..evidence import Evidence, FromStudies, Gathered, check_size, gather
from .case import Case
from .check import Check


@dataclass(frozen=True)
class Verdict:
    """A case at one size: its checks, and what stood in the way.

    `failures` are the reasons of realizations that failed, or why exact numbers or theory refused;
    then there are neither checks nor a table.
    """

    case: Case
    size: str
    checks: tuple[Check, ...]
    cautions: tuple[str, ...]
    failures: tuple[str, ...]
    table: pd.DataFrame

    @property
    def passed(self) -> bool:
        """Every check is, of which there are some, and every realization was computed."""
        return (
            bool(self.checks) and not self.failures and all(check.passed for check in self.checks)
        )


def run_cases(
    cases: Iterable[Case],
    size: str,
    folder: Path,
    comm: Any = None,
    progress: str = "none",
    stop: Stop | None = None,
) -> Iterator[Verdict]:
    """Compute what the evidence lacks, compare, and note each verdict in FOLDER/NAME-SIZE.json.

    Studies keep their records in FOLDER/studies. Tables that are computed without one are kept in
    FOLDER/tables until the code of the package changes. Theory and checks are always anew. What
    several of these cases rest on is gathered once. Where a theory or a solver refuses, that case
    has failed, and the others go on.

    Raises
    ------
    InvalidInput
        For a size that a case does not have.
    RunStopped
        If `stop` says so before the evidence is there.
    """
    comm = comm if comm is not None else Serial()
    known: dict[Evidence, Gathered] = {}
    for case in cases:
        check_size(case.name, case.sizes, size)
        try:
            if case.evidence not in known:
                known[case.evidence] = _gathered(case, size, folder, comm, progress, stop)
            verdict = _judged(case, size, known[case.evidence], comm)
        except RunStopped:
            raise
        except MbltnError as error:
            if not nobody_waits(comm, error):
                raise
            verdict = Verdict(case, size, (), (), (str(error),), pd.DataFrame())
        by_rank_zero(comm, lambda verdict=verdict: _note(verdict, folder))  # type: ignore[misc]
        yield verdict


def run_case(case: Case, size: str, folder: Path, **how: Any) -> Verdict:
    """The one verdict of `run_cases`, with the same arguments."""
    return next(run_cases([case], size, folder, **how))


def _judged(case: Case, size: str, found: Gathered, comm: Any) -> Verdict:
    checks = by_rank_zero(comm, lambda: tuple(case.checks(found.table)))
    failures = tuple(failure.reason for failure in found.failures)
    return Verdict(case, size, checks, found.cautions, failures, found.table)


def noted(case: Case, folder: Path) -> dict[str, str]:
    """What FOLDER says of the case: "passed" or "failed" for each size that was run.

    With "by other code" where the package has changed since.
    """
    found = {}
    for size in case.sizes:
        path = _verdict_path(case, size, folder)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            state = "passed" if content["passed"] else "failed"
            current = content["code"] == code_digest()
        except (OSError, ValueError, KeyError):  # absent, or damaged
            continue
        found[size] = state if current else f"{state}, by other code"
    return found


def content_of(verdict: Verdict) -> dict[str, Any]:
    """For JSON; numbers that are not finite are null."""
    case = verdict.case
    return {
        "case": case.name,
        "paper": case.paper,
        "place": case.place,
        "size": verdict.size,
        "passed": verdict.passed,
        "claim": case.claim,
        "finding": case.finding,
        "band": case.band,
        "theory": list(case.theory),
        "checks": [
            {key: None if value != value else value for key, value in check.row().items()}
            for check in verdict.checks
        ],
        "cautions": list(verdict.cautions),
        "failures": list(verdict.failures),
        "version": __version__,
        "code": code_digest(),
    }


@cache
def code_digest() -> str:
    """Changes with any file of the package that computes."""
    package = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.toml")]):
        digest.update(str(path.relative_to(package)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _gathered(
    case: Case, size: str, folder: Path, comm: Any, progress: str, stop: Stop | None
) -> Gathered:
    evidence = case.evidence
    if isinstance(evidence, FromStudies):
        return gather(case.name, evidence, size, folder / "studies", comm, progress, stop)
    path = folder / "tables" / f"{_name_of(evidence)}-{size}-{code_digest()}.csv"
    kept = by_rank_zero(comm, lambda: _kept(path))
    if kept is not None:
        return Gathered(kept)
    found = gather(case.name, evidence, size, folder / "studies", comm, progress, stop)
    by_rank_zero(comm, lambda: _keep(found.table, path))
    return found


def _name_of(evidence: Evidence) -> str:
    assert not isinstance(evidence, FromStudies)
    compute = evidence.compute
    return f"{compute.__module__.removeprefix('mbltn.validation.')}.{compute.__qualname__}"


def _kept(path: Path) -> pd.DataFrame | None:
    """None also if the file is damaged: it is computed anew."""
    try:
        return pd.read_csv(path, float_precision="round_trip")
    except (OSError, ValueError):
        return None


def _keep(table: pd.DataFrame, path: Path) -> None:
    """In place of the tables of other code."""
    path.parent.mkdir(parents=True, exist_ok=True)
    stem = path.name.rpartition("-")[0]
    for old in path.parent.glob(f"{stem}-*.csv"):
        old.unlink()
    write_aside(path, table.to_csv(index=False).encode())


def _verdict_path(case: Case, size: str, folder: Path) -> Path:
    return folder / f"{case.name}-{size}.json"


def _note(verdict: Verdict, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content_of(verdict), indent=1)
    write_aside(_verdict_path(verdict.case, verdict.size, folder), text.encode())
