"""Journals, packs and format 1: spoilt at every place, they give whole records or none."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
from mpirun import run
from study.stored import same

import mbltn
from mbltn.errors import StudyError
from mbltn.study import Record, Store, pack as packs, run_study
from mbltn.study.journal import Journal, JournalReader, decode, encode

TINY = Path(__file__).with_name("tiny.toml")
FORMAT_1 = Path(__file__).with_name("format_1")


@pytest.fixture(scope="module")
def records(finished):
    return {record.id: record for record in Store(finished).records()}


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "tiny")


def journal_of(records, folder):
    """A journal in `folder`, and where its pieces end."""
    journal, ends = Journal(folder), [0]
    for record in records:
        journal.append(record)
        ends.append(journal.path.stat().st_size)
    journal.close()
    return journal.path, ends


def readable(path):
    with JournalReader(path) as reader:
        return dict(reader.records())


# -- journals ----------------------------------------------------------------------------------


def test_arrays_of_any_kind_come_back(records):
    first = next(iter(records.values()))
    arrays = {
        "energies": np.array([-0.0, np.nan, np.inf, 5e-324]),
        "whole": np.array(3),
        "flags": np.array([True, False]),
        "psi": np.array([[1 + 2j], [np.pi]]),
        "none": np.empty((0, 3), np.float32),
        "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "sample/grain": np.eye(2),
    }
    given = Record(first.task, first.id, arrays, {"seconds": 0.1, "nothing": None})
    assert same(given, decode(encode(given)))


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_a_journal_that_is_cut_off_keeps_all_whole_records(records, tmp_path, cut):
    """kill -9, a full disk or a crash leave it with any length."""
    given = list(records.values())[:3]
    path, ends = journal_of(given, tmp_path)
    length = ends[-1] * cut // 100
    os.truncate(path, length)
    whole = [r for r, end in zip(given, ends[1:], strict=True) if end <= length]
    found = readable(path)
    assert found.keys() == {record.id for record in whole} == JournalReader(path).ids()
    assert all(same(record, found[record.id]) for record in whole)


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_byte_spoils_one_record_of_a_journal(records, tmp_path, seed):
    """In its values, its text, its length or its name: the others are as they were."""
    rng = np.random.default_rng(seed)
    given = list(records.values())[:4]
    path, ends = journal_of(given, tmp_path)
    spoilt = int(rng.integers(4))
    image = bytearray(path.read_bytes())
    place = ends[spoilt] + int(rng.integers(100 if seed % 2 else ends[spoilt + 1] - ends[spoilt]))
    image[place] ^= 1 << int(rng.integers(8))
    path.write_bytes(image)
    found = {name: record for name, record in readable(path).items() if record is not None}
    rest = [record for number, record in enumerate(given) if number != spoilt]
    assert found.keys() == {record.id for record in rest}
    assert all(same(record, found[record.id]) for record in rest)


def test_a_journal_is_read_while_it_grows(records, tmp_path):
    journal = Journal(tmp_path)
    first, second = list(records.values())[:2]
    journal.append(first)
    reader = JournalReader(journal.path)
    assert reader.ids() == {first.id}
    with journal.path.open("ab") as file:
        file.write(b"\x89mbltnR\nhalf of the second")
    assert reader.ids() == {first.id}
    journal.append(second)
    assert reader.ids() == {first.id, second.id}
    journal.close()


KILLED = """
import os, signal, sys
from mbltn.study import Store, load_study
store, other = Store(sys.argv[2]), Store(sys.argv[3])
store.claim(load_study(sys.argv[1]))
for number, record in enumerate(other.records()):
    store.write(record)
    if number == 4:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_written_before_kill_9_is_there(tiny, finished, records, tmp_path):
    job = run([sys.executable, "-c", KILLED, TINY, tmp_path / "out", finished])
    assert job.returncode == -signal.SIGKILL
    kept = list(Store(tmp_path / "out").records())
    assert [record.id for record in kept] == list(records)[:5]
    assert all(same(record, records[record.id]) for record in kept)
    assert run_study(tiny(), tmp_path / "out").found == 5
    assert (tmp_path / "out" / "table.csv").read_bytes() == (finished / "table.csv").read_bytes()
    assert not list((tmp_path / "out" / "records").iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small tmpfs")
def test_a_full_file_system_loses_nothing(tiny, finished, tmp_path):
    """48 kB hold study.json and journals, or records.h5, but not both at once."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", small])
    if mounted.returncode:
        pytest.skip("this container may not mount a tmpfs")
    try:
        with pytest.raises(StudyError, match=r"cannot be stored .*No space left"):
            run_study(tiny(), small)
        found = Store(small).done()
        assert found
        subprocess.run(["mount", "-o", "remount,size=1m", small], check=True)
        assert run_study(tiny(), small).found == len(found)
        assert (small / "table.csv").read_bytes() == (finished / "table.csv").read_bytes()
    finally:
        subprocess.run(["umount", small], check=True)


# -- packs -------------------------------------------------------------------------------------


def test_a_pack_is_read_without_this_package(folder, records):
    """By what its attribute `about` says, with h5py alone."""
    with h5py.File(folder / "records.h5") as file:
        assert file.attrs["format"] == 2
        assert b"record  (m,)" in file.attrs["about"]
        assert json.loads(file.attrs["study"])["name"] == "tiny"
        ids = [name.decode() for name in file["id"]]
        assert ids == sorted(records)
        group = file["arrays/entropy_lbits"]
        start = 0
        for number, shape in zip(group["record"], group["shape"], strict=True):
            stop = start + np.prod(shape)
            values = group["values"][start:stop].reshape(shape)
            record = records[ids[number]]
            np.testing.assert_array_equal(values, record.arrays["entropy_lbits"])
            assert json.loads(file["task"][number]) == record.task
            start = stop
        assert start == len(group["values"])


def test_arrays_of_several_types_and_ranks_under_one_name(tmp_path, records):
    given = []
    for record, values in zip(
        records.values(), (np.arange(3), np.ones((2, 2)), np.ones(3), np.array(1.0)), strict=False
    ):
        given.append(Record(record.task, record.id, {"x": values, "x/y": values}, {}))
    (tmp_path / "records.h5").write_bytes(packs.image_of(given, "{}"))
    with packs.open_pack(tmp_path / "records.h5") as pack:
        found = dict(pack.records())
    assert all(same(record, found[record.id]) for record in given)


@pytest.mark.parametrize("block", [1, 700, 2**23])
def test_blocks_do_not_matter(folder, records, monkeypatch, block):
    monkeypatch.setattr(packs, "_BLOCK_BYTES", block)
    found = list(Store(folder).records())
    assert [record.id for record in found] == list(records)
    assert all(same(record, records[record.id]) for record in found)


def test_many_records_make_several_files(tiny, records, tmp_path, monkeypatch):
    """Also killed between any two steps, nothing is lost or doubled."""
    monkeypatch.setattr("mbltn.study.store.PACK_BYTES", 3 * packs.RECORD_BYTES)
    store = Store(tmp_path)
    store.claim(tiny())
    given = list(records.values())
    for number in range(0, 14, 7):
        for record in given[number : number + 7]:
            store.write(record)
        before = shutil.copytree(tmp_path / "records", tmp_path / f"before{number}")
        open_one = tmp_path / "records.h5"
        old = shutil.copy(open_one, before) if open_one.exists() else None
        store.pack()
        files = sorted(path.name for path in tmp_path.glob("records*.h5"))
        # Killed after the new files were there and before the old ones were removed.
        for path in before.glob("*.journal"):
            shutil.copy(path, tmp_path / "records")
        if old is not None:
            shutil.copy(old, open_one)
        assert [r.id for r in store.records()] == sorted(r.id for r in given[: number + 7])
        assert store.done() == {r.id for r in given[: number + 7]}
        store.pack()
        assert sorted(path.name for path in tmp_path.glob("records*.h5")) >= files
        assert not list((tmp_path / "records").iterdir())
    assert len(files) > 3
    found = list(store.records())
    assert [r.id for r in found] == [r.id for r in given]
    assert all(same(record, records[record.id]) for record in found)
    sizes = []
    for path in tmp_path.glob("records*.h5"):
        with packs.open_pack(path) as pack:
            sizes.append(len(pack.ids()))
    assert sum(sizes) == 14
    store.release()


@pytest.mark.parametrize("share", [0.0, 0.1, 0.95])
def test_a_pack_that_is_cut_off_is_computed_anew(tiny, folder, finished, caplog, share):
    """Every array of it has a part of every record."""
    path = folder / "records.h5"
    os.truncate(path, int(path.stat().st_size * share))
    short = path.read_bytes()
    assert len(mbltn.load(folder)) == 0
    outcome = run_study(tiny(), folder)
    assert (outcome.found, outcome.computed) == (0, 14)
    assert "records.h5 is damaged" in caplog.text
    assert (folder / "records.damaged").read_bytes() == short
    assert (folder / "table.csv").read_bytes() == (finished / "table.csv").read_bytes()


@pytest.mark.parametrize("seed", range(40))
def test_no_wrong_byte_of_a_pack_makes_a_wrong_record(folder, records, seed):
    rng = np.random.default_rng(seed)
    path = folder / "records.h5"
    image = bytearray(path.read_bytes())
    image[int(rng.integers(len(image)))] ^= 1 << int(rng.integers(8))
    path.write_bytes(image)
    for record in Store(folder).records():
        assert same(record, records[record.id])


def test_one_wrong_number_costs_one_record(tiny, folder, finished, caplog):
    with h5py.File(folder / "records.h5", "r+") as file:
        lost = file["id"][3].decode()
        values, shape = (file[f"arrays/entropy_lbits/{part}"] for part in ("values", "shape"))
        first = int(np.prod(shape[:3], axis=1).sum())
        values[first] = np.nextafter(values[first], 1)
    outcome = run_study(tiny(), folder)
    assert (outcome.found, outcome.computed) == (13, 1)
    assert "what is in 1 place in records.damaged, to be computed anew" in caplog.text
    assert lost in Store(folder).done()
    assert (folder / "table.csv").read_bytes() == (finished / "table.csv").read_bytes()
    caplog.clear()
    assert run_study(tiny(), folder).found == 14
    assert not caplog.text


def test_a_later_format_is_refused(tiny, folder):
    with h5py.File(folder / "records.h5", "r+") as file:
        file.attrs["format"] = 3
    with pytest.raises(StudyError, match=r"is of format 3, .*update mbltn"):
        list(Store(folder).records())
    with pytest.raises(StudyError, match="update mbltn"):
        run_study(tiny(), folder)


def test_a_file_system_without_locks(tiny, folder, finished, monkeypatch, caplog):
    """Nothing is packed or removed then, so that two jobs do no harm to each other."""

    def no_locks(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("mbltn.study.store.fcntl.flock", no_locks)
    first, second = Store(folder), Store(folder)
    first.claim(tiny())
    second.claim(tiny())
    assert "has no locks (No locks available)" in caplog.text
    record = next(first.records())
    second.write(record)
    first.pack()
    assert len(list((folder / "records").glob("*.journal"))) == 1
    first.release()
    second.release()
    assert run_study(tiny("ensemble.0.realizations=4"), folder).computed == 4
    assert len(list((folder / "records").glob("*.journal"))) == 2
    assert len(mbltn.load(folder)) == 18


# -- format 1 ----------------------------------------------------------------------------------


def read_format_1():
    """Energies and entropies of the stored folder by h5py alone."""
    found = {}
    for path in (FORMAT_1 / "records.h5", *(FORMAT_1 / "records").glob("*.h5")):
        with h5py.File(path) as file:
            for name, group in file.items():
                found[name] = (
                    group["energies"][()],
                    group["sample/grain"][()],
                    group.attrs["task"],
                )
    return found


def check_format_1(records):
    known = read_format_1()
    kept = {record.id: record for record in records if record.id in known}
    assert kept.keys() == known.keys() and len(known) == 3
    for name, (energies, grain, task) in known.items():
        np.testing.assert_array_equal(kept[name].arrays["energies"], energies)
        np.testing.assert_array_equal(kept[name].arrays["sample/grain"], grain)
        assert kept[name].task == json.loads(task)


def test_format_1_is_read_as_it_is():
    before = sorted(FORMAT_1.rglob("*"))
    check_format_1(Store(FORMAT_1).records())
    assert len(mbltn.load(FORMAT_1)) == 3
    assert sorted(FORMAT_1.rglob("*")) == before


def test_format_1_is_continued_in_format_2(tiny, tmp_path):
    folder = shutil.copytree(FORMAT_1, tmp_path / "old")
    outcome = run_study(tiny(), folder)
    assert (outcome.found, outcome.computed) == (3, 11)
    check_format_1(Store(folder).records())
    with h5py.File(folder / "records.h5") as file:
        assert file.attrs["format"] == 2
        assert len(file["id"]) == 14
    assert not list((folder / "records").iterdir())


def test_a_damaged_pack_of_format_1_is_computed_anew(tiny, tmp_path):
    """It has no checksums, so none of it is taken for a result."""
    folder = shutil.copytree(FORMAT_1, tmp_path / "old")
    os.truncate(folder / "records.h5", 9000)
    assert run_study(tiny(), folder).found == 1
    assert (folder / "records.damaged").stat().st_size == 9000
