"""The nearly localized metal, against tabulated values, exact limits and independent routes.

Rows and sections are those of the theory notes on the nearly localized metal.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad

from mbltn.errors import InvalidInput
from mbltn.theory import metal

FIG8 = {"gamma": 0.1, "K": 3.0, "N": 10, "s": 0.5, "d": 1}
FIG7 = {"gamma": 1e-3, "K": 10.0, "N": 10, "s": 0.5, "d": 1}

parameters = {
    "ln_gamma": st.floats(-12, -0.05),
    "K": st.floats(1.5, 40),
    "N": st.integers(1, 15),
    "s": st.floats(0.05, 1),
    "d": st.integers(1, 3),
}


def direct_F(ln_Gamma, gamma, K, N, s, d, eps, variant="full"):
    """The sum over n and p as it is written, without logarithms."""
    Gamma, total = np.exp(ln_Gamma), 0.0
    N0 = (np.log(1 / gamma) + (s * N) ** (-1 / d)) / np.log(K)
    orders = [(n + p, 1) for n in range(1, N + 1) for p in range(1, N + 1)]
    if variant == "E3":
        orders = [(m, m - 1) for m in range(2, 2 * N + 1)]
    for m, weight in orders:
        time = min(K**m, 1 / Gamma if Gamma else np.inf)
        n_m = {
            "full": max(1.0, s * N * max(np.log(gamma * time), 0.0) ** d),
            "E1": 1.0 if m < N0 else s * N * np.log(gamma * K**m) ** d,
            "E3": s * N * np.log(gamma * K**m) ** d,
        }[variant]
        total += weight * gamma**2 * K ** (2 * eps * m) * n_m / (1 + (Gamma * K**m * n_m) ** 2)
    return total


# -- rows of the table -----------------------------------------------------------------------------


def test_one_dot_row_13():
    rate = metal.dot_rate(1e-4, gamma=1e-5, delta_m=1.0, Xi=0.8, K=3.0)
    assert np.exp(rate.ln_rate) == pytest.approx(7.899647886e-16, rel=1e-9, abs=0)


def test_log_F_row_14():
    assert metal.log_F(-5.0, eps=0.3, **FIG8) == pytest.approx(-0.5051977600, rel=1e-8)


def test_rates_rows_15_and_16():
    rates = metal.solve_gamma(eps=[0.1, 0.3, 0.5], **FIG8)
    assert rates.ln_Gamma == pytest.approx([-7.221603697, -5.480923429, -4.257303269], rel=1e-8)
    integral = metal.solve_gamma(eps=0.5, method="integral", **FIG8)
    assert integral.ln_Gamma == pytest.approx(-4.268823288, rel=1e-6)
    saddles = [metal.saddle_gamma(eps=0.5, form=form, **FIG8).ln_Gamma for form in ("C4", "C5")]
    assert saddles == pytest.approx([-4.288350287, -4.605170186], rel=1e-8)


def test_critical_lengths_row_17():
    assert metal.critical_Xi(**FIG8) == pytest.approx(0.7785298623, rel=1e-8)
    assert metal.critical_Xi(**FIG7) == pytest.approx(0.4662967900, rel=1e-8)
    unbounded = metal.critical_Xi(method="integral_inf", **FIG7)
    assert unbounded == pytest.approx(0.4316772258, rel=1e-6)


def test_without_saturation_there_is_no_fold():
    """Section 5: E1 and E3 have one root in the window, and so has what n_m = 1 throughout has."""
    for variant in ("E1", "E3"):
        rate = metal.solve_gamma(eps=0.68, variant=variant, all_roots=True, **FIG8)
        assert len(rate.ln_Gamma) == 1
    assert metal.folds(0.1, K=3.0, N=1, s=0.05, d=1) is None


def test_folds_row_18():
    assert metal.folds(**FIG8) == pytest.approx((0.667558, 0.689908), abs=1e-6)


def test_orders_row_18b():
    assert metal.N0(**FIG8) == pytest.approx(2.277951120, rel=1e-9)
    order = metal.saddle_Nc(np.log(1e-3), **FIG8)
    assert order.N_c == pytest.approx(4.102983753, rel=1e-9) and order.in_range


def test_validity_row_19():
    rate = metal.solve_gamma(eps=0.5, **FIG8)
    Xi = 1 / (0.5 * np.log(3))
    found = metal.validity(rate.Gamma, Xi=Xi, z=6, **FIG8)
    expected = {
        "24": 0.004148232388,
        "26": 0.5410594479,
        "27_low": 0.01195943796,
        "C6b": 0.2726833028,
        "C7": 0.9102392266,
        # exp(-1/Xi) = 1/sqrt(3) exceeds 1/z = 1/6; n_c = 5
        "23": 0.6,
        "25": 0.6,
        "27_high": np.exp(-4.257303269) / 0.1,
        "C6a": 0.05,
    }
    assert {name: regime.ratio for name, regime in found.items()} == pytest.approx(
        expected, rel=1e-7
    )
    assert found["27_low"].strong and not found["26"].strong and found["26"].holds


@given(
    **parameters,
    depth=st.floats(0.01, 20),
    Xi=st.floats(0.05, 5),
    z=st.integers(1, 12),
)
def test_every_condition(ln_gamma, K, N, s, d, depth, Xi, z):
    """Section 7, each ratio as the table has it."""
    gamma, Gamma = np.exp(ln_gamma), np.exp(ln_gamma - depth)
    found = metal.validity(Gamma, gamma, K, N, Xi, z, d, s)
    eps = 1 - 1 / (Xi * np.log(K))
    pair = gamma * max(np.exp(1 / Xi), z), N * np.sqrt(z) / K**N / gamma
    deep = np.log(1 / (gamma * np.sqrt(s * N))) / (N * np.log(K))
    expected = {
        "23": pair[0],
        "24": pair[1],
        "25": max(pair),
        "26": np.exp(-depth) * depth ** (2 * d),
        "27_low": N / K**N / Gamma,
        "27_high": Gamma / gamma,
        "C6a": gamma**2 * s * N * d**d,
        "C6b": deep / eps if eps > 0 else np.inf,
        "C7": 1 / (2 * np.log(K) * eps) if eps > 0 else np.inf,
    }
    ratios = {name: regime.ratio for name, regime in found.items()}
    # Of gamma sqrt(s N) near 1 the logarithm keeps no digits.
    assert ratios.pop("C6b") == pytest.approx(expected.pop("C6b"), rel=1e-9, abs=1e-12)
    assert ratios == pytest.approx(expected, rel=1e-9, abs=0)
    for ratio, holds, strong in found.values():
        assert (holds, strong) == (ratio < 1, ratio < 0.1)


# -- other numbers of the notes --------------------------------------------------------------------


def test_variants_of_the_sum():
    """Section 5.1; eps = 0.7 is past the fold for "full" alone."""
    eps = np.array([0.1, 0.3, 0.5, 0.7])
    for options, expected in (
        ({}, [-7.221604, -5.480923, -4.257303, -2.325090]),
        ({"variant": "E1", "weight": "m-1"}, [-7.222412, -5.488239, -4.311013, -3.385684]),
        ({"variant": "E3"}, [-7.253547, -5.541723, -4.395335, -3.554717]),
    ):
        rates = metal.solve_gamma(eps=eps, **options, **FIG8)
        assert rates.ln_Gamma == pytest.approx(expected, abs=6e-7)
        if not options:
            assert rates.beyond_validity.tolist() == [False, False, False, True]
    # The weight m - 1 instead of mu raises E1 by less than 3e-4.
    by_weight = [
        metal.solve_gamma(eps=eps, variant="E1", weight=weight, **FIG8).ln_Gamma
        for weight in ("mu", "m-1")
    ]
    above = by_weight[1] - by_weight[0]
    assert above.min() > 0 and above.max() < 3e-4


def test_three_roots_between_the_folds():
    roots = metal.solve_gamma(eps=0.68, all_roots=True, **FIG8).ln_Gamma
    assert roots == pytest.approx([-3.038469, -2.576036, -2.434733], abs=6e-7)
    assert metal.solve_gamma(eps=0.68, **FIG8).ln_Gamma == pytest.approx(roots[0], abs=1e-10)
    # ln gamma - 1/2 is -2.8026.
    for eps, beyond in ((-0.9, []), (0.6, [False]), (0.68, [False, True, True]), (0.72, [True])):
        rate = metal.solve_gamma(eps=eps, all_roots=True, **FIG8)
        assert rate.beyond_validity.tolist() == beyond and rate.localized == (not beyond)


# -- independent routes ----------------------------------------------------------------------------


@given(
    **parameters,
    eps=st.floats(-1, 0.9),
    depth=st.floats(0.1, 30),
    variant=st.sampled_from(["full", "E1", "E3"]),
)
def test_the_double_sum(ln_gamma, K, N, s, d, eps, depth, variant):
    arguments = (ln_gamma - depth, np.exp(ln_gamma), K, N, s, d, eps)
    expected = direct_F(*arguments, variant)
    found = metal.log_F(*arguments, variant=variant)
    if variant == "E3" and d != 2:
        # Terms of both signs: what is left of them counts.
        scale = direct_F(*arguments, "E1") + abs(expected)
        assert np.exp(found) == pytest.approx(max(expected, 0.0), abs=1e-7 * scale)
        return
    assert found == pytest.approx(np.log(expected), abs=1e-9)


@given(**parameters, eps=st.floats(-0.9, 0.8), unbounded=st.booleans())
def test_the_integral_is_that_of_quad(ln_gamma, K, N, s, d, eps, unbounded):
    gamma, ln_K, x = np.exp(ln_gamma), np.log(K), ln_gamma - 4.0

    def integrand(m):
        logarithm = ln_gamma + min(m * ln_K, -x)
        n_m = max(1.0, s * N * max(logarithm, 0.0) ** d)
        return (m - 1) * np.exp(2 * eps * m * ln_K) * n_m / (1 + (np.exp(x + m * ln_K) * n_m) ** 2)

    kinks = [-ln_gamma / ln_K, (-ln_gamma + (s * N) ** (-1 / d)) / ln_K, -x / ln_K]
    top = 2 * N + 0.5
    if unbounded:
        top = max(kinks) + 1.5 + 45 / ((1 - eps) * ln_K)
    edges = np.unique(np.clip([1.5, *kinks, top, *np.arange(1.5, top, 2 / ln_K)], 1.5, top))
    total = sum(quad(integrand, *ends, epsrel=1e-11)[0] for ends in pairwise(edges))
    method = "integral_inf" if unbounded else "integral"
    found = metal.log_F(x, gamma, K, N, s, d, eps=eps, method=method)
    assert found == pytest.approx(2 * ln_gamma + np.log(total), abs=1e-8)


@given(**parameters, eps=st.floats(-1, 0.95))
def test_the_metallic_branch(ln_gamma, K, N, s, d, eps):
    """Section 5: metallic iff F(0+) > 1, F <= F(0+), and no root below the one that is returned."""
    arguments = (np.exp(ln_gamma), K, N, s, d)
    rate = metal.solve_gamma(*arguments, eps=eps)
    at_zero = metal.log_F(-np.inf, *arguments, eps=eps)
    assert rate.localized == (at_zero <= 0)
    roots = metal.solve_gamma(*arguments, eps=eps, all_roots=True).ln_Gamma
    if rate.localized:
        assert len(roots) == 0 and rate.Gamma == 0.0
        return
    assert metal.log_F(rate.ln_Gamma, *arguments, eps=eps) == pytest.approx(0.0, abs=1e-9)
    below = rate.ln_Gamma - np.geomspace(1e-3, 50, 40)
    assert np.all(metal.log_F(below, *arguments, eps=eps) > 0)
    assert len(roots) % 2 == 1 and roots[-1] < ln_gamma + np.log(N) + 1e-9
    assert roots[0] == pytest.approx(rate.ln_Gamma, abs=1e-9)
    assert np.all(metal.log_F(below, *arguments, eps=eps) <= at_zero + 1e-12)


@given(**parameters)
def test_the_transition_is_where_F_of_zero_is_one(ln_gamma, K, N, s, d):
    gamma = np.exp(ln_gamma)
    Xi = metal.critical_Xi(gamma, K, N, s, d)
    if np.isinf(Xi):
        assert metal.log_F(-np.inf, gamma, K, N, s, d, Xi=np.inf) <= 0
        return
    assert metal.log_F(-np.inf, gamma, K, N, s, d, Xi=Xi) == pytest.approx(0.0, abs=1e-8)
    assert metal.solve_gamma(gamma, K, N, s, d, Xi=0.999 * Xi).localized
    assert not metal.solve_gamma(gamma, K, N, s, d, Xi=1.001 * Xi).localized
    assert metal.critical_gamma(Xi, K, N, s, d) == pytest.approx(gamma, rel=1e-8)
    assert metal.critical_Xi(gamma, K, N, s, d, variant="E1") == pytest.approx(Xi, rel=1e-10)


@given(**parameters, eps=st.floats(0.05, 0.9))
def test_the_order_of_the_saddle_solves_its_equation(ln_gamma, K, N, s, d, eps):
    x = ln_gamma - (s * N) ** (-1 / d) - 3.0
    order = metal.saddle_Nc(x, np.exp(ln_gamma), K, N, s, d).N_c
    n_fast = s * N * (ln_gamma + order * np.log(K)) ** d
    assert x + order * np.log(K) + np.log(n_fast) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("eps", [0.672, 0.68, 0.6856, 0.6895])
def test_the_smallest_of_three_roots_is_the_metal(eps):
    """Section 5: the one that the rate leaves 0 by; the first crossing of the sum on a grid."""
    x = np.linspace(-4.0, -1.0, 601)
    above = np.array([direct_F(ln_Gamma, eps=eps, **FIG8) for ln_Gamma in x]) > 1
    crossings = np.flatnonzero(above[1:] != above[:-1])
    assert len(crossings) == 3
    first = crossings[0]
    assert x[first] <= metal.solve_gamma(eps=eps, **FIG8).ln_Gamma <= x[first + 1]


def test_what_the_saddles_cannot_do_is_flagged():
    assert not metal.saddle_gamma(eps=-0.1, **FIG8).in_range
    assert np.isneginf(metal.saddle_gamma(eps=-0.1, form="C4", **FIG8).ln_Gamma)
    strong = metal.saddle_gamma(0.9, 3.0, 10, 0.5, 1, eps=0.9, form="C5")
    assert not strong.in_range
    # n_fast = s N ln(gamma K^N_c) is 1 at Gamma = gamma exp(-1/(s N)), and below it above.
    end = np.log(0.1) - 1 / 5
    orders = metal.saddle_Nc(end + np.array([-1e-9, 0.0, 1e-9]), **FIG8)
    assert orders.in_range.tolist() == [True, True, False]
    assert 5 * (np.log(0.1) + orders.N_c * np.log(3)) == pytest.approx([1.0] * 3, abs=1e-7)


def test_regimes_of_one_dot():
    W = np.array([1e-9, 1e-4, 0.5, 2.0])
    found = metal.dot_rate(W, gamma=1e-5, delta_m=1.0, Xi=0.8, K=3.0, N=10)
    assert found.regime.tolist() == ["discrete", "discrete", "narrow", "wide"]
    assert np.isneginf(found.ln_rate[:2]).all()
    assert found.ln_rate[3] == pytest.approx(2 * np.log(1e-5))
    assert metal.dot_rate(0.1, 1e-5, 1.0, Xi=2.5, K=3.0).regime == "many orders"
    # The sum over orders from the first one on shell is the closed form over 1 - K e^(-2/Xi).
    first = np.log(1 / 0.01) / np.log(3)
    orders = first + np.arange(400)
    total = np.sum(1e-10 / 0.01 * 3.0 ** (orders - first) * np.exp(-2 * orders / 0.8))
    closed = np.exp(metal.dot_rate(0.01, 1e-5, 1.0, 0.8, 3.0).ln_rate)
    assert total == pytest.approx(closed / (1 - 3 * np.exp(-2 / 0.8)), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: metal.solve_gamma(0.1, 3.0, 10, 0.5, 1), "exactly one of eps and Xi"),
        (lambda: metal.solve_gamma(0.1, 3.0, 10, 0.5, 1, eps=0.1, Xi=1.0), "exactly one of eps"),
        (lambda: metal.solve_gamma(0.1, 3.0, 10, 0.5, 1, eps=1.0), "below 1"),
        (lambda: metal.solve_gamma(0.1, 1.0, 10, 0.5, 1, eps=0.1), "K=1.0 must exceed 1"),
        (lambda: metal.solve_gamma(0.1, 3.0, 2.5, 0.5, 1, eps=0.1), "N=2.5 must be an integer"),
        (lambda: metal.solve_gamma(0.1, 3.0, 10, 0.5, 1, eps=0.1, method="x"), "method='x'"),
        (
            lambda: metal.log_F(-1.0, 0.1, 3.0, 10, 0.5, 1, Xi=np.inf, method="integral_inf"),
            "Xi is infinite",
        ),
        (
            lambda: metal.solve_gamma([0.1, 0.2], 3.0, 10, 0.5, 1, eps=0.1, all_roots=True),
            "single numbers",
        ),
        (lambda: metal.validity(-1.0, 0.1, 3.0, 10, 0.5, 6, 1, 0.5), "Gamma=-1.0 must be"),
        (lambda: metal.validity(1.0, 0.1, 3.0, 10, 0.5, 0, 1, 0.5), "z=0 must be"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_within_rounding_of_the_transition_it_is_localized():
    """F(0+) exceeds 1 by rounding, and F nowhere does."""
    arguments = (0.023, 15.5, 10, 0.15, 2)
    Xi = metal.critical_Xi(*arguments, method="integral_inf")
    for shift in (-1e-15, 0.0, 1e-15):
        rate = metal.solve_gamma(*arguments, Xi=Xi * (1 + shift), method="integral_inf")
        assert rate.localized or rate.ln_Gamma < -20
    assert metal.solve_gamma(*arguments, Xi=1.01 * Xi, method="integral_inf").ln_Gamma < 0


def test_a_rate_that_equals_the_coupling_is_not_below_it():
    assert metal.validity(0.1, 0.1, 3.0, 10, 0.9, 6, 1, 0.5)["26"].ratio == np.inf


@pytest.mark.parametrize("d", [1, 2, 3])
def test_however_weak_the_coupling_there_is_a_metal_at_eps_0(d):
    """Section 6: without an end of orders ln(1/Gamma) = ((d + 2)/B)^(1/(d + 2)), gamma -> 0."""
    gamma = np.array([1e-6, 1e-9, 1e-12, 1e-40])
    rate = metal.solve_gamma(gamma, 10.0, 10, 0.5, d, eps=0.0, method="integral_inf")
    B = gamma**2 * 5 / np.log(10) ** 2
    ratio = -rate.ln_Gamma * (B / (d + 2)) ** (1 / (d + 2))
    assert not rate.localized.any()
    assert np.all(np.diff(abs(ratio - 1)) < 0)
    assert ratio[-1] == pytest.approx(1.0, abs=1e-9)
