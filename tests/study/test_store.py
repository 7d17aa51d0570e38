"""The results folder: nothing is lost, nothing is doubled, nobody else's folder is touched."""

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from mpirun import run
from study.stored import same

from mbltn.errors import FolderBusy, StudyError
from mbltn.study import Record, Store, plan, run_study

STAGES = ("single", "packed")

# A disk that is full after so many bytes a file, as the kernel reports it.
FULL_DISK = """
import resource, sys
from mbltn.study import load_study, run_study
study = load_study(sys.argv[1])
limit = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
run_study(study, sys.argv[2])
"""


@pytest.fixture
def folder(finished, tmp_path):
    """A finished folder of one's own."""
    return shutil.copytree(finished, tmp_path / "tiny")


@pytest.fixture
def store(tiny, tmp_path):
    """A claimed, empty store."""
    store = Store(tmp_path / "store")
    store.claim(tiny())
    yield store
    store.release()


def listing(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def some_record(tiny, rng, number=0):
    task = plan(tiny())[number]
    arrays = {
        "energies": np.sort(rng.normal(size=8)),
        "residuals": rng.normal(size=8) ** 2,
        "gap_ratio": np.empty(0),
        "entropy_lbits": rng.uniform(size=(8, 3)),
        "sample/grain": rng.normal(size=(4, 4)),
        "sample/coupled_spins": np.array([1, 2, 1]),
    }
    facts = {"solver": "dense", "seconds": 0.25, "dimension": 32, "orthonormality": 1e-15}
    return Record(task.content(), task.id, arrays, facts)


@pytest.mark.parametrize("stage", STAGES)
def test_a_record_comes_back_as_it_was(tiny, store, rng, stage):
    record = some_record(tiny, rng)
    store.write(record)
    if stage == "packed":
        store.pack()
        assert not list(store.running.glob("*.h5"))
    assert store.done() == {record.id}
    (stored,) = store.records()
    assert same(record, stored)


def test_packing_again_and_adding_later_loses_nothing(tiny, store, rng):
    given = {}
    for number in range(4):
        record = some_record(tiny, rng, number)
        given[record.id] = record
        store.write(record)
        store.pack()
        store.pack()
    stored = {record.id: record for record in store.records()}
    assert stored.keys() == given.keys() == store.done()
    for name in given:
        assert same(given[name], stored[name])


def test_killed_between_packing_and_removing_nothing_is_doubled(tiny, store, rng):
    records = [some_record(tiny, rng, number) for number in range(3)]
    for record in records:
        store.write(record)
    copies = shutil.copytree(store.running, store.folder / "copies")
    store.pack()
    for copy in copies.iterdir():
        shutil.move(copy, store.running)
    assert [record.id for record in store.records()] == sorted(r.id for r in records)
    store.pack()
    assert [record.id for record in store.records()] == sorted(r.id for r in records)
    assert not list(store.running.iterdir())


def test_half_written_files_are_ignored_and_removed(tiny, folder):
    half = folder / "records" / "0123456789abcdef0123.part"
    half.write_bytes(b"\x89HDF half a record")
    (folder / "records.part").write_bytes(b"\x89HDF half a pack")
    before = Store(folder).done()
    assert len(before) == 14
    outcome = run_study(tiny(), folder)
    assert (outcome.found, outcome.computed) == (14, 0)
    assert Store(folder).done() == before
    assert not half.exists()


def test_a_damaged_record_is_set_aside_and_only_it_is_computed_again(tiny, tmp_path, caplog):
    """A power cut can leave one; it is never taken for a result."""
    store = Store(tmp_path / "out")
    run_study(tiny("ensemble.0.realizations=1"), store.folder)
    whole = tmp_path / "whole"
    run_study(tiny(), whole)
    lost = min(Store(whole).done() - store.done())
    (store.running / f"{lost}.h5").write_bytes((whole / "records.h5").read_bytes()[:700])
    outcome = run_study(tiny(), store.folder)
    assert (outcome.found, outcome.computed) == (6, 8)
    assert "damaged" in caplog.text
    assert (store.running / f"{lost}.damaged").exists()
    assert (store.folder / "table.csv").read_bytes() == (whole / "table.csv").read_bytes()


def test_a_smaller_study_does_not_forget_what_is_there(tiny, folder):
    before = (folder / "table.csv").read_bytes()
    outcome = run_study(tiny("ensemble.0.realizations=1"), folder)
    assert outcome.computed == 0
    assert (folder / "table.csv").read_bytes() == before


def test_large_grains_are_not_stored(tiny, tmp_path):
    study = tiny(
        "model.n_grain=7",
        "ensemble=[{grid={n_lbits=[1], alpha=[0.4]}, realizations=1, states=5}]",
        "theory.fit_n_lbits=1",
    )
    run_study(study, tmp_path / "out")
    (record,) = Store(tmp_path / "out").records()
    assert "sample/grain" not in record.arrays
    assert record.arrays["sample/fields"].shape == (1,)
    assert len(record.facts["sample_digest"]) == 64


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("seed=6", "seed"),
        ("name=other", "name"),
        ("model.first_coupling=1.3", "model"),
        ('observables=["gap_ratio"]', "observables"),
    ],
)
def test_another_study_is_refused(tiny, folder, override, key):
    before = (folder / "study.json").read_bytes()
    with pytest.raises(StudyError, match=f"holds another study: its {key} is"):
        run_study(tiny(override), folder)
    assert (folder / "study.json").read_bytes() == before


