"""Width of an l-bit's line over the level spacing (C eqs 6, 7): tabulated and exact values.

Rows are those of the theory notes on avalanches, whose exact numbers are averages over few samples
of fields in [0.5, 1.5]; averages here are Gauss-Legendre products over the same fields.
"""

from __future__ import annotations

import tracemalloc
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad

from mbltn.errors import InvalidInput
from mbltn.models.geometry import relative_couplings
from mbltn.theory import golden_rule

# geometry, xi, N: exact, golden rule and paper values for M = 2, 3, ...
TABLE = {
    ("exp1d", 2.0, 6): ([7.7, 5.5, 3.6, 2.6], [7.4, 5.3, 3.8, 2.8], [6.2, 4.0, 2.6, 2.0]),
    ("exp1d", 2.885, 6): ([10.5, 10.3, 9.3, 9.2], [10.0, 9.9, 9.5, 9.4], [8.4, 7.4, 6.5, 5.9]),
    ("exp1d", 4.0, 6): (
        [12.6, 15.2, 17.1, 20.4],
        [12.2, 14.5, 16.8, 20.7],
        [10.2, 10.8, 11.7, 12.7],
    ),
    ("stretch1d", 1.0, 6): ([2.7, 2.3, 2.3, 2.6], [2.7, 2.3, 2.4, 2.8], [2.3, 2.0, 2.0, 2.0]),
    ("exp1d", 0.4, 6): ([2.0] * 4, [2.0] * 4, [2.0] * 4),
    ("exp1d", 0.4, 8): ([2.0, 2.0], [2.0, 2.0], [2.0, 2.0]),
    ("exp1d", 1.0, 8): ([6.5, 2.0], [6.3, 2.0], [5.7, 2.0]),
    ("exp1d", 2.885, 8): ([24.4, 23.6], [23.1, 23.1], [21.0, 18.9]),
    ("exp1d", 4.0, 8): ([29.7, 35.6], [28.1, 33.7], [25.5, 27.8]),
}
FIRST = {6: 9.8, 8: 23.6}  # measured gamma_1/delta_b
cases = pytest.mark.parametrize(("key", "numbers"), TABLE.items(), ids=str)
geometries = st.sampled_from(golden_rule.GEOMETRIES)


def averaged(geometry, M, xi, N, **options):
    """Mean of gamma_M/delta_E over fields in [0.5, 1.5]."""
    nodes, weights = np.polynomial.legendre.leggauss(4)
    fields = np.array(list(product(1 + nodes / 2, repeat=M)))
    weight = np.array([np.prod(row) for row in product(weights / 2, repeat=M)])
    coupling = relative_couplings(geometry, M, xi)[-1]
    return weight @ golden_rule.golden_rule_ratio(fields, coupling, N, **options)


def direct_density(e, fields, R):
    """The sum over signs, term by term."""
    total = 0.0
    for signs in product((1, -1), repeat=len(fields)):
        shifted = e - float(np.dot(signs, fields)) if len(fields) else e
        total += 2 / (np.pi * R**2) * np.sqrt(max(R**2 - shifted**2, 0.0))
    return total / 2 ** len(fields)


def test_row_14():
    rows = [
        ({"M": 4, "xi": 3.0, "first": 4.7, "geometry": "exp1d"}, 3.700804836143),
        ({"M": 6, "xi": 0.6, "first": 20.0, "geometry": "stretch1d"}, 2.0),
        ({"M": 6, "xi": 2.0, "first": 4.7, "geometry": "layers2d"}, 12.525800983869),
    ]
    for arguments, expected in rows:
        assert golden_rule.paper_ratio(N=8, **arguments) == pytest.approx(expected, rel=1e-11)


def test_row_15():
    found = golden_rule.golden_rule_ratio([0.8, 1.1], 0.7, 6, w=2.6)
    assert found == pytest.approx(9.857047139404, rel=1e-9)


