"""A grain on a square lattice: reference values, and what paper D says of two dimensions.

Row numbers are those of the specification's table for avalanche theory. Fractions that run away
are its independent evaluation with R = 10, hop = 1, 81 phases; they hold at R = 8 within the error
of 40.
"""

import numpy as np
import pytest

from mbltn.models import SquareLattice
from mbltn.study.schema import SquareLatticeTheory
from mbltn.theory import central_grain
from mbltn.validation import lattice_avalanche

LOG2 = np.log(2)
PHASES = np.linspace(0, 2 * np.pi, 40, endpoint=False)


def avalanche(**parameters):
    lattice = SquareLattice(**parameters)
    return lattice_avalanche(lattice, lattice.draw(seed=4, realization=0))


def over_phases(W, radius=8):
    results = [avalanche(radius=radius, W=W, theta_0=float(theta)) for theta in PHASES]
    assert all(result.field.converged for result in results)
    return results


def fraction(results):
    return np.mean([result.runs_away for result in results])


@pytest.mark.parametrize(
    ("parameters", "expected", "tolerance"),
    [
        ({"radius": 2, "W": 10.0, "theta_0": 0.3}, 9.01082679, 1e-6),
        ({"radius": 4, "W": 150.0, "theta_0": 1.0}, 2.404906, 1e-4),
    ],
)
def test_rows_22_and_23(parameters, expected, tolerance):
    assert avalanche(**parameters).field.total == pytest.approx(expected, abs=tolerance)


@pytest.fixture(scope="module")
def strengths():
    return {W: over_phases(W) for W in (45.0, 70.0, 80.0, 90.0, 110.0, 120.0)}


def test_three_regimes(strengths):
    """All phases, some phases, none of these: D Fig 5a."""
    found = {W: fraction(results) for W, results in strengths.items()}
    assert found[45.0] == 1
    for W, expected in ((70.0, 0.55), (80.0, 0.40), (90.0, 0.21)):
        assert found[W] == pytest.approx(expected, abs=2 * np.sqrt(expected * (1 - expected) / 40))
    assert found[110.0] == found[120.0] == 0
    assert list(found.values()) == sorted(found.values(), reverse=True)


@pytest.mark.parametrize("radius", [7, 10])
def test_the_last_phases_that_run_away_are_narrow(radius):
    """At W = 110 they are 0.2 per cent; above W_th = 114.3 there are none."""
    sizes = {
        shift: avalanche(radius=radius, W=110.0, theta_0=0.30159 + shift)
        for shift in (-0.001, 0.0, 0.001)
    }
    assert [result.runs_away for result in sizes.values()] == [False, True, False]
    for theta_0 in (0.30163, 2.6452, 4.2560):
        assert not avalanche(radius=radius, W=115.0, theta_0=theta_0).runs_away


def test_no_sizes_between_failed_and_full(strengths):
    """D Fig 5d; failing samples have eta_tot <= 17 log 2."""
    for results in strengths.values():
        for result in results:
            size = result.thermal_lbits
            assert size > 0.999 * 145 if result.runs_away else size <= 17.5
            assert result.reach.resolved is not result.runs_away


def test_a_failed_avalanche_does_not_see_the_rim(strengths):
    """D Fig 5c: above threshold eta_tot is the same for all sizes and phases."""
    smaller = over_phases(120.0, radius=6)
    for large, small in zip(strengths[120.0], smaller, strict=True):
        assert large.field.total == pytest.approx(small.field.total, abs=0.02)
        assert large.reach.radius == small.reach.radius < 6


def test_the_other_phases_of_the_parameter_space():
    """A random potential avalanches where no phase of the quasiperiodic one does."""
    lattice = SquareLattice(radius=8, W=110.0, potential="random")
    sizes = [lattice_avalanche(lattice, lattice.draw(seed=1, realization=k)) for k in range(40)]
    assert 0.05 < fraction(sizes) < 0.6


def test_half_the_hop_is_half_the_scale():
    """H(hop/2, W/2) = H/2 has the same orbitals."""
    whole = avalanche(radius=6, W=80.0, theta_0=2.0)
    half = avalanche(radius=6, W=40.0, theta_0=2.0, hop=0.5)
    np.testing.assert_allclose(half.field.log_couplings, whole.field.log_couplings, atol=1e-9)


def test_parameters_of_figure_4_with_half_the_hop():
    """D Fig 4: theta_0 = 2.954, R = 15, W = 45 fails near the grain and W = 20 takes all."""
    failed = avalanche(radius=15, W=45.0, theta_0=2.954, hop=0.5)
    full = avalanche(radius=15, W=20.0, theta_0=2.954, hop=0.5)
    entropies = failed.field.mean_entropies / LOG2
    near = abs(failed.sites).sum(axis=1) <= 1
    assert failed.thermal_lbits < 10 and entropies[near].min() > 0.2
    assert entropies[abs(failed.sites).sum(axis=1) > 3].max() < 0.01
    assert full.thermal_lbits == pytest.approx(481, abs=1e-6)
    assert full.field.mean_entropies.min() > 0.999 * LOG2


def test_couplings_and_reach_by_hand():
    """The field is that of g_0 |phi_a(0)|; the reach is counted in the chosen distance."""
    lattice = SquareLattice(radius=5, W=60.0, theta_0=0.5)
    sample = lattice.draw(seed=0, realization=0)
    options = SquareLatticeTheory(
        kind="square_lattice", g_0=0.3, grain_dimension=4, distance="euclidean"
    )
    result = lattice_avalanche(lattice, sample, options)
    orbitals = np.linalg.eigh(
        np.diag(lattice.potential_of(sample.phases))
        + (abs(lattice.sites[:, None] - lattice.sites).sum(axis=2) == 1)
    )[1]
    np.testing.assert_allclose(
        np.sort(result.field.bare_couplings)[-20:],
        np.sort(0.3 * abs(orbitals[0]))[-20:],
        rtol=1e-9,
    )
    same = central_grain.solve(np.sort(0.3 * abs(orbitals[0])))
    assert result.field.total == pytest.approx(same.total, rel=1e-9)
    dressed = result.field.bare_couplings * np.exp(result.field.total / 2)
    far = np.hypot(*result.sites.T)
    bound = 1 / (4 * np.exp(result.field.total))
    assert dressed[far > result.reach.radius].sum() < bound
    assert dressed[far >= result.reach.radius].sum() >= bound
