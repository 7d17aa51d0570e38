"""One job in fresh processes: started, watched, and ended with all that it started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InvalidInput
from .family import family, kill_all, memory_mb
from .machine import busy_core_seconds, own_core_seconds

_SECONDS_BETWEEN_LOOKS = 0.05
_SECONDS_BETWEEN_SEARCHES = 1.0
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)

_OPENBLAS_DEFAULT = "26"

# Seconds since the start, memory in MB now, and the file of what the job says.
Tick = Callable[[float, float, Path], None]


@dataclass(frozen=True)
class Layout:
    """MPI ranks, and threads of each."""

    ranks: int = 1
    threads: int = 1

    def __post_init__(self) -> None:
        for name in ("ranks", "threads"):
            if getattr(self, name) < 1:
                raise InvalidInput(f"{name}={getattr(self, name)} must be at least 1")


@dataclass(frozen=True)
class Limits:
    """What a job is ended for; None means no limit."""

    seconds: float | None = None
    memory_mb: float | None = None

    def __post_init__(self) -> None:
        for name, value in (("time", self.seconds), ("memory", self.memory_mb)):
            if value is not None and not value > 0:
                raise InvalidInput(f"the {name} limit {value:g} must be a positive number")


@dataclass(frozen=True)
class Report:
    """How a job ended: `status` is "done", or `reason` says what went wrong.

    `busy_elsewhere` is the number of cores that other work on the machine took meanwhile.
    """

    status: str
    reason: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    sampled_peak_mb: float = 0.0
    busy_elsewhere: float | None = None


def run_apart(
    job: Mapping[str, Any], layout: Layout, limits: Limits, tick: Tick | None = None
) -> Report:
    """Run `job` (see `mbltn.bench.worker`) in processes of its own.

    Examples
    --------
    >>> job = {"kind": "solve", "method": "dense", "problem": {"n_lbits": 2, "n_pairs": 4}}
    >>> run_apart(job, Layout(), Limits(seconds=120)).status
    'done'
    """
    if layout.ranks > 1 and shutil.which("mpirun") is None:
        return Report("not installed", f"{layout.ranks} ranks need mpirun, which is not installed")
    with tempfile.TemporaryDirectory(prefix="mbltn-bench-") as folder:
        question, answer, said = (Path(folder) / name for name in ("job", "answer", "said"))
        question.write_text(json.dumps(dict(job)))
        command = [sys.executable, "-m", "mbltn.bench.worker", str(question), str(answer)]
        if layout.ranks > 1:
            command = ["mpirun", "-n", str(layout.ranks), *command]
        elsewhere = _elsewhere()
        with said.open("wb") as voice, _signals() as came:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=voice,
                stderr=voice,
                env=_environment(layout, bool(job.get("foreign"))),
                start_new_session=True,
            )
            try:
                excess, seconds, peak = _watch(process, limits, said, tick, came)
            finally:
                kill_all(process)
        _end_if_asked(came)
        now = _elsewhere()
        busy = None if elsewhere is None or now is None else max(0.0, now - elsewhere) / seconds
        status, reason = excess or ("", "")
        values: dict[str, Any] = {}
        if excess is None:
            status, reason, values = _result(process, answer, said, peak)
        return Report(status, reason, values, seconds, peak, busy)


def _elsewhere() -> float | None:
    """Core seconds that were spent on anything but this process and its children."""
    busy = busy_core_seconds()
    return None if busy is None else busy - own_core_seconds()


def _watch(
    process: subprocess.Popen[bytes],
    limits: Limits,
    said: Path,
    tick: Tick | None,
    came: list[int],
) -> tuple[tuple[str, str] | None, float, float]:
    """Wait for the end or for a limit: (status and reason of a limit, seconds, peak in MB)."""
    begin, peak, looked = time.monotonic(), 0.0, 0.0
    members: list[int] = []
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_SECONDS_BETWEEN_LOOKS)
        _end_if_asked(came)
        seconds = time.monotonic() - begin
        if process.returncode is not None:
            return None, seconds, peak
        # A search through all processes takes milliseconds, from cores that are being measured.
        if seconds - looked >= min(_SECONDS_BETWEEN_SEARCHES, 0.1 * seconds):
            members, looked = family(process.pid), seconds
        now = memory_mb(members)
        peak = max(peak, now)
        if limits.seconds is not None and seconds > limits.seconds:
            return ("over the limit", f"{limits.seconds:g} s were not enough"), seconds, peak
        if limits.memory_mb is not None and now > limits.memory_mb:
            why = f"it held {now:.0f} MB, the limit is {limits.memory_mb:.0f} MB"
            return ("out of memory", why), seconds, peak
        if tick is not None:
            tick(seconds, now, said)


def _result(
    process: subprocess.Popen[bytes], answer: Path, said: Path, peak: float
) -> tuple[str, str, dict[str, Any]]:
    if answer.exists():
        values = json.loads(answer.read_text())
        return values.pop("status"), values.pop("reason", ""), values
    code = process.returncode
    # A shell, and mpirun, report a signal as 128 + its number.
    if code in (-signal.SIGKILL, 128 + signal.SIGKILL):
        why = f"it was killed, most likely by the system for lack of memory, holding {peak:.0f} MB"
        return "out of memory", why, {}
    return "failed", f"exit code {code}: {last_line(said) or 'it said nothing'}", {}


def _environment(layout: Layout, foreign: bool) -> dict[str, str]:
    return {
        **os.environ,
        **dict.fromkeys(_THREAD_VARIABLES, str(layout.threads)),
        # The package shortens it for its own solvers; others' run as they would without it.
        **({"OPENBLAS_THREAD_TIMEOUT": _OPENBLAS_DEFAULT} if foreign else {}),
        # Ranks of Open MPI stay on one core otherwise, and so do all their threads.
        "OMPI_MCA_hwloc_base_binding_policy": "none",
        "PRTE_MCA_hwloc_default_binding_policy": "none",
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def _signals() -> Iterator[list[int]]:
    """SIGTERM and SIGINT that came meanwhile.

    The job is in its own session and gets neither. An exception out of a handler could come between
    the start of the job and the `try` that ends it, and leave it running.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return

    def remember(number: int, _: object) -> None:
        came.append(number)

    before = {s: signal.signal(s, remember) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_if_asked(came: list[int]) -> None:
    if came:
        raise SystemExit(128 + came[0])


def last_line(path: Path) -> str:
    """What a job said last."""
    with contextlib.suppress(OSError):
        lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""
    return ""
