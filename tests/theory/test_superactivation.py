"""Activation energies and how they grow on cooling (section 5 of the notes on the continuum)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from continuum_systems import (
    EXPONENTIAL,
    FILM,
    LORENTZIAN,
    UNITARY,
    conventions,
    correlated,
    wire,
)
from hypothesis import given, strategies as st

from mbltn.errors import InvalidInput
from mbltn.theory import continuum as c


@given(correlated, conventions, st.floats(0.002, 0.3))
def test_closed_activation_energies(kind, convention, fraction):
    """Section 5, against the numerical derivative of ln sigma in 1/T."""
    par = wire(kind, convention=convention)
    T, step = fraction * par.Delta_c, 1e-5
    slope = -(c.ln_sigma(par, T * (1 + step)) - c.ln_sigma(par, T * (1 - step))) / (
        1 / (T * (1 + step)) - 1 / (T * (1 - step))
    )
    assert c.activation_energy(par, T) == pytest.approx(slope, rel=1e-6)
    assert c.superactivation(par, T).growth > 0


def test_limits_of_superactivation():
    """Section 5: p -> 4 (exponential), p -> 1 (Lorentzian and films)."""
    powers = [c.superactivation(EXPONENTIAL, t * EXPONENTIAL.Delta_c).power for t in (1e-2, 1e-6)]
    assert powers[0] < powers[1] < 4 and powers[1] == pytest.approx(4, abs=0.1)
    for par in (LORENTZIAN, FILM):
        falling = [c.superactivation(par, t * par.Delta_c).power for t in (1e-2, 1e-6, 1e-12)]
        assert falling[0] > falling[1] > falling[2] > 1


def test_activation_of_a_film_row_15():
    assert c.activation_energy(FILM, 1e-6, "leading") == pytest.approx(4.986921, rel=1e-5)
    assert c.superactivation(FILM, 1e-6, "leading").power == pytest.approx(1.105881, rel=1e-5)


@given(st.booleans(), conventions, st.floats(1e-8, 0.3))
def test_activation_of_a_film_by_hand(field, convention, fraction):
    """y + ln y = ... + R (2 R in a field) with dR/d ln T = 2/D - 3, so y' = (2/D - 3) y/(1 + y)."""
    par = replace(UNITARY if field else FILM, convention=convention)
    T, D = fraction * par.Delta_c, -np.log(fraction)
    eps = c.threshold(par, T).eps
    y = (2 * np.pi * eps) ** 2 if field else 2 * np.pi * eps
    expected = eps - par.eps_F + eps * (3 - 2 / D) / (1 + y)
    assert c.activation_energy(par, T) == pytest.approx(expected, rel=1e-6)
    found = c.superactivation(par, T)
    assert found.power == pytest.approx(expected / (eps - par.eps_F), rel=1e-6)


@given(st.floats(1e-12, 0.5))
def test_activation_of_leading_forms_by_hand(fraction):
    """dL0/d ln T = -3 in sqrt(eps_F^2 + L0/(2 pi^2 tau^2)) and eps_F + sqrt(L0)/(2 pi tau)."""
    T, L0 = fraction * UNITARY.Delta_c, np.log(10) - 3 * np.log(fraction)
    eps = np.sqrt(0.6**2 + L0 / (2 * np.pi**2))
    leading = eps - 0.6 + 3 / (4 * np.pi**2 * eps)
    assert c.activation_energy(UNITARY, T, "leading") == pytest.approx(leading, rel=1e-6)
    literal = np.sqrt(L0) / (2 * np.pi) + 3 / (4 * np.pi * np.sqrt(L0))
    assert c.activation_energy(UNITARY, T, "literal") == pytest.approx(literal, rel=1e-6)
    found = c.superactivation(FILM, fraction * FILM.Delta_c, "leading")
    assert found.growth == pytest.approx(3 / (L0 + 3), rel=1e-5)


@given(conventions, st.floats(1e-6, 0.3))
def test_growth_of_the_activation_energy_by_hand(convention, fraction):
    """E_a = eps0 (F* (4 - 1/D) - 1) - eps_F with F* ~ e^(3 D)/D, D = ln(Delta_c/T)."""
    par = wire("exponential", convention=convention)
    T, D = fraction * par.Delta_c, -np.log(fraction)
    eps0 = 1 / (8 * 0.3**2)
    F = c.threshold(par, T).eps / eps0 + 1
    energy = eps0 * (F * (4 - 1 / D) - 1) - 5.0
    slope = eps0 * F * ((3 - 1 / D) * (4 - 1 / D) + 1 / D**2)
    assert c.superactivation(par, T).growth == pytest.approx(slope / energy, rel=1e-5)


def test_the_conductivity_of_a_film_is_arrhenius_with_a_gap_that_grows():
    """B eq 29: -T ln sigma 2 pi tau = L0, and its activation energy grows on cooling."""
    T = np.geomspace(1e-9, 1e-3, 7)
    L0 = np.log(10) + 3 * np.log(FILM.Delta_c / T)
    assert -T * c.ln_sigma(FILM, T, "leading") * 2 * np.pi == pytest.approx(L0)
    assert np.all(c.superactivation(FILM, T).growth > 0)
    assert np.all(np.diff(c.superactivation(FILM, T).power) > 0)


def test_with_a_constant_localization_length_there_is_a_transition():
    """Above T_c what `ln_sigma` has where electrons at the Fermi energy are not localized."""
    strong = wire("exponential", u=8.2 * np.pi * np.sqrt(10))
    T = np.exp(-1 / 3) * strong.Delta_c
    assert c.threshold(strong, T).regime == "not localized at eps_F"
    assert c.ln_sigma(strong, T) == pytest.approx(c.ln_sigma_constant_xi(T, T_c=T), abs=1e-9)
    assert c.ln_sigma_constant_xi(T, T_c=T) == 0
    assert c.ln_sigma_constant_xi([0.1, 0.2, 0.3], 0.2).tolist() == [-np.inf, 0.0, 0.0]
    with pytest.raises(InvalidInput, match="T_c=0"):
        c.ln_sigma_constant_xi(0.1, 0.0)
