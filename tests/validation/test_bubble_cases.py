"""The other side of paper C's cases: limits that are known, and what samples must not depend on."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from mbltn.validation.bubble import flip_lines, lattice as lattice_bubble, samples as bubble_samples
from mbltn.validation.bubble.lattice import shells, smallest_bubble
from mbltn.validation.bubble.random_neighbours import random_parameter
from mbltn.validation.cases import CASES
from mbltn.validation.cases.bubble.entropies import crossing
from mbltn.validation.direct import hubbard_bubble as direct
from mbltn.validation.tables import parts_of


@pytest.mark.parametrize(("gamma", "eps"), [(0.2, 2.0), (1.0, 1.0)])
def test_the_share_of_a_line_that_is_seen(gamma, eps):
    """Quartiles of two Lorentzians at 0 < w < 4 eps, from their arctangents."""

    def below(w):
        at = np.array([w - 2 * eps, w + 2 * eps, -2 * eps, 2 * eps]) / (gamma / 2)
        return float(np.arctan(at) @ [1, 1, -1, -1])

    whole = below(4 * eps)
    low, high = (brentq(lambda w, q=q: below(w) - q * whole, 0, 4 * eps) for q in (0.25, 0.75))
    assert flip_lines.measured_share(gamma, eps) == pytest.approx((high - low) / gamma, rel=1e-4)


def test_sites_of_lattices():
    distances, counted = shells(3, 2)
    assert distances.tolist() == pytest.approx([0, 1, 2**0.5, 3**0.5, 2])
    assert counted.tolist() == [1, 7, 19, 27, 33]
    assert shells(1, 3)[1].tolist() == [1, 3, 5, 7]


def test_the_smallest_bubble_is_the_first_that_passes():
    def ratio(N):
        return 0.3 * np.sqrt(0.05 * 2.0**N / (2.6 * N)) * np.exp(-7.0)

    N = smallest_bubble(-7.0, V=0.3, rho=0.05, w=2.6)
    assert ratio(N) >= 1 > ratio(N - 1)


def test_weak_elements_enter_G_by_their_logarithm():
    """<ln|eta|> of a Gaussian number is -(gamma_E + log 2)/2; <ln s> of GOE neighbours -0.17."""
    mean, error = random_parameter(np.array([1e-6]), 30, 300, 3)
    expected = 0.5 * np.log(1e-6) - (np.euler_gamma + np.log(2)) / 2 + 0.168
    assert mean == pytest.approx(expected, abs=4 * error + 0.02)


def test_one_atom_has_poles_at_half_of_U():
    found = direct.atom()
    z = (found["x"] + 1j * found["y"]).to_numpy()
    expected = z / (z**2 - (direct.ATOM["U"] / 2) ** 2)
    assert (found["re"] + 1j * found["im"]).to_numpy() == pytest.approx(expected, abs=1e-12)


def test_roots_solve_the_equation():
    found = direct.polynomial_roots()
    G = (found["re"] + 1j * found["im"]).to_numpy()
    z = found["w"].to_numpy() + 1j * direct.ROOT_HEIGHT
    share = direct.lbits_share(G, z, direct.SQUARED, direct.LEVELS)
    assert G * (z - direct.HOPPING**2 * G - share) == pytest.approx(1.0, abs=1e-10)


def test_self_energy_at_high_frequencies(monkeypatch):
    """U^2/4 over w at half filling."""
    monkeypatch.setattr(direct, "AT", (-40.0, 40.0))
    found = direct.real_time()
    assert 40 * found["re"].to_numpy() == pytest.approx([-1.0, 1.0], rel=0.01)
    assert abs(found["im"]).max() < 1e-3


def test_the_plane_is_filled_with_what_two_dimensions_have():
    found = direct.plane()
    expected = 2 * np.pi * found["n_L"] * direct.PLANE["V"] ** 2
    assert found["value"].to_numpy() == pytest.approx(expected.to_numpy(), rel=1e-9)


@pytest.mark.parametrize(
    "spoilt", [np.ones_like, lambda squares: squares[::-1, ::2].repeat(2, axis=1) * 1.2]
)
def test_elements_that_are_not_those_of_a_random_matrix_are_noticed(spoilt, monkeypatch):
    monkeypatch.setattr(lattice_bubble, "SAMPLES", 12)
    (case,) = (case for case in CASES.values() if case.name == "C-start")
    assert all(check.passed for check in case.checks(lattice_bubble.hybridised_grains()))
    true = lattice_bubble.squared_elements
    monkeypatch.setattr(lattice_bubble, "squared_elements", lambda psi: spoilt(true(psi)))
    assert not all(check.passed for check in case.checks(lattice_bubble.hybridised_grains()))


def test_a_crossing_of_lines():
    """Differences 1/3 - 1/xi of realizations that are alike: a line that is 0 at xi = 3."""
    shift = np.random.default_rng(5).normal(size=40)
    rows = [
        {"xi": xi, "M": M, "N": 6, "realization": r, "value": (M == 4) * (1 / 3 - 1 / xi) + s}
        for M in (2, 4)
        for r, s in enumerate(shift)
        for xi in (2.5, 2.7, 3.1, 3.3)
    ]
    xi, error = crossing(pd.DataFrame(rows))
    assert xi == pytest.approx(3.0, abs=1e-9)
    assert error < 1e-9


def test_realizations_that_are_alike_at_every_length_are_not_counted_twice():
    """One error common to all xi: shifts of the difference by s move the crossing by 9 s."""
    rng = np.random.default_rng(6)
    shift = {M: 1e-3 * rng.normal(size=50) for M in (2, 4)}
    rows = [
        {"xi": xi, "M": M, "N": 6, "realization": r, "value": (M == 4) * (1 / 3 - 1 / xi) + s}
        for M, of_number in shift.items()
        for r, s in enumerate(of_number)
        for xi in (2.5, 2.7, 3.1, 3.3)
    ]
    _, error = crossing(pd.DataFrame(rows))
    expected = 9 * np.std(shift[4] - shift[2], ddof=1) / np.sqrt(50)
    assert error == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("size", ["small", "paper", "beyond"])
def test_studies_of_every_size_measure_what_the_table_has(size):
    (study,) = bubble_samples.samples(size)
    assert set(bubble_samples.OBSERVABLES) <= set(study.observables)
    assert {"exp1d"} <= {name for each in study.ensemble for name in each.grid["geometry"]}


@pytest.mark.parametrize("size", ["small", "paper"])
def test_studies_of_geometries_have_what_the_cases_look_for(size):
    weak, strong = bubble_samples.samples_of_geometries(size)
    assert set(bubble_samples.OBSERVABLES) <= set(weak.observables)
    for study, V, points in (
        (weak, 1.0, {("stretch1d", 0.6), ("stretch1d", 1.0), ("layers2d", 2.0)}),
        (strong, 2.0, {("stretch1d", 0.6), ("stretch1d", 1.0)}),
    ):
        assert study.model["first_coupling"] == V
        for M in (1, 2, 3, 4):
            held = {
                (geometry, xi)
                for each in study.ensemble
                if M in each.grid["n_lbits"]
                for geometry in each.grid["geometry"]
                for xi in each.grid["xi"]
            }
            assert points <= held


def test_rows_by_the_value_of_a_column():
    table = pd.DataFrame({"xi": [2.0, 4.0, 2.0], "M": [1, 1, 2]})
    assert [(xi, len(part)) for xi, part in parts_of(table, "xi")] == [(2.0, 2), (4.0, 1)]
