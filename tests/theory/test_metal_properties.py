"""What must hold of the nearly localized metal whatever its parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from scipy.optimize import brentq

from mbltn.theory import metal, metal_temperature as warm

array = st.tuples(
    st.floats(1.5, 40),  # K
    st.integers(1, 15),  # N
    st.floats(0.05, 1),  # s
    st.integers(1, 3),  # d
)
ln_couplings = st.floats(-12, -0.05)
methods = st.sampled_from(["sum", "integral", "integral_inf"])
units = st.floats(1e-20, 1e20)


@given(ln_couplings, array, st.floats(-1, 0.9), methods)
def test_F_falls_with_the_rate_where_the_theory_holds(ln_gamma, dots, eps, method):
    """Section 5: below gamma exp(-d/2), strictly; the saturated rest makes no exception."""
    x = ln_gamma - dots[-1] / 2 - np.geomspace(1e-3, 40, 60)[::-1]
    values = metal.log_F(x, np.exp(ln_gamma), *dots, eps=eps, method=method)
    assert np.all(np.diff(values) < 1e-9)


@given(ln_couplings, array, st.floats(-1, 0.9), methods)
def test_F_at_zero_grows_with_coupling_and_localization_length(ln_gamma, dots, eps, method):
    if method == "integral_inf":
        eps = -abs(eps) - 0.01
    here = metal.log_F(-np.inf, np.exp(ln_gamma), *dots, eps=eps, method=method)
    assert metal.log_F(-np.inf, np.exp(ln_gamma + 0.1), *dots, eps=eps, method=method) > here
    assert metal.log_F(-np.inf, np.exp(ln_gamma), *dots, eps=eps + 0.005, method=method) > here


@given(ln_couplings, array, methods)
def test_the_boundary_falls_with_coupling(ln_gamma, dots, method):
    gamma = np.exp(ln_gamma + np.array([0.0, 0.5, 1.0]))
    Xi = metal.critical_Xi(gamma, *dots, method=method)
    found = np.isfinite(Xi)
    assert np.all(np.diff(Xi[found]) < 0) and np.all(np.diff(found.astype(int)) >= 0)
    back = metal.critical_gamma(Xi[found], *dots, method=method)
    # above gamma = 1 there is nothing to come back to
    below = gamma[found] < 1
    assert back[below] == pytest.approx(gamma[found][below], rel=1e-6)


@given(ln_couplings, array, st.floats(-0.9, 0.9))
def test_the_metallic_rate_grows_with_the_localization_length(ln_gamma, dots, eps):
    rate = metal.solve_gamma(np.exp(ln_gamma), *dots, eps=eps + np.array([0.0, 0.02, 0.04]))
    inside = ~rate.beyond_validity & ~rate.localized
    assert np.all(np.diff(rate.ln_Gamma[inside]) > 0)
    assert np.all(np.diff(rate.localized.astype(int)) <= 0)


@given(ln_couplings, array, st.floats(-2, 0.9))
def test_the_lowest_order_alone_makes_no_metal_of_weak_coupling(ln_gamma, dots, eps):
    """Section 5 with N = 1: m = 2 alone, and n_2 = 1 where gamma K^2 < e^((s N)^(-1/d))."""
    K, _, s, d = dots
    gamma = np.exp(ln_gamma)
    assume(metal.N0(gamma, K, 1, s, d) >= 2)
    rate = metal.solve_gamma(gamma, K, 1, s, d, eps=eps)
    assume(abs(ln_gamma + 2 * eps * np.log(K)) > 1e-9)
    assert rate.localized == (gamma * K ** (2 * eps) < 1)


@given(ln_couplings, array)
def test_from_N0_on_more_than_one_neighbour_counts(ln_gamma, dots):
    K, N, s, d = dots
    order = metal.N0(np.exp(ln_gamma), *dots)
    assert s * N * (ln_gamma + order * np.log(K)) ** d == pytest.approx(1.0, rel=1e-7)


@given(st.floats(-12, -1), array, st.floats(0.1, 0.9))
def test_the_saddle_point_by_root_finding(ln_gamma, dots, eps):
    """(C4) is solved: Gamma = (gamma^2/2) N_c K^(2 eps N_c - N_c), and no larger root below."""
    gamma, K = np.exp(ln_gamma), dots[0]
    rate = metal.saddle_gamma(gamma, *dots, eps=eps, form="C4")

    def excess(x):
        order = metal.saddle_Nc(x, gamma, *dots).N_c
        if order <= 0:
            return -np.inf
        gain = np.log(order) + (2 * eps - 1) * order * np.log(K)
        return 2 * ln_gamma - np.log(2) + gain - x

    grid = ln_gamma - np.geomspace(1e-5, 500, 400)
    signs = np.array([excess(x) for x in grid]) > 0
    changes = np.flatnonzero(signs[1:] != signs[:-1])
    if len(changes) == 0:
        assert np.isnan(rate.ln_Gamma) or rate.ln_Gamma < grid[-1]
        assert np.isfinite(rate.ln_Gamma) or not rate.in_range
        return
    first = changes[0]
    root = brentq(excess, grid[first + 1], grid[first], xtol=1e-12)
    assert rate.ln_Gamma == pytest.approx(root, abs=1e-8)
    in_range = root <= ln_gamma - (dots[2] * dots[1]) ** (-1 / dots[3])
    assert rate.in_range == in_range


@given(st.floats(-12, -2), array, st.floats(0.05, 0.95))
def test_the_closed_saddle_point(ln_gamma, dots, eps):
    """(C5) as printed: (1/n_c)(gamma sqrt(n_c))^(Xi ln K/(Xi ln K - 1))."""
    K, N, s, d = dots
    n_c, strength = s * N * d**d, 1 / (1 - eps)
    rate = metal.saddle_gamma(np.exp(ln_gamma), *dots, Xi=strength / np.log(K))
    power = strength / (strength - 1)
    expected = power * (ln_gamma + 0.5 * np.log(n_c)) - np.log(n_c)
    assert rate.ln_Gamma == pytest.approx(expected, rel=1e-9)
    assert rate.in_range == (np.exp(ln_gamma) * np.sqrt(n_c) < 1)


@given(st.floats(0.1, 1.0), st.floats(1.1, 40), st.floats(-8, 2), st.integers(1, 20), units)
def test_one_dot_in_any_unit(Xi, K, ln_W, N, unit):
    W = np.exp(ln_W)
    assume(abs(ln_W - np.log(N) + N * np.log(K)) > 1e-9 and abs(ln_W) > 1e-9)
    one = metal.dot_rate(W, 1e-3, 1.0, Xi, K, N)
    other = metal.dot_rate(W * unit, 1e-3 * unit, unit, Xi, K, N)
    assert other.regime == one.regime
    if one.regime == "discrete":
        assert np.isneginf(one.ln_rate) and np.isneginf(other.ln_rate)
        return
    assert other.ln_rate - one.ln_rate == pytest.approx(np.log(unit), abs=1e-9)
    depth = min(ln_W, 0.0)
    expected = 2 * np.log(1e-3) - depth + 2 * depth / (Xi * np.log(K))
    assert one.ln_rate == pytest.approx(expected, abs=1e-9)
    assert (one.regime == "wide") == (ln_W > 0)


@given(units, st.sampled_from(["full", "saddle", "28"]))
def test_the_rate_at_a_temperature_is_an_energy(unit, method):
    T = np.array([1.0, 1.3, 2.0])
    dots = warm.DotArray(0.01, 1.0, 6.0, 0.2, 36.0, 20)
    scaled = warm.DotArray(0.01 * unit, unit, 6.0, 0.2, 36.0, 20, entropy=unit)
    rates = [warm.log_gamma_T(t, a, method) for t, a in ((T, dots), (T * unit, scaled))]
    if method == "28":  # a bare power, which has no unit
        assert rates[1] == pytest.approx(rates[0], abs=1e-7)
    else:
        assert rates[1] - rates[0] == pytest.approx(np.log(unit), abs=1e-7)
