"""White noise: Airy forms against mpmath, and what has no threshold there."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from continuum_systems import WHITE, conventions, fractions, wire
from hypothesis import given, strategies as st

from mbltn.errors import InvalidInput
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
    # Airy functions of scipy are good to 1e-11 at some energies, to 1e-13 at most.
    assert c.lyapunov_airy(eps) == pytest.approx(exponent, rel=2e-11, abs=0)
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


def test_there_is_no_threshold_to_look_at():
    found = c.threshold(WHITE, 0.05)
    assert (found.regime, found.eps) == ("marginal", np.inf)
    with pytest.raises(InvalidInput, match=r"T=0\.05 eta < 1 at all energies.*give the energy eps"):
        c.conditions(WHITE, 0.05)
    with pytest.raises(InvalidInput, match="eps=inf must be a finite number"):
        c.eta(WHITE, found.eps, 0.05)
    with pytest.raises(InvalidInput, match="eps=inf must be a finite number"):
        c.conditions(WHITE, 0.05, eps=[50.0, np.inf])


def test_conditions_at_an_energy():
    """The numbers of row 7: Delta_h = pi/10, xi_h = 100, v_h = 10, N_eff = 1/6."""
    found = {k: v.ratio for k, v in c.conditions(wire(convention="full"), 0.05, eps=50.0).items()}
    assert found == pytest.approx(
        {
            "T < Delta_c": 0.05 / 0.9934588266,
            "T < exp(-D/3) Delta_c": 0.05 * np.exp(1 / 3) / 0.9934588266,
            "Delta_h < T": 2 * np.pi,
            "l_M < xi_h": 0.5978339226,
            "l_M < v_h/T": 59.78339226 * 0.05 / 10,
            "T < eps - eps_F": 0.05 / 45,
            "1 < N_eff": 6.0,
            "alpha_c < 1": 0.3 / (np.pi * np.sqrt(10)),
            "a < xi_c": 0.0,
            "E* < eps_F": 0.2,
        },
        rel=1e-8,
    )


def test_nothing_conducts_and_the_limit_of_short_correlations_says_so():
    """eps0 (F* (4 - q) - 1) - eps_F grows as 1/d^2."""
    assert c.ln_sigma(WHITE, 0.05) == c.ln_n_h(WHITE, 0.05) == -np.inf
    assert c.activation_energy(WHITE, 0.05) == np.inf
    energies = [c.activation_energy(wire("exponential", d=d), 0.05) for d in (1e-4, 1e-5, 1e-6)]
    assert np.diff(np.log(energies)) == pytest.approx(np.log([100, 100]), rel=1e-4)
    with pytest.raises(InvalidInput, match="no threshold"):
        c.superactivation(WHITE, 0.05)


def test_a_list_of_temperatures_with_and_without_a_threshold():
    """ln F = 0.05 ln(1 + eps) does not reach ln F* = 33 at any energy of double precision."""
    slow = c.Correlator("custom", 1.0, ln_F=lambda eps: 0.05 * np.log1p(eps))
    par = c.Wire(5.0, u=0.3, correlator=slow)
    T = np.array([0.1, 1e-5]) * par.Delta_c
    assert c.threshold(par, T).regime.tolist() == ["threshold", "marginal"]
    energies = c.activation_energy(par, T)
    assert energies[0] == pytest.approx(c.activation_energy(par, T[0])) and np.isinf(energies[1])


@given(fractions, conventions)
def test_superactivation_on_a_bethe_lattice(fraction, convention):
    """ln eps_th = 1/eta - ln n_T + ..., 1/eta = A e^(3 D)/D and n_T ~ e^(-2 D), D = ln(Delta_c/T).

    The derivatives by D are done by hand; eps_th overflows, its logarithm does not.
    """
    par = wire(u=0.01, convention=convention)
    T, D = fraction * par.Delta_c, -np.log(fraction)
    found = c.superactivation(par, T, "bethe")
    inverse = 1 / c.eta(par, 5.0, T)
    power = 1 + (3 - 1 / D) * inverse + 2
    assert found.power == pytest.approx(power, rel=1e-6)
    bend = inverse * ((3 - 1 / D) ** 2 + 1 / D**2)
    assert found.growth == pytest.approx(power - 1 + bend / power, rel=1e-5)
    assert c.activation_energy(par, T, "bethe") == np.inf or c.threshold_bethe(par, T).eps < np.inf
