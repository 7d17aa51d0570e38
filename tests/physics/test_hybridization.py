"""The hybridization function k(w): sums over product states one by one, and the golden rule."""

import numpy as np
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.errors import InvalidInput
from mbltn.models import CentralGrain, CosineGrain, GOEGrain

RADIUS = 5.0


def semicircle(e):
    return 2 / (np.pi * RADIUS**2) * np.sqrt(RADIUS**2 - e**2)


def spin_on_goe(g, n_grain=8, **changes):
    """Paper E's appendix A: one spin with h = 1, coupled by g sigma^x sigma^x."""
    parameters = {
        "alpha": 1.0,
        "first_coupling": g,
        "coupling": "xx",
        "field_range": (1.0, 1.0),
        "grain": GOEGrain(RADIUS, "radius"),
    }
    return CentralGrain(n_grain, **{"n_lbits": 1, **parameters, **changes})


def curve(model, sample, count, dw, reach):
    levels, bath_vectors = np.linalg.eigh(sample.grain)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(count))
    return ob.hybridization_function(
        levels, bath_vectors, sample.fields, pairs.energies, pairs.vectors, dw, reach
    )


@pytest.fixture(scope="module")
def three_spins():
    """Eigenstates of a grain of two spins with three spins that join it."""
    model = CentralGrain(2, 3, alpha=0.8, first_coupling=0.7, grain=CosineGrain(1.5, "rms"))
    sample = model.sample(fields=[0.93, 1.02, 0.71], seed=5)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.all()).select(slice(9, 14))
    return (*np.linalg.eigh(sample.grain), sample.fields, pairs.energies, pairs.vectors)


def test_sum_over_product_states_one_by_one(three_spins):
    levels, bath_vectors, fields, energies, vectors = three_spins
    dw, m = 0.21, 9
    weights, beyond = np.zeros(2 * m), np.zeros(2)
    up, down = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    for n, b in np.ndindex(5, 4):
        for spins in np.ndindex(2, 2, 2):
            product, energy = bath_vectors[:, b], levels[b]
            for h, spin in zip(fields, spins, strict=True):
                product = np.kron(product, (up, down)[spin])
                energy += h * (1, -1)[spin]
            weight = (product @ vectors[:, n]) ** 2 / 5
            number = int(np.floor((energy - energies[n]) / dw))
            if -m <= number < m:
                weights[number + m] += weight
            else:
                beyond[int(number >= m)] += weight
    assert beyond.min() > 1e-3
    k = ob.hybridization_function(*three_spins, dw, m * dw)
    np.testing.assert_allclose(k.weights, weights, atol=1e-14)
    np.testing.assert_allclose(k.beyond, beyond, atol=1e-14)
    np.testing.assert_allclose(k.edges, dw * np.arange(-m, m + 1), atol=1e-14)
    np.testing.assert_allclose(k.values * dw, weights, atol=1e-14)


def test_the_integral_is_one(three_spins):
    assert ob.hybridization_function(*three_spins, 0.1, 0.5).total == pytest.approx(1, abs=1e-13)


def test_mean_energy_of_the_product_states_is_that_without_the_coupling(three_spins):
    """int w k dw = <H_B + H_S> - E = -<coupling>, by bins so narrow that they do not matter."""
    levels, bath_vectors, fields, energies, vectors = three_spins
    k = ob.hybridization_function(*three_spins, 1e-5, 8.0)
    z = np.array([1.0, -1.0])
    of_spins = np.add.outer(np.add.outer(fields[0] * z, fields[1] * z), fields[2] * z).ravel()
    grain = bath_vectors * levels @ bath_vectors.T
    free = np.kron(grain, np.eye(8)) + np.kron(np.eye(4), np.diag(of_spins))
    expected = np.einsum("in,ij,jn->", vectors, free, vectors) / 5 - energies.mean()
    assert abs(expected) > 0.01
    assert (k.centres * k.weights).sum() == pytest.approx(expected, abs=1e-5)


