"""A quantum dot on a narrow bath (A eqs 15, 16): exact dynamics, golden rule and the law."""

import numpy as np
import pytest
from scipy.linalg import expm

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.models import DotOnBath
from mbltn.observables import evolved_population
from mbltn.operators import by_factors, to_dense
from mbltn.theory import metal
from mbltn.validation.nearly_mbl_metal.dot_relaxation import (
    DotOnItsOwn,
    dot_bandwidth,
    populations,
    rate_equation,
    rate_over_golden_rule,
    rates_of_dots,
    relaxation,
)

SMALL = DotOnBath(n_levels=4, lam=0.3, n_bath=7, gamma=0.2, bandwidth=0.8)


def whole_matrix(model, sample):
    """From the dot's matrix and kron."""
    dot = to_dense(model.dot.operator(sample))
    band = np.diag((np.arange(model.n_bath) + 0.5) / model.n_bath - 0.5) * model.bandwidth
    hop = model.dot.hopping().toarray()
    one, none = np.eye(model.n_bath), np.eye(len(dot))
    return np.kron(dot, one) + np.kron(none, band) + model.gamma * np.kron(hop, sample.coupling)


def test_the_matrix_is_that_of_its_parts():
    sample = SMALL.draw(seed=2, realization=0)
    exact = whole_matrix(SMALL, sample)
    op = SMALL.operator(sample)
    assert to_dense(op) == pytest.approx(exact, abs=1e-14)
    x = np.random.default_rng(1).standard_normal((len(exact), 3))
    assert by_factors(op)(x) == pytest.approx(exact @ x, abs=1e-13)


def test_factors_on_more_sites():
    star = mb.models.CentralGrain(n_grain=2, n_lbits=3, alpha=0.6)
    op = star.operator(star.draw(seed=1, realization=0))
    x = np.random.default_rng(2).standard_normal((32, 2))
    assert by_factors(op)(x) == pytest.approx(to_dense(op) @ x, abs=1e-13)


@pytest.mark.parametrize(
    ("change", "message"),
    [({"n_bath": 1}, "n_bath=1"), ({"bandwidth": 0.0}, "bandwidth=0"), ({"lam": -1.0}, "lam=-1")],
)
def test_what_cannot_be_is_refused(change, message):
    given = {"n_levels": 4, "lam": 0.3, "n_bath": 7, "gamma": 0.2, "bandwidth": 0.8}
    with pytest.raises(InvalidInput, match=message):
        DotOnBath(**{**given, **change})


def test_evolution_is_that_of_the_propagator():
    sample = SMALL.draw(seed=2, realization=0)
    h = whole_matrix(SMALL, sample)
    ends = np.linalg.eigvalsh(h)[[0, -1]]
    start = np.eye(len(h))[:, [3, 11]]
    times = np.array([0.0, 0.7, 30.0, 400.0])

    def counted(x):
        return x[5:20]

    found = evolved_population(h.dot, tuple(ends), start, counted, times)
    for t, row in zip(times, found, strict=True):
        exact = (abs(counted(expm(-1j * h * t) @ start)) ** 2).sum(axis=0)
        assert row == pytest.approx(exact, abs=1e-11)
    norm = evolved_population(h.dot, tuple(ends), start, np.copy, times)
    assert norm == pytest.approx(np.ones((4, 2)), abs=1e-12)


def test_evolution_refuses_what_it_cannot_do():
    h, start = np.diag([-1.0, 1.0]), np.array([[0.6], [0.8]])
    with pytest.raises(InvalidInput, match="a level lies outside"):
        evolved_population(h.dot, (-0.5, 1.0), start, np.copy, np.array([50.0]))
    with pytest.raises(InvalidInput, match="zero or positive"):
        evolved_population(h.dot, (-1.0, 1.0), start, np.copy, np.array([-1.0]))


def test_the_rate_equation_conserves_and_equilibrates():
    rates = np.abs(np.random.default_rng(3).standard_normal((4, 4)))
    rates = rates + rates.T
    np.fill_diagonal(rates, 0.0)
    generator = rates - np.diag(rates.sum(axis=0))
    times = np.array([0.0, 0.3, 50.0])
    exact = [expm(generator * t)[2, 2] for t in times]
    assert rate_equation(rates, 2, times) == pytest.approx(exact, abs=1e-12)
    assert exact[-1] == pytest.approx(1 / 4)