def test_a_refused_claim_leaves_the_folder_free(tiny, folder):
    """The lock of a study that was refused must not outlive the refusal."""
    with pytest.raises(StudyError):
        run_study(tiny("seed=6"), folder)
    assert run_study(tiny(), folder).found == 14


def test_a_folder_of_other_things_is_refused_and_left_alone(tiny, tmp_path):
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(StudyError, match=r"holds 'thesis.tex' but no study.json"):
        run_study(tiny(), tmp_path)
    assert listing(tmp_path) == {"thesis.tex"}


def test_a_path_below_a_file_is_refused(tiny, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match=r"cannot be used: .*Not a directory"):
        run_study(tiny(), tmp_path / "file" / "out")


def test_a_damaged_study_file_is_named(tiny, folder):
    (folder / "study.json").write_text('{"name": "ti')
    with pytest.raises(StudyError, match=r"study\.json is damaged"):
        run_study(tiny(), folder)


def test_a_job_killed_before_it_wrote_its_study_can_go_on(tiny, tmp_path):
    (tmp_path / "records").mkdir()
    (tmp_path / "lock").write_text("4711 on elsewhere\n")
    (tmp_path / "study.json.part").write_text('{"name"')
    assert run_study(tiny(), tmp_path).computed == 14


def test_growing_computes_only_the_new_realizations(tiny, folder, records):
    outcome = run_study(tiny("ensemble.0.realizations=5"), folder)
    assert (outcome.total, outcome.found, outcome.computed) == (22, 14, 8)
    kept = {record.id: record for record in Store(folder).records()}
    for record in records:
        assert same(record, kept[record.id])


def test_shrinking_keeps_the_records_and_narrows_the_table(tiny, folder, finished):
    outcome = run_study(tiny("ensemble.0.realizations=2"), folder)
    assert (outcome.total, outcome.found, outcome.computed) == (10, 10, 0)
    assert len(Store(folder).done()) == 14
    assert run_study(tiny(), folder).found == 14
    assert (folder / "table.csv").read_bytes() == (finished / "table.csv").read_bytes()


def test_the_lock_holds_off_a_second_store(tiny, store):
    with pytest.raises(FolderBusy, match=r"another job \(process \d+ on .*--out"):
        Store(store.folder).claim(tiny())
    store.release()
    second = Store(store.folder)
    second.claim(tiny())
    second.release()


@pytest.mark.parametrize(("limit", "kept"), [(500, 0), (4000, 1), (33_000, 14)])
def test_a_full_disk_is_reported_and_loses_nothing(tiny, finished, tmp_path, limit, kept):
    """500 bytes stop study.json, 4000 the second record, 33 000 the pack."""
    toml = Path(__file__).with_name("tiny.toml")
    job = run([sys.executable, "-c", FULL_DISK, toml, tmp_path / "out", limit])
    assert job.returncode != 0
    assert "StudyError" in job.stderr
    assert "File too large" in job.stderr
    assert run_study(tiny(), tmp_path / "out").found == kept
    assert (tmp_path / "out" / "table.csv").read_bytes() == (finished / "table.csv").read_bytes()
