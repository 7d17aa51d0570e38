"""Localized spins on a slow bath, against tabulated values, maximisation and quadrature.

Rows are those of the reference table of the theory notes on the nearly localized metal (section
12). abs=0 wherever rates are compared: else anything below 1e-12 is equal to anything there.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from mbltn.errors import InvalidInput
from mbltn.theory import slow_bath as b

GAMMA, W, DELTA = 1e-4, 1e-3, 1.0
LINE = {"J": 1000.0, "Gamma0": 1.0, "A": 4.0}

energies = st.floats(1e-3, 1e3)
lengths = st.floats(0.2, 5.0)
entropies = st.floats(0.05, 1.0)
dimensions = st.integers(1, 3)


# -- rows of the table -----------------------------------------------------------------------------


def test_long_hop_row_1():
    rates = b.channel_rates(GAMMA, W, DELTA, xi=1.0, Xi=0.5, s=1.0, d=3)
    assert np.exp(rates.ln_a) == pytest.approx(2.061153622e-14, rel=1e-8, abs=0)


def test_block_rows_2_and_3():
    full = b.channel_rates(GAMMA, W, DELTA, xi=1.0, Xi=0.5, s=1.0, d=2)
    assert np.exp(full.ln_b) == pytest.approx(5.213406648e-20, rel=1e-8, abs=0)
    for form in ("full", "leading"):
        line = b.channel_rates(GAMMA, W, DELTA, xi=1.0, Xi=0.5, s=0.6, d=1, form=form)
        assert np.exp(line.ln_b) == pytest.approx(1.0e-27, rel=1e-8, abs=0)


def test_high_order_row_4():
    for form, expected in (("full", 1.007342554e-39), ("leading", 5.469627723e-53)):
        rates = b.channel_rates(GAMMA, W, DELTA, xi=1.0, Xi=0.5, s=1.0, d=2, form=form)
        assert np.exp(rates.ln_c) == pytest.approx(expected, rel=1e-8, abs=0)


def test_gaussian_bath_row_5():
    best = b.gaussian_bath_optimum(GAMMA, W, DELTA, Xi=0.5, s=0.8)
    assert best.order == pytest.approx(8.201477111, rel=1e-8)
    assert np.exp(best.ln_rate) == pytest.approx(5.413411329e-18, rel=1e-8, abs=0)


def test_lorentzian_bath_rows_6_and_7():
    best = b.lorentzian_bath_optimum(GAMMA, W, DELTA, Xi=1.5, K=3.0)
    assert (best.order, np.exp(best.ln_rate)) == pytest.approx(
        (6.090192250, 1.169505064e-9), rel=1e-8, abs=0
    )
    cut = b.lorentzian_bath_optimum(GAMMA, W, DELTA, Xi=0.5, K=3.0, cutoff=0.05)
    assert (cut.order, np.exp(cut.ln_rate)) == pytest.approx(
        (2.726833028, 7.326425875e-14), rel=1e-8, abs=0
    )
    assert (best.regime, cut.regime) == ("collective", "cutoff")


def test_n_fast_row_8():
    found = b.n_fast([1e-4, 1.2e-3, 0.02, 3.0], d=1, **LINE)
    assert found == pytest.approx([1.0, 1.0, 11.98292909, 27.63102112], rel=1e-9)


def test_lines_rows_9_and_10():
    assert b.lineshape(20.0, d=1, **LINE) == pytest.approx(0.02426577004, rel=1e-9)
    exact = b.lineshape_exact([0.0, 20.0, 100.0], d=1, **LINE)
    assert exact == pytest.approx([0.05748810359, 0.02931852639, 0.001228947260], rel=1e-6)


def test_linewidth_row_11():
    widths = [b.linewidth(d=d, **LINE) for d in (1, 2)]
    assert widths == pytest.approx([16.43368769, 40.88378947], rel=1e-9)


def test_accuracy_of_the_closed_line():
    """Section 2.4: S over the exact transform."""
    w = np.array([0.0, 10, 20, 50, 100, 200])
    for d, expected in (
        (1, [0.63, 0.89, 0.83, 0.73, 0.74, 0.74]),
        (2, [0.23, 0.53, 0.72, 0.685, 0.45, 0.58]),
    ):
        exact = b.lineshape_exact(w, d=d, **LINE)
        assert b.lineshape(w, d=d, **LINE) / exact == pytest.approx(expected, abs=0.0051)
    pinned = [
        b.lineshape(0.0, d=d, variant="pinned", **LINE) / b.lineshape_exact(0.0, d=d, **LINE)
        for d in (1, 2)
    ]
    assert pinned == pytest.approx([1.06, 1.09], abs=0.0051)


def test_a_lorentzian_of_the_linewidth_has_too_much_tail():
    """Section 2.4, Fig 2: over the exact transform, by its width and by its value at w = 0."""
    w = np.array([10.0, 20, 50, 100, 200])
    exact, at_zero = b.lineshape_exact(w, d=1, **LINE), b.lineshape_exact(0.0, d=1, **LINE)
    for x, expected in (
        (b.linewidth(d=1, **LINE), [0.94, 0.84, 0.96, 1.30, 1.88]),
        (1 / at_zero, [0.92, 0.84, 1.00, 1.37, 1.99]),
    ):
        assert x / (w**2 + x**2) / exact == pytest.approx(expected, abs=0.0051)
    # In two dimensions from somewhere between 100 and 200 on.
    w, x = w[-2:], b.linewidth(d=2, **LINE)
    ratio = x / (w**2 + x**2) / b.lineshape_exact(w, d=2, **LINE)
    assert ratio[0] < 1 < ratio[1]


# -- independent routes ----------------------------------------------------------------------------


def log_area(function):
    """int over all w, in u = ln w."""
    pieces = [
        quad(lambda u: function(np.exp(u)) * np.exp(u), low, low + 1, limit=200)[0]
        for low in range(-8, 12)
    ]
    return 2 * (function(0.0) * np.exp(-8.0) + sum(pieces))


def test_areas_of_the_lines():
    """Section 2.4: 0.796 and 0.877 of pi; the transform has pi, psi(0) = 1."""
    for variant, share in (("printed", 0.796), ("pinned", 0.877)):
        area = log_area(lambda w, v=variant: b.lineshape(w, d=1, variant=v, **LINE))
        assert area / np.pi == pytest.approx(share, abs=6e-4)


def test_the_transform_gives_back_the_echo():
    """psi(t) = (2/pi) int_0^inf S cos(w t) dw, by Filon's rule on the piecewise linear S."""
    w = np.concatenate([np.linspace(0, 200, 161), np.geomspace(200, 3000, 61)[1:]])
    S = b.lineshape_exact(w, d=1, **LINE)
    for t in (0.02, 0.05):
        slope = np.diff(S) / np.diff(w)
        cos, sin = np.cos(w * t), np.sin(w * t)
        linear = (S[1:] * sin[1:] - S[:-1] * sin[:-1]) / t + slope * np.diff(cos) / t**2
        psi = 2 / np.pi * linear.sum()
        assert psi == pytest.approx(b.echo(t, d=1, **LINE), abs=2e-3)