def test_signs_of_states_and_the_order_of_spins_change_nothing(three_spins, rng):
    levels, bath_vectors, fields, energies, vectors = three_spins
    k = ob.hybridization_function(*three_spins, 0.05, 4.0)
    flipped = ob.hybridization_function(
        levels, bath_vectors * rng.choice([-1, 1], 4), fields, energies, -vectors, 0.05, 4.0
    )
    np.testing.assert_allclose(flipped.weights, k.weights, atol=1e-14)
    turned = vectors.reshape(4, 2, 2, 2, -1).transpose(0, 3, 1, 2, 4).reshape(vectors.shape)
    permuted = ob.hybridization_function(
        levels, bath_vectors, fields[[2, 0, 1]], energies, turned, 0.05, 4.0
    )
    np.testing.assert_allclose(permuted.weights, k.weights, atol=1e-14)


def test_complex_eigenvectors(three_spins, rng):
    """A bath basis and states turned by one unitary of the bath have the same overlaps."""
    levels, bath_vectors, fields, energies, vectors = three_spins
    unitary = np.linalg.qr(rng.standard_normal((4, 4)) + 1j * rng.standard_normal((4, 4)))[0]
    k = ob.hybridization_function(*three_spins, 0.05, 4.0)
    turned = np.kron(unitary, np.eye(8)) @ vectors
    same = ob.hybridization_function(
        levels, unitary @ bath_vectors, fields, energies, turned, 0.05, 4.0
    )
    np.testing.assert_allclose(same.weights, k.weights, atol=1e-14)


def test_without_coupling_all_weight_is_at_zero():
    model = spin_on_goe(0.0, n_grain=4, n_lbits=2, field_range=(0.5, 1.5))
    dw = 1e-8
    k = curve(model, model.draw(3, 0), 64, dw, 5 * dw)
    # rounding decides on which side of 0
    np.testing.assert_allclose(k.weights[4:6].sum(), 1.0, atol=1e-12)
    assert 0 < k.hwhm <= dw / 2


def test_a_spin_that_is_not_coupled_changes_nothing():
    alone, beside = spin_on_goe(0.6, n_grain=3), spin_on_goe(0.6, n_grain=3, n_lbits=2)
    sample = alone.draw(2, 0)
    both = beside.sample(grain=sample.grain, fields=[1.0, 0.37], couplings=[0.6, 0.0])
    k = curve(alone, sample, 16, 0.03, 9.0)
    assert k.weights.max() < 0.9
    np.testing.assert_allclose(curve(beside, both, 32, 0.03, 9.0).weights, k.weights, atol=1e-12)


def test_two_levels():
    """One bath level at 0 beside h sigma^z + g sigma^x: the rotation by tan(2 phi) = g/h."""
    h, g = 0.6, 0.45
    energies, vectors = np.linalg.eigh(np.array([[h, g], [g, -h]]))
    k = ob.hybridization_function([0.0], np.eye(1), [h], energies, vectors, 1e-3, 2.0)
    far = np.sin(np.arctan2(g, h) / 2) ** 2
    E = np.hypot(h, g)
    # |up> in the upper state lies at h - E, |down> at -h - E; the lower state is its mirror
    w = np.array([-h - E, h - E, E - h, E + h])
    np.testing.assert_allclose(k.centres[k.weights > 0], w, atol=1e-3)
    np.testing.assert_allclose(
        k.weights[k.weights > 0], np.array([far, 1 - far, 1 - far, far]) / 2, atol=1e-14
    )


def test_width_of_a_lorentzian():
    """0.05, whatever lies beyond the reach; truncated at +-200 it is table row 7's 0.0999750/2."""
    half_width, dw = 0.05, 0.005
    edges = dw * np.arange(-100, 101)
    below = 0.5 + np.arctan(edges / half_width) / np.pi
    k = ob.EnergyHistogram(dw, np.diff(below), np.array([below[0], 1 - below[-1]]))
    assert k.total == pytest.approx(1, abs=1e-14)
    # edges at +-half_width: the quartiles need no interpolation
    assert k.hwhm == pytest.approx(half_width, abs=1e-12)
    w = half_width * np.tan(np.pi * ((np.arange(400_000) + 0.5) / 400_000 - 0.5))
    inside = abs(w) < 200
    sampled = ob.energy_histogram(w[inside], np.ones(inside.sum()), 0.001, 1.0)
    assert 2 * sampled.hwhm == pytest.approx(0.099975, abs=2e-5)


