"""Files of records that are cut off or spoilt at random: whole records or none."""

from collections import Counter

import numpy as np
import pytest
from study.stored import same

from mbltn.study import Record, Store, load_study, run_study
from mbltn.study.journal import Journal
from mbltn.study.pack import image_of

BIT, ZEROS, CUT, MOVED = "one bit", "up to 4 kB of zeros", "cut off", "a piece twice"


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """A results folder in which a pack and a journal are, with seven realizations each."""
    from faults.small_disk import TINY

    whole = tmp_path_factory.mktemp("whole")
    run_study(load_study(TINY), whole)
    return whole, list(Store(whole).records())


@pytest.fixture
def folder(right, tmp_path):
    whole, records = right
    study = (whole / "study.json").read_bytes()
    (tmp_path / "study.json").write_bytes(study)
    (tmp_path / "records.h5").write_bytes(image_of(records[::2], study.decode()))
    write_journal(tmp_path, records[1::2])
    return tmp_path


def write_journal(folder, records):
    journal = Journal(folder / "records")
    for record in records:
        journal.append(record)
    journal.close()
    return journal.path


def spoil(image, how, rng):
    place, length = int(rng.integers(len(image))), int(rng.integers(1, 4096))
    if how == BIT:
        image[place] ^= 1 << int(rng.integers(8))
    elif how == ZEROS:
        image[place : place + length] = bytes(len(image[place : place + length]))
    elif how == CUT:
        del image[place:]
    else:  # as a file system may leave it after a power cut
        image[place : place + length] = image[:length]


def found_in(folder, records):
    """How many are still there; each is as it was, and none twice."""
    right = {record.id: record for record in records}
    found = list(Store(folder).records())
    assert len({record.id for record in found}) == len(found)
    assert all(same(record, right[record.id]) for record in found)
    return len(found)


def sweep(folder, records, trials, seed=1):
    rng = np.random.default_rng(seed)
    files = {"journal": next(folder.rglob("*.journal")), "records.h5": folder / "records.h5"}
    whole = {name: path.read_bytes() for name, path in files.items()}
    kept = Counter()
    for trial in range(trials):
        name, how = list(files)[trial % 2], (BIT, ZEROS, CUT, MOVED)[trial // 2 % 4]
        image = bytearray(whole[name])
        spoil(image, how, rng)
        files[name].write_bytes(image)
        kept[name, how] += found_in(folder, records) - len(records) // 2
        files[name].write_bytes(whole[name])
    return kept


def test_what_is_spoilt_is_left_out(folder, right):
    _, records = right
    kept = sweep(folder, records, trials=80)
    assert min(kept.values()) >= 0  # the other file is whole
    assert kept["journal", BIT] >= 6 * 10


@pytest.mark.faults
def test_a_thousand_spoilt_files(folder, right):
    _, records = right
    kept = sweep(folder, records, trials=1000)
    for (name, how), number in sorted(kept.items()):
        print(f"{name}, {how}: 125 times, {number} of {7 * 125} records still read, none wrong")
    assert kept["journal", BIT] >= 6 * 125


@pytest.mark.parametrize("name", ["sample/fields", "energies", "residuals"])
@pytest.mark.parametrize("where", ["journal", "pack"])
def test_a_record_that_is_no_number_is_computed_anew(right, tmp_path, caplog, name, where):
    """With a checksum that fits: nothing of the kind was ever solved."""
    whole, (first, *rest) = right
    arrays = {key: values.copy() for key, values in first.arrays.items()}
    arrays[name][0] = np.nan
    bad = Record(first.task, first.id, arrays, first.facts)
    study = (whole / "study.json").read_text()
    (tmp_path / "study.json").write_text(study)
    packed = rest if where == "journal" else [bad, *rest]
    (tmp_path / "records.h5").write_bytes(image_of(packed, study))
    if where == "journal":
        write_journal(tmp_path, [bad])
    assert Store(tmp_path).done() == {record.id for record in (first, *rest)}
    assert [record.id for record in Store(tmp_path).records()] == [record.id for record in rest]
    assert "run the study again" in caplog.text
    outcome = run_study(Store(whole).study(), tmp_path)
    assert (outcome.found, outcome.computed) == (13, 1)
    assert "damaged, to be computed anew" in caplog.text
    assert (tmp_path / "table.csv").read_bytes() == (whole / "table.csv").read_bytes()