def test_a_frequency_too_small_to_invert_is_none():
    assert b.lineshape(5e-324, d=1, **LINE) == b.lineshape(0.0, d=1, **LINE)


def test_a_pure_exponential_is_a_lorentzian():
    w = np.array([0.0, 0.3, 2.0])
    assert b.lineshape_exact(w, J=1.0, Gamma0=2.0, A=4.0, d=1) == pytest.approx(2 / (w**2 + 4))
    # n_fast leaves 1 only after the l-bit has flipped.
    assert b.lineshape_exact(w, J=3.0, Gamma0=2.0, A=0.5, d=2) == pytest.approx(2 / (w**2 + 4))


@given(energies, lengths, entropies)
def test_the_gaussian_optimum_is_a_maximum(Delta, Xi, s):
    W = Delta / 50
    best = b.gaussian_bath_optimum(1e-3, W, Delta, Xi, s)
    numeric = minimize_scalar(
        lambda m: -b.gaussian_bath_rate(m, 1e-3, W, Delta, Xi, s),
        bounds=(0.0, 4 * best.order + 1),
        method="bounded",
        options={"xatol": 1e-9},
    )
    assert best.ln_rate == pytest.approx(-numeric.fun, abs=1e-7)
    assert best.order == pytest.approx(numeric.x, abs=1e-3)


@given(st.floats(1.3, 6.0), st.floats(1.05, 4.0), st.booleans())
def test_the_lorentzian_optimum_is_a_maximum(K, strength, integer):
    Xi = strength / np.log(K)
    best = b.lorentzian_bath_optimum(1e-4, 1e-4, 1.0, Xi, K, integer=integer)
    orders = np.arange(1.0, 60.0) if integer else np.linspace(1.0, 60.0, 200_001)
    rates = b.lorentzian_bath_rate(orders, 1e-4, 1e-4, 1.0, Xi, K)
    assert best.ln_rate == pytest.approx(rates.max(), abs=0 if integer else 1e-6)
    assert best.ln_rate >= rates.max() - 1e-12


