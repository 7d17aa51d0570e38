"""Activation energies and how they grow on cooling (section 5 of the notes on the continuum)."""

from __future__ import annotations

import pytest
from continuum_systems import (
    EXPONENTIAL,
    FILM,
    LORENTZIAN,
    conventions,
    correlated,
    wire,
)
from hypothesis import given
from hypothesis import strategies as st

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
