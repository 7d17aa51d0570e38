"""Bare hybridization of a spin next to a bath, and the norm of first-order perturbation theory."""

import numpy as np
import pytest

import mbltn as mb
from mbltn import observables as ob
from mbltn.models import CentralGrain, CosineGrain, GOEGrain, LocalChainGrain
from mbltn.operators import SIGMA_X, embed
from mbltn.streams import Streams
from mbltn.theory.resonance import cdf_x

RADIUS = 5.0


def semicircle(e):
    return 2 / (np.pi * RADIUS**2) * np.sqrt(RADIUS**2 - e**2)


def goe_dot(n_spins, realization):
    grain = GOEGrain(RADIUS, "radius").matrix(n_spins, Streams(31, realization))
    return (*np.linalg.eigh(grain), embed(SIGMA_X, n_spins, n_spins))


@pytest.mark.parametrize("h", [0.2, 0.55, -0.55, 1.3])
def test_sums_over_final_states_one_by_one(h):
    """A grain of 16 levels; the window 1 holds some."""
    levels, vectors = np.linalg.eigh(CosineGrain(1.5, "rms").matrix(4))
    V = embed(SIGMA_X, 4, 4)
    start = min(
        ((b, s) for b in range(16) for s in (1, -1)), key=lambda t: abs(levels[t[0]] + t[1] * h)
    )
    energy = levels[start[0]] + start[1] * h
    squares, states = [], 0
    for b in range(16):
        for s in (1, -1):
            if abs(levels[b] + s * h - energy) <= 1:
                states += 1
                if s != start[1]:
                    squares.append((vectors[:, start[0]] @ V @ vectors[:, b]) ** 2)
    below = int((levels < 0).sum())
    low = round(below - 3)
    rho = 5 / (levels[low + 5] - levels[low])
    flip = ob.bare_hybridization(levels, vectors, V, h, 0.3, density_count=6)
    joint = ob.bare_hybridization(levels, vectors, V, h, 0.3, count="joint", density_count=6)
    assert (flip.elements, joint.elements) == (len(squares), states)
    assert 0 < len(squares) < states
    assert flip.density == pytest.approx(rho)
    assert joint.density == pytest.approx(2 * rho)
    of_flip, of_joint = np.mean(squares), np.sum(squares) / states
    np.testing.assert_allclose(flip.G, 0.3 * rho * np.sqrt(of_flip), rtol=1e-12)
    np.testing.assert_allclose(joint.G, 0.3 * 2 * rho * np.sqrt(of_joint), rtol=1e-12)
    np.testing.assert_allclose(flip.mean_square, of_flip, rtol=1e-12)


def test_the_local_bath_of_paper_e():
    """First l-bit of the local 9-spin bath at g = 0.2: 0.49(3) and 0.68(2); E quotes 0.67.

    The density is that of 75 levels; 50 and 100 change G by less than 0.005.
    """
    model = CentralGrain(
        9,
        1,
        alpha=0.75,
        first_coupling=0.2,
        coupling="xx",
        coupled_spin=-1,
        field_range=(0.5, 1.5),
        grain=LocalChainGrain(),
    )
    V = embed(SIGMA_X, 9, 9)
    rows = []
    for realization in range(100):
        levels, vectors = np.linalg.eigh(model.draw(12, realization).grain)
        fields = Streams(12, realization)("more fields").uniform(0.5, 1.5, 8)
        of_bath = [
            [ob.bare_hybridization(levels, vectors, V, h, 0.2, count, 1.0, 75).G for h in fields]
            for count in ("flip", "joint")
        ]
        rows.append(np.mean(of_bath, axis=1))
    (flip, joint), error = np.mean(rows, axis=0), np.std(rows, axis=0, ddof=1) / np.sqrt(len(rows))
    assert error.max() < 0.008
    assert flip == pytest.approx(0.49, abs=0.03)
    assert joint == pytest.approx(0.68, abs=0.02)


def test_on_a_goe_dot_it_is_coupling_times_density():
    """G = g sqrt(v(2h) rho), v = p and rho = d p: g sqrt(d) p; nothing is far from the centre."""
    g, h = 0.1, 0.4
    found = np.array([ob.bare_hybridization(*goe_dot(7, r), h, g).G for r in range(60)])
    expected = g * np.sqrt(128) * semicircle(0.0)
    error = found.std(ddof=1) / np.sqrt(len(found))
    assert error < 0.02 * expected
    # the density is that of the d/8 middle levels, within 0.5 of 0
    assert found.mean() == pytest.approx(expected, abs=4 * error)