def test_without_collective_resonances_the_lowest_order_counts():
    """Section 1.6: gamma^2 W K^2 e^(-2/Xi)/Delta^2 for W << Delta/K."""
    best = b.lorentzian_bath_optimum(1e-4, 1e-6, 1.0, Xi=0.5, K=3.0)
    assert (best.order, best.regime) == (1.0, "lowest-order")
    assert np.exp(best.ln_rate) == pytest.approx(1e-8 * 1e-6 * 9 * np.exp(-4.0), rel=1e-9, abs=0)


@given(st.floats(1.01, 1e6), st.floats(0.05, 50.0), dimensions)
def test_the_linewidth_solves_its_equation(ratio, A, d):
    """Gamma = Gamma0 A ln^d(J/Gamma), or Gamma0 where that is below it."""
    width = b.linewidth(ratio, 1.0, A, d)
    depth = np.log(ratio)
    y = brentq(lambda y: depth - y - np.log(A) - d * np.log(y), 1e-200, 1e3)  # ln(J/Gamma)
    assert width == pytest.approx(max(1.0, np.exp(depth - y)), rel=1e-9)
    assert width == pytest.approx(b.n_fast(1 / width, ratio, 1.0, A, d), rel=1e-9)


def test_asymptotes_of_the_linewidth():
    """Section 2.5: 27.631 against 16.434, and only slowly better."""
    assert b.linewidth_asymptote(d=1, **LINE) == pytest.approx(27.631, abs=5e-4)
    ratios = []
    for J in (1e3, 1e30, 1e300):
        width = b.linewidth(J, 1.0, 4.0, 1)
        forms = [b.linewidth_asymptote(J, 1.0, 4.0, 1, f) / width for f in ("leading", "improved")]
        assert abs(forms[1] - 1) < abs(forms[0] - 1)
        ratios.append(forms[0])
    assert ratios[0] > ratios[1] > ratios[2] > 1


@given(st.lists(st.floats(0, 100), min_size=2, max_size=20), dimensions, st.floats(0.1, 20))
def test_the_echo_falls(times, d, A):
    times = np.sort(times)
    psi = b.echo(times, 300.0, 0.5, A, d)
    assert np.all(np.diff(psi) <= 0)
    assert b.echo(0.0, 300.0, 0.5, A, d) == 1.0


def test_the_printed_n_fast_drops_where_the_first_neighbour_is_resolved():
    just_after = 1.0001 / LINE["J"]
    assert b.n_fast(just_after, d=1, clip=False, **LINE) < 1e-3
    assert b.n_fast(just_after, d=1, **LINE) == 1.0
    assert b.n_fast(1.0, d=1, clip=False, **LINE) == b.n_fast(1.0, d=1, **LINE)


@given(
    st.floats(0.01, 100),
    lengths,
    lengths,
    entropies,
    dimensions,
    st.sampled_from(["full", "leading"]),
)
def test_rates_are_energies(unit, xi, Xi, s, d, form):
    """A change of the unit of energy multiplies every rate by it."""
    one = b.channel_rates(1e-3, 1e-2, 1.0, xi, Xi, s, d, form)
    other = b.channel_rates(unit * 1e-3, unit * 1e-2, unit, xi, Xi, s, d, form)
    for name in ("ln_a", "ln_b", "ln_c"):
        assert getattr(other, name) - getattr(one, name) == pytest.approx(np.log(unit), abs=1e-8)
    assert one.dominant == other.dominant


def test_which_channel_dominates():
    """Section 1.4: b beats a as W -> 0, and c where gamma/Delta < exp(-s/Xi)."""
    W = np.array([1e-3, 1e-5, 1e-7])
    weak = b.channel_rates(1e-8, W, 1.0, xi=1.0, Xi=0.8, s=0.5, d=2, form="leading")
    assert weak.dominant.tolist() == ["b", "b", "b"]
    strong = b.channel_rates(0.9, W, 1.0, xi=1.0, Xi=0.8, s=0.5, d=2, form="leading")
    assert strong.dominant.tolist() == ["c", "c", "c"]
    assert not strong.weak.any() and weak.weak.all()


@pytest.mark.parametrize("d", [1, 2])
def test_at_full_bandwidth_one_flip_is_enough(d):
    for form in ("full", "leading"):
        rates = b.channel_rates(1e-4, 1.0, 1.0, xi=0.7, Xi=0.5, s=0.5, d=d, form=form)
        assert rates.ln_b == pytest.approx(np.log(1e-8))
        assert rates.ln_c == pytest.approx(np.log(1e-8))
        assert rates.at_least_one and rates.order_c == 1.0


