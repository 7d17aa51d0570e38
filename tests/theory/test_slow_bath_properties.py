"""What must hold of slow baths whatever their parameters: closed forms, units, limits, symmetry."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq

from mbltn.theory import slow_bath as b

units = st.floats(1e-20, 1e20)
lengths = st.floats(0.2, 5.0)
entropies = st.floats(0.05, 1.0)
dimensions = st.integers(1, 3)
narrowings = st.floats(1e-6, 1.0)  # W/Delta
lines = st.tuples(st.floats(1.1, 1e5), st.floats(0.1, 20), dimensions)  # J/Gamma0, A, d


# -- closed forms against their definitions --------------------------------------------------------


@given(narrowings, lengths, lengths, entropies, dimensions)
def test_channels_from_their_conditions(W, xi, Xi, s, d):
    """Sections 1.1 to 1.3: the distance, the block and the order that bring W, found as roots."""
    gamma = 1e-4
    R = brentq(lambda R: np.log(W) + d * np.log(R), 0.5, 1e7, xtol=1e-12)
    n = brentq(lambda n: np.exp(-s * n**d) - W, 0.0, 1e3, xtol=1e-13)
    m = brentq(lambda m: -s * m - np.log(m) - np.log(W), 1e-9, 1e4, xtol=1e-12)
    found = b.channel_rates(gamma, W, 1.0, xi, Xi, s, d)
    golden = np.log(gamma**2 / W)
    assert found.ln_a == pytest.approx(golden - 2 * R / xi, rel=1e-8)
    assert found.ln_b == pytest.approx(golden - 2 * n / xi - 2 * s * n**d / Xi, rel=1e-6)
    order = max(m, 1.0)
    assert found.order_c == pytest.approx(order, rel=1e-8)
    assert found.at_least_one == (m < 1)
    assert found.ln_c == pytest.approx(-np.log(W) + 2 * order * np.log(gamma), rel=1e-8)
    slow = b.channel_rates(gamma, W, 1.0, xi, Xi, s, d, form="leading")
    assert slow.ln_c <= found.ln_c + 1e-9 * abs(found.ln_c)


@given(st.floats(1e-6, 0.1), lengths, entropies)
def test_the_gaussian_optimum_in_closed_form(W, Xi, s):
    """Section 1.5: (gamma^2/W) (e Xi)^(-1/Xi) (W/Delta)^(2/Xi)."""
    best = b.gaussian_bath_optimum(1e-4, W, 1.0, Xi, s)
    assert best.regime == "interior"
    expected = np.log(1e-8 / W) - (1 + np.log(Xi)) / Xi + 2 / Xi * np.log(W)
    assert best.ln_rate == pytest.approx(expected, rel=1e-10)


@given(st.floats(1e-8, 1e-4), st.floats(1.3, 6.0), st.floats(1.2, 4.0))
def test_the_lorentzian_optimum_in_closed_form(W, K, strength):
    """Section 1.6, (A5) and the rate it has there."""
    best = b.lorentzian_bath_optimum(1e-4, W, 1.0, strength / np.log(K), K)
    if best.regime != "collective":
        assert np.log(1 / W) + 0.5 * np.log(strength - 1) <= np.log(K)
        return
    expected = np.log(1e-8 / W) + 2 / strength * np.log(W) - np.log(strength)
    expected += (1 - 1 / strength) * np.log(strength - 1)
    assert best.ln_rate == pytest.approx(expected, rel=1e-10)


@given(st.floats(1e-3, 1e3), st.floats(1e-6, 1e3))
def test_the_frozen_core_ends_where_the_coupling_is_W(gamma, W):
    """Section 2.8: gamma e^(-r) = W, and no core where gamma <= W already."""
    r = b.frozen_core_radius(gamma, W)
    assert gamma * np.exp(-r) == pytest.approx(min(gamma, W), rel=1e-12, abs=0)
    assert (r == 0) == (gamma <= W)


# -- echo and line ---------------------------------------------------------------------------------


@given(lines, st.lists(st.floats(-1, 1e3), min_size=2, max_size=20))
def test_more_and_more_neighbours_are_resolved(line, times):
    """n_fast grows from 1 to A ln^d(J/Gamma0)."""
    J, A, d = line
    counts = b.n_fast(np.sort(times), J, 1.0, A, d)
    assert np.all(np.diff(counts) >= 0) and counts[0] >= 1
    last = max(1.0, A * np.log(J) ** d)
    assert b.n_fast([1.0, np.inf], J, 1.0, A, d) == pytest.approx([last, last], rel=1e-12)


@given(lines, st.floats(0, 1e4), st.sampled_from(["printed", "pinned"]))
def test_the_line_is_even_and_a_lorentzian_at_each_frequency(line, w, variant):
    J, A, d = line
    found = b.lineshape([w, -w], J, 1.0, A, d, variant=variant)
    assert found[0] == found[1]
    width = b.linewidth(J, 1.0, A, d)
    slow = max(w, width) if variant == "pinned" else w
    x = b.n_fast(1 / slow if slow else np.inf, J, 1.0, A, d)
    assert found[0] == pytest.approx(x / (w**2 + x**2), rel=1e-12, abs=0)


@pytest.mark.parametrize(("J", "A", "d"), [(50.0, 4.0, 1), (300.0, 0.7, 2), (20.0, 2.0, 3)])
def test_the_transform_of_the_echo_by_plain_quadrature(J, A, d):
    first = np.exp(A ** (-1 / d)) / J
    for w in (0.0, 1.5, 12.0):
        panels = np.append(np.linspace(0, 1, 41), [2.0, 5.0, 50.0])
        panels = np.unique(np.append(panels, min(first, 1.0)))
        total = sum(
            quad(lambda t, w=w: np.cos(w * t) * b.echo(t, J, 1.0, A, d), *ends, limit=200)[0]
            for ends in pairwise(panels)
        )
        assert b.lineshape_exact(w, J, 1.0, A, d) == pytest.approx(total, abs=1e-9)


@given(lines, units)
def test_times_are_inverse_energies(line, unit):
    J, A, d = line
    t, w = np.array([0.0, 0.003, 0.4, 5.0]), np.array([0.0, 0.7, 30.0])
    one = b.n_fast(t, J, 1.0, A, d), b.echo(t, J, 1.0, A, d)
    other = [f(t / unit, J * unit, unit, A, d) for f in (b.n_fast, b.echo)]
    assert other[0] == pytest.approx(one[0], rel=1e-9, abs=1e-9)
    assert other[1] == pytest.approx(one[1], rel=1e-9, abs=1e-12)
    for width in (b.linewidth, b.linewidth_asymptote):
        assert width(J * unit, unit, A, d) / unit == pytest.approx(width(J, 1.0, A, d), rel=1e-9)
    for variant in ("printed", "pinned"):
        scaled = b.lineshape(w * unit, J * unit, unit, A, d, variant=variant) * unit
        assert scaled == pytest.approx(b.lineshape(w, J, 1.0, A, d, variant=variant), rel=1e-9)


def test_the_transform_in_another_unit():
    w, unit = np.array([0.0, 5.0, 40.0]), 1e-15
    scaled = b.lineshape_exact(w * unit, 100.0 * unit, unit, 4.0, 1) * unit
    assert scaled == pytest.approx(b.lineshape_exact(w, 100.0, 1.0, 4.0, 1), abs=1e-9)


# -- units of energy -------------------------------------------------------------------------------


@given(units, st.floats(1e-6, 0.5), lengths, entropies, st.booleans())
def test_the_optima_of_baths_in_any_unit(unit, W, Xi, s, integer):
    for optimum in (
        lambda gamma, W, Delta: b.gaussian_bath_optimum(gamma, W, Delta, Xi, s),
        lambda gamma, W, Delta: b.lorentzian_bath_optimum(gamma, W, Delta, Xi, 2.7),
        lambda gamma, W, Delta: b.lorentzian_bath_optimum(
            gamma, W, Delta, Xi, 2.7, cutoff=np.sqrt(W * Delta), integer=integer
        ),
    ):
        one, other = optimum(1e-4, W, 1.0), optimum(1e-4 * unit, W * unit, unit)
        assert other.ln_rate - one.ln_rate == pytest.approx(np.log(unit), abs=1e-7)


@given(units, st.floats(1e-3, 2.0), st.floats(0, 0.1))
def test_tunnelling_in_any_unit(unit, dw, Gamma):
    """The rate is an energy, the density of states an inverse one."""
    one = b.detuned_tunnelling(1e-3, 0.02, dw, 1.0, Gamma)
    other = b.detuned_tunnelling(1e-3 * unit, 0.02 * unit, -dw * unit, unit, Gamma * unit)
    if abs(dw - 1) > 1e-9:
        assert other.rate / unit == pytest.approx(one.rate, rel=1e-9, abs=0)
        assert other.density_of_states * unit == pytest.approx(
            one.density_of_states, rel=1e-9, abs=0
        )
    if min(abs(dw - 0.02), abs(dw - Gamma)) > 1e-9:
        assert other.perturbative == one.perturbative