def test_width_does_not_depend_on_a_shift():
    weights = np.array([1.0, 3.0, 3.0, 1.0])
    centred = ob.EnergyHistogram(0.5, np.r_[0, weights, 0, 0, 0], np.zeros(2))
    shifted = ob.EnergyHistogram(0.5, np.r_[0, 0, 0, weights, 0], np.zeros(2))
    # quartiles 1/3 into the second and third bin from outside
    assert centred.hwhm == pytest.approx(0.5 * (2 - 2 / 3) / 2)
    assert shifted.hwhm == pytest.approx(centred.hwhm)


@pytest.mark.parametrize("g", [0.4, 0.8])
def test_half_width_of_the_golden_rule(g):
    """w = pi g^2 p(h): at total energy 0 the bath goes between -h and h (256 levels, R = 5).

    Four standard errors over the samples, and (g/R)^2 for the rule's next order.
    """
    expected = np.pi * g**2 * semicircle(1.0)
    spacing = np.pi * RADIUS / (4 * 256)
    model = spin_on_goe(g)
    curves = [
        curve(model, model.draw(7, r), 40, max(0.1 * expected, spacing), 12.0) for r in range(12)
    ]
    k = ob.mean_histogram(curves)
    # the reach is wider than the band
    assert k.beyond.sum() == 0
    assert k.total == pytest.approx(1, abs=1e-12)
    widths = np.array([one.hwhm for one in curves])
    error = widths.std(ddof=1) / np.sqrt(len(widths))
    assert error < 0.035 * expected
    assert k.hwhm == pytest.approx(expected, abs=4 * error + (g / RADIUS) ** 2 * expected)
    # E leaves out the pi
    assert abs(k.hwhm - expected / np.pi) > 10 * error
    # the shape is a Lorentzian's where w << R; a Gaussian of this width has 0.82 and 0.99
    if g == 0.4:
        inside = [k.weights[abs(k.centres) < n * expected].sum() for n in (2, 4)]
        np.testing.assert_allclose(inside, 2 * np.arctan([2, 4]) / np.pi, atol=0.015)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: ob.hybridization_function(s[0], s[1], s[2][:2], *s[3:], 0.1, 1.0), "(16, 5)"),
        (lambda s: ob.hybridization_function(*s[:4], 2 * s[4], 0.1, 1.0), "weight 4 in"),
        (lambda s: ob.hybridization_function(*s, 0.0, 1.0), "dw=0.0"),
        (lambda s: ob.hybridization_function(*s, 0.01, 0.01).hwhm, "larger reach"),
        (lambda s: ob.mean_histogram([]), "0 curves"),
        (
            lambda s: ob.mean_histogram(
                [ob.hybridization_function(*s, 0.1, reach) for reach in (1.0, 2.0)]
            ),
            "2 grids",
        ),
        (lambda s: ob.EnergyHistogram(0.1, np.zeros(4), np.zeros(2)).hwhm, "no weight"),
    ],
)
def test_impossible_questions(three_spins, call, message):
    with pytest.raises(mb.errors.InvalidInput) as raised:
        call(three_spins)
    assert message in str(raised.value)


@pytest.mark.parametrize(("dw", "reach", "bins"), [(0.3, 2.1, 7), (0.1, 0.3, 3), (0.3, 0.91, 4)])
def test_a_reach_of_whole_bins_is_not_rounded_up(dw, reach, bins):
    """2.1/0.3 is 7.000000000000001, and 0.3/0.1 less than 3, by the rounding of decimal numbers."""
    found = ob.energy_histogram(np.array([reach * 0.999, reach * 1.4]), np.ones(2), dw, reach)
    assert len(found.weights) == 2 * bins
    np.testing.assert_array_equal(found.weights[bins:], [0.0] * (bins - 1) + [1.0])


@pytest.mark.parametrize(("dw", "reach"), [(0.0, 1.0), (2.0, 1.0), (0.1, np.inf), (1e-300, 8.0)])
def test_bins_that_cannot_be(dw, reach):
    with pytest.raises(InvalidInput, match=r"0 < dw <= reach|more than the 5e\+06 bins"):
        ob.energy_histogram(np.zeros(1), np.ones(1), dw, reach)
