"""Parts of a study: disjoint, together the whole, each a share of every point."""

from collections import Counter
from pathlib import Path

import pytest
from mpirun import MBLTN, mpirun, needs_mpi, run

from mbltn.errors import InvalidInput, StudyError
from mbltn.study import Part, Store, load_study, plan, run_study

TINY = Path(__file__).with_name("tiny.toml")


@pytest.fixture(scope="module")
def tasks():
    return plan(load_study(TINY))


@pytest.mark.parametrize("of", [1, 2, 3, 5, 14])
def test_parts_are_disjoint_and_together_the_whole(tasks, of):
    parts = [Part(number, of).of_tasks(tasks) for number in range(1, of + 1)]
    counted = Counter(task.id for part in parts for task in part)
    assert counted == dict.fromkeys((task.id for task in tasks), 1)
    assert {len(part) for part in parts} <= {14 // of, -(-14 // of)}


def test_every_part_has_its_share_of_every_point(tasks):
    for number in (1, 2, 3):
        shares = Counter(str(task.parameters) for task in Part(number, 3).of_tasks(tasks))
        points = Counter(str(task.parameters) for task in tasks)
        assert all(abs(shares[point] - count / 3) < 1 for point, count in points.items())


def test_a_part_is_the_same_on_every_machine(tasks):
    again = plan(load_study(TINY, ["resources.shared_from=16"]))
    assert [task.id for task in Part(2, 3).of_tasks(again)] == [
        task.id for task in Part(2, 3).of_tasks(tasks)
    ]


def test_more_parts_than_tasks_are_refused(tasks):
    with pytest.raises(StudyError, match="15 parts of a study with 14 tasks"):
        Part(1, 15).of_tasks(tasks)


@pytest.mark.parametrize("text", ["3", "a/3", "1/", "/2", "1/2/3", "-1/2", "1 /2", "array/", ""])
def test_a_part_that_cannot_be_read(text):
    with pytest.raises(InvalidInput, match="must read I/N"):
        Part.read(text)


@pytest.mark.parametrize("text", ["0/3", "4/3", "1/0"])
def test_a_part_that_is_none(text):
    with pytest.raises(InvalidInput, match="parts count from 1"):
        Part.read(text)


def test_the_number_of_a_task_is_that_of_the_array(monkeypatch):
    for name in ("SLURM_ARRAY_TASK_ID", "PBS_ARRAY_INDEX", "PBS_ARRAYID"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(InvalidInput, match="this is none"):
        Part.read("array/4")
    monkeypatch.setenv("PBS_ARRAY_INDEX", "3")
    assert Part.read("array/4") == Part(3, 4)
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "5")
    with pytest.raises(InvalidInput, match="part 5 of 4"):
        Part.read("array/4")


def test_the_records_of_parts_are_those_of_the_whole(tmp_path):
    study = load_study(TINY)
    whole = run_study(study, tmp_path / "whole")
    parts = [run_study(study, tmp_path / str(i), part=Part(i, 2)) for i in (1, 2)]
    assert [part.computed for part in parts] == [7, 7]
    assert whole.computed == 14
    expected = {record.id: record for record in Store(tmp_path / "whole").records()}
    for number in (1, 2):
        for record in Store(tmp_path / str(number)).records():
            other = expected.pop(record.id)
            assert record.arrays["energies"] == pytest.approx(other.arrays["energies"], abs=1e-12)
    assert not expected


@needs_mpi
def test_a_part_goes_to_a_folder_of_its_own(tmp_path):
    """Rank 0 knows the array; the others need not."""
    out = tmp_path / "out"
    command = [*MBLTN, "run", TINY, "--out", out, "--progress", "none", "--part", "array/2"]
    first = ["env", "SLURM_ARRAY_TASK_ID=2", *command]
    job = run([*mpirun(1, *first), ":", "-n", "1", *map(str, command)])
    assert job.returncode == 0, job.stderr
    assert "part 2 of 2" in job.stderr and job.stdout == ""
    assert len(Store(out / "part-2-of-2").done()) == 7
    assert [path.name for path in out.iterdir()] == ["part-2-of-2"]


def test_a_plan_is_of_the_whole(tmp_path):
    job = run([*MBLTN, "run", TINY, "--plan", "--part", "1/2"])
    assert job.returncode == 2
    assert "leave out --part" in job.stderr
