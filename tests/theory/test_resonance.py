"""One spin on a grain, against tabulated values, exact limits and independent routes.

Rows are those of section 7 of the theory notes ("reference values"); T-numbers are those of
docs/physics.md.
"""

from __future__ import annotations

from itertools import pairwise

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.integrate import quad
from scipy.linalg import eigvalsh_tridiagonal
from scipy.stats import kstest

from mbltn.errors import InvalidInput
from mbltn.theory import resonance as r

LOG2 = np.log(2)
couplings = st.floats(min_value=1e-16, max_value=1e6)


def integrate_over_log(function, low, high):
    """int function(x) dx with x = e^u, in pieces so that no peak is missed."""
    edges = np.linspace(np.log(low), np.log(high), 40)
    pieces = [
        quad(lambda u: function(np.exp(u)) * np.exp(u), a, b, epsrel=1e-12, epsabs=1e-16)[0]
        for a, b in pairwise(edges)
    ]
    return sum(pieces)


def density_by_level_curvatures(x):
    """The derivation's own form, p = (2/x^2) e^{-pi^3/(4x^2)} sqrt(pi/2) E_z sqrt(z^2 + ...)."""
    shift = mpmath.pi**3 / (2 * mpmath.mpf(x) ** 2)

    def integrand(z):
        return mpmath.sqrt(z**2 + shift) * mpmath.npdf(z)

    mean = 2 * mpmath.quad(integrand, [0, mpmath.sqrt(shift), 3, 12])
    return 2 / mpmath.mpf(x) ** 2 * mpmath.exp(-shift / 2) * mpmath.sqrt(mpmath.pi / 2) * mean


def test_density_row_1():
    expected = [0.00437571342066, 0.197638024864, 0.189592753840, 0.0876826311731, 0.0216952620266]
    assert r.p_x([1.0, 2.0, 3.0, 5.0, 10.0]) == pytest.approx(expected, rel=1e-10)


def test_cdf_row_2():
    expected = [0.0992745023, 0.5717193425, 0.7924795532]
    assert r.cdf_x([2.0, 5.0, 10.0]) == pytest.approx(expected, rel=0, abs=1e-7)


def test_two_level_weights_row_3():
    assert r.admixture([0.1, 2.0]) == pytest.approx([0.00970966215454, 0.378732187482], rel=1e-11)
    assert r.entropy([0.1, 2.0]) == pytest.approx([0.0546630983919, 0.663440058541], rel=1e-11)


def test_mean_entropy_row_4():
    expected = [0.0597226850, 0.3894323649, 0.6522537178, 0.6901609246]
    assert r.mean_entropy([0.01, 0.1, 0.5, 2.0]) == pytest.approx(expected, rel=0, abs=1e-9)


def test_mean_correlator_row_5():
    expected = np.array([0.9377136550, 0.5155283559, 0.0793478788, 0.0059578265])
    assert r.mean_correlator([0.01, 0.1, 0.5, 2.0]) == pytest.approx(expected, rel=0, abs=1e-9)
    assert r.mean_memory_loss([0.01, 0.1, 0.5, 2.0]) == pytest.approx(1 - expected, abs=1e-9)


@pytest.mark.parametrize("function", [r.eta, r.eta_exact])
def test_enhancement_row_6(function):
    g = [1e-6, 1e-3, 0.01, 0.1, 0.5, 2.0]
    expected = [
        9.682848839e-5,
        0.04116352052,
        0.2208630820,
        0.6106455625,
        0.6915584862,
        0.6931383060,
    ]
    assert function(g) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("x", [0.3, 1.0, 2.5, 7.0, 40.0, 1e3])
def test_bessel_form_equals_the_derivation(x):
    assert r.p_x(x) == pytest.approx(float(density_by_level_curvatures(x)), rel=1e-12)


