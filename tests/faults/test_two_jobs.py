"""Jobs that begin on one new folder at the same instant: one works, the others are refused."""

import re
from collections import Counter
from pathlib import Path

import pytest
from mpirun import MBLTN, finish, mpirun, needs_mpi, run, start

from mbltn.study import Store

STUDY = Path(__file__).parent.with_name("study") / "restart.toml"


def command(folder):
    return [*MBLTN, "run", STUDY, "--out", folder, "--progress", "none"]


def begin_together(folder, launches):
    """Exit codes; every job is refused in words, or finds and computes what is left."""
    ended = [finish(job) for job in [start(launch) for launch in launches]]
    computed = 0
    for job in ended:
        assert "Traceback" not in job.stderr
        if job.returncode:
            assert job.returncode == 2
            assert re.search(r"another job \(process .*\) is writing into .* --out", job.stderr)
        else:
            said = re.search(r"24 realizations: (\d+) found, (\d+) computed, 0 failed", job.stderr)
            assert int(said[1]) + int(said[2]) == 24
            computed += int(said[2])
    assert computed == 24  # nothing twice
    assert len(Store(folder).done()) == 24
    assert not list((folder / "records").iterdir())
    return sorted(job.returncode for job in ended)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("right") / "out"
    assert run(command(folder)).returncode == 0
    return (folder / "table.csv").read_bytes()


def three_jobs(folder):
    launches = [command(folder), command(folder), mpirun(2, *command(folder))]
    return tuple(begin_together(folder, launches))


@needs_mpi
def test_three_jobs_at_once(table, tmp_path):
    three_jobs(tmp_path / "out")
    assert (tmp_path / "out" / "table.csv").read_bytes() == table


@needs_mpi
@pytest.mark.faults
def test_twenty_times_three_jobs_at_once(table, tmp_path):
    seen = Counter()
    for trial in range(20):
        folder = tmp_path / f"trial-{trial}"
        seen[three_jobs(folder)] += 1
        assert (folder / "table.csv").read_bytes() == table
    print(f"three jobs at once: exit codes {dict(seen)}")
    assert sum(codes.count(2) * number for codes, number in seen.items()) >= 10  # they did meet
