"""Growth of a bubble (C section II): tabulated values, brute force, limits.

Rows are those of the theory notes on avalanches.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st

from mbltn.errors import InvalidInput
from mbltn.theory import bubble

growing = st.tuples(
    st.floats(0.05, 3),  # xi
    st.integers(2, 4),  # d
    st.floats(0.05, 5),  # A
    st.floats(0.2, 1.5),  # stretch
)


def direct_ratio(R, xi, d, A, N, V, rho, w, stretch=1.0):
    """C eq 4 as it is written."""
    delta_b = w * N * 2.0**-N
    return V * np.sqrt(rho / delta_b) * np.exp(A * R**d / 2) * np.exp(-((R / xi) ** stretch))


def test_row_11():
    assert bubble.weakest_radius(0.5, 2, 0.5) == pytest.approx(4.0, rel=1e-12)
    assert bubble.weakest_radius(0.2, 3, 1.0) == pytest.approx(1.825741858351, rel=1e-12)


def test_row_16():
    log_tau = bubble.log_thermalisation_time(0.5, 0.3)
    assert log_tau == pytest.approx(6.640233845473, rel=1e-11)
    assert 10**10 ** bubble.log10_log10_thermalisation_time(0.5, 0.3) == pytest.approx(
        np.exp(6.640233845473), rel=1e-10
    )
    assert bubble.log_thermalisation_time(0.02, 1.0) == np.inf
    assert np.isfinite(bubble.log10_log10_thermalisation_time(0.02, 1.0))


@given(growing, st.floats(0, 4), st.integers(1, 30), st.floats(0.1, 3), st.floats(0.01, 2))
def test_the_ratio_as_it_is_written(parameters, R, N, V, rho):
    xi, d, A, stretch = parameters
    start = bubble.log_start(N, V, rho, 2.6)
    found = bubble.log_ratio(R, xi, d, A, start, stretch)
    expected = np.log(direct_ratio(np.longdouble(R), xi, d, A, N, V, rho, 2.6, stretch))
    assert found == pytest.approx(float(expected), rel=1e-10, abs=1e-10)


def test_no_overflow():
    assert bubble.log_ratio(1e4, 1.0, 3, 1.0) == pytest.approx(0.5e12, rel=1e-7)


huge = st.floats(-200, 200).map(lambda exponent: 10.0**exponent)
within = {"rel": 1e-9, "abs": 1e-9}


@pytest.mark.filterwarnings("error")
@given(huge, huge, huge, st.integers(1, 4), st.floats(0.2, 1))
def test_very_large_and_very_small_numbers(R, xi, A, d, stretch):
    """Beside numbers of wider range: 1e4932."""
    assume(d - stretch > 0.1 or d == stretch)
    r, x, a, b = map(np.longdouble, (R, xi, A, stretch))
    grown, decayed = a * r**d / 2, (r / x) ** b
    found = bubble.log_ratio(R, xi, d, A, 0.0, stretch)
    with np.errstate(over="ignore"):
        expected = float(grown - decayed)
    if abs(grown / decayed - 1) > 1e-6:
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)
    lowest = bubble.weakest_radius(xi, d, A, stretch)
    smallest = bubble.log_weakest_ratio(xi, d, A, 0.0, stretch)
    order = bubble.critical_size(xi, d, A, stretch=stretch, method="order")
    if d == stretch:
        assert (lowest, smallest) == ((0.0, 0.0) if a >= 2 / x**d else (np.inf, -np.inf))
    else:
        with np.errstate(over="ignore", under="ignore"):
            assert lowest == pytest.approx(
                float((2 * b / (d * a * x**b)) ** (1 / (d - b))), **within
            )
            at_lowest = ((2 * b / (d * a * x**d)) ** (1 / (d - b))) ** b
            assert smallest == pytest.approx(float((b / d - 1) * at_lowest), **within)
            assert order == pytest.approx(float(x ** (-b * d / (d - b))), **within)
    assert bubble.log_start(R, xi, A, xi) == pytest.approx(
        float((np.log(x * a / r) + r * np.log(np.longdouble(2))) / 2), **within
    )
    log_tau = bubble.log_thermalisation_time(xi, A)
    exponent = a / x**2
    assert log_tau == (np.inf if exponent > 800 else pytest.approx(float(np.exp(exponent) / x)))
    assert bubble.log10_log10_thermalisation_time(xi, A) == pytest.approx(
        float((exponent - np.log(x)) / np.log(np.longdouble(10)) - np.log10(np.log(10))), **within
    )


@given(growing, st.floats(-3, 3))
def test_the_minimum_by_brute_force(parameters, start):
    xi, d, A, stretch = parameters
    lowest = bubble.weakest_radius(xi, d, A, stretch)
    R = lowest * np.concatenate([np.linspace(0, 3, 1501), 1 + np.array([-1e-3, 1e-3])])
    values = bubble.log_ratio(R, xi, d, A, start, stretch)
    smallest = bubble.log_weakest_ratio(xi, d, A, start, stretch)
    scale = (lowest / xi) ** stretch
    assert smallest <= values.min() + 1e-9 * (1 + scale)
    assert values.min() == pytest.approx(smallest, abs=1e-4 * scale + 1e-9)
    at_minimum = bubble.log_ratio(lowest, xi, d, A, start, stretch)
    assert at_minimum == pytest.approx(smallest, rel=1e-9, abs=1e-9 * scale)


@given(growing, st.floats(1.01, 2.0))
def test_longer_couplings_and_more_neighbours_help(parameters, factor):
    xi, d, A, stretch = parameters
    here = bubble.log_weakest_ratio(xi, d, A, 0.0, stretch)
    assert bubble.log_weakest_ratio(factor * xi, d, A, 0.0, stretch) > here
    assert bubble.log_weakest_ratio(xi, d, factor * A, 0.0, stretch) > here
    here = bubble.critical_size(xi, d, A, stretch=stretch)
    assert bubble.critical_size(factor * xi, d, A, stretch=stretch) <= here
    assert bubble.critical_size(xi, d, A, V=factor, stretch=stretch) <= here


@given(growing, st.floats(0.1, 3), st.floats(0.01, 2), st.floats(0.3, 3))
def test_the_critical_size_by_counting(parameters, V, rho, w):
    xi, d, A, stretch = parameters
    smallest = bubble.log_weakest_ratio(xi, d, A, 0.0, stretch)
    N = np.arange(1, 3000)
    passes = np.log(V) + 0.5 * (np.log(rho / (w * N)) + N * np.log(2)) + smallest >= 0
    found = bubble.critical_size(xi, d, A, V, rho, w, stretch)
    if passes.any():
        assert found == N[np.argmax(passes)]
        assert isinstance(found, int)
    else:
        assert found >= 3000


@pytest.mark.parametrize(("d", "stretch"), [(2, 1.0), (3, 1.0), (2, 0.5)])
def test_the_order_of_magnitude_is_the_limit_of_short_lengths(d, stretch):
    """N* / order tends to (2/log 2)(1 - b/d) (2b/(d A))^(b/(d-b)), up to its logarithm."""
    A = 0.7
    power = stretch / (d - stretch)
    constant = 2 / np.log(2) * (1 - stretch / d) * (2 * stretch / (d * A)) ** power
    # so short that N* is a million
    xi = (1e6 / constant) ** (-(d - stretch) / (stretch * d))
    exact = bubble.critical_size(xi, d, A, stretch=stretch)
    order = bubble.critical_size(xi, d, A, stretch=stretch, method="order")
    assert order == pytest.approx(1e6 / constant, rel=1e-9)
    assert exact / order == pytest.approx(constant, rel=1e-4)


def test_one_dimension_is_monotonic():
    """C section II: xi_c = 2/A_1 whatever the bubble."""
    A = np.log(2)
    xi_c = bubble.critical_xi(1, A)
    assert xi_c == pytest.approx(2 / np.log(2), rel=1e-15)
    R = np.linspace(0, 50, 101)
    for xi, sign in ((0.9 * xi_c, -1), (1.1 * xi_c, 1)):
        assert np.all(sign * np.diff(bubble.log_ratio(R, xi, 1, A)) > 0)
    assert bubble.weakest_radius([0.9 * xi_c, 1.1 * xi_c], 1, A).tolist() == [np.inf, 0.0]
    weakest = bubble.log_weakest_ratio([0.9 * xi_c, 1.1 * xi_c], 1, A, 0.3)
    assert weakest.tolist() == [-np.inf, 0.3]
    assert bubble.critical_size(0.9 * xi_c, 1, A) == np.inf
    assert bubble.critical_size(1.1 * xi_c, 1, A, V=0.01) < 20
    orders = [bubble.critical_size(f * xi_c, 1, A, method="order") for f in (0.9, 1.1)]
    assert orders == [np.inf, 1.0]
    # in d = 2 couplings exp[-(R/xi)^2] are as marginal
    marginal = bubble.critical_xi(2, 0.5, stretch=2.0)
    flat = bubble.log_ratio(R, marginal, 2, 0.5, stretch=2.0)
    assert flat == pytest.approx(np.zeros_like(R), abs=1e-9)
    assert bubble.critical_xi(2, 0.5) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bubble.log_ratio(-1.0, 1.0, 2, 0.5), "R=-1.0 must be a number >= 0"),
        (lambda: bubble.weakest_radius(0.0, 2, 0.5), "xi=0 must be a number > 0"),
        (lambda: bubble.weakest_radius(1.0, 2.5, 0.5), "d=2.5 must be an integer"),
        (lambda: bubble.weakest_radius(1.0, 2, 0.5, stretch=2.5), "stop every bubble"),
        (lambda: bubble.weakest_radius(1.0, 1, 0.5, stretch=0.0), r"stretch=0.0 must lie"),
        (lambda: bubble.critical_size(1.0, 2, 0.5, method="x"), "method='x' is not known"),
        (lambda: bubble.critical_size([1.0, 2.0], 2, 0.5), r"xi has shape \(2,\)"),
        (lambda: bubble.log_ratio(np.inf, 1.0, 2, 0.5), "R=inf must be a finite number"),
        (lambda: bubble.log_ratio(0.0, 1.0, 2, np.inf), "A=inf must be a finite number"),
        (lambda: bubble.weakest_radius(1.0, 2, 0.5, stretch=[0.5, 1]), r"stretch has shape \(2,\)"),
        (lambda: bubble.log_ratio([1, 2], [1, 2, 3], 2, 0.5), r"R \(2,\), xi \(3,\), A \(\)"),
        (lambda: bubble.log_weakest_ratio([1, 2], 2, 0.5, [1, 2, 3]), r"start \(3,\)"),
        (lambda: bubble.log_start(np.inf), "N=inf must be a finite number"),
        (lambda: bubble.log_start(0), "N=0 must be"),
        (lambda: bubble.log_thermalisation_time(0.5, np.nan), "A=nan"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
