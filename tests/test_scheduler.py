"""What is read of the variables that batch systems set; under a real one in tests/slurm."""

import math
import subprocess
import sys
import time

import pytest

from mbltn.machine import available_bytes, this_machine, total_memory
from mbltn.scheduler import array_index, job_memory, seconds_left

MEBIBYTE = 1024**2


def test_the_number_in_an_array():
    assert array_index({"SLURM_ARRAY_TASK_ID": "0"}) == 0
    assert array_index({"PBS_ARRAY_INDEX": "12"}) == 12
    assert array_index({"PBS_ARRAYID": "3"}) == 3
    assert array_index({"SLURM_ARRAY_TASK_ID": "", "PBS_ARRAY_INDEX": "x"}) is None


def test_the_memory_of_a_job():
    assert job_memory({"SLURM_MEM_PER_NODE": "4000"}) == 4000 * MEBIBYTE
    cores = {"SLURM_MEM_PER_CPU": "500", "SLURM_CPUS_ON_NODE": "6"}
    assert job_memory(cores) == 3000 * MEBIBYTE
    assert job_memory({"SLURM_MEM_PER_CPU": "500"}) == math.inf
    assert job_memory({"SLURM_MEM_PER_NODE": "0"}) == math.inf  # all there is


def test_pbs_grants_a_job_memory_on_this_node():
    """OpenPBS 23.06 limits the resident set to what the chunks on a node ask for."""
    code = (
        "import resource; from mbltn.scheduler import job_memory\n"
        "hard = resource.getrlimit(resource.RLIMIT_RSS)[1]\n"
        "resource.setrlimit(resource.RLIMIT_RSS, (400 * 2**20, hard))\n"
        "print(job_memory({}), job_memory({'PBS_JOBID': '7.a'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert [float(word) / MEBIBYTE for word in done.stdout.split()] == [math.inf, 400]


def test_plans_and_runs_count_on_the_memory_of_the_job(monkeypatch):
    whole = total_memory()
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "100")
    assert total_memory() == 100 * MEBIBYTE < whole
    assert available_bytes() <= 100 * MEBIBYTE
    assert this_machine().memory == pytest.approx(0.9 * 100 * MEBIBYTE)
    monkeypatch.setenv("SLURM_MEM_PER_NODE", "100000000")
    assert total_memory() == whole


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("1:58", 118),
        ("2:00:00", 7200),
        ("3-00:00:01", 3 * 86400 + 1),
        ("UNLIMITED", math.inf),
        ("NOT_SET", math.inf),
        ("INVALID", math.inf),
        ("", math.inf),
        ("10:00\n10:00", math.inf),
    ],
)
def test_the_time_that_squeue_says(said, seconds):
    assert seconds_left({"SLURM_JOB_ID": "5"}, lambda job: said) == seconds


def test_squeue_is_asked_for_the_task_not_for_its_array():
    asked = []
    task = {"SLURM_JOB_ID": "5", "SLURM_ARRAY_JOB_ID": "5", "SLURM_ARRAY_TASK_ID": "8"}
    seconds_left(task, lambda job: asked.append(job) or "")
    assert asked == ["5_8"]


def test_the_end_that_slurm_says_goes_before():
    end = {"SLURM_JOB_ID": "5", "SLURM_JOB_END_TIME": str(int(time.time()) + 1000)}
    assert 990 < seconds_left(end, lambda job: "1:00") <= 1000
    assert seconds_left({"SLURM_JOB_END_TIME": "1"}) == 0
    assert 490 < seconds_left({"MBLTN_JOB_END": str(int(time.time()) + 500)}) <= 500


def test_outside_of_a_job_nothing_is_known(monkeypatch):
    assert seconds_left({}, lambda job: pytest.fail("asked")) == math.inf
    assert seconds_left({"SLURM_JOB_ID": "$(x)"}, lambda job: pytest.fail("asked")) == math.inf
    monkeypatch.setenv("PATH", "")
    assert seconds_left({"SLURM_JOB_ID": "5"}) == math.inf