def test_density_is_normalised_with_its_inverse_second_moment():
    rest = 2 / 1e7
    assert integrate_over_log(r.p_x, 0.2, 1e7) + rest == pytest.approx(1, abs=1e-12)
    second = integrate_over_log(lambda x: r.p_x(x) / x**2, 0.2, 1e7)
    assert second == pytest.approx(3 / np.pi**3, rel=1e-12)


def test_density_tails():
    x = np.array([1e3, 1e4])
    y = np.pi**3 / (8 * x**2)
    tail = 2 / x**2 * (1 + y * (np.log(2 / y) - 1 - np.euler_gamma))
    assert r.p_x(x) == pytest.approx(tail, rel=1e-8)
    x = np.array([0.1, 0.2])
    start = np.pi**2 / x**3 * np.exp(-(np.pi**3) / (4 * x**2)) * (1 + x**2 / np.pi**3)
    assert r.p_x(x) == pytest.approx(start, rel=1e-5, abs=0)
    assert r.p_x([0.0, 0.05, np.inf]) == pytest.approx(0)
    assert r.p_x(1e12) == pytest.approx(2e-24, rel=1e-12, abs=0)


def test_square_root_reading_of_the_printed_density_is_only_roughly_right():
    def printed(x):
        return r.p_x(x, form="sqrt_expansion")

    assert integrate_over_log(printed, 0.2, 1e6) == pytest.approx(1.020, abs=1e-3)
    x = np.linspace(2, 50, 200)
    assert np.abs(printed(x) / r.p_x(x) - 1).max() < 0.10
    assert printed([0.0, 0.05, np.inf]) == pytest.approx(0)


def test_cdf_integrates_the_density():
    for x in (0.7, 1.5, 4.0, 60.0):
        assert r.cdf_x(x) == pytest.approx(integrate_over_log(r.p_x, 0.1, x), abs=1e-13)
    assert r.cdf_x([0.0, 1e-200, np.inf]) == pytest.approx([0, 0, 1])
    assert r.cdf_x(1e6) == pytest.approx(1 - 2e-6, abs=1e-15)


def test_cdf_describes_random_matrix_levels():
    """First-order norms g_a of a spin on GOE levels, at energies unrelated to the levels."""
    rng = np.random.default_rng(20)
    dimension, norms = 150, []
    for _ in range(2500):
        # Dumitriu and Edelman's tridiagonal matrix has exactly the GOE levels
        off = np.sqrt(rng.chisquare(np.arange(dimension - 1, 0, -1)))
        levels = eigvalsh_tridiagonal(rng.normal(0, np.sqrt(2), dimension), off)
        energies = rng.uniform(-1, 1, (4, 1)) * 0.3 * np.sqrt(dimension)
        density = np.sqrt(4 * dimension - energies**2) / (2 * np.pi)
        elements = rng.normal(0, np.sqrt(np.pi / 2), (4, dimension)) / density
        norms.append(np.sqrt(np.sum((elements / (energies - levels)) ** 2, axis=1)))
    norms = np.sort(np.concatenate(norms))
    for x in (1.5, 2.0, 3.0, 5.0, 8.0, 10.0, 20.0, 100.0):
        measured = np.searchsorted(norms, x) / norms.size
        assert measured == pytest.approx(r.cdf_x(x), abs=0.015), x


def test_samples_follow_the_cdf():
    x = r.sample_x(np.random.default_rng(3), 40_000)
    assert kstest(x, r.cdf_x).pvalue > 1e-3
    assert r.sample_x(np.random.default_rng(3), (2, 5)).shape == (2, 5)
    assert isinstance(r.sample_x(np.random.default_rng(3)), float)


def test_entropy_over_coupling_squared_integrates_to_pi():
    """The origin of [S] = 2 pi g, without the printed factor log 2."""

    def integrand(u):
        g = mpmath.exp(u)
        q = (1 + 1 / mpmath.sqrt(1 + 4 * g**2)) / 2
        p = g**2 / (q * (1 + 4 * g**2))
        return -(p * mpmath.log(p) + q * mpmath.log(q)) / g

    with mpmath.workdps(40):
        total = mpmath.quad(integrand, np.linspace(-45, 45, 31).tolist())
        assert float(total) == pytest.approx(np.pi, rel=1e-12)
        for g in (1e-9, 0.03, 0.7, 40.0):
            expected = float(integrand(mpmath.log(g)) * g)
            assert r.entropy(g) == pytest.approx(expected, rel=1e-13)