@cases
def test_the_columns_of_the_table(key, numbers):
    """The golden rule's column is a mean over few samples, with an error of some per cent."""
    geometry, xi, N = key
    _, rule, paper = numbers
    M = np.arange(2, 2 + len(rule))
    found = [averaged(geometry, m, xi, N) for m in M]
    assert found == pytest.approx(rule, rel=0.025, abs=0.06)
    found = golden_rule.paper_ratio(M, xi, FIRST[N], N, geometry)
    # digits of the column, and those of the measured first ratio in it
    assert np.all(abs(found - paper) < 0.05 + found * 0.05 / FIRST[N])


@cases
def test_how_far_theory_is_from_exact_numbers(key, numbers):
    geometry, xi, N = key
    exact = np.array(numbers[0])
    M = np.arange(2, 2 + len(exact))
    rule = np.array([averaged(geometry, m, xi, N) for m in M])
    assert np.all(abs(rule / exact - 1) < 0.08)
    paper = golden_rule.paper_ratio(M, xi, FIRST[N], N, geometry)
    assert np.all(abs(paper / exact - 1) < {6: 0.40, 8: 0.25}[N])
    # the corrected factor is what the difference is about
    assert np.sum(abs(rule / exact - 1)) <= np.sum(abs(paper / exact - 1)) + 1e-12


def test_the_first_lbit_and_lines_that_are_not_resolved():
    # measured: 9.8 +- 0.2 and 23.6; 10.2 and 23.4 by the same rule
    assert averaged("exp1d", 1, 2.0, 6) == pytest.approx(10.2, abs=0.06)
    assert averaged("exp1d", 1, 2.0, 8) == pytest.approx(23.4, rel=0.01)
    raw = [averaged("exp1d", M, 0.4, 6, floor=0.0) for M in (2, 5)]
    assert raw[0] == pytest.approx(0.14, abs=0.01) and raw[1] < 0.005
    raw = [averaged("exp1d", M, 0.4, 8, floor=0.0) for M in (2, 3)]
    assert raw == pytest.approx([0.31, 0.004], rel=0.1)
    final = averaged("exp1d", 1, 2.0, 6, at="final")
    assert final / averaged("exp1d", 1, 2.0, 6) == pytest.approx(1.03, abs=0.005)


def test_the_mean_over_sampled_fields():
    rng = np.random.default_rng(5)
    fields = rng.uniform(0.5, 1.5, (4000, 4))
    sampled = golden_rule.golden_rule_ratio(fields, relative_couplings("exp1d", 4, 4.0)[-1], 6)
    error = sampled.std() / np.sqrt(len(sampled))
    assert averaged("exp1d", 4, 4.0, 6) == pytest.approx(sampled.mean(), abs=4 * error)


def test_couplings_that_underflow_and_levels_that_overflow():
    """gamma/delta_E = 4 pi V^2 2^(N + M) p p', here with V^2 2^(N + M) = 1/4."""
    fields = np.random.default_rng(2).uniform(0.5, 1.5, 1030)
    bath = golden_rule.density_of_states(2 * fields[-1], fields[:-1], 10.4)
    joint = golden_rule.density_of_states(0.0, fields, 10.4)
    couplings = np.array([2.0**-520, 0.0, 1.0])
    found, *edges = golden_rule.golden_rule_ratio(fields, couplings, 8, floor=0.0)
    assert edges == [0.0, np.inf]
    assert found == pytest.approx(np.pi * bath * joint, rel=1e-12)
    # a Gaussian of variance R^2/4 + M 13/12, at 2 eps and at 0
    variance = 10.4**2 / 4 + np.sum(fields**2)
    assert found == pytest.approx(0.5 / variance, rel=5e-3)
    # no level of the bath can take the energy, whatever the coupling
    assert golden_rule.golden_rule_ratio([9.0], 1e200, 6, floor=0.0) == 0.0


# -- density of levels -----------------------------------------------------------------------------


@given(
    st.lists(st.floats(-2, 2), max_size=5),
    st.floats(-8, 8),
    st.floats(0.3, 5),
)
def test_the_density_term_by_term(fields, e, R):
    found = golden_rule.density_of_states(e, np.array(fields), R)
    # at the edge of a semicircle rounding enters with its square root
    assert found == pytest.approx(direct_density(e, fields, R), rel=1e-11, abs=1e-6 / R)


