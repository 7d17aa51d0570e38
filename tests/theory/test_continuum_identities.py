"""The disordered continuum against identities, quadrature, roots and a change of units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from continuum_systems import (
    FILM,
    UNITARY,
    WHITE,
    conventions,
    correlated,
    fractions,
    kinds,
    wire,
)
from hypothesis import given, strategies as st
from scipy.integrate import quad, simpson
from scipy.optimize import brentq

from mbltn.theory import continuum as c


@given(kinds, conventions, fractions, st.floats(1, 100))
def test_eta_is_matrix_element_over_spacing(kind, convention, fraction, factor):
    """Section 0: exactly in "full"; in "paper" V/Delta_3 is 2 eta (wire) and 4 eta (film)."""
    par = wire(kind, convention=convention)
    T, eps = fraction * par.Delta_c, factor * par.eps_F
    ratio = c.V_hartree(par, eps, T) / c.delta_3hc(par, eps, T)
    assert ratio == pytest.approx((1 if convention == "full" else 2) * c.eta(par, eps, T))
    c_ = 1.0 if convention == "paper" else 4 * np.pi**2 / 3
    F = np.exp(par.correlator.ln_ratio(np.asarray(eps), 1.0))
    assert c.eta(par, eps, T) == pytest.approx(c_ * F / (np.pi**2 * c.chi(par, T)))


@given(st.booleans(), conventions, st.floats(1e-8, 0.5), st.floats(1, 4))
def test_eta_of_a_film(field, convention, fraction, factor):
    par = replace(UNITARY if field else FILM, convention=convention)
    T, eps = fraction * par.Delta_c, factor * par.eps_F
    ratio = c.V_hartree(par, eps, T) / c.delta_3hc(par, eps, T)
    assert ratio == pytest.approx((1 if convention == "full" else 4) * c.eta(par, eps, T))


def test_spacings_of_a_film_row_27():
    eps = 2.5
    ratio = FILM.Delta_c / c.level_spacing(FILM, eps)
    assert ratio == pytest.approx(eps * np.exp(2 * np.pi * (eps - 1.0)))


@given(kinds, conventions, fractions)
def test_at_the_threshold_eta_is_one(kind, convention, fraction):
    par = wire(kind, convention=convention)
    T = fraction * par.Delta_c
    found = c.threshold(par, T)
    if kind == "white":
        assert (found.regime, found.eps) == ("marginal", np.inf)
        assert c.ln_sigma(par, T) == -np.inf
        return
    assert found.regime == "threshold"
    assert c.eta(par, found.eps, T) == pytest.approx(1.0, rel=1e-9)
    ratio = c.rate_ratio(par, found.eps, T) * c.N_eff(par, found.eps, T)
    assert ratio == pytest.approx(1 if convention == "full" else 4)


@given(st.booleans(), conventions, st.floats(1e-10, 1e-3))
def test_at_the_threshold_of_a_film_eta_is_one(field, convention, fraction):
    par = replace(UNITARY if field else FILM, convention=convention)
    T = fraction * par.Delta_c
    found = c.threshold(par, T)
    assert c.eta(par, found.eps, T) == pytest.approx(1.0, rel=1e-9)
    root = brentq(lambda eps: np.log(c.eta(par, eps, T)), par.eps_F, 20 * par.eps_F, xtol=1e-13)
    assert found.eps == pytest.approx(root, rel=1e-9)


@given(correlated, conventions, fractions)
def test_a_function_of_the_user_is_as_good(kind, convention, fraction):
    par = wire(kind, convention=convention)
    known = par.correlator
    own = c.Correlator("custom", known.w, ln_F=lambda eps: known.ln_ratio(eps, 1.0))
    T = fraction * par.Delta_c
    found = c.threshold(replace(par, correlator=own), T)
    assert found.eps == pytest.approx(c.threshold(par, T).eps, rel=1e-9)


@given(correlated, conventions, fractions)
def test_the_bethe_threshold_solves_its_equation(kind, convention, fraction):
    par = wire(kind, convention=convention)
    T = fraction * par.Delta_c
    found = c.threshold_bethe(par, T)
    if found.regime == "threshold":
        number = c.N_eff(par, found.eps, T)
        assert c.eta(par, found.eps, T) * np.log(number) == pytest.approx(1.0, rel=1e-6)
        assert number > 1


@given(st.floats(0.01, 100), kinds, fractions)
def test_only_ratios_of_energies_count(unit, kind, fraction):
    """Energies times `unit`, lengths over its root: m stays, w and u take what they must."""
    one = wire(kind)
    length = unit**-0.5
    correlator = c.Correlator(kind, unit**2 * length, one.correlator.d * length)
    other = replace(one, eps_F=5.0 * unit, u=0.3 * unit * length, correlator=correlator)
    T, eps = fraction * one.Delta_c, 30.0
    assert other.Delta_c == pytest.approx(unit * one.Delta_c)
    assert c.eta(other, unit * eps, unit * T) == pytest.approx(c.eta(one, eps, T))
    assert c.chi(other, unit * T) == pytest.approx(c.chi(one, T))
    bethe = [c.threshold_bethe(*system).ln_eps for system in ((other, unit * T), (one, T))]
    assert bethe[0] - bethe[1] == pytest.approx(np.log(unit), rel=1e-9, abs=1e-9 * abs(bethe[1]))
    found = [c.threshold(*system) for system in ((other, unit * T), (one, T))]
    assert found[0].regime == found[1].regime
    if kind == "white":
        assert found[0].ln_eps == found[1].ln_eps == np.inf
    else:
        assert found[0].ln_eps - found[1].ln_eps == pytest.approx(np.log(unit), abs=1e-9)


def test_areas_of_the_mott_peaks():
    """Section 2: each Gaussian has area -rho^2 xi and standard deviation sqrt(2 xi l_M)."""
    length, xi_c = c.mott_length(WHITE, 1e-30), WHITE.xi_c
    x = np.linspace(0, 2 * length, 100_001)
    S = c.S_mott(WHITE, x, 1e-30)
    area = simpson(S, x=x)
    rho = 1 / (np.pi * np.sqrt(10))
    assert area == pytest.approx(-(rho**2) * xi_c, rel=1e-6)
    spread = np.sqrt(((x - length) ** 2 * S).sum() / S.sum())
    assert spread == pytest.approx(np.sqrt(2 * xi_c * length), rel=1e-6)


@given(st.sampled_from(["gaussian", "exponential"]), st.floats(5, 200), st.floats(0.01, 0.5))
def test_exchange_is_the_cosine_transform(shape, eps, a):
    par = wire(a=a)
    k = np.sqrt(2 * eps)

    def potential(x):
        if shape == "gaussian":
            return np.exp(-(x**2) / (2 * a**2)) / (a * np.sqrt(2 * np.pi))
        return np.exp(-x / a) / (2 * a)

    value = 2 * quad(lambda x: potential(x) * np.cos(k * x), 0, 40 * a, limit=500, epsabs=1e-12)[0]
    found = c.alpha_exchange(par, eps, shape)
    assert found == pytest.approx(c.alpha(par, eps) * abs(value), abs=1e-9)
    assert c.exchange_scaling(par, eps) == pytest.approx(0.3 * a**2 / eps)
