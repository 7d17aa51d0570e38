"""Exact diagonalisation beside mean-field theory (paper D, Fig 2).

The numbers come from the specification's comparison table, computed there by an independent
implementation (5 l-bits, J_1 = 1.2, `rms` grain, middle quarter; errors 0.006).
"""

import numpy as np
import pandas as pd
import pytest

from mbltn.study import parse_study, run_study
from mbltn.theory.central_grain import bare_couplings, solve
from mbltn.validation import compare

LOG2 = np.log(2)
ALPHAS = [0.35, 0.45, 0.55, 0.65, 2**-0.5]
EXACT = [0.098, 0.270, 0.527, 0.742, 0.824]
MEAN_FIELD = [0.103, 0.280, 0.520, 0.736, 0.824]
TABLE_ERROR = 0.006

STUDY = {
    "name": "small_failed_avalanche",
    "seed": 1,
    "observables": ["gap_ratio", "entropy_lbits", "memory_lbits"],
    "model": {"kind": "CentralGrain", "n_grain": 3, "first_coupling": 1.2},
    "ensemble": [
        {"grid": {"n_lbits": [5], "alpha": ALPHAS}, "realizations": 60, "states": "middle_quarter"},
        {
            "grid": {"n_lbits": [4, 6], "alpha": [0.45, 0.65]},
            "realizations": 40,
            "states": "middle_quarter",
        },
    ],
    "theory": {"kind": "central_grain", "fit_n_lbits": 5, "fit_alpha": 0.45},
}


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    study = parse_study(STUDY)
    outcome = run_study(study, folder)
    assert outcome.computed == outcome.total == 5 * 60 + 4 * 40
    return compare(pd.read_csv(folder / "table.csv"), study)


def test_exact_entropies_are_the_tabulated_ones(comparison):
    rows = comparison.rows[comparison.rows["n_lbits"] == 5]
    sigma = np.hypot(rows["error"], TABLE_ERROR)
    assert (abs(rows["exact"] - EXACT) < 3.5 * sigma).all()


def test_mean_field_curve_is_the_tabulated_one():
    found = [solve(bare_couplings(0.246, a, 5)).mean_entropies[-1] / LOG2 for a in ALPHAS]
    np.testing.assert_allclose(found, MEAN_FIELD, atol=0.0015)


def test_one_fit_describes_all_sizes_below_the_threshold(comparison):
    below = comparison.rows[comparison.rows["alpha"] < 0.7]
    assert len(below) == 8
    allowed = np.maximum(0.03, 0.2 * below["exact"])
    assert (abs(below["exact"] - below["theory"]) <= allowed).all()
    assert comparison.agrees
    assert comparison.first_coupling == pytest.approx(0.246, abs=0.02)


def test_memory_agrees_within_three_hundredths(comparison):
    rows = comparison.rows[comparison.rows["n_lbits"] == 5]
    assert (abs(rows["memory_exact"] - rows["memory_theory"]) < 0.03).all()


def test_a_wrong_coupling_is_seen(comparison):
    """The comparison can fail: exact numbers of J_1 = 0.9 do not follow the fitted curves."""
    study = parse_study(STUDY)
    table = pd.DataFrame(
        {
            "n_lbits": [5, 5],
            "alpha": [0.45, 0.65],
            "observable": "entropy_lbits",
            "index": [5, 5],
            "mean": [0.270 * LOG2, 0.5 * LOG2],
            "error": 0.006,
            "dimension": 256,
            "solver": "dense",
            "n_realizations": 100,
        }
    )
    wrong = compare(table, study)
    assert list(wrong.rows["verdict"]) == ["fit", "deviates"]
    assert not wrong.agrees
