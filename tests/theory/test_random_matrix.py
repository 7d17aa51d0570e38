"""Random-matrix theory of bath and spins (E): tabulated values, closed forms, brute force, limits.

Rows are those of the theory notes on avalanches.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from mbltn.errors import InvalidInput
from mbltn.theory import bubble, random_matrix as rmt

LOG2 = np.log(2)


def lorentzian(w, half_width):
    return half_width / np.pi / (w**2 + half_width**2)


def semicircle(w, R=2.0):
    return 2 / (np.pi * R**2) * np.sqrt(np.maximum(R**2 - w**2, 0))


def on_grid(half_width, reach=400.0, step=0.02):
    return rmt.sampled(lambda w: lorentzian(w, half_width), reach, step)


# -- one spin --------------------------------------------------------------------------------------


def test_row_17():
    assert rmt.hybridisation(0.2, 0.06, 30.0) == pytest.approx(0.268328157300, rel=1e-11)
    assert rmt.half_width(0.2, 0.06) == pytest.approx(0.007539822369, rel=1e-9)
    assert rmt.spin_line(2.0, 1.0, 0.1) == pytest.approx(0.797759191059, rel=1e-11)


@given(st.floats(1e-3, 2), st.floats(1e-3, 2), st.floats(1, 1e4))
def test_G_squared_is_the_width_in_levels(g, v, rho):
    G = rmt.hybridisation(g, v, rho)
    assert rho * rmt.half_width(g, v, pi_factor=False) == pytest.approx(G**2, rel=1e-12)
    assert rmt.half_width(g, v) == pytest.approx(np.pi * G**2 / rho, rel=1e-12)
    # mean and root of the mean square of a normal number
    assert rmt.reduced_coupling(G) ** 2 == pytest.approx(2 * G**2 / np.pi, rel=1e-12)


@pytest.mark.parametrize("w_h", [0.02, 1.3])
def test_lines_are_normalised(w_h):
    assert quad(rmt.lorentzian, -np.inf, np.inf, args=(w_h,))[0] == pytest.approx(1, rel=1e-7)
    k = rmt.lorentzian(np.array([0.0, w_h]), w_h)
    assert k[1] == pytest.approx(k[0] / 2)
    line = sum(
        quad(rmt.spin_line, a, b, args=(1.0, w_h), limit=200)[0]
        for a, b in ((-np.inf, -2), (-2, 0), (0, 2), (2, np.inf))
    )
    assert line == pytest.approx(1, rel=1e-7)


# -- structure factors -----------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), [(1.0, 0.3), (0.2, 0.2), (2.0, 1.5)])
def test_lorentzians_add_their_half_widths(a, b):
    found = rmt.bath_update(on_grid(a), b)
    w = found.frequencies
    expected = lorentzian(w, a + 2 * b)
    inside = abs(w) < 100
    # the lost tails are put back in proportion; the missing ones are 2 (a + 2b)/(pi reach)
    assert found.lost == pytest.approx(2 * (a + 2 * b) / (np.pi * 400), rel=0.1)
    assert found.values[inside] * (1 - found.lost) == pytest.approx(expected[inside], rel=0.05)
    core = abs(w) < 4 * (a + 2 * b)
    assert found.values[core] * (1 - found.lost) == pytest.approx(expected[core], rel=2e-3)


def test_updates_keep_the_weight():
    v = rmt.sampled(semicircle, 40.0, 0.01)
    assert v.weight == pytest.approx(1, abs=1e-12)
    # the edges of a square root cost (step/R)^(3/2) = 4e-4
    assert v.weight_of_square == pytest.approx(16 / (3 * np.pi**2 * 2.0), rel=4e-4)
    assert v.at(0.3) == pytest.approx(semicircle(0.3), rel=1e-3) and v.at(50.0) == 0
    for updated in (
        rmt.bath_update(v, 0.1),
        rmt.bath_update(rmt.bath_update(v, 0.1), 3.0),
        rmt.spin_update(v, 1.0, 0.1),
        rmt.back_reaction(v, 0.1, 0.5, 2.0, 1.0),
    ):
        assert updated.weight == pytest.approx(1, abs=1e-12)
        assert updated.values.min() >= 0
    left = rmt.back_reaction(v, 0.1, 0.5, 2.0, 1.0, renormalise=False)
    assert left.weight == pytest.approx(1 - 1.5 * (0.5 / 2.0) ** 2, rel=1e-12)


def test_an_update_by_direct_convolution():
    """The semicircle has no tails: no weight is lost but that of k."""
    v, b = rmt.sampled(semicircle, 60.0, 0.02), 0.4
    found = rmt.bath_update(v, b)
    for w in (0.0, 1.1, 2.4, 7.0):
        direct = quad(lambda x, w=w: semicircle(x) * lorentzian(w - x, 2 * b), -2, 2)[0]
        at = found.values[round(w / 0.02) + len(found.values) // 2]
        assert at * (1 - found.lost) == pytest.approx(direct, rel=1e-3)


def test_the_weight_that_falls_off_the_grid():
    """Of the lines as they are, cut to the grid after each convolution."""
    step, reach, b = 0.05, 10.0, 1.0
    w = step * np.arange(-200, 201)
    left, k = lorentzian(w, 0.5), lorentzian(w, b)
    for _ in range(2):
        left = np.convolve(left, k)[200:-200] * step
    found = rmt.bath_update(on_grid(0.5, reach, step), b)
    assert found.lost == pytest.approx(1 - left.sum() * step, rel=1e-9)
    assert found.values * (1 - found.lost) == pytest.approx(left, rel=1e-9)


def test_the_line_of_the_spin_on_a_grid():
    v = on_grid(1.0)
    found = rmt.spin_update(v, 1.0, 0.2)
    w = found.frequencies
    # a bath update of two delta peaks, E section II D
    peaks = np.where(np.isclose(abs(w), 2.0), 0.5 / v.step, 0.0)
    updated = rmt.bath_update(rmt.StructureFactor(v.step, peaks), 0.2)
    core = abs(w) < 20
    assert found.values[core] == pytest.approx(updated.values[core], rel=2e-3)
    assert found.values[core] * (1 - found.lost) == pytest.approx(
        rmt.spin_line(w[core], 1.0, 0.2), rel=1e-12
    )


@pytest.mark.parametrize("w_h", [0.3, 2.0])
def test_the_cut_line_twice(w_h):
    """k0 * k0 by quadrature."""
    for x in (0.0, 0.4, 1.0, 1.7, 1.99):
        direct = quad(
            lambda y, x=x: 4 * lorentzian(y, w_h) * lorentzian(x * w_h - y, w_h),
            (x - 1) * w_h,
            w_h,
        )[0]
        found = rmt.cut_twice(np.array([x * w_h, -x * w_h]), w_h)
        assert found == pytest.approx([direct, direct], rel=1e-9)
    assert rmt.cut_twice(np.array([2.001 * w_h]), w_h) == 0
    whole = quad(lambda y: float(rmt.cut_twice(np.array(y), w_h)), -2 * w_h, 2 * w_h, points=[0])[0]
    assert whole == pytest.approx(1, rel=1e-8)


def test_peaks_of_the_back_reaction():
    v, g, xi_v, h, w_h = on_grid(2.0, 100.0, 0.01), 0.5, 2.0, 1.0, 0.1
    W = rmt.depletion(g, xi_v, h)
    assert W == (0.5 / 2.0) ** 2
    assert rmt.depletion(g, xi_v, -4.0) == (0.5 / 4.0) ** 2
    smooth, found = rmt.bath_update(v, w_h), rmt.back_reaction(v, w_h, g, xi_v, h)
    w = v.frequencies
    beside = np.minimum(abs(w - 2 * h), abs(w + 2 * h)) > 2 * w_h
    assert found.values[beside] == pytest.approx((1 - 2 * W) * smooth.values[beside], rel=1e-12)
    for centre in (2 * h, -2 * h):
        near = abs(w - centre) <= 2 * w_h + 1e-9
        excess = (found.values - (1 - 2 * W) * smooth.values)[near].sum() * v.step
        assert excess == pytest.approx(W, rel=1e-9)


# -- chains and balls ------------------------------------------------------------------------------


def test_row_12():
    assert rmt.crossover_length([1.0, 3.0], 6) == pytest.approx([3.182365314207, np.inf], rel=1e-11)
    assert rmt.crossover_without_cooperation(1.0, 6) == pytest.approx(2.079441541680, rel=1e-11)


@pytest.mark.parametrize(
    ("zeta", "l_b", "d", "ball", "expected"),
    [
        (1.0, 1.0, 2, None, np.inf),
        (0.1, 1.0, 2, None, 0.141995300664),
        (0.05, 1.0, 3, None, 0.095407111419),
        (1.0, 4.0, 1, None, 9.035565413084),
        (1.0, 4.0, 1, 1.0, 2.121576876138),
    ],
)
def test_row_13(zeta, l_b, d, ball, expected):
    assert rmt.crossover_radius(zeta, l_b, d, ball=ball) == pytest.approx(expected, rel=1e-9)


@given(st.floats(0.05, 6), st.floats(0.1, 30), st.floats(0.05, 1.2))
def test_the_flow_ends_at_the_crossover_length(zeta, l_b, s):
    """One spin at a time, from G_1 = e^(s l_b/2)."""
    G1 = np.exp(s * l_b / 2)
    l_c = rmt.crossover_length(zeta, l_b, s)
    assert rmt.absorbed_lbits(G1, zeta, s) == pytest.approx(l_c, rel=1e-9)
    assert rmt.crossover_radius(zeta, l_b, 1, s, ball=1.0) == pytest.approx(l_c, rel=1e-12)
    alone = rmt.crossover_without_cooperation(zeta, l_b, s)
    assert alone < l_c
    if not np.isfinite(l_c):
        assert 2 / zeta <= s
        return
    assume(l_c < 400)
    G, count = G1, 0
    while G > 1:
        G *= np.exp(-1 / zeta) * np.exp(s / 2)
        count += 1
    assert count == pytest.approx(l_c, abs=1 + 1e-9)
    assert rmt.hybridisation_along_chain(G1, l_c, zeta, s) == pytest.approx(1, rel=1e-9)
    # the grain alone: its density of levels does not grow
    assert G1 * np.exp(-alone / zeta) == pytest.approx(1, rel=1e-9)


def test_limits_of_the_crossover_length():
    assert rmt.crossover_length([0.5, 5.0], 0).tolist() == [0.0, 0.0]
    assert rmt.crossover_length(2 / LOG2, 1) == np.inf
    assert rmt.crossover_length(1e-6, 6) == pytest.approx(
        rmt.crossover_without_cooperation(1e-6, 6), rel=1e-6
    )
    assert rmt.absorbed_lbits([0.5, 1.0, 1.5], [1.0, 9.0, 9.0]).tolist() == [0, 0, np.inf]
    # two sides: zeta < 1/log 2
    lengths = rmt.crossover_radius([0.999 / LOG2, 1.001 / LOG2], 1.0, 1)
    assert np.isfinite(lengths).tolist() == [True, False]
    grains = rmt.largest_contained_grain(np.array([0.999, 1.001]) / LOG2, 1)
    assert grains.tolist() == [np.inf, 0.0]
    assert rmt.crossover_radius([0.1, 9.0], 0.0, 2).tolist() == [0.0, 0.0]


def condition(l, zeta, l_b, d, s, ball):  # noqa: E741
    return ball * (l_b + l) ** d * s - 2 * l / zeta


@given(st.floats(0.02, 2), st.floats(0.05, 5), st.integers(2, 4), st.floats(0.2, 1))
def test_the_radius_by_a_scan(zeta, l_b, d, s):
    ball = rmt.unit_ball(d)
    found = rmt.crossover_radius(zeta, l_b, d, s)
    largest = rmt.largest_contained_grain(zeta, d, s)
    assume(abs(l_b / largest - 1) > 1e-6)
    assert np.isfinite(found) == (l_b < largest)
    # beyond (2/(zeta C s))^(1/(d-1)) the volume has won
    end = (2 / (zeta * ball * s)) ** (1 / (d - 1))
    l = np.linspace(0, end, 20001)  # noqa: E741
    below = condition(l, zeta, l_b, d, s, ball) <= 0
    if not np.isfinite(found):
        assert not below.any()
        return
    assert condition(found, zeta, l_b, d, s, ball) == pytest.approx(0, abs=1e-9 * (1 + 2 / zeta))
    before = found * np.linspace(0, 1 - 1e-4, 1001)
    assert np.all(condition(before, zeta, l_b, d, s, ball) > 0)
    if below.any():
        assert found <= l[np.argmax(below)] * (1 + 1e-9)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("distance", [1e-2, 1e-5, 1e-9])
def test_the_radius_where_root_and_minimum_nearly_coincide(d, distance):
    zeta, ball = 0.1, rmt.unit_ball(d)
    l_b = (1 - distance) * rmt.largest_contained_grain(zeta, d)
    lowest = (2 / (zeta * ball * LOG2 * d)) ** (1 / (d - 1)) - l_b
    root = brentq(condition, 0, lowest, args=(zeta, l_b, d, LOG2, ball), xtol=1e-15)
    assert rmt.crossover_radius(zeta, l_b, d) == pytest.approx(root, rel=1e-7)
    over = (1 + distance) * rmt.largest_contained_grain(zeta, d)
    assert rmt.crossover_radius(zeta, over, d) == np.inf


huge = st.floats(-200, 200).map(lambda exponent: 10.0**exponent)


@pytest.mark.filterwarnings("error")
@given(huge, huge, st.integers(1, 4), st.floats(0.2, 1))
def test_very_large_and_very_small_lengths(zeta, l_b, d, s):
    """The root satisfies its equation in numbers of wider range: 1e4932."""
    found, largest = rmt.crossover_radius(zeta, l_b, d, s), rmt.largest_contained_grain(zeta, d, s)
    ball, slope = np.longdouble(rmt.unit_ball(d) * s), 2 / np.longdouble(zeta)
    if d > 1:
        exact = (1 - np.longdouble(1) / d) * (slope / (ball * d)) ** (np.longdouble(1) / (d - 1))
        with np.errstate(over="ignore"):
            assert largest == pytest.approx(float(exact), rel=1e-9, abs=0)
    assume(abs(l_b / largest - 1) > 1e-6 if np.isfinite(largest) and largest else True)
    if found < np.inf:
        assert l_b < largest
        assume(found > 1e-300)
        whole = ball * (np.longdouble(l_b) + np.longdouble(found)) ** d
        assert float(whole / (slope * np.longdouble(found))) == pytest.approx(1, rel=1e-9)
    elif l_b < largest:  # beyond the largest float
        assert ball * np.longdouble(l_b) ** d > 1e307 * slope


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("d", [1, 2, 3])
def test_no_grain_and_no_end(d):
    """A grain of no spins thermalises nothing, even by couplings that do not decay."""
    assert rmt.crossover_radius([0.1, 1e200, np.inf], 0.0, d).tolist() == [0.0] * 3
    assert rmt.crossover_radius([1e200, np.inf], [1.0, 1e-200], d).tolist() == [np.inf] * 2
    assert rmt.crossover_length([1.0, np.inf], 0.0).tolist() == [0.0, 0.0]
    assert rmt.crossover_without_cooperation([np.inf, np.inf], [0.0, 1.0]).tolist() == [0, np.inf]
    assert rmt.crossover_without_cooperation(1e200, 1e200) == np.inf
    assert rmt.hybridisation_along_chain([0.0, 0.5], 5000, np.inf).tolist() == [0.0, np.inf]


@given(st.floats(0.02, 1), st.integers(1, 3), st.floats(0.05, 0.9), st.floats(1.02, 1.5))
def test_longer_couplings_and_larger_grains_reach_farther(zeta, d, part, factor):
    largest = rmt.largest_contained_grain(zeta, d)
    l_b = part * (3.0 if np.isinf(largest) else max(largest, 0.1))
    here = rmt.crossover_radius(zeta, l_b, d)
    assume(np.isfinite(here))
    assert rmt.crossover_radius(zeta * factor, l_b, d) > here
    assert rmt.crossover_radius(zeta, l_b * factor, d) > here
    assert rmt.crossover_radius(zeta, l_b, d, s=LOG2 / factor) < here


@pytest.mark.parametrize("d", [2, 3])
def test_the_largest_grain_beside_the_smallest_bubble(d):
    """C counts l-bits from a bubble of no extension: (d - 1)(d/(d-1))^d times E's spins."""
    xi, s = 0.01, LOG2
    ball = rmt.unit_ball(d)
    spins = ball * rmt.largest_contained_grain(xi, d, s) ** d
    exponent = -2 * bubble.log_weakest_ratio(xi, d, ball * s) / LOG2
    assert exponent / spins == pytest.approx((d - 1) * (d / (d - 1)) ** d, rel=1e-9)
    length = bubble.weakest_radius(xi, d, ball * s)
    assert rmt.largest_contained_grain(xi, d, s) == pytest.approx((1 - 1 / d) * length, rel=1e-12)


