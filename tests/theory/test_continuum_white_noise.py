"""White noise: Airy forms against mpmath, and what has no threshold there."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mbltn.theory import continuum as c


def test_airy_row_2():
    assert c.lyapunov_airy([1.0, 5.0]) == pytest.approx([0.2060875254, 0.04981746769], rel=1e-8)
    assert c.ids_airy(5.0) == pytest.approx(1.007205041, rel=1e-8)


def test_the_exact_lyapunov_exponent_joins_the_born_one():
    """Section 1: 2 xi Lyap = .8244, .9558, .9963, .99994 at eps = 1, 2, 5, 20."""
    eps = np.array([1.0, 2.0, 5.0, 20.0])
    found = 2 * c.xi_1d(eps, c.Correlator("white", 1.0)) * c.lyapunov_airy(eps)
    assert found == pytest.approx([0.8244, 0.9558, 0.9963, 0.99994], abs=6e-5)


def by_mpmath(eps, m=1.0, w=1.0):
    """Lyapunov exponent and number of states, with digits to spare for what cancels."""
    with mpmath.workdps(60):
        g = 4 * mpmath.mpf(m) ** 2 * mpmath.mpf(w)
        z = -2 * mpmath.mpf(m) * mpmath.mpf(eps) * (2 / g) ** (mpmath.mpf(2) / 3)
        ai, bi = mpmath.airyai(z), mpmath.airybi(z)
        slopes = mpmath.airyai(z, derivative=1), mpmath.airybi(z, derivative=1)
        scale = (g / 2) ** (mpmath.mpf(1) / 3)
        norm = ai**2 + bi**2
        exponent = scale * (ai * slopes[0] + bi * slopes[1]) / norm
        return float(exponent), float(scale / (mpmath.pi**2 * norm))


@given(st.floats(-60, 60), st.floats(0.3, 3), st.floats(0.3, 3))
def test_lyapunov_exponent_and_states_by_mpmath(eps, m, w):
    exponent, states = by_mpmath(eps, m, w)
    assert c.lyapunov_airy(eps, m, w) == pytest.approx(exponent, rel=2e-12)
    assert c.ids_airy(eps, m, w) == pytest.approx(states, rel=2e-12, abs=1e-290)


@given(st.floats(-3, 10), st.sampled_from([1, -1]))
def test_far_above_and_below_the_bottom_of_the_band(digits, sign):
    eps = sign * 10.0**digits
    exponent, states = by_mpmath(eps)
    assert c.lyapunov_airy(eps) == pytest.approx(exponent, rel=2e-12)
    assert c.ids_airy(eps) == pytest.approx(states, rel=2e-12, abs=1e-290)


def test_airy_limits():
    """1/(4 e) and sqrt(e)/pi of a clean wire above, sqrt(2 m |eps|) and no states below."""
    assert c.lyapunov_airy([1e5, 1e100]) == pytest.approx([2.5e-6, 2.5e-101], rel=1e-14)
    assert c.ids_airy(1e100) == pytest.approx(np.sqrt(2e100) / np.pi, rel=1e-14)
    assert c.lyapunov_airy(-1e100) == pytest.approx(np.sqrt(2e100), rel=1e-14)
    assert c.ids_airy(-1e100) == 0.0
    rising = c.ids_airy(np.linspace(-8, 60, 4000))
    assert np.all(np.diff(rising) > 0)
    assert np.all(np.diff(c.lyapunov_airy(np.linspace(-8, 60, 4000))) < 0)
