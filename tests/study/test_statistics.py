"""Records against numpy on the oracle's matrix, and the table against sums done by hand."""

import numpy as np
import pandas as pd
import pytest
from study.exact import check_record

from mbltn.study import per_realization, plan, run_study, table

POINT = {"n_lbits": 3, "alpha": 0.6}


def end_entropies(records):
    """Mean end-l-bit entropy of every realization at one point, straight from the arrays."""
    chosen = [r for r in records if all(r.task["parameters"][key] == POINT[key] for key in POINT)]
    assert sorted(record.task["realization"] for record in chosen) == [0, 1, 2]
    return np.array([record.arrays["entropy_lbits"][:, -1].mean() for record in chosen])


def row_of(result, **where):
    for key, value in where.items():
        result = result[result[key] == value]
    assert len(result) == 1
    return result.iloc[0]


def test_records_hold_what_numpy_finds(records):
    assert len(records) == 14
    for record in records:
        check_record(record)


def test_every_record_says_where_it_comes_from(tiny, records):
    tasks = {task.id: task for task in plan(tiny())}
    for record in records:
        assert record.task == tasks[record.id].content()
        assert record.facts["solver"] == "dense"
        assert record.facts["complete"] == "certified"
        assert record.facts["dimension"] == tasks[record.id].dimension
        assert record.facts["orthonormality"] < 1e-12
        assert {"version_mbltn", "version_numpy", "seconds"} <= set(record.facts)


def test_mean_and_error_are_over_realizations(records):
    means = end_entropies(records)
    row = row_of(table(per_realization(records)), observable="entropy_lbits", index=3, **POINT)
    assert row["mean"] == pytest.approx(means.sum() / 3, abs=1e-14)
    spread = ((means - means.sum() / 3) ** 2).sum() / (3 - 1)
    assert row["error"] == pytest.approx((spread / 3) ** 0.5, abs=1e-14)
    assert (row["n_realizations"], row["n_states"]) == (3, 3 * 8)


def test_a_scalar_observable_has_index_zero(records):
    ratios = [record.arrays["gap_ratio"].mean() for record in records if record.task["states"] == 8]
    row = row_of(table(per_realization(records)), observable="gap_ratio", n_lbits=4)
    assert row["index"] == 0
    assert row["mean"] == pytest.approx(np.mean(ratios), abs=1e-14)


def test_each_component_has_one_row(records):
    rows = per_realization(records)
    rows = rows[rows["observable"] == "sigma_z_lbits"]
    assert sorted(rows[rows["n_lbits"] == 3]["index"].unique()) == [1, 2, 3]
    assert len(rows) == 6 * 2 + 6 * 3 + 2 * 4


def test_one_realization_has_no_error(records):
    first = [record for record in records if record.task["realization"] == 0]
    result = table(per_realization(first))
    assert len(result) == 2 * (1 + 3 * 2) + 2 * (1 + 3 * 3) + (1 + 3 * 4)
    assert result["mean"].notna().all()
    assert result["error"].isna().all()


def test_files_hold_the_same_tables(finished, records):
    rows = per_realization(records)
    for name, frame in (("realizations", rows), ("table", table(rows))):
        stored = pd.read_csv(finished / f"{name}.csv")
        assert list(stored.columns) == list(frame.columns)
        numbers = frame.select_dtypes("number").columns
        assert {"alpha", "n_states"} < set(numbers)
        np.testing.assert_allclose(stored[numbers], frame[numbers], rtol=1e-12, atol=1e-15)


def test_different_energies_are_not_averaged_together(tiny, tmp_path):
    # Ensembles that differ by their energy alone.
    ensembles = [
        f"{{grid={{n_lbits=[2], alpha=[0.4]}}, realizations=2, states=4, energy={energy}}}"
        for energy in (-1.0, 1.0)
    ]
    study = tiny(f"ensemble=[{', '.join(ensembles)}]", 'observables=["sigma_z_lbits"]')
    run_study(study, tmp_path / "out")
    result = pd.read_csv(tmp_path / "out" / "table.csv")
    assert sorted(result["energy"]) == [-1, -1, 1, 1]
    assert set(result["n_realizations"]) == {2}
