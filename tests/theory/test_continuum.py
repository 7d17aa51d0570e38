"""The disordered continuum against tabulated values; what is refused.

Rows and sections are those of the theory notes on the continuum.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from continuum_systems import (
    EXPONENTIAL,
    FILM,
    LORENTZIAN,
    UNITARY,
    WHITE,
    wire,
)

from mbltn.errors import InvalidInput
from mbltn.theory import continuum as c
from mbltn.theory.continuum.cold_bath import mott_peaks


def test_localization_lengths_row_1():
    found = [c.xi_1d(10.0, c.Correlator(k, 1.0, 0.3)) for k in ("lorentzian", "exponential")]
    assert found == pytest.approx([292.6606792, 164.0], rel=1e-9)


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
        (0.1, 0.92216, 0.85366),
        (0.03, 0.96476, 0.93674),
        (0.01, 0.98191, 0.96814),
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


def test_leading_forms_are_of_the_right_order_only():
    """Section 3.1: exact over leading 2.07 and 9.86 at chi ~ 200, .89 and .745 in "full"."""
    found = [
        c.threshold(wire(kind, convention=convention), 0.1).eps
        / c.threshold(wire(kind, convention=convention), 0.1, "leading").eps
        for convention in ("paper", "full")
        for kind in ("lorentzian", "exponential")
    ]
    assert found == pytest.approx([2.07, 9.86, 0.89, 0.745], rel=0.006)


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


def test_a_leading_form_below_the_fermi_energy_says_so():
    """chi < F(eps_F) < pi^2 chi: eps0 chi is out of its range, electrons at eps_F are localized."""
    par = wire("exponential", u=60.0)
    T = 0.5 * par.Delta_c
    ratio = 1 + 5.0 * 8 * 0.3**2
    assert c.chi(par, T) < ratio < np.pi**2 * c.chi(par, T)
    assert c.eta(par, 5.0, T) < 1
    exact, leading = (c.threshold(par, T, form) for form in ("exact", "leading"))
    assert exact.regime == "threshold" and exact.eps > 5.0
    assert leading.regime == "leading form below eps_F"
    assert leading.eps == pytest.approx(5.0)
    with pytest.raises(InvalidInput, match="leading form below eps_F"):
        c.activation_energy(par, T, "leading")


def test_a_leading_form_of_a_film_below_the_fermi_energy():
    """L0 = -0.4 < 0, but R = L0 - 2 ln 0.2 > 0."""
    for film, forms in ((FILM, ["leading"]), (UNITARY, ["leading", "literal"])):
        par = replace(film, alpha=np.e)
        T = np.exp(-0.2) * par.Delta_c
        assert c.eta(par, par.eps_F, T) < 1
        for form in forms:
            found = c.threshold(par, T, form)
            assert found.regime == "leading form below eps_F"
            assert found.eps == pytest.approx(par.eps_F)


def test_a_leading_form_above_does_not_hide_that_nothing_is_localized():
    """chi > F(eps_F) > 3 chi/4 in the convention "full"."""
    par = wire("exponential", u=10.0, convention="full")
    T = 0.5 * par.Delta_c
    assert c.chi(par, T) > 4.6 > 0.75 * c.chi(par, T)
    assert c.threshold(par, T, "leading").regime == "not localized at eps_F"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: c.eta(WHITE, 4.0, 0.05), "lies below the Fermi energy"),
        (lambda: c.eta(WHITE, 6.0, 1.0), "must be below Delta_c"),
        (lambda: c.Wire(eps_F=-1.0), "eps_F=-1.0 must be"),
        (lambda: c.Wire(eps_F=1.0, u=0.0), r"\|u\|=0 must be"),
        (lambda: c.Wire(eps_F=1.0, convention="half"), "use 'paper' or 'full'"),
        (lambda: c.Wire(eps_F=1.0, m=0.0), "m=0 must be"),
        (lambda: c.Wire(eps_F=1.0, a=-0.1), "a=-0.1 must be"),
        (lambda: c.Film(eps_F=1.0, tau=0.0), "tau=0 must be"),
        (lambda: c.Film(eps_F=1.0, alpha=-0.1), "alpha=-0.1 must be"),
        (lambda: c.eta(WHITE, 6.0, -0.1), "T=-0.1 must be"),
        (lambda: c.eta(WHITE, 6.0, WHITE.Delta_c), "must be below Delta_c"),
        (lambda: c.mott_length(WHITE, 1.0), "must be below Delta_c"),
        (lambda: c.xi_1d(-1.0, WHITE.correlator), "eps=-1.0 must be"),
        (lambda: c.chi(FILM, 1e-6), "Film was given"),
        (lambda: c.threshold(WHITE, 0.05, "literal"), "form='literal' is not known"),
        (lambda: c.n_T_integral(WHITE, 0.05, -1.0), "cut=-1.0 must be"),
        (lambda: c.alpha_exchange(WHITE, 6.0, "square"), "shape='square' is not known"),
        (lambda: c.Correlator("white", 0.0), "w=0 must be"),
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
