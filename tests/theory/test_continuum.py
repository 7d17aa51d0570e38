"""The disordered continuum, against tabulated values, quadrature, roots and identities.

Rows and sections are those of the theory notes on the continuum.
"""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad, simpson
from scipy.optimize import brentq

from mbltn.errors import InvalidInput
from mbltn.theory import continuum as c
from mbltn.theory.continuum.cold_bath import mott_peaks


def wire(kind="white", d=0.3, convention="paper", **changes):
    correlator = c.Correlator(kind, w=1.0, d=0.0 if kind == "white" else d)
    return c.Wire(
        **{"eps_F": 5.0, "u": 0.3, "convention": convention, "correlator": correlator, **changes}
    )


WHITE, LORENTZIAN, EXPONENTIAL = (wire(kind) for kind in ("white", "lorentzian", "exponential"))
FILM = c.Film(eps_F=1.0, tau=1.0, alpha=0.1)
UNITARY = c.Film(eps_F=0.6, tau=1.0, alpha=0.1, field=True)

kinds = st.sampled_from(["white", "lorentzian", "exponential"])
conventions = st.sampled_from(["paper", "full"])
fractions = st.floats(1e-3, 0.5)  # of Delta_c


# -- rows of the table -----------------------------------------------------------------------------


def test_localization_lengths_row_1():
    found = [c.xi_1d(10.0, c.Correlator(k, 1.0, 0.3)) for k in ("lorentzian", "exponential")]
    assert found == pytest.approx([292.6606792, 164.0], rel=1e-9)


def test_airy_row_2():
    assert c.lyapunov_airy([1.0, 5.0]) == pytest.approx([0.2060875254, 0.04981746769], rel=1e-8)
    assert c.ids_airy(5.0) == pytest.approx(1.007205041, rel=1e-8)


def test_mott_spectral_function_row_3():
    length = 2 * 10 * np.log(0.9934588 / 0.05)  # the table's inputs have seven digits
    found = mott_peaks(np.array(40.0), length, 10.0, 0.1006584)
    assert found == pytest.approx(-9.924878302e-4, rel=1e-9)
    assert c.S_mott(WHITE, [40.0, -40.0], 0.05) == pytest.approx([float(found)] * 2, rel=1e-6)


def test_cold_bath_row_4():
    found = [c.level_spacing(WHITE, 5.0), c.mott_length(WHITE, 0.05), c.n_T(WHITE, 0.05)]
    assert found == pytest.approx([0.9934588266, 59.78339226, 1.666666667e-3], rel=1e-8)
    assert c.chi(WHITE, 0.05) == pytest.approx(8804.768039, rel=1e-8)


def test_density_of_pairs_by_integration_row_5():
    spacing, length = WHITE.Delta_c, WHITE.xi_c
    for tau, cut, expected in (
        (0.1, 0.0, 0.9221588548),
        (0.1, length, 0.8536593008),
        (0.01, 0.0, 0.9819128725),
    ):
        T = tau * spacing
        assert c.n_T_integral(WHITE, T, cut) / c.n_T(WHITE, T) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("tau", "none", "one"),
    [
        (0.2, 0.85530, 0.73606),
        (0.03, 0.96476, 0.93674),
        (1e-3, 0.99521, 0.99173),
        (1e-6, 0.999889, 0.999813),
    ],
)
def test_more_densities_of_section_2(tau, none, one):
    T = tau * WHITE.Delta_c
    found = [c.n_T_integral(WHITE, T, cut) / c.n_T(WHITE, T) for cut in (0.0, WHITE.xi_c)]
    assert found == pytest.approx([none, one], abs=6e-6)


def test_eta_row_6():
    for convention, expected in (("paper", 1.150753583e-5), ("full", 1.514331016e-4)):
        found = c.eta(wire(convention=convention), [5.0, 50.0, 5e4], 0.05)
        assert found == pytest.approx([expected] * 3, rel=1e-8)


def test_hot_electron_row_7():
    par = wire(convention="full")
    found = [
        c.alpha(par, 50.0),
        c.N_eff(par, 50.0, 0.05),
        c.delta_3hc(par, 50.0, 0.05),
        c.V_hartree(par, 50.0, 0.05),
    ]
    assert found == pytest.approx(
        [9.549296586e-3, 0.1666666667, 1.884955592, 2.854446718e-4], rel=1e-8
    )


