"""A job script from its template: every word either quoted for the shell or restricted."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from ..errors import InvalidInput
from .words import clock, job_name, path_word, plain, quoted, words

Cluster = Literal["slurm", "pbs"]
Launcher = Literal["mpirun", "srun"]

_IN_FLIGHT = 0.75
_MEBIBYTE = 1024.0**2
_NAME_LENGTH = {"slurm": 64, "pbs": 15}
_JOB_NUMBER = "$SLURM_JOB_ID"
# The last task of an array has the number of the whole array as its SLURM_JOB_ID: to requeue that
# would start all tasks again.
_TASK_NUMBER = "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
_ARRAY_INDEX = {"slurm": "$SLURM_ARRAY_TASK_ID", "pbs": "$PBS_ARRAY_INDEX"}


class _Template(string.Template):
    delimiter = "@"  # the shell needs $


@dataclass(frozen=True)
class Job:
    """One job, or an array of jobs.

    Attributes
    ----------
    studies : study files; with several, an array with a task for each
    parts : tasks of an array that share one study
    seeds : first and last of an array with a task for each seed
    out : results folder; that of the study's name by default
    overrides : key=value, for `mbltn run -o`
    ranks, nodes, cores : of each job; `cores` of each rank; `nodes` where they are to be so many
    memory : bytes of each job on all its nodes
    seconds : time of each job
    warning : seconds before that end at which it is told, three quarters of them for what is in
        flight
    account, queue : as the batch system knows them; queue is a partition in Slurm
    directives : more of them: "qos=long" for Slurm, "W group_list=physics" for PBS
    environment : shell file to read before the run: modules, paths
    program : folder with `mbltn`, put before the batch system's PATH
    launcher : what starts the ranks
    restarts : how often Slurm may requeue the job
    origin, plan : comments: what wrote this script, and what it expects
    """

    name: str
    studies: Sequence[str]
    parts: int = 1
    seeds: tuple[int, int] | None = None
    out: str | None = None
    overrides: Sequence[str] = ()
    ranks: int = 1
    nodes: int | None = None
    cores: int = 1
    memory: float = 1e9
    seconds: float = 3600.0
    warning: float = 120.0
    account: str | None = None
    queue: str | None = None
    directives: Sequence[str] = ()
    environment: str | None = None
    program: str | None = None
    launcher: Launcher = "mpirun"
    restarts: int = 100
    origin: str = ""
    plan: str = ""

    def __post_init__(self) -> None:
        if not self.studies:
            raise InvalidInput("no study was given: name a study file")
        kinds = [len(self.studies) > 1, self.parts > 1, self.seeds is not None]
        if sum(kinds) > 1:
            raise InvalidInput(
                "an array goes over studies, parts or seeds, and two of them were given: write "
                "a script for each study"
            )
        if len(self.studies) > 1 and self.out is not None:
            raise InvalidInput(
                f"the results of {len(self.studies)} studies cannot go to one folder, {self.out}: "
                "leave out --out, each goes to results/NAME"
            )
        if self.seeds is not None and not 0 <= self.seeds[0] <= self.seeds[1]:
            raise InvalidInput(f"the seeds {self.seeds[0]}-{self.seeds[1]} are none")
        if self.seeds is not None and self.out is None:
            raise InvalidInput("seeds need a folder to put theirs in: give --out")
        if self.nodes is not None and self.ranks % self.nodes:
            raise InvalidInput(
                f"{self.ranks} ranks cannot be equally many on each of {self.nodes} nodes"
            )

    @property
    def array(self) -> tuple[int, int] | None:
        """First and last task of the array; one job is none."""
        if self.seeds is not None:
            return self.seeds
        if len(self.studies) > 1:
            return 0, len(self.studies) - 1
        return (1, self.parts) if self.parts > 1 else None

    @property
    def jobs(self) -> int:
        return 1 if self.array is None else self.array[1] - self.array[0] + 1


def job_script(job: Job, cluster: Cluster) -> str:
    """The script, ready for sbatch or qsub.

    Raises
    ------
    InvalidInput
        If a name cannot stand where it must: ends of lines anywhere, and more in directives.

    Examples
    --------
    >>> script = job_script(Job("chain", ["a 'b'; c.toml"], ranks=4, parts=8), "slurm")
    >>> print("\\n".join(line for line in script.splitlines() if "mbltn run" in line))
    mpirun -n 4 mbltn run --progress lines --grace 90 --part array/8 -- 'a '"'"'b'"'"'; c.toml' &
    """
    directives = _of_slurm(job) if cluster == "slurm" else _of_pbs(job)
    template = resources.files(__package__).joinpath(f"{cluster}.sh").read_text(encoding="utf-8")
    return _Template(template).substitute(
        directives="\n".join(directives),
        origin=_comment(job.origin) or "By mbltn submit",
        plan=_comment(job.plan) or "Not planned.",
        preparation="\n".join(_preparation(job, cluster)),
        launch=_launch(job, cluster),
        restarts=job.restarts,
        lost="-1 | 1 | 127 | 138 | 143" if job.ranks > 1 else "-1 | 127 | 138 | 143",
        seconds=60 * math.ceil(job.seconds / 60),
        job_number=_JOB_NUMBER if job.array is None else _TASK_NUMBER,
    )


def _comment(text: str) -> str:
    quoted(text)  # refuses ends of lines
    return text


def _of_slurm(job: Job) -> list[str]:
    name = job_name(job.name, _NAME_LENGTH["slurm"])
    memory = math.ceil(job.memory / (job.ranks * job.cores * _MEBIBYTE))
    lines = [f"job-name={name}", f"ntasks={job.ranks}"]
    if job.nodes is not None:
        lines += [f"nodes={job.nodes}", f"ntasks-per-node={job.ranks // job.nodes}"]
    lines += [
        f"cpus-per-task={job.cores}",
        f"mem-per-cpu={memory}M",
        f"time={clock(job.seconds, days=True)}",
        f"signal=B:USR1@{int(job.warning)}",
        "requeue",
        "open-mode=append",
    ]
    if job.array is not None:
        lines += [f"array={job.array[0]}-{job.array[1]}", f"output={name}-%A_%a.log"]
    else:
        lines.append(f"output={name}-%j.log")
    if job.account is not None:
        lines.append(f"account={plain('account', job.account)}")
    if job.queue is not None:
        lines.append(f"partition={plain('partition', job.queue)}")
    lines += [plain("directive", line.removeprefix("--")) for line in job.directives]
    return [f"#SBATCH --{line}" for line in lines]


def _of_pbs(job: Job) -> list[str]:
    # Chunks of one rank may lie on any nodes; with a number of nodes, each has its share.
    chunks = job.ranks if job.nodes is None else job.nodes
    each = job.ranks // chunks
    memory = math.ceil(job.memory / (chunks * _MEBIBYTE))
    chunk = f"ncpus={each * job.cores}:mpiprocs={each}:mem={memory}mb"
    lines = [
        f"N {job_name(job.name, _NAME_LENGTH['pbs'])}",
        f"l select={chunks}:{chunk}",
        f"l place={'free' if job.nodes is None else 'scatter'}",
        f"l walltime={clock(job.seconds, days=False)}",
        "j oe",
        "r y",
    ]
    if job.array is not None and job.jobs > 1:
        lines.append(f"J {job.array[0]}-{job.array[1]}")
    if job.account is not None:
        lines.append(f"A {plain('account', job.account)}")
    if job.queue is not None:
        lines.append(f"q {plain('queue', job.queue)}")
    lines += map(_directive_of_pbs, job.directives)
    return [f"#PBS -{line}" for line in lines]


def _directive_of_pbs(line: str) -> str:
    letter, _, word = line.removeprefix("-").partition(" ")
    if not re.fullmatch("[A-Za-z]", letter):
        raise InvalidInput(
            f"directive={line!r} must be a letter and a word, such as 'W group_list=physics'"
        )
    return f"{letter} {plain('directive', word)}"


def _preparation(job: Job, cluster: Cluster) -> list[str]:
    lines = []
    if job.environment is not None:
        path = path_word(job.environment)
        # Without a slash the shell would look for it on PATH.
        lines.append(f". {quoted(path if '/' in path else f'./{path}')} || exit 1")
    if job.program is not None:
        lines.append(f"export PATH={quoted(job.program)}:$PATH")
    lines.append(f"export OMP_NUM_THREADS={job.cores} OPENBLAS_NUM_THREADS={job.cores}")
    if job.ranks > 1 and job.cores > 1 and job.launcher == "mpirun":
        # Open MPI binds a rank to one core, with all its threads, unless told not to.
        lines.append(
            "export OMPI_MCA_hwloc_base_binding_policy=none "
            "PRTE_MCA_hwloc_default_binding_policy=none"
        )
    if cluster == "pbs" and job.array is not None and job.jobs == 1:
        # qsub refuses an array of one task.
        lines.append(f"export PBS_ARRAY_INDEX={job.array[0]}")
    if len(job.studies) > 1:
        lines.append(f"studies=({words(map(path_word, job.studies))})")
        lines.append(f"study=${{studies[{_ARRAY_INDEX[cluster].removeprefix('$')}]}}")
    return lines


def _launch(job: Job, cluster: Cluster) -> str:
    launcher = []
    if job.launcher == "srun":
        # Since Slurm 22.05 steps do not inherit the cores of a task.
        launcher = ["srun", f"--ntasks={job.ranks}", f"--cpus-per-task={job.cores}"]
    elif job.ranks > 1:
        launcher = ["mpirun", "-n", str(job.ranks)]
    # The rest of the warning is for ending: packing records, writing tables.
    arguments = ["--progress", "lines", "--grace", str(max(1, int(_IN_FLIGHT * job.warning)))]
    for override in job.overrides:
        arguments += ["-o", override]
    if job.parts > 1:
        arguments += ["--part", f"array/{job.parts}"]
    text = words([*launcher, "mbltn", "run", *arguments])
    index = _ARRAY_INDEX[cluster]
    if job.seeds is not None:
        assert job.out is not None
        text += f' -o "seed={index}" --out {quoted(path_word(job.out))}/seed-"{index}"'
    elif job.out is not None:
        text += f" --out {quoted(path_word(job.out))}"
    study = '"$study"' if len(job.studies) > 1 else quoted(path_word(job.studies[0]))
    return f"{text} -- {study}"