def test_volumes_of_balls_and_shells():
    rng = np.random.default_rng(3)
    points = rng.uniform(-1, 1, (200_000, 3))
    for d in (1, 2, 3):
        inside = (np.sum(points[:, :d] ** 2, axis=1) < 1).mean()
        assert rmt.unit_ball(d) == pytest.approx(2**d * inside, rel=0.01)
    # lattice points of a shell, large enough that its surface counts little
    x = np.arange(-60, 61)
    r = np.sqrt(x[:, None] ** 2 + x[None] ** 2)
    counted = ((r > 20) & (r <= 50)).sum()
    assert rmt.shell_spins(30.0, 20.0, 2) == pytest.approx(counted, rel=0.01)
    assert rmt.shell_spins(0.0, 20.0, 3) == 0
    assert rmt.shell_spins(5.0, 3.0, 1, ball=1.0) == pytest.approx(5.0)
    # E section III C: pi 50^2 - 20^2
    assert rmt.shell_spins(30.0, 20.0, 2, printed=True) == pytest.approx(2500 * np.pi - 400)


# -- without l-bits --------------------------------------------------------------------------------


def test_a_chain_step_by_step():
    """E eqs 19, 20 with peaks of weight 1/2, by quadrature of k * k."""
    g, h, v0, rho0 = 0.2, np.array([1.0, 0.3, 0.8, -0.4]), 0.25, 2.0**20
    chain = rmt.chain_widths(g, h, v0, rho0)
    assert chain.half_widths[0] == pytest.approx(np.pi * g**2 * v0, rel=1e-12)
    for i in range(1, 4):
        w_h = chain.half_widths[i - 1]

        def k_twice(x, w_h=w_h):
            # symmetric about y = |x|/2, with decades of their own
            decades = np.geomspace(w_h, abs(x) / 2, 12)
            ends = [-np.inf, -100 * w_h, -w_h, 0, *decades]
            return 2 * sum(
                quad(lambda y: lorentzian(y, w_h) * lorentzian(abs(x) - y, w_h), a, b)[0]
                for a, b in pairwise(ends)
            )

        flip = 2 * h[i]
        v = 0.5 * (k_twice(flip - 2 * h[i - 1]) + k_twice(flip + 2 * h[i - 1]))
        assert chain.half_widths[i] == pytest.approx(np.pi * g**2 * v, rel=1e-5, abs=0)
    assert chain.level_density.tolist() == [2.0**21, 2.0**22, 2.0**23, 2.0**24]
    assert not chain.resonant.any() and not chain.stopped
    assert np.isnan(chain.smoothness[0]) and np.all(chain.smoothness[1:] < 0.2)
    for i in range(1, 4):
        w_h, at = chain.half_widths[i - 1], 2 * h[i] * np.array([1 - 1e-6, 1, 1 + 1e-6])
        below, v, above = rmt.spin_line(at, h[i - 1], w_h)
        slope = (above - below) / (at[2] - at[0])
        assert chain.smoothness[i] == pytest.approx(chain.half_widths[i] * abs(slope) / v, rel=1e-5)
    without = rmt.chain_widths(g, h, v0, rho0, pi_factor=False).half_widths
    # each step is linear in the width before it, up to its square
    assert chain.half_widths / without == pytest.approx(np.pi ** np.arange(1, 5), rel=0.02)
    printed = rmt.chain_widths(g, h, v0, rho0, norm="printed").half_widths
    assert printed / chain.half_widths == pytest.approx(2.0 ** np.arange(4), rel=0.02)