def test_the_golden_rule_of_a_dot():
    """One factor for all rates of the rule, fitted to exact dynamics: 1 within 5 %.

    The rate fluctuates with the random bath; its error is by leaving out one dot after the other.
    """
    model = DotOnBath(n_levels=4, lam=0.3, n_bath=250, gamma=0.04, bandwidth=1.0)
    found = populations(model, range(24), moving=True, n_starts=24)
    n = len(found)
    without = [rate_over_golden_rule(found[:i] + found[i + 1 :]) for i in range(n)]
    assert np.sqrt((n - 1) * np.var(without)) < 0.03
    assert rate_over_golden_rule(found) == pytest.approx(1.0, abs=0.05)
    exact = np.hstack([one.exact for one in found]).mean(axis=1)
    rule = np.hstack([one.golden_rule() for one in found]).mean(axis=1)
    assert rule[-1] < 0.7  # much has happened
    assert abs(exact - rule).max() < 0.02


def test_nothing_relaxes_in_a_band_narrower_than_the_spacing():
    """Without a transition in the band, the loss is at most 4 sum_f gamma^2 |O_fi|^2/(dE - W)^2.

    Second-order perturbation theory, for a bath operator of which sum_j X_ij^2 is about 1.
    """
    model = DotOnBath(n_levels=6, lam=0.3, n_bath=60, gamma=0.005, bandwidth=0.05)
    [found] = populations(model, [0], moving=False)
    dot = DotOnItsOwn.of(model, seed=1, realization=0)
    energies = dot.energies
    strength = dot.hopping**2
    np.fill_diagonal(strength, 0.0)
    gap = abs(energies[:, None] - energies) - model.bandwidth
    np.fill_diagonal(gap, np.inf)
    reach = (model.draw(1, 0).coupling ** 2).sum(axis=1).max()
    most = 4 * reach * (model.gamma / gap) ** 2 * strength
    bound = most.sum(axis=0)[found.start]
    assert found.rates.max() == 0.0
    assert np.all(1 - found.exact.min(axis=0) <= 1.05 * bound)
    assert bound.max() < 0.05
    assert found.exact.max() <= 1 + 1e-12


def test_without_coupling_an_eigenstate_stays():
    model = DotOnBath(n_levels=4, lam=0.3, n_bath=10, gamma=0.0, bandwidth=1.0)
    starts = np.array([[0, 3], [2, 9]])
    found = relaxation(model, starts, np.array([0.0, 1e3]), seed=1, realization=0)
    assert found.exact == pytest.approx(np.ones((2, 2)), abs=1e-11)
    assert found.golden_rule() == pytest.approx(np.ones((2, 2)))


def test_without_interactions_the_rule_joins_single_hops():
    """At lam = 0 eigenstates are Fock states: |O|^2 is 1 for one moved electron, 0 else."""
    model = DotOnBath(n_levels=6, lam=0.0, n_bath=2, gamma=1.0, bandwidth=1.0)
    dot = DotOnItsOwn.of(model, seed=1, realization=0)
    occupied = dot.vectors.T**2 @ model.dot.occupations()
    moved = 3 - occupied @ occupied.T
    assert dot.hopping**2 == pytest.approx((moved.round(9) == 1).astype(float), abs=1e-12)


@pytest.mark.parametrize("lam", [0.1, 0.03])
def test_the_law_where_its_first_order_comes_on_shell(lam):
    """A eq 16 has a prefactor of order 1: at W = delta_m/K within a factor of 3.

    The bandwidth matters as the law says: a hop alone is on shell at W = 2, and suppressed below.
    """
    model = DotOnBath(n_levels=10, lam=lam, n_bath=2, gamma=1.0, bandwidth=1.0)
    law = rates_of_dots(model, np.array([1.0]), samples=6).law
    first = law.delta_m / law.K
    found = rates_of_dots(model, np.array([first, 2.0]), samples=6)
    exact = found.rates.mean(axis=(0, 1))
    theory = np.exp(metal.dot_rate(first, 1.0, law.delta_m, law.Xi, law.K).ln_rate)
    assert 1 / 3 < exact[0] / theory < 3
    assert exact[0] < 0.1 * exact[1]


def test_the_table_of_bandwidths():
    ticks = []
    table = dot_bandwidth(lambda *t: ticks.append(t), samples=2, n_levels=8)
    assert ticks[-1] == (2, 2)
    assert set(table["curve"]) == {"golden rule, mean", "golden rule, median", "A eq 16"}
    assert (table["value"] > 0).all()
