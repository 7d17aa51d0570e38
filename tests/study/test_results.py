"""What `mbltn.load` gives: every state of every realization, as it was stored."""

import numpy as np
import pytest

import mbltn
from mbltn.errors import InvalidInput, StudyError


def test_states_are_not_averaged(finished, records):
    states = mbltn.load(finished).states("entropy_lbits")
    assert len(states) == sum(r.arrays["entropy_lbits"].size for r in records)
    for record in records:
        parameters, task = record.task["parameters"], record.task
        rows = states[
            (states["alpha"] == parameters["alpha"])
            & (states["n_lbits"] == parameters["n_lbits"])
            & (states["realization"] == task["realization"])
        ]
        wide = rows.pivot(index="state", columns="index", values="value")
        np.testing.assert_array_equal(wide.to_numpy(), record.arrays["entropy_lbits"])
        assert list(wide.index) == list(range(1, len(record.arrays["energies"]) + 1))
        assert set(rows["E"]) == set(record.arrays["energies"])


def test_tables_of_a_folder(finished):
    results = mbltn.load(finished)
    assert len(results) == 14
    for name, given in (("table", results.table()), ("realizations", results.realizations())):
        assert given.to_csv(index=False) == (finished / f"{name}.csv").read_text()


def test_what_load_refuses(finished, tmp_path):
    results = mbltn.load(finished)
    with pytest.raises(InvalidInput, match=r"gap_ratio has shape \(\d,\) for \d states"):
        results.states("gap_ratio")
    with pytest.raises(InvalidInput, match="'entropy' is not in the records"):
        results.states("entropy")
    with pytest.raises(StudyError, match="is not a results folder"):
        mbltn.load(tmp_path)


def test_xarray_has_every_state_and_no_more(finished, records):
    pytest.importorskip("xarray", reason="xarray is optional and not installed")
    data = mbltn.load(finished).to_xarray()
    assert dict(data.sizes) == {"record": 14, "state": 8, "lbit": 4, "gap_ratio_0": 6}
    for record in records:
        row = data.set_index(record="id").sel(record=record.id)
        k, n = record.arrays["entropy_lbits"].shape
        assert (int(row.n_states), int(row.n_lbits)) == (k, n)
        np.testing.assert_array_equal(row.entropy_lbits[:k, :n], record.arrays["entropy_lbits"])
        np.testing.assert_array_equal(row.energies[:k], record.arrays["energies"])
        assert int(row.entropy_lbits.notnull().sum()) == k * n
    means = data.where(data.n_lbits == 3, drop=True).entropy_lbits.sel(lbit=3).mean("state")
    table = mbltn.load(finished).table().query("n_lbits == 3 and observable == 'entropy_lbits'")
    for alpha, mean in means.groupby("alpha"):
        row = table[(table["alpha"] == alpha) & (table["index"] == 3)]
        assert row["mean"].item() == pytest.approx(float(mean.mean()), rel=1e-12)