def test_E_eq_21():
    """Fields h/2 apart: w_i = g^2 w_{i-1}/(pi h^2) without the pi in w, (g/h)^2 w_{i-1} with it."""
    g, h = 1e-3, 1.0
    fields = [50.0, 50.0 + h / 2]  # the other peak is far away
    for pi_factor, ratio in ((False, g**2 / (np.pi * h**2)), (True, (g / h) ** 2)):
        w = rmt.chain_widths(g, fields, 1.0, 1e12, pi_factor).half_widths
        assert w[1] / w[0] == pytest.approx(ratio, rel=1e-3)
    zeta = rmt.effective_zeta(g, h)
    assert np.exp(-2 / zeta) == pytest.approx((g / h) ** 2, rel=1e-12)
    # 2^l_b (2 (g/h)^2)^l_c = 1 is E eq 16 for this zeta
    l_c = rmt.crossover_length(zeta, 10)
    assert 10 * LOG2 + l_c * np.log(2 * (g / h) ** 2) == pytest.approx(0, abs=1e-9)
    assert rmt.effective_zeta([1.0, 2.0], 1.0).tolist() == [np.inf, np.inf]
    assert np.exp(-rmt.effective_zeta(g, h, printed=True)) == pytest.approx(g / h)
    assert rmt.effective_zeta(2.0, 1.0, printed=True) == pytest.approx(-LOG2)


