"""`mbltn submit`: the planner's numbers in the script, what is refused, the way into the queue."""

import contextlib
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from command_line import mbltn
from conftest import needs_slepc
from mpirun import MBLTN, run
from shells import Shell

from mbltn.errors import InvalidInput
from mbltn.machine import Machine
from mbltn.study import load_study, plan
from mbltn.submit.needs import needs_of, planned_machine
from mbltn.submit.words import bytes_of_text, clock, seconds_of_text

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/study/tiny.toml"
EXAMPLES = sorted([*ROOT.glob("mpi_jobs/slurm/*"), *ROOT.glob("mpi_jobs/pbs/*")])
ONE_POINT = "ensemble=[{grid={n_lbits=[3], alpha=[0.4]}, realizations=1, states='middle_quarter'}]"
LARGE = ["-o", "ensemble.1.grid.n_lbits=[20]", "-o", "ensemble.1.states=50"]


def submit(*arguments, cwd=None):
    with contextlib.chdir(cwd or "."):
        return mbltn("submit", *arguments)


# -- examples ------------------------------------------------------------------------------------


@needs_slepc
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_the_example_scripts_are_what_the_command_in_them_writes(path, monkeypatch):
    """If not, after a change of templates or costs: tools/job_scripts.sh."""
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # of no environment
    text = path.read_text()
    (command,) = re.findall("^# Written by: mbltn submit (.*)$", text, re.MULTILINE)
    job = submit("--script", "-", *shlex.split(command), cwd=ROOT)
    assert job.returncode == 0, job.stderr
    assert job.stdout == text


@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_a_job_finds_the_mbltn_that_wrote_it(cluster, tmp_path, monkeypatch):
    folder = tmp_path / "it's; here"
    folder.mkdir()
    (folder / "mbltn").touch(mode=0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    options = ["--cluster", cluster, "--script", "-"]
    line = f"export PATH={shlex.quote(str(folder))}:$PATH"
    assert line in submit(TINY, *options).stdout.splitlines()
    assert line not in submit(TINY, *options, "--environment", "a.sh").stdout


def test_there_are_examples_for_both_batch_systems():
    names = {path.name for path in EXAMPLES}
    assert names == {"parts.sh", "seeds.sh", "studies.sh", "one_problem.sh", "groups.sh"}
    assert len(EXAMPLES) == 2 * len(names)


@pytest.mark.parametrize("path", sorted(ROOT.glob("mpi_jobs/environment/*.sh")), ids=str)
def test_bash_finds_no_error_in_the_environments(path):
    job = run(["bash", "-n", path])
    assert (job.returncode, job.stderr) == (0, "")


# -- numbers -------------------------------------------------------------------------------------


def test_needs_are_those_of_the_plan():
    """Sums by hand: one rank works through all tasks, its largest problem needs the memory."""
    study = load_study(TINY)
    tasks = plan(study, Machine())
    needs = needs_of([study], 1, 1, planned_machine(1, 1, 1, None, None))
    assert needs.tasks == 14
    assert needs.seconds == pytest.approx(sum(task.cost.seconds for task in tasks))
    assert needs.longest == max(task.cost.seconds for task in tasks)
    assert needs.problem == max(task.cost.memory for task in tasks)
    assert needs.job == pytest.approx(needs.problem / 0.9 + 0.5e9)
    halves = needs_of([study], 2, 1, planned_machine(1, 1, 1, None, None))
    assert halves.tasks == 14
    assert halves.seconds == pytest.approx(needs.seconds / 2)  # 3 + 3 + 1 tasks each
    assert needs_of([study], 1, 5, planned_machine(1, 1, 1, None, None)).tasks == 5 * 14


def test_the_time_to_ask_and_the_warning():
    needs = needs_of([load_study(TINY)], 1, 1, planned_machine(1, 1, 1, None, None))
    hours = [(0.01, 600), (150.0, 600), (151.0, 1200), (7000.0, 14400), (1e6, 86400)]
    for seconds, asked in hours:
        assert replace(needs, seconds=seconds).time_to_ask == asked
    assert replace(needs, longest=1.0).warning(3600) == 120
    assert replace(needs, longest=300.0).warning(3600) == 600
    assert replace(needs, longest=3000.0).warning(3600) == 900
    assert needs.warning(60) == 15


@needs_slepc
def test_ranks_that_share_a_problem_share_its_memory():
    shared = ["ensemble.1.solver=slepc", "ensemble.1.grid.n_lbits=[10]", "resources.shared_from=64"]
    study = load_study(TINY, [*shared, "resources.ranks_per_problem=4"])
    large = max(plan(study, Machine(ranks=8)), key=lambda task: task.cost.memory)
    assert large.shared
    needs = needs_of([study], 1, 1, planned_machine(8, 1, 1, None, None))
    assert needs.problem == large.cost.memory
    assert needs.job == pytest.approx(2 * large.cost.memory / 0.9 + 8 * 0.5e9)


def test_stated_time_and_memory_go_before_the_plan():
    job = submit(TINY, "--cluster", "slurm", "--time", "2h", "--mem", "8GB", "--script", "-")
    assert "#SBATCH --time=02:00:00" in job.stdout
    assert "#SBATCH --mem-per-cpu=7630M" in job.stdout  # 8e9 bytes in MiB
    assert "14 realizations in one job of about" in job.stdout


def test_groups_are_passed_on_to_the_run():
    options = [
        "--cluster",
        "slurm",
        "--ranks",
        "4",
        "--ranks-per-realization",
        "2",
        "--script",
        "-",
    ]
    script = submit(TINY, *options).stdout
    assert "mpirun -n 4 mbltn run" in script
    assert "-o resources.ranks_per_problem=2 -o resources.shared_from=1" in script
    job = submit(TINY, *options[:2], "--ranks", "3", *options[4:])
    assert job.returncode == 2
    assert "3 ranks are no number of groups of 2" in job.stderr


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90min", 5400), ("1.5 h", 5400), ("2d", 172800), ("60s", 60), ("1-00:00:00", 86400)],
)
def test_times_that_are_read(text, seconds):
    assert seconds_of_text(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "10", "h", "1:30", "59s", "-2h", "1e9h", "٣h", "2h;x", "inf h"]
)
def test_times_that_are_refused(text):
    with pytest.raises(InvalidInput, match="the time"):
        seconds_of_text(text)