@pytest.mark.parametrize("fields", [[], [0.8], [0.5, 1.4, 1.1]])
def test_the_density_is_normalised(fields):
    """Also its second moment: R^2/4 + sum eps^2."""
    R = 2.1
    ends = sorted(
        float(np.dot(signs, fields)) + edge if fields else edge
        for signs in product((1, -1), repeat=len(fields))
        for edge in (-R, R)
    )

    def moment(power):
        parts = list(pairwise(ends))
        return sum(
            quad(lambda e: e**power * golden_rule.density_of_states(e, fields, R), a, b)[0]
            for a, b in parts
        )

    assert moment(0) == pytest.approx(1.0, abs=1e-7)
    assert moment(2) == pytest.approx(R**2 / 4 + np.sum(np.square(fields)), rel=1e-6)


@pytest.mark.parametrize("k", [0, 3, 8, 13])
def test_the_sum_and_the_series(k):
    rng = np.random.default_rng(k)
    fields = rng.uniform(0.5, 1.5, (4, k))
    e = np.array([0.0, 1.3, -4.0, 30.0])
    by_sum = golden_rule.density_of_states(e, fields, 7.8, method="sum")
    by_series = golden_rule.density_of_states(e, fields, 7.8, method="fourier")
    assert by_series == pytest.approx(by_sum, abs=1e-7)
    chosen = golden_rule.density_of_states(e, fields, 7.8)
    assert np.array_equal(chosen, by_series if k > 12 else by_sum)


@pytest.mark.parametrize("radius", [2.1, 7.8])
def test_how_far_the_series_is_off_as_documented(radius):
    """4e-7/R at any energy, edges of the outermost semicircle included, in a random sample."""
    fields = np.random.default_rng(0).uniform(0.5, 1.5, 13)
    e = np.append(np.linspace(-40, 40, 161), radius * np.array([1, -1]) + fields.sum())
    by_sum, by_series = (
        golden_rule.density_of_states(e, fields, radius, method=method)
        for method in ("sum", "fourier")
    )
    assert by_series == pytest.approx(by_sum, rel=0, abs=4e-7 / radius)


def test_a_long_sum_is_short_of_memory():
    """8000 energies of 12 l-bits are 33 million terms, 260 MB at once."""
    fields = np.random.default_rng(1).uniform(0.5, 1.5, 12)
    e = np.linspace(-3, 3, 8000)
    tracemalloc.start()
    found = golden_rule.density_of_states(e, fields, 2.0, method="sum")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    for i in (0, 255, 256, 7999):
        assert found[i] == pytest.approx(direct_density(e[i], fields, 2.0), rel=1e-11)


def test_shapes_of_energies_and_fields_broadcast():
    fields, e = np.random.default_rng(6).uniform(0.5, 1.5, (3, 1, 2)), np.array([0.0, 0.4, 1.1, 9])
    found = golden_rule.density_of_states(e, fields, 2.0)
    assert found.shape == (3, 4)
    for i in range(3):
        for j in range(4):
            assert found[i, j] == pytest.approx(direct_density(e[j], fields[i, 0], 2.0), rel=1e-11)
    assert golden_rule.density_of_states([], [0.5], 2.0).shape == (0,)


def test_many_lbits_make_a_gaussian():
    """Central limit: variance R^2/4 + k eps^2, with the first Edgeworth correction."""
    fields, R = np.linspace(0.5, 1.5, 40), 3.0
    variance = R**2 / 4 + np.sum(fields**2)
    fourth = R**4 / 8 - 3 * (R**2 / 4) ** 2 - 2 * np.sum(fields**4)
    gaussian = (1 + fourth / (8 * variance**2)) / np.sqrt(2 * np.pi * variance)
    found = golden_rule.density_of_states(0.0, fields, R)
    assert found == pytest.approx(gaussian, rel=2e-3)


# -- geometry --------------------------------------------------------------------------------------


@given(geometries, st.floats(0.1, 10), st.integers(1, 60))
def test_couplings_are_those_of_the_models(geometry, xi, n):
    found = np.exp(golden_rule.ln_coupling(geometry, np.arange(1, n + 1), xi))
    assert found == pytest.approx(relative_couplings(geometry, n, xi), rel=1e-12, abs=0)


