"""The large-N equations beside exact averages, and what C Fig 6 says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mbltn.figures import FIGURES
from mbltn.plotting.curves import draw_curves
from mbltn.theory.hubbard_bubble import Bubble, FrequencyGrid, solve
from mbltn.validation.bubble import hubbard as exact

ETA = 0.3


@pytest.fixture(scope="module")
def averaged():
    """N = 120, 20 l-bits, V_a^2 = 4, at every eighth frequency of a grid."""
    grid = FrequencyGrid(n=2**11, w_max=12.0, eta_0=ETA)
    energies = np.linspace(-1.9, 1.9, 20)
    bubble = Bubble(120, 1.0, 0.0, 2.0, np.full(20, 4.0), energies)
    points = np.flatnonzero(np.abs(grid.w) < 6)[::8]
    return bubble, grid, points, exact.quadratic_average(bubble, grid.w[points], ETA, samples=300)


def area(change, of):
    return np.abs(change).sum() / of.sum()


def compared(averaged, c_hyb):
    bubble, grid, points, mean = averaged
    found = solve(replace(bubble, c_hyb=c_hyb), grid).require_converged()
    of_lbits = found.rho_a().mean(axis=0)[points]
    return (
        area(found.rho[points] - mean.rho, mean.rho),
        area(of_lbits - mean.rho_lbits, mean.rho_lbits),
    )


def test_the_average_is_known_well_enough(averaged):
    *_, mean = averaged
    assert area(mean.error, mean.rho) < 0.001
    assert area(mean.error_lbits, mean.rho_lbits) < 0.006


def test_half_of_the_printed_weight_is_right(averaged):
    of_bubble, of_lbits = compared(averaged, 0.5)
    assert of_bubble < 0.003 and of_lbits < 0.01


def test_the_printed_weight_is_not(averaged):
    of_bubble, of_lbits = compared(averaged, 1.0)
    assert of_bubble > 0.1 and of_lbits > 0.25


def test_a_bubble_alone_and_one_lbit_that_two_spins_broaden():
    """Half width of a weakly coupled l-bit: pi <|V_ia|^2> 2 N rho = pi V_a^2 sqrt(N) rho(eps_a)."""
    bubble = Bubble(60, 1.0, 0.0, 2.0, [0.01], [0.5])
    w = np.linspace(-3, 3, 601)
    mean = exact.quadratic_average(bubble, w, 0.05, samples=60)
    line = w[mean.rho_lbits > mean.rho_lbits.max() / 2]
    expected = 0.01 * np.sqrt(60) * np.sqrt(4 - 0.25) / 2
    assert line[-1] - line[0] == pytest.approx(2 * (expected + 0.05), rel=0.1)
    semicircle = np.sqrt(4 - w[np.abs(w) < 1.5] ** 2) / (2 * np.pi)
    assert mean.rho[np.abs(w) < 1.5] == pytest.approx(semicircle, abs=0.02)


@pytest.mark.parametrize(
    ("V", "n_circles", "expected"), [(0.5, 2, 0.226), (1.5, 2, 0.224), (1.5, 20, 0.178)]
)
def test_difference_ratios_of_the_notes(V, n_circles, expected):
    """Section 6.5, eta_0 = 0.02; the energies are random, over samples 0.0001 to 0.0015."""
    grid = replace(exact.GRID, eta_0=0.02)
    found = []
    for realization in range(4):
        pair = [
            solve(exact.bubble_of_figure(V, n_circles, U, realization), grid) for U in (2.0, 0.0)
        ]
        found.append(exact.difference_ratio(*pair))
    assert found == pytest.approx([expected] * 4, abs=0.01)
    assert 0 < np.std(found) < 0.005


def test_inner_lbits_keep_their_energies():
    few, many = exact.bubble_of_figure(1.5, 3), exact.bubble_of_figure(1.5, 20)
    assert np.array_equal(many.energies[:6], few.energies)
    assert np.abs(many.energies).max() < exact.W < 1.1 * np.abs(many.energies).max()
    other = exact.bubble_of_figure(1.5, 3, realization=1)
    assert not np.any(other.energies == few.energies)


def test_the_table_of_the_figure(monkeypatch, tmp_path):
    """Panels a-d: weak coupling keeps the spectrum, the other does not, nor does U fade from it."""
    monkeypatch.setattr(exact, "MANY", 60)
    ticks = []
    table = exact.spectral_functions(lambda *t: ticks.append(t))
    # eight decades of each of ten solutions, as they are reached
    assert ticks[-1] == (80, 80) and ticks == sorted(ticks)
    assert len({done for done, _ in ticks}) > 60
    curves = {key: part["value"].to_numpy() for key, part in table.groupby(["panel", "curve"])}
    assert len(curves) == 10
    weak = curves["(b) V = 0.5, many l-bits", "M = 1830, U = 2"]
    strong = curves["(d) V = 1.5, many l-bits", "M = 1830, U = 2"]
    free = curves["(d) V = 1.5, many l-bits", "M = 1830, U = 0"]
    few = curves["(a) V = 0.5", "M = 3, U = 2"]
    assert area(weak - few, few) < 0.05 < 0.15 < area(strong - few, few)
    w = table["w"].to_numpy()[: len(few)]
    inside = np.abs(w) < exact.W
    assert 0.1 < area((strong - free)[inside], free[inside]) < 0.2
    draw_curves(table, tmp_path / "C6.png", FIGURES["C6"].panels)
    assert (tmp_path / "C6.png").read_bytes().startswith(b"\x89PNG")