def test_lorentzian_rows_8_and_9():
    found = [LORENTZIAN.xi_c, LORENTZIAN.Delta_c, c.chi(LORENTZIAN, 0.1)]
    assert found == pytest.approx([66.68310944, 0.1489820788, 185.5874816], rel=1e-8)
    paper = c.threshold(LORENTZIAN, 0.1).eps
    full = c.threshold(wire("lorentzian", convention="full"), 0.1).eps
    assert (paper, full) == pytest.approx((78.39577884, 33.83688740), rel=1e-8)
    assert c.ln_sigma(LORENTZIAN, 0.1) == pytest.approx(-733.9577884, rel=1e-8)
    assert c.activation_energy(LORENTZIAN, 0.1) == pytest.approx(83.654566, rel=1e-5)
    assert c.superactivation(LORENTZIAN, 0.1).power == pytest.approx(1.139774, rel=1e-5)


def test_exponential_row_10():
    full = wire("exponential", convention="full")
    found = [
        EXPONENTIAL.Delta_c,
        c.chi(EXPONENTIAL, 0.1),
        c.threshold(EXPONENTIAL, 0.1).eps,
        c.threshold(full, 0.1).eps,
        c.threshold(EXPONENTIAL, 0.1, "leading").eps,
    ]
    expected = [0.2159693101, 201.9255184, 2766.562479, 208.9501928, 280.4521089]
    assert found == pytest.approx(expected, rel=1e-8)


def test_bethe_lattice_row_11():
    assert c.threshold_bethe(wire(convention="full"), 0.05).ln_eps == pytest.approx(
        6609.279811, rel=1e-8
    )
    found = c.threshold_bethe(wire("exponential", convention="full"), 0.1)
    assert found.eps == pytest.approx(45.07407420, rel=1e-7)


def test_film_rows_12_and_13():
    T = 1e-6
    found = [FILM.ln_xi_c, FILM.Delta_c, c.n_T(FILM, T), c.threshold(FILM, T).eps]
    assert found == pytest.approx(
        [3.488166244, 5.866744367e-3, 4.707879294e-10, 4.579520683], rel=1e-8
    )
    assert c.threshold(FILM, T, "leading").eps == pytest.approx(5.509456449, rel=1e-8)
    full = replace(FILM, convention="full")
    assert c.threshold(full, T).eps == pytest.approx(4.366467235, rel=1e-8)


def test_film_in_a_field_row_14():
    assert UNITARY.Delta_c == pytest.approx(4.293900897e-3, rel=1e-8)
    found = [c.threshold(UNITARY, 1e-8, form).eps for form in ("exact", "leading", "literal")]
    assert found == pytest.approx([1.463911104, 1.564567785, 1.621731950], rel=1e-8)


def test_activation_of_a_film_row_15():
    assert c.activation_energy(FILM, 1e-6, "leading") == pytest.approx(4.986921, rel=1e-5)
    assert c.superactivation(FILM, 1e-6, "leading").power == pytest.approx(1.105881, rel=1e-5)


def test_ratios_of_decay_rate_and_spacing():
    """Section 3.4, and the remark there: it grows above the threshold for the Lorentzian."""
    eps = c.threshold(LORENTZIAN, 0.1).eps
    found = c.rate_ratio(LORENTZIAN, [eps, 10 * eps], 0.1)
    assert found[0] == pytest.approx(0.00206, abs=5e-6)
    assert found[1] == pytest.approx(2341, abs=0.5)
    high = c.rate_ratio(WHITE, [1e3, 1e4], 0.05)
    assert high[1] < high[0]
    far = c.rate_ratio(EXPONENTIAL, [1e6, 1e7], 0.1)
    assert far[1] == pytest.approx(far[0], rel=1e-4)


# -- identities and independent routes -------------------------------------------------------------


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


@given(kinds.filter(lambda kind: kind != "white"), conventions, fractions)
def test_a_function_of_the_user_is_as_good(kind, convention, fraction):
    par = wire(kind, convention=convention)
    known = par.correlator
    own = c.Correlator("custom", known.w, ln_F=lambda eps: known.ln_ratio(eps, 1.0))
    T = fraction * par.Delta_c
    found = c.threshold(replace(par, correlator=own), T)
    assert found.eps == pytest.approx(c.threshold(par, T).eps, rel=1e-9)