@given(
    st.floats(0.02, 0.3), st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=8), st.floats(1, 9)
)
def test_where_a_chain_stops(g, fields, log_rho):
    chain = rmt.chain_widths(g, fields, 0.5, np.exp(log_rho))
    n = len(chain.half_widths)
    levels = chain.half_widths * chain.level_density
    assert np.all(levels[:-1] >= 1) and chain.stopped == (levels[-1] < 1)
    assert chain.stopped or n == len(fields)
    for i in range(1, n):
        pair = abs(fields[i] - fields[i - 1]), abs(fields[i] + fields[i - 1])
        assert chain.resonant[i] == (min(pair) < chain.half_widths[i - 1])


# -- inverse participation ratios ------------------------------------------------------------------


@pytest.mark.parametrize("w_h", [0.05, 0.5])
def test_the_ipr_of_lorentzians_on_a_grid(w_h):
    v = rmt.spin_update(on_grid(1.0, 400.0, w_h / 20), 1.0, w_h)
    found = rmt.ipr_of_line(v, 1000.0) / (1 - v.lost) ** 2
    # at w_h = 1/2 the two peaks overlap
    assert found == pytest.approx(rmt.ipr_lorentzian(1000.0, w_h, h=1.0), rel=1e-3)
    alone = rmt.ipr_lorentzian(1000.0, w_h)
    assert alone == pytest.approx(8 * np.pi * 1000 * w_h, rel=1e-12)
    assert (found < 0.99 * alone) == (w_h == 0.5)
    # by definition: 100 even levels per energy, each with the share v/rho of the operator's weight
    shares = rmt.spin_line(np.arange(-4000, 4000, 0.01), 1.0, w_h)
    assert found / 10 == pytest.approx(shares.sum() ** 2 / np.sum(shares**2), rel=1e-3)
    assert rmt.ipr_of_line(v, 10.0, gaussian=True) == pytest.approx(rmt.ipr_of_line(v, 10.0) / 3)
    assert rmt.ipr_lorentzian(10.0, w_h, gaussian=True) == pytest.approx(80 * np.pi * w_h / 3)