def test_small_coupling_laws():
    g = 1e-12
    assert r.mean_entropy(g) == pytest.approx(2 * np.pi * g, rel=1e-9, abs=0)
    assert r.mean_memory_loss(g) == pytest.approx(2 * np.pi * g, rel=1e-9, abs=0)
    assert r.mean_entropy(1e-300) == pytest.approx(2 * np.pi * 1e-300, rel=1e-12, abs=0)
    for g in (1e-8, 1e-12, 1e-13, 1e-17, 1e-100):
        assert r.eta(g) == pytest.approx(-8 * g * (np.log(g) + 1.7117), rel=1e-5, abs=0)
    ratios = r.eta([0.01, 1e-6]) / (-8 * np.array([0.01, 1e-6]) * np.log([0.01, 1e-6]))
    assert ratios == pytest.approx([0.60, 0.88], abs=0.005)


def test_large_coupling_laws():
    g = 3e3
    assert r.mean_correlator(g) == pytest.approx(3 / (4 * np.pi**3 * g**2), rel=1e-6)
    g = 300.0
    assert LOG2 - r.mean_entropy(g) == pytest.approx(3 / (8 * np.pi**3 * g**2), rel=1e-4)
    g = 30.0
    assert LOG2 - r.eta_exact(g) == pytest.approx(9 / (64 * np.pi**6 * g**4), rel=1e-3)


def test_limits():
    assert r.eta([0.0, np.inf]).tolist() == [0, LOG2]
    assert r.eta_exact([0.0, np.inf]).tolist() == [0, LOG2]
    assert r.mean_entropy([0.0, np.inf]) == pytest.approx([0, LOG2], abs=1e-15)
    assert r.mean_correlator([0.0, np.inf]) == pytest.approx([1, 0], abs=0)
    assert r.mean_memory_loss([0.0, np.inf]) == pytest.approx([0, 1], abs=1e-15)
    assert r.entropy([0.0, np.inf]) == pytest.approx([0, LOG2])
    assert r.admixture([0.0, 1e-9, np.inf]) == pytest.approx([0, 1e-18, 0.5], rel=1e-14, abs=0)
    assert r.correlator([0.0, 1e300, np.inf]).tolist() == [1, 0, 0]


def test_enhancement_by_sampling_states():
    """D's own average: two independent states, matrix element widths from their admixtures."""
    rng = np.random.default_rng(8)
    first, second = r.sample_x(rng, (2, 400_000))
    for g in (0.01, 0.1, 0.5):
        p, p2 = (1 - 1 / np.sqrt(1 + 4 * (g * np.stack([first, second])) ** 2)) / 2
        widths = np.sqrt(p * p2 + (1 - p) * (1 - p2)) + np.sqrt(p * (1 - p2) + p2 * (1 - p))
        error = 5 * widths.std() / np.sqrt(widths.size)
        assert np.exp(r.eta(g) / 2) == pytest.approx(widths.mean(), abs=error)


def test_table_follows_the_quadrature_and_joins_the_asymptote():
    g = np.exp(np.random.default_rng(5).uniform(np.log(1e-14), np.log(50), 60))
    assert r.eta(g) == pytest.approx(r.eta_exact(g), rel=1e-11)
    for end in (1e-14, 1e4):
        below, above = r.eta([end * (1 - 1e-12), end * (1 + 1e-12)])
        assert above == pytest.approx(below, rel=1e-11)