@pytest.mark.parametrize("text", ["", "64", "GB", "0GB", "-1GB", "64 kB", "64GiB", "1e3GB"])
def test_memories_that_are_refused(text):
    with pytest.raises(InvalidInput, match="the memory"):
        bytes_of_text(text)


def test_times_of_batch_systems_are_rounded_up():
    assert [clock(s, days=True) for s in (60, 61, 86399, 86400)] == [
        *("00:01:00", "00:02:00", "1-00:00:00", "1-00:00:00")
    ]
    assert clock(86401, days=False) == "24:01:00"


# -- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([TINY, *LARGE, "--mem", "1GB"], "What would fit"),
        ([TINY, "--parts", "15"], "15 parts of a study with 14 tasks"),
        ([TINY, TINY], "several studies are named 'tiny'"),
        ([TINY, "--seeds", "5"], "must read A-B"),
        ([TINY, "--time", "soon"], "the time 'soon' must read"),
        ([TINY, "--queue", "a b"], "queue='a b' cannot stand in a job script"),
        ([TINY, "--out", "a\nb"], "control characters or ends of lines"),
        ([TINY, "--out", ""], "a path is empty"),
        (["absent.toml"], "there is no study file"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path, arguments, message):
    job = submit(*arguments, "--cluster", "pbs", cwd=tmp_path)
    assert job.returncode == 2
    assert message in job.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_that_slurm_would_read_as_a_pattern(tmp_path):
    (tmp_path / "50%").mkdir()
    job = submit(TINY, "--cluster", "slurm", cwd=tmp_path / "50%")
    assert job.returncode == 2
    assert "as a pattern for its log" in job.stderr


def test_only_scripts_of_its_own_are_written_over(tmp_path):
    (tmp_path / "tiny.slurm").write_text("mine\n")
    job = submit(TINY, "--cluster", "slurm", cwd=tmp_path)
    assert job.returncode == 2
    assert "is no script of mbltn" in job.stderr
    assert (tmp_path / "tiny.slurm").read_text() == "mine\n"
    for _ in range(2):
        job = submit(TINY, "--cluster", "slurm", "--script", "other", cwd=tmp_path)
        assert (job.returncode, job.stdout) == (0, "other\n")


# -- into the queue ------------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path, monkeypatch):
    shell = Shell(tmp_path)
    monkeypatch.setenv("PATH", shell.environment["PATH"])
    return shell


@pytest.mark.parametrize(("cluster", "program"), [("slurm", "sbatch"), ("pbs", "qsub")])
def test_the_script_is_submitted_on_request(shell, cluster, program):
    name = "-a job; touch harm"
    job = submit(TINY, "--cluster", cluster, "--script", name, "--submit", cwd=shell.folder)
    assert job.returncode == 0, job.stderr
    assert shell.calls() == [[program, f"./{name}"]]
    assert [path.name for path in shell.folder.iterdir()] == [name]


def test_a_queue_that_refuses_is_an_error(shell, monkeypatch):
    monkeypatch.setenv("CODE_sbatch", "1")
    job = submit(TINY, "--cluster", "slurm", "--submit", cwd=shell.folder)
    assert job.returncode == 2
    assert "sbatch tiny.slurm failed" in job.stderr


def test_without_a_batch_system_the_script_is_there(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/bin")
    for name in ("bin", "usr/bin"):
        if (Path("/") / name / "qsub").exists():
            pytest.skip("there is a PBS here")
    job = submit(TINY, "--cluster", "pbs", "--submit", cwd=tmp_path)
    assert job.returncode == 2
    assert "there is no qsub here; the script is written: tiny.pbs" in job.stderr
    assert (tmp_path / "tiny.pbs").exists()


@pytest.mark.parametrize("cluster", ["slurm", "pbs"])
def test_a_script_with_hostile_names_runs_the_study(shell, cluster):
    """With the real mbltn: what it reads of its arguments is what was meant."""
    study, out = "--out=$(touch harm); 'a \"b.toml", "-results `touch harm`"
    (shell.folder / study).write_text(TINY.read_text())
    real = f'#!/bin/sh\nexec {shlex.join(MBLTN)} "$@"\n'
    options = [
        "--cluster",
        cluster,
        "--out",
        out,
        "-o",
        ONE_POINT,
        "-o",
        "name=it.s",
        "--script",
        "-",
    ]
    job = submit(*options, "--", study, cwd=shell.folder)
    assert job.returncode == 0, job.stderr
    (shell.folder.parent / "bin" / "mbltn").write_text(real)
    path = shell.folder.parent / "script"
    path.write_text(job.stdout)
    done = run(["env", *(f"{k}={v}" for k, v in shell.environment.items()), "bash", path])
    assert done.returncode == 0, done.stderr
    assert len(pd.read_csv(shell.folder / out / "table.csv")) > 0
    assert {path.name for path in shell.folder.iterdir()} == {study, out}
