"""What the batch system says about this job: its place in an array, its time, its memory.

Read from the variables that Slurm and PBS set; outside of a job nothing is known. Memory Slurm says
in variables and PBS as a limit of the process, which Linux does not enforce; where control groups
enforce it `mbltn.machine` reads these, too.
"""

from __future__ import annotations

import math
import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping

from .errors import InvalidInput
from .times import seconds_of

_MEGABYTE = 1024.0**2
# PBS Pro and OpenPBS, then Torque.
_ARRAY_INDEX = ("SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID")
_ASKING = 30.0  # seconds; a controller that is busy is not waited for any longer


def array_index(environment: Mapping[str, str] = os.environ) -> int | None:
    """Number of this task in its job array, or None outside of one.

    Examples
    --------
    >>> array_index({"SLURM_ARRAY_TASK_ID": "7"}), array_index({})
    (7, None)
    """
    for name in _ARRAY_INDEX:
        if (text := environment.get(name, "")).isdecimal():
            return int(text)
    return None


def job_memory(environment: Mapping[str, str] = os.environ) -> float:
    """Bytes granted to this job on this node; inf where all are, or there is no job.

    Examples
    --------
    >>> job_memory({"SLURM_MEM_PER_CPU": "2000", "SLURM_CPUS_ON_NODE": "8"}) / 1024**2
    16000.0
    >>> job_memory({})
    inf
    """
    # Slurm writes 0 where a job may take all memory of its nodes.
    if node := _number(environment, "SLURM_MEM_PER_NODE"):
        return node * _MEGABYTE
    cores = _number(environment, "SLURM_CPUS_ON_NODE")
    if (core := _number(environment, "SLURM_MEM_PER_CPU")) and cores:
        return core * cores * _MEGABYTE
    if "PBS_JOBID" in environment:
        return _resident_limit()
    return math.inf


def _resident_limit() -> float:
    """Bytes that PBS grants a job on this node, of all chunks that lie there.

    Ranks that are started by ssh, not by PBS, do not have the limit.
    """
    limit = resource.getrlimit(resource.RLIMIT_RSS)[0]
    return math.inf if limit == resource.RLIM_INFINITY else float(limit)


def seconds_left(
    environment: Mapping[str, str] = os.environ, ask: Callable[[str], str] | None = None
) -> float:
    """Time until the batch system ends this job; inf where that is not known.

    Slurm 23 and later say it in a variable, older ones when they are asked, which takes a moment:
    one rank should do that for all. PBS says nothing: its scripts by `mbltn submit` set
    MBLTN_JOB_END, in seconds since 1970, when they start.

    Parameters
    ----------
    ask : what Slurm's `squeue` answers for a job number ("1-02:03:04"); by default it is called

    Examples
    --------
    >>> seconds_left({"SLURM_JOB_ID": "12"}, lambda job: "1-02:03:04")
    93784.0
    >>> seconds_left({})
    inf
    """
    for name in ("SLURM_JOB_END_TIME", "MBLTN_JOB_END"):
        if end := _number(environment, name):
            return max(0.0, end - time.time())
    job = environment.get("SLURM_JOB_ID", "")
    if array := environment.get("SLURM_ARRAY_JOB_ID", ""):
        # The last task has the number of its whole array as SLURM_JOB_ID.
        job = f"{array}_{environment.get('SLURM_ARRAY_TASK_ID', '')}"
    if not re.fullmatch(r"\d+(_\d+)?", job):
        # Torque's whole time, of which the job has just begun.
        return _number(environment, "PBS_WALLTIME") or math.inf
    return _seconds((ask or _asked_of_squeue)(job))


def _asked_of_squeue(job: str) -> str:
    if shutil.which("squeue") is None:
        return ""  # inside a container
    command = ["squeue", "--noheader", f"--jobs={job}", "--format=%L"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ASKING)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def _seconds(text: str) -> float:
    """inf for UNLIMITED, NOT_SET and what else is no time."""
    try:
        return seconds_of(text)
    except InvalidInput:
        return math.inf


def _number(environment: Mapping[str, str], name: str) -> float:
    text = environment.get(name, "")
    return float(text) if text.isdecimal() else 0.0
