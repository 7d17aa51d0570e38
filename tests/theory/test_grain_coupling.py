"""Bare coupling to a semicircle: random matrices counted, a Bessel integral, closed limits."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import j1

from mbltn.errors import InvalidInput
from mbltn.theory.grain_coupling import semicircle_coupling


@pytest.mark.parametrize("splitting", [0.5, 2.0, 4.5])
def test_by_the_fourier_transform_of_the_semicircle(splitting):
    """int p_0(E) p_0(E + w) dE = int (2 J_1(R t)/(R t))^2 cos(w t) dt/(2 pi)."""
    radius, strength, d = 3.0, 0.7, 16

    def integrand(t):
        return (2 * j1(radius * t) / (radius * t)) ** 2 * np.cos(splitting * t) / np.pi

    overlap = quad(integrand, 1e-12, 400, limit=4000)[0]
    found = semicircle_coupling(strength, splitting, radius, d, norm=1.0)
    assert found == pytest.approx(strength * np.sqrt(2 * d / np.pi) * overlap, abs=2e-7)


def test_limits():
    """int p_0^2 = 16/(3 pi^2 R); nothing beyond the bandwidth."""
    found = semicircle_coupling(1.0, 0.0, 2.0, 8)
    assert found == pytest.approx(np.sqrt(8 / np.pi) * 16 / (3 * np.pi**2 * 2.0), rel=1e-12)
    assert semicircle_coupling(1.0, 4.0, 2.0, 8) == 0.0
    assert semicircle_coupling(1.0, 3.99, 2.0, 8) < 1e-4
    assert semicircle_coupling(0.0, 1.0, 2.0, 8) == 0.0


@pytest.mark.parametrize("kind", ["pm", "xx"])
def test_by_counting_pairs_of_random_matrices(kind):
    """rho [|V_ab|]: |J B_ab| of all pairs e_b = e_a + 2h within a window, over d_g levels a."""
    rng, d, radius, splitting, half, samples = np.random.default_rng(5), 128, 3.0, 2.0, 0.15, 12
    on_spin = {"pm": [[0.0, 1.0], [0.0, 0.0]], "xx": [[0.0, 1.0], [1.0, 0.0]]}[kind]
    operator, total = np.kron(on_spin, np.eye(d // 2)), 0.0
    for _ in range(samples):
        a = rng.normal(size=(d, d))
        levels, states = np.linalg.eigh(radius / (2 * np.sqrt(2 * d)) * (a + a.T))
        elements = abs(0.3 * states.T @ operator @ states)
        near = abs(levels[None, :] - levels[:, None] - splitting) < half
        total += elements[near].sum() / (2 * half * d * samples)
    norm = {"pm": 0.5, "xx": 1.0}[kind]
    found = semicircle_coupling(0.3, splitting, radius, d, norm)
    assert found == pytest.approx(total, rel=0.015)


@pytest.mark.parametrize(
    "numbers", [(-1.0, 2.0, 3.0, 8), (1.0, np.inf, 3.0, 8), (1.0, 2.0, 0.0, 8), (1.0, 2.0, 3.0, 0)]
)
def test_refusals(numbers):
    with pytest.raises(InvalidInput):
        semicircle_coupling(*numbers)