def test_the_ipr_of_flat_peaks_and_of_a_semicircle():
    """int v^2 = 1/(4w) and, for the semicircle of radius R, 16/(3 pi^2 R)."""
    w, h = 0.25, 1.0
    flat = rmt.sampled(lambda x: 1.0 * (abs(abs(x) - 2 * h) < w), 4.0, 0.0005)
    assert rmt.ipr_of_line(flat, 200.0) == pytest.approx(rmt.ipr_flat(200.0, w), rel=2e-3)
    assert rmt.ipr_flat(200.0, w, gaussian=True) == pytest.approx(200 / 3)
    d, R = 64, 2.0
    v = rmt.sampled(semicircle, 2.5, 0.0005)
    # rho at the centre is 2 d/(pi R); E's constant density gives 3 pi/8 of d
    found = rmt.ipr_of_line(v, 2 * d / (np.pi * R))
    assert found == pytest.approx(3 * np.pi / 8 * d, rel=1e-5)


@given(
    st.integers(1, 8),
    st.integers(0, 10),
    st.integers(1, 9),
    st.floats(0.5, 5),
    st.floats(0.01, 0.5),
)
def test_the_log_ipr_along_a_chain(l_b, absorbed, i, zeta, ratio):
    """E eq 22 from IPR = 4 rho w_i, rho = 2^V/xi_v, w_i = g_i^2/xi_v, in units of xi_v."""
    V = l_b + absorbed
    w_i = (ratio * np.exp(-(i - 1) / zeta)) ** 2
    found = rmt.log_ipr_along_chain([0, i], l_b, absorbed, zeta, ratio)
    assert found == pytest.approx([V * LOG2, np.log(rmt.ipr_flat(2.0**V, w_i))], abs=1e-9)
    # E's sign exchanges g_1/xi_v for its inverse
    printed = rmt.log_ipr_along_chain([0, i], l_b, absorbed, zeta, ratio, printed=True)
    inverse = rmt.log_ipr_along_chain([0, i], l_b, absorbed, zeta, 1 / ratio)
    assert printed == pytest.approx(inverse, abs=1e-9)


