"""What a check accepts is what chance and the stated band allow, and no more."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mbltn.validation.cases import Check, Claim
from mbltn.validation.cases.check import LEAST_PROBABILITY, SIGMAS


def test_a_number_within_its_errors_and_band():
    assert Check("q", 1.039, 1.0, error=0.01).passed
    assert not Check("q", 1.041, 1.0, error=0.01).passed
    assert Check("q", 1.09, 1.0, error=0.01, band=0.06).passed
    assert not Check("q", 0.89, 1.0, error=0.01, band=0.06).passed
    assert Check("q", 0.5, 0.5).passed and not Check("q", 0.5, 0.5 + 1e-12).passed


@given(st.floats(-2, 2), st.floats(0, 0.5), st.floats(0, 0.5), st.sampled_from(["above", "below"]))
def test_a_relation_and_its_opposite_exclude_each_other(exact, error, band, side):
    def passed(relation):
        return Check("q", exact, 0.0, error, band, relation).passed

    assert passed("agrees") != passed("differs")
    assert passed("differs") or not passed(side)
    assert passed("above") + passed("below") == passed("differs")


def test_one_point_outside_fails_a_curve():
    x, theory = np.arange(4.0), np.ones(4)
    assert Check("q(x)", [1, 1.02, 0.98, 1], theory, 0.01, x=x).passed
    assert not Check("q(x)", [1, 1.05, 0.98, 1], theory, 0.01, x=x).passed
    differs = Check("q(x)", [1.3, 1.2, 1.05, 1.3], theory, 0.01, relation="differs")
    assert differs.passed and differs.row()["exact"] == 1.05
    assert not Check("q(x)", [1.3, 1.2, 1.03, 1.3], theory, 0.01, relation="differs").passed


def test_independent_points_are_judged_together():
    """Each within 2 errors, which 30 of them are by chance about once in 10^17."""
    exact, theory = np.full(30, 1.02), np.ones(30)
    assert Check("q(x)", exact, theory, 0.01).passed
    together = Check("q(x)", exact, theory, 0.01, independent=True)
    assert together.chi_squared == pytest.approx(120) and not together.passed
    assert Check("q(x)", exact, theory, 0.01, band=0.02, independent=True).passed


def test_chance_fails_as_seldom_as_is_said():
    rng = np.random.default_rng(3)
    trials, points = 20000, 12
    noise = rng.normal(size=(trials, points))
    checks = [Check("q", row, 0.0, 1.0, independent=True) for row in noise[:2000]]
    failed = sum(not check.passed for check in checks)
    assert failed <= 8  # 2000 (12 P(|z| > 4) + 6e-5) = 1.6 expected
    beyond = (abs(noise) > SIGMAS).mean()
    assert beyond == pytest.approx(6.3e-5, abs=5e-5) and LEAST_PROBABILITY == 6e-5


def test_the_worst_point_is_named():
    check = Check("q(x)", [1.0, 1.3, 0.9], 1.0, [0.1, 0.1, 0.01], x=[1, 2, 3])
    assert check.row()["exact"] == 0.9 and check.deviation == pytest.approx(-10)
    assert np.isnan(Check("q", 1.0, 1.0, band=0.1).deviation)


def test_a_row_of_a_check_without_band_and_error():
    assert Check("q", [4.0, 5.0], [3.0, 5.0], relation="above").row()["exact"] == 5.0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"exact": np.nan}, "exact=.nan. is not a finite point or curve"),
        ({"error": -0.1}, "must not be negative"),
        ({"x": [1, 2]}, "2 abscissae for 1 values"),
        ({"exact": [[1.0]]}, "is not a finite point"),
    ],
)
def test_what_is_no_number_is_no_check(arguments, reason):
    with pytest.raises(ValueError, match=reason):
        Check("q", **{"exact": 1.0, "theory": 1.0, **arguments})


def test_a_claim_has_cases_or_a_reason():
    with pytest.raises(ValueError, match="name cases, or the reason"):
        Claim("D", "Fig 1", "a number")
    with pytest.raises(ValueError, match="name cases, or the reason"):
        Claim("D", "Fig 1", "a number", ("D-admixtures",), "cannot be")
