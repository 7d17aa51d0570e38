"""Structure factor of a bath operator: sums one by one, the GOE's semicircle, Gaussian elements."""

import numpy as np
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.models import GOEGrain, LocalChainGrain
from mbltn.operators import SIGMA_X, embed
from mbltn.streams import Streams

RADIUS, SPINS = 5.0, 8
LEVELS = 2**SPINS


def semicircle_below(e):
    """Fraction of the semicircle below e."""
    e = np.clip(e, -RADIUS, RADIUS)
    return 0.5 + e * np.sqrt(RADIUS**2 - e**2) / (np.pi * RADIUS**2) + np.arcsin(e / RADIUS) / np.pi


def bath(grain, n_spins, spin, realization):
    """Levels, eigenvectors and sigma^x of one spin."""
    levels, vectors = np.linalg.eigh(grain.matrix(n_spins, Streams(6, realization)))
    return levels, vectors, embed(SIGMA_X, spin, n_spins)


@pytest.fixture(scope="module")
def small():
    levels, vectors, operator = bath(LocalChainGrain(), 4, 2, 0)
    return levels, vectors, operator + 0.3 * np.diag(np.arange(16) % 3)


@pytest.fixture(scope="module")
def dots():
    """(levels, vectors, sigma^x) of 24 GOE dots."""
    return [bath(GOEGrain(RADIUS, "radius"), SPINS, 3, realization) for realization in range(24)]


def around(dot, energy, count=32):
    levels, vectors, operator = dot
    chosen = ob.around_energy(levels, count, energy)
    return levels, ob.operator_elements(vectors, operator, chosen), chosen


def test_sum_over_pairs_one_by_one(small):
    levels, vectors, operator = small
    chosen = ob.around_energy(levels, 5)
    dw, m = 0.31, 8
    weights, beyond = np.zeros(2 * m), 0.0
    for b in range(16)[chosen]:
        for other in range(16):
            if other != b:
                weight = (vectors[:, other] @ operator @ vectors[:, b]) ** 2 / 5
                number = int(np.floor((levels[other] - levels[b]) / dw)) + m
                if 0 <= number < 2 * m:
                    weights[number] += weight
                else:
                    beyond += weight
    assert beyond > 1e-3
    v = ob.structure_factor(
        levels, ob.operator_elements(vectors, operator, chosen), chosen, dw, m * dw
    )
    np.testing.assert_allclose(v.weights, weights, atol=1e-14)
    assert v.beyond.sum() == pytest.approx(beyond, abs=1e-14)
    # it is not symmetric: w goes from the chosen levels to all others
    assert abs(v.weights - v.weights[::-1]).max() > 1e-2


def test_the_integral_is_the_variance_of_the_operator(small):
    levels, vectors, operator = small
    chosen = ob.around_energy(levels, 7)
    elements = ob.operator_elements(vectors, operator, chosen)
    states = vectors[:, chosen]
    squares = np.einsum("ib,ij,jk,kb->b", states, operator, operator, states)
    diagonal = np.einsum("ib,ij,jb->b", states, operator, states)
    v = ob.structure_factor(levels, elements, chosen, 0.2, 3.0)
    assert v.total == pytest.approx((squares - diagonal**2).mean(), abs=1e-13)
    assert (diagonal**2).mean() > 0.05


def test_signs_of_states_change_nothing(small, rng):
    levels, vectors, operator = small
    chosen = slice(3, 9)
    curves = [
        ob.structure_factor(
            levels, ob.operator_elements(states, operator, chosen), chosen, 0.2, 3.0
        )
        for states in (vectors, vectors * rng.choice([-1, 1], 16))
    ]
    np.testing.assert_allclose(curves[1].weights, curves[0].weights, atol=1e-14)


def test_a_function_of_the_hamiltonian_has_no_line(small):
    levels, vectors, _ = small
    hamiltonian = vectors * levels @ vectors.T
    elements = ob.operator_elements(vectors, hamiltonian, slice(0, 16))
    v = ob.structure_factor(levels, elements, slice(0, 16), 0.2, 20.0)
    assert v.total < 1e-26


@pytest.mark.parametrize("energy", [0.0, -1.0, 2.0])
def test_on_a_goe_dot_it_is_the_density_of_levels(dots, energy):
    """v(w) = p(E_0 + w), bin by bin, within four standard errors over the dots."""
    dw, reach = 0.5, 8.0
    curves = [ob.structure_factor(*around(dot, energy), dw, reach) for dot in dots]
    weights = np.array([v.weights for v in curves])
    error = weights.std(axis=0, ddof=1) / np.sqrt(len(dots))
    expected = np.diff(semicircle_below(energy + curves[0].edges))
    # the chosen levels lie up to 0.5 from the energy, and the edges of the semicircle are soft
    inside = abs(energy + curves[0].centres) < RADIUS - 0.75
    assert error[inside].max() < 0.1 * expected.max()
    assert (abs(weights.mean(axis=0) - expected) < 4 * error + 1e-3)[inside].all()
    # V^2 = 1 has one part in d on the diagonal, twice that for real elements
    assert ob.mean_histogram(curves).total == pytest.approx(1 - 2 / LEVELS, abs=0.003)


