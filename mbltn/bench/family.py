"""A process and all that it started: found, weighed and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from .machine import MEGABYTE


def kill_all(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the process and all that it started, until nothing of it lives."""
    while members := family(process.pid):
        for member in members:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(member, signal.SIGKILL)
        process.poll()
        time.sleep(0.01)
    process.kill()
    process.wait()


def family(leader: int) -> list[int]:
    """Living processes of this session, and what they started in sessions of their own."""
    parents: dict[int, int] = {}
    members: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError):
            # pid (name) state ppid pgrp session ...; the name may hold spaces.
            state, parent, _, session = stat.read_text().rpartition(")")[2].split()[:4]
            if state == "Z":
                continue
            parents[int(stat.parent.name)] = int(parent)
            if session == str(leader):
                members.add(int(stat.parent.name))
    while grown := {p for p, parent in parents.items() if parent in members} - members:
        members |= grown
    return sorted(members)


def memory_mb(members: list[int]) -> float:
    """Resident memory of all of them; pages that processes share are counted in each."""
    pages = 0
    for member in members:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{member}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
