"""The nearly localized metal against temperature: tabulated values, limits, planted parameters.

Rows and sections are those of the theory notes on the nearly localized metal.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from mbltn.errors import InvalidInput
from mbltn.theory import metal, metal_temperature as warm

DOTS = warm.DotArray(gamma=0.01, Delta=1.0, g=6.0, lam=0.2, K=36.0, N=20)
HOTTEST = np.sqrt(30.0)  # Delta sqrt(g/lam)

units = st.floats(1e-20, 1e20)


def test_temperature_row_20():
    assert pytest.approx(0.9128709292, rel=1e-8) == DOTS.T0
    found = [warm.log_gamma_T(1.2, DOTS, method) for method in ("full", "saddle")]
    assert found == pytest.approx([-17.66555410, -22.70877698], rel=1e-8)


def test_the_temperatures_of_the_example():
    """Section 8."""
    T = np.array([1.0, 1.2, 1.5])
    for method, expected in (
        ("full", [-26.9745, -17.6656, -12.6684]),
        ("saddle", [-70.1883, -22.7088, -12.5023]),
        ("28", [-64.8385, -17.3501, -7.1089]),
    ):
        assert warm.log_gamma_T(T, DOTS, method) == pytest.approx(expected, abs=6e-5)
    ends = [warm.critical_temperature(DOTS, method) for method in ("sum", "integral_inf")]
    assert ends == pytest.approx([0.882758, 0.879322], abs=6e-7)
    assert ends[0] < DOTS.T0  # the metal outlives Xi ln K = 1
    cold = [warm.log_gamma_T(ends[0] * shift, DOTS) for shift in (0.999, 1.001)]
    assert np.isneginf(cold[0]) and np.isfinite(cold[1])
    assert np.isneginf(warm.log_sigma_T(0.9 * DOTS.T0, DOTS, "1"))


def test_a_function_may_be_the_entropy():
    given_s = warm.DotArray(0.01, 1.0, 6.0, 0.2, 36.0, 20, entropy=lambda T: T / (T + 1.0))
    assert warm.log_gamma_T(1.2, given_s) == warm.log_gamma_T(1.2, DOTS)


def test_the_condition_c7_in_temperatures():
    """(29): exactly T/T0 > e^(1/4)."""
    T = DOTS.T0 * np.exp(0.25)
    assert DOTS.eps(T) == pytest.approx(1 / (2 * np.log(DOTS.K)))
    assert warm.Xi_T(T, 1.0, 6.0, 0.2) == pytest.approx(1 / ((1 - DOTS.eps(T)) * np.log(DOTS.K)))


@given(st.floats(1e-24, 1e20))
def test_the_critical_temperature_is_an_energy(unit):
    scaled = warm.DotArray(0.01 * unit, unit, 6.0, 0.2, 36.0, 20, entropy=unit)
    assert warm.critical_temperature(scaled) / unit == pytest.approx(0.8827583203, rel=1e-9)


def test_levels_are_checked_in_absolute_units_too():
    with pytest.raises(InvalidInput, match="N=-3 must be"):
        warm.DotArray(0.01, 1.0, 6.0, 0.2, 36.0, -3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: warm.log_gamma_T(1.0, DOTS, "29"), "method='29' is not known"),
        (lambda: warm.fit_cubic_root([1.0, 2.0], [1.0, 2.0]), "at least 4 points"),
        (lambda: warm.fit_cubic_root([2.0] * 5, np.arange(5.0)), "T=2 throughout"),
        (lambda: warm.fit_cubic_root(np.arange(1.0, 6), np.arange(5.0), 0.0), "power=0 must be"),
        (lambda: warm.fit_cubic_root(np.arange(1.0, 6), [-np.inf] * 5), "localized points"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_one_hot_temperature_spoils_no_others():
    """Without an upper end of orders there is no rate where Xi is infinite; others have theirs."""
    T = np.array([0.5, 1.2, 6.0, 7.0])
    found = warm.rate_T(T, DOTS, "integral_inf")
    assert found.Xi_infinite.tolist() == [False, False, True, True]
    assert np.isnan(found.ln_Gamma).tolist() == [False, False, True, True]
    assert found.localized.tolist() == [True, False, False, False]
    assert found.ln_Gamma[1] == warm.log_gamma_T(1.2, DOTS, "integral_inf")
    # 1/(Xi ln K) is 3e-17 here, nothing beside 1.
    branching = replace(DOTS, K=1e6)
    assert warm.rate_T(HOTTEST * (1 - 2.2e-16), branching, "integral_inf").Xi_infinite
    assert np.isfinite(warm.log_gamma_T(7.0, DOTS))  # eps = 1 is no trouble to a sum


def test_flags_of_the_rates():
    """Localized at and below T0 (saddle), out of Xi's domain, and beyond gamma exp(-d/2)."""
    T = np.array([DOTS.T0, 1.2, 2.5, 6.0])
    # gamma sqrt(n_c)/delta_m is 0.01 sqrt(20 T/(T + 1)) T^2: 0.048, 0.24, 1.5.
    for method in ("saddle", "28"):
        found = warm.rate_T(T, DOTS, method)
        assert found.localized.tolist() == [True, False, False, False]
        assert found.Xi_infinite.tolist() == [False, False, False, True]
        assert found.beyond_validity.tolist() == [False, False, False, True]
    full = warm.rate_T(T, DOTS)
    assert full.localized.tolist() == [False] * 4
    units = metal.solve_gamma(0.01 * T**2, 36.0, 20, T / (T + 1), 1, Xi=DOTS.Xi(T))
    assert full.beyond_validity.tolist() == units.beyond_validity.tolist()
    assert full.ln_Gamma == pytest.approx(units.ln_Gamma - 2 * np.log(T), rel=1e-12)
    one = warm.rate_T(0.5, DOTS)
    assert (one.localized, one.beyond_validity, one.Xi_infinite) == (True, False, False)
    assert np.isneginf(one.ln_Gamma)