@given(geometries, st.floats(0.2, 10), st.integers(1, 12), st.floats(1.01, 3.0), st.floats(2, 50))
def test_longer_couplings_widen_lines(geometry, xi, M, factor, first):
    rule = [
        golden_rule.golden_rule_ratio(
            np.full(M, 1.1), np.exp(golden_rule.ln_coupling(geometry, M, x)), 6
        )
        for x in (xi, factor * xi)
    ]
    paper = golden_rule.paper_ratio(M, [xi, factor * xi], first, 6, geometry)
    for pair in (rule, paper):
        assert 2 <= pair[0] <= pair[1]
    if M == 1:
        assert paper[0] == pytest.approx(first)


@given(st.floats(0.1, 3), st.sampled_from(["stretch1d", "stretch1d_alt"]))
def test_the_weakest_lbit_by_brute_force(xi, geometry):
    root = np.linspace(0, 25, 25001)  # of r = M - 1
    decay = 2 * root / xi if geometry == "stretch1d" else 2 * np.sqrt(root**2 / xi)
    lowest = root[np.argmin(root**2 * np.log(2) - decay)]
    found = golden_rule.weakest_lbit(xi, geometry)
    assert np.sqrt(found - 1) == pytest.approx(lowest, abs=1e-3)


def test_what_the_printed_factor_does_to_the_transition():
    """C eq 6 grows from M to M + 1 where log 2 - 2/xi > ln[(N + M)/(N + M - 1)], not at xi_c."""
    M = np.arange(1, 200)
    at_critical = golden_rule.paper_ratio(M, golden_rule.critical_xi("exp1d"), 1e3, 8)
    assert at_critical == pytest.approx(1e3 * 8 / (8 + M - 1), rel=1e-10)
    grows_from = 2 / (np.log(2) - np.log(9 / 8))
    for xi, sign in ((0.99 * grows_from, -1), (1.01 * grows_from, 1)):
        assert np.sign(np.diff(golden_rule.paper_ratio([1, 2], xi, 1e3, 8))) == sign
    assert grows_from == pytest.approx(3.477, abs=1e-3)
    assert [golden_rule.critical_xi(name) for name in golden_rule.GEOMETRIES[1:]] == [0, 0, 0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: golden_rule.paper_ratio(0, 1.0, 2.0, 8), "M=0"),
        (lambda: golden_rule.paper_ratio(1.5, 1.0, 2.0, 8), "counted from 1"),
        (lambda: golden_rule.paper_ratio(1, 1.0, 2.0, 8, "ring"), "geometry='ring'"),
        (lambda: golden_rule.paper_ratio(1, 1.0, 2.0, 8.5), "N=8.5 must be an integer"),
        (lambda: golden_rule.golden_rule_ratio(1.0, 1.0, 6), "one field for each l-bit"),
        (lambda: golden_rule.golden_rule_ratio([], 1.0, 6), "M >= 1"),
        (lambda: golden_rule.golden_rule_ratio([1.0], 1.0, 6, at="x"), "at='x'"),
        (lambda: golden_rule.golden_rule_ratio([1.0], -1.0, 6), "coupling=-1.0"),
        (lambda: golden_rule.golden_rule_ratio([1.0], np.inf, 6), "coupling=inf"),
        (
            lambda: golden_rule.golden_rule_ratio(np.ones((3, 2)), [1.0, 2.0], 6),
            r"coupling \(2,\), fields\[..., 0\] \(3,\)",
        ),
        (
            lambda: golden_rule.density_of_states([0, 1], np.ones((3, 2)), 2.0),
            r"energy \(2,\), fields\[..., 0\] \(3,\)",
        ),
        (lambda: golden_rule.density_of_states(0.0, np.ones(21), 2.0, "sum"), "use 'fourier'"),
        (lambda: golden_rule.density_of_states(0.0, 1.0, 2.0), "axis of l-bits"),
        (lambda: golden_rule.density_of_states(0.0, [np.nan], 2.0), "fields=nan"),
        (lambda: golden_rule.density_of_states(0.0, [1.0], 0.0), "radius=0"),
        (lambda: golden_rule.weakest_lbit(1.0, "exp1d"), "geometry='exp1d'"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