def test_elements_of_a_goe_dot_are_gaussian(dots):
    """Kurtosis 3 and variance 1; four standard errors over the dots."""
    dw, reach = 0.5, 3.0
    v = ob.mean_histogram([ob.structure_factor(*around(dot, 0.0), dw, reach) for dot in dots])
    found = [ob.eth_elements(*around(dot, 0.0), v) for dot in dots]
    kurtosis = np.array([each.kurtosis for each in found])
    error = kurtosis.std(ddof=1) / np.sqrt(len(dots))
    assert error < 0.03
    assert kurtosis.mean() == pytest.approx(3, abs=4 * error)
    assert np.mean([each.variance for each in found]) == pytest.approx(1, abs=0.03)
    inside = [
        int((abs(dot[0][:, None] - dot[0][around(dot, 0.0)[2]]) < reach).sum()) for dot in dots
    ]
    # a level and itself are no pair
    assert [len(each.eta) for each in found] == [n - 32 for n in inside]
    assert all(len(e.eta) + e.left_out == 32 * (LEVELS - 1) for e in found)


def test_eta_one_by_one(small):
    levels, vectors, operator = small
    chosen = slice(4, 8)
    elements = ob.operator_elements(vectors, operator, chosen)
    v = ob.structure_factor(levels, elements, chosen, 1.0, 2.0)
    found = ob.eth_elements(levels, elements, chosen, v, count=5)
    expected = []
    for other in range(16):
        for b in range(4, 8):
            w = levels[other] - levels[b]
            if other == b or not -2 <= w < 2:
                continue
            line = v.values[int(np.floor(w)) + 2]
            low = min(max(round(other - 2.5), 0), 11)
            density = 4 / (levels[low + 4] - levels[low])
            expected.append(vectors[:, other] @ operator @ vectors[:, b] / np.sqrt(line / density))
    np.testing.assert_allclose(found.eta, expected, rtol=1e-10)
    squares = np.square(expected)
    assert found.kurtosis == pytest.approx((squares**2).mean() / squares.mean() ** 2)


def test_free_spins_do_not_thermalize():
    """sigma^x of a free spin is 1 between each level and one other, at +-2h, and 0 elsewhere.

    The kurtosis of n elements, K of them 1, is n/K, here 511; levels are less dense farther out,
    which adds a little.
    """
    fields = 0.4 * np.sqrt([2, 3, 5, 7, 11, 13, 17, 19, 23])
    levels, vectors = np.linalg.eigh(LocalChainGrain((0, 4), 0.0, 0.0).with_fields(fields))
    chosen = ob.around_energy(levels, 32)
    elements = ob.operator_elements(vectors, embed(SIGMA_X, 9, 9), chosen)
    narrow = ob.structure_factor(levels, elements, chosen, 0.01, 14.0)
    peaks = narrow.centres[narrow.weights > 1e-12]
    np.testing.assert_allclose(peaks, np.array([-2, 2]) * fields[-1], atol=0.005)
    wide = ob.structure_factor(levels, elements, chosen, 14.0, 14.0)
    found = ob.eth_elements(levels, elements, chosen, wide)
    assert len(found.eta) == 511 * 32
    assert 511 < found.kurtosis < 1.05 * 511


def test_level_density_of_the_semicircle():
    """Levels at the quantiles of a semicircle: the density is d p(E)."""
    e = np.linspace(-RADIUS, RADIUS, 200_001)
    levels = np.interp((np.arange(4000) + 0.5) / 4000, semicircle_below(e), e)
    at = np.array([-2.0, 0.0, 3.0])
    p = 2 / (np.pi * RADIUS**2) * np.sqrt(RADIUS**2 - at**2)
    np.testing.assert_allclose(ob.level_density(levels, at, 101), 4000 * p, rtol=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e, x, v: ob.structure_factor(e, x[:, :2], slice(0, 3), 0.1, 1.0), "(16, 3)"),
        (lambda e, x, v: ob.structure_factor(e, x[:, :0], slice(3, 3), 0.1, 1.0), "one or more"),
        (lambda e, x, v: ob.eth_elements(e, 0 * x, slice(0, 16), v), "larger reach"),
        (lambda e, x, v: ob.level_density(e, np.zeros(1), 1), "two levels"),
        (lambda e, x, v: ob.level_density(np.zeros(9), np.zeros(1), 3), "degenerate"),
    ],
)
def test_impossible_questions(small, call, message):
    levels, vectors, operator = small
    elements = ob.operator_elements(vectors, operator, slice(0, 16))
    nothing = ob.structure_factor(levels, 0 * elements, slice(0, 16), 0.1, 1.0)
    with pytest.raises(mb.errors.InvalidInput) as raised:
        call(levels, elements, nothing)
    assert message in str(raised.value)
