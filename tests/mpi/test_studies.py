"""The same study on 1, 2, 3 and 4 ranks: the same records."""

import pandas as pd
import pytest
from mpi.worker import HAS_SLEPC, STUDY
from study.exact import check_record

from mbltn.study import Store, load_study, plan

LARGE = "slepc" if HAS_SLEPC else "shift_invert"


@pytest.fixture(params=["all_ranks", "pairs"])
def folder(job, request):
    """Large problems on all ranks together, or on groups of two."""
    return job.folder / request.param


@pytest.fixture(scope="module")
def tasks():
    study = load_study(STUDY, [f"ensemble.1.solver={LARGE}"])
    return {task.id: task for task in plan(study)}


def test_all_is_computed_and_every_rank_knows(job):
    for result in job.results:
        for study in ("study", "study_by_pairs"):
            assert result[study] == {"computed": 10, "failures": ()}


def test_records_hold_what_numpy_finds(folder, tasks):
    records = list(Store(folder).records())
    assert [record.id for record in records] == sorted(tasks)
    for record in records:
        check_record(record)


def test_disorder_does_not_depend_on_ranks(folder, tasks):
    for record in Store(folder).records():
        task = tasks[record.id]
        here = task.model.draw(task.seed, task.realization)
        assert record.facts["sample_digest"] == here.digest()


def test_records_say_how_many_ranks_worked_on_them(job, folder):
    group = job.ranks if folder.name == "all_ranks" or job.ranks == 3 else min(2, job.ranks)
    for record in Store(folder).records():
        large = record.facts["dimension"] == 64
        assert record.facts["ranks"] == (group if large and HAS_SLEPC else 1)
        assert record.facts["solver"] == (LARGE if large else "dense")


def test_the_table_is_written_once_and_whole(folder):
    rows = pd.read_csv(folder / "table.csv")
    assert len(rows) == (1 + 4 * 2) + (1 + 4 * 3) + 2 * (1 + 4 * 4)
    assert not rows.duplicated(["n_lbits", "alpha", "observable", "index"]).any()
    assert not list(folder.rglob("*.part"))
