"""The disordered continuum: limits, powers, bounds and monotony that the notes state."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from continuum_systems import (
    FILM,
    LORENTZIAN,
    UNITARY,
    WHITE,
    conventions,
    correlated,
    fractions,
    wire,
)
from hypothesis import example, given, strategies as st
from scipy.integrate import quad, simpson

from mbltn.theory import continuum as c


@given(st.floats(0.3, 10), st.floats(0.05, 0.4), st.sampled_from([0.5, 2.0]))
@example(8.12109375, 0.05, 0.5)
def test_localization_lengths_from_the_correlator(eps, d, m):
    """Section 1: xi = v^2/w~(2k), w~(q) = int <U(x) U(0)> cos(q x) dx."""
    q, w = 2 * np.sqrt(2 * m * eps), 1.3
    # To infinity QUADPACK's extrapolation divides by zero at some d for what falls exponentially.
    correlators = {
        "lorentzian": (np.inf, lambda x: w * d / (np.pi * (x**2 + d**2))),
        "exponential": (40 * d, lambda x: w / (2 * d) * np.exp(-x / d)),
    }
    for kind, (end, correlator) in correlators.items():
        transform = 2 * quad(correlator, 0, end, weight="cos", wvar=q, epsabs=1e-12)[0]
        xi = 2 * eps / m / transform
        assert c.xi_1d(eps, c.Correlator(kind, w, d), m) == pytest.approx(xi, rel=1e-5)


@given(correlated, st.floats(0.3, 30))
def test_short_correlations_are_white_noise(kind, eps):
    lengths = [c.xi_1d(eps, c.Correlator(kind, 1.3, d), 2.0) for d in (0.0, 1e-9)]
    assert lengths == pytest.approx([eps / 1.3] * 2, rel=1e-6)
    assert c.Correlator(kind, 1.3, 0.0).is_white


def test_the_density_of_pairs_by_brute_force():
    """B eq 3 over both variables, with int f (1 - f(eps - u)) deps = u/(e^(u/T) - 1)."""
    T, cut = 0.05 * WHITE.Delta_c, WHITE.xi_c
    u = np.geomspace(1e-7 * T, WHITE.Delta_c, 1001)[:-1]
    x = np.linspace(cut, 120 * WHITE.xi_c, 4001)
    S = simpson([c.S_mott(WHITE, x, omega) for omega in u], x=x, axis=1)
    found = -2 * 2 * simpson(u / np.expm1(u / T) * S, x=u)
    assert found == pytest.approx(c.n_T_integral(WHITE, T, cut), rel=1e-4)


def test_the_density_of_pairs_approaches_its_limit():
    ratios = [
        c.n_T_integral(WHITE, tau * WHITE.Delta_c, WHITE.xi_c) / c.n_T(WHITE, tau * WHITE.Delta_c)
        for tau in (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-5, 1e-8)
    ]
    assert np.all(np.diff(ratios) > 0) and ratios[-1] < 1
    assert ratios[-1] > 0.999813  # at 1e-6, from section 2


def test_powers_of_white_noise():
    """Section 3: N_eff ~ eps, Delta_3hc and V_hc ~ eps^(-3/2), the decay ratio falls as 1/eps."""
    eps = np.array([10.0, 1000.0])
    powers = {c.N_eff: 1.0, c.delta_3hc: -1.5, c.V_hartree: -1.5, c.rate_ratio: -1.0}
    for function, power in powers.items():
        low, high = function(WHITE, eps, 0.05)
        assert np.log(high / low) / np.log(100) == pytest.approx(power)


def test_at_a_constant_localization_length_eta_falls_as_one_over_eps():
    """Section 5: F ~ 1/eps, so that hot electrons are no better than those at eps_F."""
    par = c.Wire(5.0, correlator=c.Correlator("custom", 1.0, ln_F=lambda eps: -np.log(eps)))
    assert c.xi_1d(7.0, par.correlator) == pytest.approx(c.xi_1d(700.0, par.correlator))
    assert c.eta(par, 10.0, 0.01) == pytest.approx(10 * c.eta(par, 100.0, 0.01))


@given(conventions, st.floats(1e-6, 0.999), st.floats(0.01, 30))
def test_chi_has_a_minimum_and_eta_a_maximum(convention, fraction, u):
    """Section 3: chi >= 3 e w/(|u| Delta_c); section 5: eta(eps_F) <= c alpha_c/(3 e), 4 .../9e^2.

    Both are reached at T = e^(-D/3) Delta_c.
    """
    par = wire("exponential", u=u, convention=convention)
    least = 3 * np.e / (u * par.Delta_c)
    assert c.chi(par, fraction * par.Delta_c) >= least * (1 - 1e-12)
    assert c.chi(par, np.exp(-1 / 3) * par.Delta_c) == pytest.approx(least)
    factor = 1.0 if convention == "paper" else 4 * np.pi**2 / 3
    most = factor * c.alpha(par, 5.0) / (3 * np.e)
    assert c.eta(par, 5.0, fraction * par.Delta_c) <= most * (1 + 1e-12)
    assert c.eta(par, 5.0, np.exp(-1 / 3) * par.Delta_c) == pytest.approx(most)
    film = replace(FILM, alpha=u, convention=convention)
    most = (1.0 if convention == "paper" else 4.0) * 4 * u / (9 * np.e**2)
    assert c.eta(film, 1.0, fraction * film.Delta_c) <= most * (1 + 1e-12)
    assert c.eta(film, 1.0, np.exp(-2 / 3) * film.Delta_c) == pytest.approx(most)


@pytest.mark.parametrize(
    ("convention", "of_wire", "of_film"), [("paper", 8.15, 16.6), ("full", 0.62, 4.16)]
)
def test_from_which_interaction_on_nothing_is_localized(convention, of_wire, of_film):
    """Section 5: alpha_c above these numbers of three digits."""
    rho = 1 / (np.pi * np.sqrt(10))
    for step, regime in ((0.99, "threshold"), (1.01, "not localized at eps_F")):
        par = wire("exponential", u=step * of_wire / rho, convention=convention)
        assert c.threshold(par, np.exp(-1 / 3) * par.Delta_c).regime == regime
        film = replace(FILM, alpha=step * of_film, convention=convention)
        assert c.threshold(film, np.exp(-2 / 3) * film.Delta_c).regime == regime


@given(correlated, conventions, st.booleans())
def test_thresholds_fall_with_temperature(kind, convention, field):
    film = replace(UNITARY if field else FILM, convention=convention)
    for par in (wire(kind, convention=convention), film):
        T = np.geomspace(1e-6, 0.99 * np.exp(-par.dim / 3), 8) * par.Delta_c
        for form in ("exact", "leading", "bethe"):
            found = c.threshold_bethe(par, T) if form == "bethe" else c.threshold(par, T, form)
            assert np.all(np.diff(found.ln_eps) <= 1e-9)
            assert np.all(np.diff(c.ln_sigma(par, T, form)) > 0)
        assert np.all(found.ln_eps >= np.log(par.eps_F))


def test_thresholds_fall_with_the_interaction():
    for weak, strong in (
        (wire("lorentzian", u=0.1), wire("lorentzian", u=0.3)),
        (replace(FILM, alpha=0.01), FILM),
    ):
        T = 0.01 * weak.Delta_c
        assert c.threshold(weak, T).eps > c.threshold(strong, T).eps


def test_a_field_in_its_two_limits():
    """Section 4.1: L0 >> 2 (pi eps_F tau)^2 gives sqrt(L0/2)/(pi tau), else the shift is linear.

    The words of B have sqrt(L0)/(2 pi tau) in the first limit, smaller by the root of two.
    """
    cold = replace(UNITARY, eps_F=0.01)
    L0 = np.log(10) + 3 * np.log(1e100)
    leading, literal = (
        c.threshold(cold, 1e-100 * cold.Delta_c, form).eps for form in ("leading", "literal")
    )
    assert leading == pytest.approx(np.sqrt(L0 / 2) / np.pi, rel=1e-4)
    assert leading / (literal - 0.01) == pytest.approx(np.sqrt(2), rel=1e-4)
    clean = replace(UNITARY, eps_F=5.0)
    L0 = np.log(10) + 3 * np.log(10)
    shift = c.threshold(clean, 0.1 * clean.Delta_c, "leading").eps - 5.0
    assert shift == pytest.approx(L0 / (4 * np.pi**2 * 5.0), rel=0.01)


@given(conventions, st.booleans(), st.floats(1e-8, 1e-3))
def test_decay_at_the_threshold_of_a_film(convention, field, fraction):
    """Section 3.4: (V/Delta_3)^2/N_eff = 16/N_eff in "paper", 1/N_eff in "full"; it grows above."""
    par = replace(UNITARY if field else FILM, convention=convention)
    T = fraction * par.Delta_c
    eps = c.threshold(par, T).eps
    ratio = c.rate_ratio(par, [eps, 1.2 * eps], T)
    assert ratio[0] * c.N_eff(par, eps, T) == pytest.approx(16 if convention == "paper" else 1)
    assert ratio[1] > ratio[0]


@given(st.floats(0.01, 100), st.floats(0.1, 10), fractions, st.booleans())
def test_films_know_only_ratios_of_energies(unit, mass, fraction, field):
    """Energies times `unit` and any mass: tau takes the unit, alpha has none."""
    one = UNITARY if field else FILM
    other = replace(one, eps_F=unit * one.eps_F, tau=one.tau / unit, m=mass)
    T, eps = fraction * one.Delta_c, 1.7
    assert other.Delta_c == pytest.approx(unit * one.Delta_c)
    for function in (c.eta, c.N_eff, c.rate_ratio):
        assert function(other, unit * eps, unit * T) == pytest.approx(function(one, eps, T))
    for function in (c.threshold, c.threshold_bethe):
        ln_eps = function(other, unit * T).ln_eps - function(one, T).ln_eps
        assert ln_eps == pytest.approx(np.log(unit), abs=1e-8)
    assert c.ln_sigma(other, unit * T) == pytest.approx(c.ln_sigma(one, T), rel=1e-8)


@given(conventions, st.booleans(), st.floats(1e-6, 0.1))
def test_the_bethe_threshold_of_a_film(convention, field, fraction):
    par = replace(UNITARY if field else FILM, convention=convention)
    T = fraction * par.Delta_c
    found = c.threshold_bethe(par, T)
    number = c.N_eff(par, found.eps, T)
    assert c.eta(par, found.eps, T) * np.log(number) == pytest.approx(1.0, rel=1e-6)
    assert number > 1


def test_a_bethe_lattice_of_strong_interactions_is_not_localized_at_all():
    """White noise, alpha_c = 1, T = 0.9 Delta_c: eta = 1.01, N_eff = 5.3."""
    par = wire(u=np.pi * np.sqrt(10), convention="full")
    T = 0.9 * par.Delta_c
    eta = 4 * np.pi**2 / 3 * 0.9**3 * np.log(1 / 0.9)
    assert eta * np.log(2 * np.pi**2 / 3 * 0.9**2) > 1
    found = c.threshold_bethe(par, T)
    assert (found.regime, found.eps) == ("not localized at eps_F", pytest.approx(5.0))


def test_densities_of_hot_electrons():
    """B eq 17 at the thresholds of rows 8 and 12, rho_h = 1/(pi v_h) and m/(2 pi)."""
    expected = np.log(0.1 / (np.pi * np.sqrt(2 * 78.39577884))) - 733.9577884
    assert c.ln_n_h(LORENTZIAN, 0.1) == pytest.approx(expected, rel=1e-8)
    T = 1e-6
    for form, eps in (("exact", 4.579520683), ("leading", 5.509456449)):
        expected = np.log(T / (2 * np.pi)) - (eps - 1) / T
        assert c.ln_n_h(FILM, T, form) == pytest.approx(expected, rel=1e-8)
    bethe = wire("exponential", convention="full")
    expected = np.log(0.1 / (np.pi * np.sqrt(2 * 45.07407420))) - 400.7407420
    assert c.ln_n_h(bethe, 0.1, "bethe") == pytest.approx(expected, rel=1e-7)
