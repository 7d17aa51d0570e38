"""What the direct sides of cases share: searches, curves of tables, limits that are known."""

import numpy as np
import pandas as pd
import pytest

from mbltn.validation.cases.curves import agrees_along
from mbltn.validation.direct.dot_array import Array
from mbltn.validation.direct.hot_cold import SYSTEMS, HotCold
from mbltn.validation.direct.search import first_root, first_true
from mbltn.validation.tables import curve, long_table


def test_where_a_condition_begins():
    assert first_true(lambda x: x * x >= 2, 0.0, 10.0) == pytest.approx(np.sqrt(2), abs=1e-13)
    assert first_true(lambda x: x >= 0, 1.0, 2.0) == 1.0


def test_the_first_of_several_roots():
    grid = np.linspace(0.5, 9.0, 50)
    assert first_root(np.sin, grid) == pytest.approx(np.pi, abs=1e-13)
    assert np.isnan(first_root(lambda x: 1.0, grid))


def test_a_curve_comes_back_from_its_table():
    x = np.array([1.0, 2.0])
    table = long_table("W", {"a": (x, x**2), "b": (x, -x)})
    assert [part.tolist() for part in curve(table, "a")] == [[1.0, 2.0], [1.0, 4.0]]
    assert agrees_along(table, "a", lambda W: W**2).passed
    assert not agrees_along(table, "a", lambda W: 1.05 * W**2).passed
    assert agrees_along(pd.concat([table] * 2), "b", lambda W: -W).n_points == 4


def test_two_orders_of_one_pair_of_dots():
    """N = 1: one term, Gamma^2 = gamma^2 K^(-4(1 - eps)) - K^-4 while n_fast is 1."""
    array = Array(gamma=0.2, K=3.0, N=1, s=0.1, d=1)
    eps = 0.9
    expected = 0.5 * np.log(0.2**2 * 3.0 ** (-4 * (1 - eps)) - 3.0**-4)
    assert array.gain(-np.inf, eps) == pytest.approx(0.2**2 * 3.0 ** (4 * eps))
    assert array.ln_rate(eps) == pytest.approx(expected, abs=1e-12)
    assert array.ln_rate(0.5) == -np.inf


def test_the_integral_of_one_kind_of_term():
    """K so small that n_fast is 1: gamma^2 int (m - 1) K^(2 eps m) dm in closed form."""
    array = Array(gamma=1e-9, K=1.5, N=3, s=0.5, d=2, upper=6.5)
    a = 2 * 0.3 * np.log(1.5)

    def primitive(m):
        return np.exp(a * m) * ((m - 1) / a - 1 / a**2)

    assert array.gain(-np.inf, 0.3) == pytest.approx(1e-18 * (primitive(6.5) - primitive(1.5)))


def test_densities_of_free_particles():
    wire, film = HotCold(1, eps_F=1.0, m=0.7), HotCold(2, eps_F=1.0, m=0.7)
    assert wire.density(2.0) == pytest.approx(1 / (np.pi * np.sqrt(2 * 2.0 / 0.7)))
    assert film.density(2.0) == pytest.approx(0.7 / (2 * np.pi))


def test_a_threshold_is_where_eta_is_one():
    system = SYSTEMS["film"]
    T = system.spacing(system.eps_F) * np.exp(-3.0)
    eps = system.threshold(T)
    ratio = system.matrix_element(eps, T) / system.three_particle_spacing(eps, T)
    assert ratio == pytest.approx(1.0, abs=1e-10)
