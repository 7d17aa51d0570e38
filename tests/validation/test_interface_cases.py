"""Helpers of paper E's cases beside what is known in closed form."""

import numpy as np
import pytest

from mbltn.validation.direct.crossover_counts import lattice_sites
from mbltn.validation.direct.noisy_chain import liouvillian


def test_one_spin_that_is_flipped_at_random_is_a_damped_oscillator():
    """d<x>/dt = -2h <y>, d<y>/dt = 2h <x> - 2r <y>, d<z>/dt = -2r <z>, r the rate of flips."""
    h, g, v0 = 0.7, 0.1, 3.0
    r = 2 * np.pi * g**2 * v0
    turning = np.sqrt(4 * h**2 - r**2)
    expected = np.array([0, -2 * r, -r + 1j * turning, -r - 1j * turning])
    found = np.linalg.eigvals(liouvillian((h,), g, v0))
    for value in expected:
        assert abs(found - value).min() < 1e-12


def test_the_trace_and_the_mixed_state_stay():
    matrix = liouvillian((1.0, 0.4, 0.9), 0.3, 2.0)
    one = np.eye(8).ravel()
    assert abs(matrix @ one).max() < 1e-12
    assert abs(one @ matrix).max() < 1e-12


@pytest.mark.parametrize(
    ("d", "radius", "sites"),
    [(1, 2.5, 5), (2, 1.0, 5), (2, 2.0, 13), (2, 5.0, 81), (3, 1.0, 7), (3, 2.0, 33)],
)
def test_sites_of_the_lattice_in_a_ball(d, radius, sites):
    assert lattice_sites(d, radius) == sites