def test_tunnelling_off_resonance():
    found = b.detuned_tunnelling(1e-3, 0.01, np.array([0.02, 0.1, 0.5, 2.0]), W=1.0, Gamma=0.05)
    assert found.density_of_states == pytest.approx([0.25, 0.01, 4e-4, 0.0], rel=1e-6, abs=0)
    assert found.rate == pytest.approx(1e-6 * found.density_of_states, rel=1e-6, abs=0)
    assert found.perturbative.tolist() == [False, True, True, True]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: b.channel_rates(1e-4, 2.0, 1.0, 1.0, 0.5, 1.0, 1), "W=2 exceeds Delta=1"),
        (lambda: b.channel_rates(0.0, 0.1, 1.0, 1.0, 0.5, 1.0, 1), "gamma=0 must be"),
        (lambda: b.channel_rates(1e-4, 0.1, 1.0, 1.0, 0.5, 1.2, 1), r"s=1.2 must lie in \(0, 1\]"),
        (lambda: b.channel_rates(1e-4, 0.1, 1.0, 1.0, 0.5, 1.0, 1.5), "d=1.5 must be an integer"),
        (lambda: b.channel_rates(1e-4, 0.1, 1.0, 1.0, 0.5, 1.0, 1, "both"), "use 'full' or"),
        (lambda: b.gaussian_bath_rate(1, 1e-4, [0.1, 2.0], 1.0, 0.5, 1.0), "W=2 exceeds Delta=1"),
        (lambda: b.gaussian_bath_optimum(1e-4, 2.0, [3.0, 1.0], 0.5, 1.0), "W=2 exceeds Delta=1"),
        (lambda: b.lorentzian_bath_rate(1, 1e-4, 2.0, 1.0, 0.5, 3.0), "W=2 exceeds Delta=1"),
        (lambda: b.lorentzian_bath_optimum(1e-4, 2.0, 1.0, 0.5, 3.0), "W=2 exceeds Delta=1"),
        (lambda: b.lorentzian_bath_rate(1, 1e-4, 0.1, 1.0, 0.5, 1.0), "K=1.0 must exceed 1"),
        (
            lambda: b.lorentzian_bath_optimum(1e-4, 0.1, 1.0, 0.5, 3.0, cutoff=0.01),
            "cutoff=0.01 is outside .* choose it between W and Delta",
        ),
        (lambda: b.detuned_tunnelling(1.0, 0.1, 0.0, 1.0), "dw=0 is on resonance"),
        (lambda: b.echo(-1.0, 10.0, 1.0, 1.0, 1), "t=-1.0 must be"),
        (lambda: b.lineshape_exact(1.0, [1.0, 2.0], 1.0, 1.0, 1), "must be single numbers"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_a_whole_order_that_rounding_has_lifted():
    """ln 125/ln 5 is 3 but for rounding."""
    best = b.lorentzian_bath_optimum(1e-4, 1e-6, 1.0, 0.5, 5.0, cutoff=1 / 125, integer=True)
    assert (best.order, best.ln_rate) == (3.0, pytest.approx(-34.5796, abs=1e-4))


def test_a_whole_order_near_the_peak_is_collective_still():
    """Section 1.6: wings cut below the peak do not decide, though its whole order is theirs too."""
    K, strength = 3.0, 1.2
    peak = (np.log(1e3) + 0.5 * np.log(strength - 1)) / np.log(K)  # 5.555
    arguments = (1e-4, 1e-3, 1.0, strength / np.log(K), K)
    for n0, order, regime in ((5.3, 6.0, "collective"), (5.7, 6.0, "cutoff"), (6.2, 7.0, "cutoff")):
        best = b.lorentzian_bath_optimum(*arguments, cutoff=K**-n0, integer=True)
        assert (best.order, best.regime) == (order, regime)
        smooth = b.lorentzian_bath_optimum(*arguments, cutoff=K**-n0)
        assert smooth.order == pytest.approx(max(peak, n0), rel=1e-12)
        assert smooth.regime == regime


def test_matrix_elements_counted_per_site():
    """Section 1.5: the formulas with s Xi for Xi, m = ln(s Xi Delta^2/W^2)/(2 s)."""
    Xi, s = 0.9, 0.6
    best = b.gaussian_bath_optimum(GAMMA, W, DELTA, Xi, s, convention="per_site")
    assert best.order == pytest.approx(np.log(s * Xi / W**2) / (2 * s), rel=1e-12)
    exponent = 2 * best.order / Xi + (np.exp(-s * best.order) / W) ** 2
    assert best.ln_rate == pytest.approx(np.log(GAMMA**2 / W) - exponent, rel=1e-12)
    wide = b.gaussian_bath_optimum(GAMMA, 1.0, 1.0, Xi, s)
    assert (wide.order, wide.regime) == (0.0, "boundary")
    assert wide.ln_rate == pytest.approx(2 * np.log(GAMMA) - 1.0)