@given(kinds.filter(lambda kind: kind != "white"), conventions, fractions)
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
    assert c.threshold(other, unit * T).ln_eps - c.threshold(one, T).ln_eps == (
        pytest.approx(np.log(unit), abs=1e-9)
        if kind != "white"
        else pytest.approx(np.nan, nan_ok=True)
    )


@given(st.sampled_from(["lorentzian", "exponential"]), conventions, st.floats(0.002, 0.3))
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


def test_leading_forms_are_of_the_right_order_only():
    """Section 3.1: exact over leading 2.07 and 9.86 at chi ~ 200, .89 and .745 in "full"."""
    found = [
        c.threshold(wire(kind, convention=convention), 0.1).eps
        / c.threshold(wire(kind, convention=convention), 0.1, "leading").eps
        for convention in ("paper", "full")
        for kind in ("lorentzian", "exponential")
    ]
    assert found == pytest.approx([2.07, 9.86, 0.89, 0.745], rel=0.006)


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


def test_conditions_say_what_holds():
    found = c.conditions(LORENTZIAN, 0.01)
    assert all(condition.holds for condition in found.values())
    warm = c.conditions(LORENTZIAN, 0.9 * LORENTZIAN.Delta_c)
    assert not warm["T < exp(-D/3) Delta_c"].holds
    dirty = c.conditions(replace(FILM, tau=0.5), 1e-6)
    assert not dirty["1/tau < eps_F"].holds


def test_strong_interactions_leave_nothing_localized():
    """Section 5: the flag needs alpha_c above 8.15 (wire) at T = e^(-1/3) Delta_c."""
    rho = 1 / (np.pi * np.sqrt(10))
    for alpha, regime in ((8.1, "threshold"), (8.2, "not localized at eps_F")):
        par = wire("exponential", u=alpha / rho)
        T = np.exp(-1 / 3) * par.Delta_c
        found = c.threshold(par, T)
        assert found.regime == regime
    assert found.eps == pytest.approx(par.eps_F)
    with pytest.raises(InvalidInput, match="not localized at eps_F"):
        c.activation_energy(par, T)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: c.eta(WHITE, 4.0, 0.05), "lies below the Fermi energy"),
        (lambda: c.eta(WHITE, 6.0, 1.0), "must be below Delta_c"),
        (lambda: c.Wire(eps_F=-1.0), "eps_F=-1.0 must be"),
        (lambda: c.Wire(eps_F=1.0, u=0.0), r"\|u\|=0 must be"),
        (lambda: c.Wire(eps_F=1.0, convention="half"), "use 'paper' or 'full'"),
        (lambda: c.Correlator("pink", 1.0), "kind='pink' is not known"),
        (lambda: c.Correlator("white", 1.0, d=-1.0), "d=-1.0 must be"),
        (lambda: c.Correlator("custom", 1.0), "give a function"),
        (lambda: c.S_mott(FILM, 1.0, 1e-6), "Film was given"),
        (lambda: c.threshold(FILM, 1e-6, "literal"), "form='literal' is not known"),
        (
            lambda: c.threshold(
                wire(correlator=c.Correlator("custom", 1.0, ln_F=lambda eps: -np.log(eps))), 0.01
            ),
            "falls with eps",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_a_threshold_at_the_fermi_energy_can_be_used():
    par = c.Wire(5.0, u=20 * np.pi * np.sqrt(10), correlator=c.Correlator("exponential", 1.0, 0.3))
    T = np.exp(-1 / 3) * par.Delta_c
    found = c.threshold(par, T)
    assert found.regime == "not localized at eps_F"
    assert c.eta(par, found.eps, T) > 1
    assert c.conditions(par, T)["T < Delta_c"].holds


def test_a_ratio_that_saturates_has_no_threshold():
    slow = c.Correlator("custom", 1.0, ln_F=lambda eps: 0.05 * np.log1p(eps))
    flat = c.Correlator("custom", 1.0, ln_F=lambda eps: np.zeros_like(eps))
    T = 0.1 * c.Wire(5.0, u=0.3, correlator=slow).Delta_c
    found = c.threshold(c.Wire(5.0, u=0.3, correlator=slow), T)
    assert found.ln_eps == pytest.approx(193.27, abs=0.01)
    assert c.threshold(c.Wire(5.0, u=0.3, correlator=flat), 0.05).regime == "marginal"