def test_g_is_linear_in_the_coupling_and_zero_without_it():
    levels, vectors, V = goe_dot(5, 0)
    full, half, none = (
        ob.bare_hybridization(levels, vectors, V, 0.7, g).G for g in (0.4, 0.2, 0.0)
    )
    assert full == pytest.approx(2 * half)
    assert full > 0
    assert none == 0
    # an operator that commutes with the bath flips no spin but at h = 0
    same = vectors * levels @ vectors.T
    assert ob.bare_hybridization(levels, vectors, same, 0.7, 0.4).G < 1e-13


def test_it_depends_neither_on_signs_nor_on_the_basis(rng):
    levels, vectors, V = goe_dot(5, 1)
    reference = ob.bare_hybridization(levels, vectors, V, 0.7, 0.3)
    flipped = ob.bare_hybridization(levels, vectors * rng.choice([-1, 1], 32), V, 0.7, 0.3)
    eigenbasis = ob.bare_hybridization(levels, np.eye(32), vectors.T @ V @ vectors, 0.7, 0.3)
    np.testing.assert_allclose([flipped.G, eigenbasis.G], reference.G, rtol=1e-12)


def test_norms_one_by_one_and_of_a_resonance(rng):
    energies, others, V = rng.standard_normal(3), rng.standard_normal(5), rng.normal(size=(3, 5))
    expected = [
        np.sqrt(sum(V[a, b] ** 2 / (energies[a] - others[b]) ** 2 for b in range(5)))
        for a in range(3)
    ]
    np.testing.assert_allclose(ob.perturbation_norm(energies, others, V), expected, rtol=1e-13)
    # on resonance infinite, but not by a state that is not coupled
    resonant = ob.perturbation_norm([1.0, 2.0], [1.0, 3.0], np.array([[0.0, 1.0], [0.0, 0.0]]))
    np.testing.assert_array_equal(resonant, [0.5, 0.0])
    assert ob.perturbation_norm([1.0], [1.0], np.array([[1e-9]])) == [np.inf]


def test_norm_is_the_admixture_at_weak_coupling():
    """First order: the weight of flipped states in an eigenstate is g_a^2, up to J^4."""
    J, h = 1e-4, 0.4
    levels, vectors, V = goe_dot(4, 2)
    elements = J * vectors.T @ V @ vectors
    norms = ob.perturbation_norm(levels + h, levels - h, elements)
    H = np.block([[np.diag(levels + h), elements], [elements, np.diag(levels - h)]])
    states = np.linalg.eigh(H)[1]
    up = (states[:16] ** 2).sum(axis=0) > 0.5
    admixed = (states[16:, up] ** 2).sum(axis=0)
    np.testing.assert_allclose(admixed, norms**2, rtol=1e-4)


def test_distribution_of_norms_is_that_of_a_random_matrix():
    """g_a/g of 128 levels against D's p(x), exact for large grains: Kolmogorov, at one per cent.

    g = rho mean|V| with Gaussian elements of variance 1/d and the semicircle where the flip ends.
    """
    J, h, d = 1e-3, 0.4, 128
    x = []
    for realization in range(120):
        levels, vectors, V = goe_dot(7, realization)
        start = np.flatnonzero(abs(levels + h) < 1.5)[::3]
        norms = ob.perturbation_norm(
            levels[start] + h, levels - h, J * vectors[:, start].T @ V @ vectors
        )
        g = J * d * semicircle(levels[start] + 2 * h) * np.sqrt(2 / (np.pi * d))
        x.append(norms / g)
    x = np.sort(np.concatenate(x))
    n = len(x)
    assert n > 1500
    distance = abs(cdf_x(x) - (np.arange(n) + 0.5) / n).max()
    assert distance < 1.63 / np.sqrt(n)
    # a fifth more or less in g would be seen
    for factor in (0.8, 1.25):
        assert abs(cdf_x(factor * x) - (np.arange(n) + 0.5) / n).max() > 2 * 1.63 / np.sqrt(n)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e, u, v: ob.bare_hybridization(e, u, v, 0.7, 0.3, count="all"), "flip, joint"),
        (lambda e, u, v: ob.bare_hybridization(e, u, v, 0.7, 0.3, window=1e-6), "widen `window`"),
        (lambda e, u, v: ob.bare_hybridization(e, u[:, :3], v, 0.7, 0.3), "(32, 3)"),
        (lambda e, u, v: ob.perturbation_norm(e, e, v[:, :3]), "(32, 3)"),
    ],
)
def test_impossible_questions(call, message):
    with pytest.raises(mb.errors.InvalidInput) as raised:
        call(*goe_dot(5, 3))
    assert message in str(raised.value)
