"""Folders of one study brought together: nothing twice, nothing mixed, nothing contradictory."""

import shutil

import numpy as np
import pytest
from study.stored import same

import mbltn
from mbltn.errors import StudyError
from mbltn.study import Record, Store, collect, pack as packs, plan, run_study


@pytest.fixture
def parts(tiny, tmp_path):
    """Two clusters that share three realizations, with different numbers of states."""
    grids = {
        "a": "{grid={n_lbits=[2], alpha=[0.4]}, realizations=3, states='middle_quarter'}",
        "b": "{grid={n_lbits=[2, 3], alpha=[0.4]}, realizations=5, states='middle_quarter'}",
    }
    for name, grid in grids.items():
        run_study(tiny(f"ensemble=[{grid}]", "theory.fit_n_lbits=2"), tmp_path / name)
    return tmp_path / "a", tmp_path / "b"


def test_collected_folders_are_one_study(parts, tmp_path):
    found = collect(tmp_path / "out", parts)
    assert (found.total, found.added, found.repeated) == (10, 10, 3)
    out = mbltn.load(tmp_path / "out")
    theirs = {r.id: r for part in reversed(parts) for r in Store(part).records()}
    assert all(same(theirs[record.id], record) for record in out.records())
    assert (tmp_path / "out" / "table.csv").read_bytes() == (parts[1] / "table.csv").read_bytes()
    assert len(plan(out.study)) == 10
    assert collect(tmp_path / "out", parts[:1]).added == 0
    assert run_study(out.study, tmp_path / "out").found == 10


def test_clusters_share_a_seed_without_a_sample_twice(tiny, tmp_path):
    """As realizations 0 to 5 of one run, but that 6 of another cluster leaves a gap."""

    def run(name, first, number):
        grid = (
            f"{{grid={{n_lbits=[2], alpha=[0.4]}}, first_realization={first}, "
            f"realizations={number}, states='middle_quarter'}}"
        )
        study = tiny(f"ensemble=[{grid}]", "theory.fit_n_lbits=2")
        run_study(study, tmp_path / name)
        return tmp_path / name

    whole, middle, start = run("whole", 0, 6), run("middle", 2, 4), run("start", 0, 2)
    found = collect(tmp_path / "out", [middle, start])
    assert (found.total, found.repeated) == (6, 0)
    (united,) = mbltn.load(tmp_path / "out").study.ensemble
    assert united.numbers == range(6)
    assert (tmp_path / "out" / "table.csv").read_bytes() == (whole / "table.csv").read_bytes()
    apart = collect(tmp_path / "apart", [run("far", 7, 1), whole])
    assert apart.total == 7
    ranges = [ensemble.numbers for ensemble in mbltn.load(tmp_path / "apart").study.ensemble]
    assert ranges == [range(6), range(7, 8)]


def test_journals_of_killed_jobs_are_collected(tiny, records, tmp_path):
    store = Store(tmp_path / "killed")
    store.claim(tiny())
    for record in records[:6]:
        store.write(record)
    store.release()
    assert collect(tmp_path / "out", [tmp_path / "killed"]).added == 6


def rewrite(folder, change):
    """The same folder with `change` made to its first record, checksums and all."""
    store = Store(folder)
    first, *rest = store.records()
    arrays = {name: values.copy() for name, values in first.arrays.items()}
    facts = dict(first.facts)
    change(arrays, facts)
    changed = Record(first.task, first.id, arrays, facts)
    text = (folder / "study.json").read_text()
    (folder / "records.h5").write_bytes(packs.image_of([changed, *rest], text))
    return first.id


def listing(folder):
    return sorted(str(path) for path in folder.rglob("*") if path.name != "lock")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda a, _: a["energies"].__iadd__(1e-3), r"energies, by up to 0.001"),
        (lambda a, _: a["entropy_lbits"].__setitem__((0, 0), 0.0), r"entropy_lbits, by up to 0\."),
        (lambda a, _: a["entropy_lbits"].__setitem__((0, 0), np.nan), "entropy_lbits, by up to"),
        (lambda a, f: f.update(sample_digest="0" * 64), "the disorder"),
        (lambda a, _: a.update(energies=a["energies"][:-1]), r"the number of states .*\(3,\)"),
        (lambda a, _: a.pop("gap_ratio"), "which arrays there are .gap_ratio"),
    ],
)
def test_different_numbers_for_one_realization_are_refused(parts, tmp_path, change, reason):
    other = shutil.copytree(parts[0], tmp_path / "other")
    name = rewrite(other, change)
    collect(tmp_path / "out", parts[:1])
    before = listing(tmp_path / "out")
    message = rf"out and .*other differ in realization \d of .*alpha=0.4.*\({name}\): {reason}"
    with pytest.raises(StudyError, match=message):
        collect(tmp_path / "out", [other])
    assert listing(tmp_path / "out") == before
    assert len(mbltn.load(tmp_path / "out")) == 3


def test_rounding_of_another_computer_is_no_difference(parts, tmp_path):
    other = shutil.copytree(parts[0], tmp_path / "other")

    def rounded(arrays, facts):
        arrays["energies"] *= 1 + 1e-14
        arrays["residuals"] *= 3
        facts.update(seconds=77.0, version_numpy="9.9")

    rewrite(other, rounded)
    assert collect(tmp_path / "out", [parts[0], other]).repeated == 3


@pytest.mark.parametrize(("doublets", "agree"), [(1, True), (0, False)])
def test_states_of_a_doublet_may_be_any_two(parts, tmp_path, doublets, agree):
    other = shutil.copytree(parts[0], tmp_path / "other")

    def turned(arrays, facts):
        arrays["entropy_lbits"][0] = 0.5
        facts["doublets"] = doublets

    rewrite(other, turned)
    if agree:
        assert collect(tmp_path / "out", [parts[0], other]).total == 3
    else:
        with pytest.raises(StudyError, match="entropy_lbits"):
            collect(tmp_path / "out", [parts[0], other])


def test_other_studies_are_not_mixed(tiny, parts, tmp_path):
    run_study(tiny("seed=6", "ensemble.0.realizations=1"), tmp_path / "other")
    with pytest.raises(StudyError, match=r"other holds another study than .*a: its seed is 6, not"):
        collect(tmp_path / "out", [*parts, tmp_path / "other"])
    assert not (tmp_path / "out").exists()
    with pytest.raises(StudyError, match="is not a results folder"):
        collect(tmp_path / "out", [tmp_path])
    with pytest.raises(StudyError, match="keeps what it has"):
        collect(parts[0], parts)