def test_E_figure_4():
    """alpha = 3/4: 2 log(4/3) per l-bit, where exact numbers fall by 0.48."""
    zeta = 1 / np.log(4 / 3)
    D = rmt.log_ipr_along_chain(np.arange(1, 6), 6, 5, zeta, 0.2 / 2.1)
    assert np.diff(D) == pytest.approx([-0.575364] * 4, abs=1e-6)
    exact = [3.36, 2.92, 2.37, 1.86, 1.48]
    assert np.polyfit(range(5), exact, 1)[0] == pytest.approx(-0.48, abs=0.01)
    assert np.polyfit(range(5), exact, 1)[0] == pytest.approx(np.diff(D)[0], rel=0.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rmt.hybridisation(-0.1, 1.0, 1.0), "g=-0.1"),
        (lambda: rmt.hybridisation(0.1, 1.0, 0.0), "rho=0 must"),
        (lambda: rmt.half_width(0.1, -1.0), "v=-1.0"),
        (lambda: rmt.lorentzian(0.0, 0.0), "half_width=0"),
        (lambda: rmt.sampled(semicircle, 1.0, 3.0), "take a grid of 1 to"),
        (lambda: rmt.sampled(semicircle, np.inf, 1.0), "reach=inf must be a finite number"),
        (lambda: rmt.sampled(semicircle, 1e300, 1.0), r"holds 1e\+300 steps"),
        (lambda: rmt.sampled(lambda w: 1.0, 1.0, 0.1), r"gave shape \(\) for \(21,\)"),
        (lambda: rmt.sampled(lambda w: w[:3] ** 2, 1.0, 0.1), r"gave shape \(3,\) for \(21,\)"),
        (lambda: rmt.StructureFactor(0.1, np.ones(10)), r"values has shape \(10,\)"),
        (lambda: rmt.StructureFactor(0.1, np.ones((3, 3))), r"values has shape \(3, 3\)"),
        (lambda: rmt.StructureFactor(0.1, -np.ones(3)), "values=-1.0"),
        (lambda: rmt.StructureFactor(0.1, [0.0, np.inf, 0.0]), "values=inf"),
        (lambda: rmt.StructureFactor(0.0, np.ones(3)), "step=0"),
        (lambda: rmt.sampled(semicircle, [1.0, 2.0], 0.1), r"reach has shape \(2,\)"),
        (lambda: rmt.sampled(lambda w: 0 * w, 1.0, 0.1), "weight 0.0 on the grid"),
        (lambda: rmt.sampled(np.sin, 1.0, 0.1), "a structure factor is positive"),
        (lambda: rmt.bath_update(on_grid(1.0, 10.0, 0.1), 0.5), "below 8 steps"),
        (lambda: rmt.bath_update(on_grid(1.0, 10.0, 0.1), 50.0), "most of k is off the grid"),
        (lambda: rmt.spin_update(on_grid(1.0, 10.0, 0.01), 30.0, 0.1), "2h = 60.0, off a grid"),
        (lambda: rmt.spin_update(on_grid(1.0, 10.0, 0.1), -4.5, 1.0), "2h = -9.0, off a grid"),
        (lambda: rmt.spin_update(on_grid(1.0, 10.0, 0.1), 0.0, 50.0), "half width 100.0"),
        (lambda: rmt.depletion(2.0, 2.0, 1.0), "2 W = 2"),
        (lambda: rmt.back_reaction(on_grid(1.0, 10.0, 0.1), 1.0, 0.5, 2.0, 4.5), "off a grid"),
        (lambda: rmt.hybridisation_along_chain(1.0, np.inf, 1.0), "n=inf must be"),
        (lambda: rmt.crossover_length(0.0, 6), "zeta=0"),
        (lambda: rmt.crossover_radius(1.0, -1.0, 2), "l_b=-1.0"),
        (lambda: rmt.crossover_radius(1.0, 1.0, 0), "d=0 must be"),
        (lambda: rmt.chain_widths(0.1, [], 1.0, 1.0), "one a spin"),
        (lambda: rmt.chain_widths(0.1, [1.0], 1.0, 1.0, norm="x"), "norm='x'"),
        (lambda: rmt.log_ipr_along_chain(0.5, 1, 1, 1.0, 0.1), "i=0.5 must be integers"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