def test_few_orders_and_weak_coupling_put_the_end_above_T0():
    """Section 8: 2 N cuts the sum; F(0+) = 1 there, and T0 is metallic without an upper end."""
    weak = replace(DOTS, gamma=1e-12, N=5)
    T_c = warm.critical_temperature(weak)
    assert T_c > weak.T0 > warm.critical_temperature(weak, "integral_inf")
    T = T_c * np.array([0.999, 1.001])
    assert warm.rate_T(T, weak).localized.tolist() == [True, False]
    # the sum itself, at T_c
    gamma, K, m = 1e-12 * T_c**2, 36.0, np.arange(2, 11)
    n_m = np.maximum(1.0, T_c / (T_c + 1) * 5 * np.maximum(np.log(gamma * K**m), 0.0))
    eps = 2 * np.log(T_c / weak.T0) / np.log(K)
    total = gamma**2 * (np.minimum(m - 1, 11 - m) * K ** (2 * eps * m) * n_m).sum()
    assert total == pytest.approx(1.0, rel=1e-9)


def test_near_T0_eq_28_is_eq_1():
    for shift in (1e-4, 1e-6):
        T = DOTS.T0 * (1 + shift)
        ratio = warm.log_sigma_T(T, DOTS, "28") / warm.log_sigma_T(T, DOTS, "1")
        assert ratio == pytest.approx(1.0, abs=2 * shift)
    # (1) as printed, T0^2 = 1/1.2, s = T0/(T0 + 1)
    slope = 0.5 * np.log(36.0) * np.log(1.2 / (0.01 * np.sqrt(20 * DOTS.T0 / (DOTS.T0 + 1))))
    assert warm.log_sigma_T(2 * DOTS.T0, DOTS, "1") == pytest.approx(-slope, rel=1e-12)


@given(
    st.floats(0.01, 1.0),
    st.floats(0.1, 10.0),
    st.floats(-5.0, 5.0),
    st.sampled_from([1 / 4, 1 / 3, 1 / 2, 1.0]),
    st.booleans(),
    units,
)
def test_a_planted_power_is_found_again(gap, scale, constant, power, shifted, unit):
    """ln sigma = constant - scale/(T - T_c)^p, in any unit of temperature."""
    T_c = 0.9
    T = T_c + gap + np.linspace(0.0, 0.5, 25)
    planted = constant * shifted - scale / (T - T_c) ** power
    found = warm.fit_cubic_root(T * unit, planted, power, constant=shifted)
    # A gap of twice the range leaves a constant and a power hard to tell apart.
    assert found.T_c / unit == pytest.approx(T_c, abs=1e-5)
    assert found.scale / unit**power == pytest.approx(scale, rel=1e-3)
    assert found.constant == pytest.approx(constant * shifted, abs=1e-3 * scale)
    assert found.power == power and found.rms < 1e-7 * scale


def test_the_fit_leaves_what_is_no_power():
    """rms is what least squares leaves: of a planted ripple, its size over sqrt 2."""
    T = 0.9 + np.linspace(0.05, 0.5, 2000)
    ripple = 1e-4 * np.sin(300 * T)
    found = warm.fit_cubic_root(T, 2.0 - 3.0 / (T - 0.9) ** (1 / 3) + ripple)
    assert found.rms == pytest.approx(1e-4 / np.sqrt(2), rel=0.02)
    assert found.T_c == pytest.approx(0.9, abs=1e-4)