@given(couplings, st.floats(min_value=1e-9, max_value=10))
@settings(deadline=None, max_examples=60)
def test_hybridisation_grows_with_the_coupling(g, step):
    larger = g * (1 + step)
    assert 0 < r.eta(g) <= r.eta(larger) + 1e-15 <= LOG2 + 2e-15
    assert 0 < r.mean_entropy(g) <= r.mean_entropy(larger) + 1e-15 <= LOG2 + 2e-15
    assert 1 > r.mean_correlator(g) >= r.mean_correlator(larger) - 1e-15 >= -1e-15
    assert r.mean_correlator(g) + r.mean_memory_loss(g) == pytest.approx(1, abs=1e-14)
    assert r.cdf_x(g) <= r.cdf_x(larger)


@pytest.mark.parametrize("g", [0.01, 0.1, 1.0])
def test_entropy_distribution_has_the_mean_entropy(g):
    # int P(S > s) ds, with s = log2 sin^2(t) to tame both ends
    def survival(t):
        s = LOG2 * np.sin(t) ** 2
        return (1 - r.entropy_cdf(s, g)) * LOG2 * np.sin(2 * t)

    mean = quad(survival, 0, np.pi / 2, epsabs=1e-11, limit=200)[0]
    assert mean == pytest.approx(r.mean_entropy(g), rel=1e-8)


def test_entropy_distribution_inverts_the_entropy():
    g, x = 0.2, np.array([1.0, 2.0, 5.0, 50.0])
    assert r.entropy_cdf(r.entropy(g * x), g) == pytest.approx(r.cdf_x(x), abs=1e-12)
    s = [-0.1, 0.0, 0.3, LOG2, 1.0]
    assert r.entropy_cdf(s, 0.0).tolist() == [0, 0, 1, 1, 1]
    assert r.entropy_cdf(s, np.inf).tolist() == [0, 0, 0, 1, 1]
    assert r.entropy_cdf(np.full((3, 1), 0.1), [0.1, 0.2]).shape == (3, 2)


def test_entropy_histogram_is_normalised_and_bimodal_at_intermediate_coupling():
    edges = np.linspace(0, 1, 21)
    density = r.entropy_density(edges, [[0.0], [0.03], [2.0]])
    assert density.shape == (3, 1, 20)
    assert density.sum(axis=-1) * 0.05 == pytest.approx(1)
    intermediate = density[1, 0]
    valley = intermediate[5:15].min()
    assert intermediate[0] > 10 * valley and intermediate[-1] > 2 * valley
    assert r.entropy_density([0.0, 0.2, 1.0], 1e4)[0] == pytest.approx(0)


def test_shapes_follow_the_argument():
    for function in (r.p_x, r.cdf_x, r.admixture, r.entropy, r.correlator, r.mean_entropy,
                     r.mean_correlator, r.mean_memory_loss, r.eta, r.eta_exact):  # fmt: skip
        assert isinstance(function(1), float)
        assert function(np.ones((2, 3))).shape == (2, 3)
        assert function(np.ones((0,))).shape == (0,)
        assert function([[0.5, 1.0]])[0, 1] == pytest.approx(function(1.0), rel=1e-14)


@pytest.mark.parametrize("bad", [-1.0, np.nan, [1.0, -1e-300], "strong", 1j])
def test_negative_and_missing_numbers_are_refused(bad):
    for function in (r.p_x, r.cdf_x, r.admixture, r.entropy, r.correlator, r.mean_entropy,
                     r.mean_correlator, r.mean_memory_loss, r.eta, r.eta_exact):  # fmt: skip
        with pytest.raises(InvalidInput, match="must be"):
            function(bad)
    with pytest.raises(InvalidInput, match="reduced coupling"):
        r.entropy_cdf(0.1, bad)


def test_other_refusals():
    with pytest.raises(InvalidInput, match="sqrt_expansion"):
        r.p_x(1.0, form="printed")
    with pytest.raises(InvalidInput, match="NaN"):
        r.entropy_cdf([0.1, np.nan], 0.1)
    for edges in ([0.5], [0.0, 0.0, 1.0], [[0.0, 1.0]], [0.0, np.nan]):
        with pytest.raises(InvalidInput, match="increasing"):
            r.entropy_density(edges, 0.1)
