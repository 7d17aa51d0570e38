"""The Hubbard bubble against tabulated values, exact limits and sums written out here.

Rows are those of the theory notes, sections 7 (avalanches) and 7 (grains).
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.special import dawsn

from mbltn.theory import hubbard_bubble as hb
from mbltn.theory.hubbard_bubble import lbits, self_energy
from mbltn.theory.hubbard_bubble.equations import one_round

FINE = hb.FrequencyGrid(n=2**14, w_max=20.0, eta_0=0.01)
COARSE = hb.FrequencyGrid(n=2**12, w_max=20.0, eta_0=0.05)
PLAIN = {"N": 30, "t": 1.0, "T": 2.0}
ZERO = 2**13  # the point w = 0 of `FINE`


def alone(U, **changes):
    return hb.Bubble(U=U, **{**PLAIN, **changes})


def row_21(**changes):
    a = np.arange(1, 56)
    lbits_of_row = {"squared_couplings": hb.circles(10, 1.5, 10.0), "energies": 2 * np.cos(1 + a)}
    return hb.Bubble(**{**PLAIN, "U": 2.0, **lbits_of_row, **changes})


# -- rows of the tables ----------------------------------------------------------------------------


def test_without_interaction_and_lbits_row_19():
    found = hb.solve(alone(0.0), FINE)
    assert found.rho[ZERO] == pytest.approx(0.31672, abs=1e-5)


def test_interaction_without_lbits_row_20():
    found = hb.solve(alone(2.0), FINE)
    rho_S = found.rho_S.sum() * FINE.dw
    assert found.rho[ZERO] == pytest.approx(0.22736, abs=1e-5)
    assert found.Sigma[ZERO].imag == pytest.approx(-0.67572, abs=1e-5)
    assert rho_S == pytest.approx(0.99900, abs=1e-5)


def test_with_lbits_row_21():
    grid = hb.FrequencyGrid(n=2**14, w_max=20.0, eta_0=0.05)
    found = hb.solve(row_21(), grid)
    at = np.interp([0.0, 1.0], found.w, found.rho)
    assert at == pytest.approx([0.22461, 0.21282], abs=2e-5)
    printed = hb.solve(row_21(c_hyb=1.0), grid)
    assert np.all(np.abs(np.interp([0.0, 1.0], printed.w, printed.rho) - at) > 2.5e-3)


def test_couplings_row_21_of_the_grains():
    squared = hb.circles(10, V=1.5, xi=10.0, n_L=1.0)
    assert len(squared) == 55
    assert squared[[0, 1, 54]] == pytest.approx(
        [0.0225, 0.021620049055, 0.015712667856], rel=0, abs=1e-11
    )


# -- couplings -------------------------------------------------------------------------------------


def test_circles_hold_n_or_the_areal_density():
    assert len(hb.circles(141, 1.5, 10.0)) == 10011
    for n_L in (0.3, 2.0):
        squared = hb.circles(50, 1.5, 10.0, n_L, filling="n-1")
        r, held = np.unique(-10.0 * np.log(squared / 0.0225).round(12), return_counts=True)
        # of a ring of width r_0: 2 pi r r_0 n_L; the innermost is the bubble's place
        assert held[1:] == pytest.approx(2 * np.pi * r[1:] * r[1] * n_L, rel=1e-9)
        assert held[0] == 1 and len(squared) == 1 + 50 * 49 // 2


# -- self-energy -----------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.7, 30.0]), st.sampled_from([16, 34]))
def test_the_double_sum_at_every_frequency(seed, T, n):
    """(H4) term by term, with any density."""
    grid = hb.FrequencyGrid(n=n, w_max=2.0, eta_0=16.0 / n)
    A_0 = np.random.default_rng(seed).random(n)
    with np.errstate(over="ignore"):
        f = 1 / (np.exp(grid.w / T) + 1)
    plus, minus = A_0 * (1 - f), A_0 * f
    # -w_max has no partner on the grid
    plus[0] = minus[0] = 0
    expected = np.zeros(n)
    for a in range(n):
        for b in range(n):
            # e1 + e2 - w is the point c
            k = np.arange(n)
            c = np.rint((grid.w[a] + grid.w[b] - grid.w[k]) / grid.dw).astype(int) + n // 2
            k, c = k[(c >= 0) & (c < n)], c[(c >= 0) & (c < n)]
            expected[k] += plus[a] * plus[b] * minus[c] + minus[a] * minus[b] * plus[c]
    expected *= 1.3**2 * grid.dw**2
    found = self_energy.second_order(A_0, 1.3, T, grid)
    assert found.rho_S == pytest.approx(expected, abs=1e-12)
    assert found.Sigma.imag == pytest.approx(-np.pi * expected, abs=1e-12)


def test_particles_and_holes_on_the_grid(rng):
    """An even A_0 has an even rho_S and an odd Re Sigma, also where it ends at once."""
    grid = hb.FrequencyGrid(n=64, w_max=2.0, eta_0=0.2)
    A_0 = 0.1 * (1 + rng.random(64))
    A_0[1:] += A_0[:0:-1].copy()
    found = self_energy.second_order(A_0, 1.3, 0.4, grid)
    assert found.rho_S[1:] == pytest.approx(found.rho_S[:0:-1], rel=1e-13)
    assert found.Sigma.real[1:] == pytest.approx(-found.Sigma.real[:0:-1], abs=1e-13)


def test_the_principal_value_of_a_gaussian():
    """P int exp(-e^2)/(w - e) de = 2 sqrt(pi) Dawson(w)."""
    w = FINE.w
    expected = 2 * np.sqrt(np.pi) * dawsn(w)
    assert self_energy.hilbert(np.exp(-(w**2))) == pytest.approx(expected, abs=1e-12)


def test_sum_rules_of_the_self_energy():
    """Half filling: int rho_S = U^2/4, up to the tails of three densities."""
    for T in (0.1, 2.0):
        found = hb.solve(row_21(T=T, energies=np.zeros(55)), FINE)
        tail = 2 * FINE.eta_0 / (np.pi * FINE.w_max)
        assert found.rho_S.sum() * FINE.dw == pytest.approx(1 - 3 * tail, abs=2e-4)
        assert found.Sigma.imag.max() < 0


# -- limits ----------------------------------------------------------------------------------------


def test_the_semicircle():
    """t^2 G^2 - z G + 1 = 0, the root with Im G < 0; sqrt(4 t^2 - w^2)/(2 pi t^2) on the axis."""
    found = hb.solve(alone(0.0, t=0.8), FINE)
    for k in range(ZERO - 1500, ZERO + 1500, 77):
        roots = np.roots([0.8**2, -FINE.z[k], 1.0])
        assert found.G[k] == pytest.approx(roots[roots.imag < 0][0], abs=1e-7)
    inside = np.abs(found.w) < 1.2
    exact = np.sqrt(4 * 0.64 - found.w[inside] ** 2) / (2 * np.pi * 0.64)
    assert found.rho[inside] == pytest.approx(exact, abs=0.01)
    assert hb.semicircle_green(FINE.z, 0.8) == pytest.approx(found.G, abs=1e-7)
    assert hb.semicircle_green(FINE.z, 0.0) == pytest.approx(1 / FINE.z)


def polynomial_root(z, N, t, c, squared, energies):
    """G(z) at U = 0 from all roots of the equation without its denominators."""
    z, G = complex(z), np.poly1d([1.0, 0.0])
    pulls = [v * np.sqrt(N) for v in squared]
    factors = [np.poly1d([-p, z - e]) for p, e in zip(pulls, energies, strict=True)]
    equation = np.poly1d([-(t**2), z, -1.0])
    for factor in factors:
        equation = equation * factor
    for a, v in enumerate(squared):
        others = G
        for b, factor in enumerate(factors):
            others = others * factor if a != b else others
        equation = equation - others * (c / np.sqrt(N) * v)
    roots = [root for root in equation.roots if root.imag < 0]
    assert len(roots) == 1
    return roots[0]


@settings(max_examples=40)
@given(
    t=st.floats(0.1, 2.0),
    c=st.sampled_from([0.5, 1.0]),
    squared=st.lists(st.floats(0.01, 4.0), min_size=2, max_size=2),
    energies=st.lists(st.floats(-2.0, 2.0), min_size=2, max_size=2),
    w=st.floats(-6.0, 6.0),
    eta_0=st.floats(0.02, 1.0),
)
def test_without_interaction_the_root_of_a_polynomial(t, c, squared, energies, w, eta_0):
    bubble = hb.Bubble(12, t, 0.0, 1.0, squared, energies, c)
    (found,) = hb.algebraic_green(bubble, np.array([w]), eta_0)
    expected = polynomial_root(w + 1j * eta_0, 12, t, c, squared, energies)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("c", [0.5, 1.0])
def test_the_iteration_without_interaction(c):
    bubble = hb.Bubble(12, 1.0, 0.0, 1.0, [0.5, 0.02], [0.3, -1.0], c)
    found = hb.solve(bubble, COARSE)
    for k in range(1, COARSE.n, 111):
        expected = polynomial_root(COARSE.z[k], 12, 1.0, c, [0.5, 0.02], [0.3, -1.0])
        assert found.G[k] == pytest.approx(expected, abs=1e-7)


def test_one_site_has_its_two_levels():
    """t = 0 and T >> eta_0: A_0 has width eta_0, rho_S = (U^2/4) times a line of width 3 eta_0."""
    grid = hb.FrequencyGrid(n=2**14, w_max=30.0, eta_0=0.02)
    found = hb.solve(alone(6.0, t=0.0, T=50.0), grid)
    expected = 1 / (grid.z - 9.0 / (grid.w + 3j * grid.eta_0))
    near = np.abs(grid.w) < 6
    assert found.G[near] == pytest.approx(expected[near], rel=2e-3)
    hopping = hb.solve(alone(6.0, t=0.1, T=1.0), grid)
    assert abs(abs(grid.w[np.argmax(hopping.rho)]) - 3.0) < 0.05
    upper = hopping.w > 0
    assert hopping.rho[upper].sum() * grid.dw == pytest.approx(0.5, abs=2e-3)
    assert hopping.rho[grid.n // 2] < 0.01 < 1 < hopping.rho.max()


def test_uncoupled_lbits_change_nothing():
    with_them = hb.solve(row_21(squared_couplings=np.zeros(55)), COARSE)
    without = hb.solve(alone(2.0), COARSE)
    assert np.max(np.abs(with_them.G - without.G)) < 1e-14
    free = 1 / (COARSE.z - with_them.bubble.energies[:, None])
    assert with_them.G_a() == pytest.approx(free, abs=1e-13)


# -- symmetry --------------------------------------------------------------------------------------


def test_particles_and_holes():
    """Opposite energies of the l-bits mirror the spectrum; symmetric ones make it even."""
    one = hb.solve(row_21(energies=np.linspace(-1, 2, 55)), COARSE)
    other = hb.solve(row_21(energies=np.linspace(1, -2, 55)), COARSE)
    assert other.rho[1:] == pytest.approx(one.rho[:0:-1], abs=1e-6)
    assert np.max(np.abs(one.rho[1:] - one.rho[:0:-1])) > 5e-3
    energies = np.linspace(-2, 2, 55)
    even = hb.solve(row_21(squared_couplings=np.full(55, 0.02), energies=energies), COARSE)
    assert even.bubble.symmetric and not one.bubble.symmetric
    assert even.rho[1:] == pytest.approx(even.rho[:0:-1], abs=1e-6)
    assert abs(even.Sigma[COARSE.n // 2].real) < 1e-6


def test_an_lbit_is_at_its_energy():
    bubble = hb.Bubble(30, 1.0, 2.0, 2.0, [0.003, 0.02], [1.0, -0.5])
    found = hb.solve(bubble, FINE)
    for a, energy in enumerate(bubble.energies):
        peak = found.w[np.argmax(found.rho_a(a)[0])]
        assert abs(peak - energy) < 0.03
    assert found.rho_a().sum(axis=1) * FINE.dw == pytest.approx([1, 1], abs=1e-3)
    assert found.rho_a([1, 0]).shape == (2, FINE.n)


def test_the_width_of_an_lbit():
    """A weakly coupled l-bit is a Lorentzian of half width pi V_a^2 sqrt(N) rho(eps_a) + eta_0."""
    bubble = hb.Bubble(30, 1.0, 0.0, 2.0, [0.01], [0.4])
    found = hb.solve(bubble, FINE)
    assert found.widths[0] == pytest.approx(0.01 * np.sqrt(30) * np.sqrt(4 - 0.16) / 2, rel=0.05)
    line = found.rho_a()[0]
    half = found.w[line > line.max() / 2]
    expected = 2 * (found.widths[0] + FINE.eta_0)
    assert half[-1] - half[0] == pytest.approx(expected, rel=0.05)
    assert not found.unresolved.any() and found.warnings == ()


# -- how it is computed ----------------------------------------------------------------------------


def test_the_compiled_sum_over_lbits(rng):
    bubble = hb.Bubble(30, 1.0, 2.0, 2.0, rng.uniform(0, 0.03, 300), rng.uniform(-2, 2, 300))
    G = 1 / (COARSE.z + 1j * rng.random(COARSE.n))
    expected = np.zeros(COARSE.n, dtype=complex)
    for strength, energy in zip(bubble.squared_couplings, bubble.energies, strict=True):
        expected += strength / (COARSE.z - energy - strength * np.sqrt(30) * G)
    found = lbits.summed_lbits(G, bubble, COARSE)
    assert found == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("U", [0.0, 2.0])
def test_both_mixings_find_the_same(U):
    anderson = hb.solve(row_21(U=U), COARSE, tolerance=1e-11)
    linear = hb.solve(row_21(U=U), COARSE, mixing="linear", tolerance=1e-11)
    assert anderson.status == linear.status == "converged"
    assert np.max(np.abs(anderson.G - linear.G)) < 1e-9
    assert anderson.iterations < linear.iterations / 2


MIXINGS = ("anderson", "linear")


@pytest.mark.parametrize("mixing", MIXINGS)
@pytest.mark.parametrize("U", [5.5, 5.8, 6.0, 6.2, 6.5, 7.0])
def test_near_the_mott_transition_the_metal_is_even(U, mixing):
    """Luttinger's theorem at T -> 0: rho(0) = 1/(pi t), whatever U is."""
    grid = hb.FrequencyGrid(n=2**12, w_max=28.0, eta_0=0.03)
    found = hb.solve(alone(U, T=0.02), grid, mixing).require_converged()
    assert is_even(found)
    assert found.rho[grid.n // 2] == pytest.approx(1 / np.pi, rel=0.03)


@pytest.mark.parametrize(
    ("U", "T", "grid"),
    [
        (7.0, 0.02, hb.FrequencyGrid(2**12, 30.0, 0.05)),
        (8.0, 0.02, hb.FrequencyGrid(2**12, 30.0, 0.05)),
        (8.0, 0.005, hb.FrequencyGrid(2**13, 30.0, 0.015)),
        (6.0, 0.02, hb.FrequencyGrid(2**13, 25.0, 0.02)),
        (8.0, 0.1, hb.FrequencyGrid(2**12, 30.0, 0.05)),
    ],
)
def test_both_mixings_find_the_same_even_solution(U, T, grid):
    pair = [hb.solve(alone(U, T=T), grid, mixing).require_converged() for mixing in MIXINGS]
    assert all(is_even(found) for found in pair)
    assert pair[0].rho == pytest.approx(pair[1].rho, abs=1e-5)


def is_even(found):
    """Also a solution of the equations as they are, which know of no symmetry."""
    rho, G_new = found.rho[1:], one_round(found.G, found.bubble, found.grid).G_new
    residual = np.max(np.abs(G_new - found.G))
    return np.max(np.abs(rho - rho[::-1])) < 1e-12 and residual < found.tolerance


def test_lbits_in_pairs_or_uncoupled_leave_particles_and_holes_alike():
    grid = hb.FrequencyGrid(n=2**12, w_max=34.0, eta_0=0.05)
    energies = [0.3, 0.1 + 0.2, -0.3, -0.3]
    pairs = alone(7.5, T=0.02, squared_couplings=[0.1, 0.2, 0.1, 0.2], energies=energies)
    found = hb.solve(pairs, grid).require_converged()
    assert is_even(found) and found.electrons == pytest.approx((0.5, 0.5), abs=1e-12)
    uncoupled = alone(7.5, T=0.02, squared_couplings=[0.0], energies=[0.4])
    found = hb.solve(uncoupled, grid).require_converged()
    without = hb.solve(alone(7.5, T=0.02), grid).require_converged()
    assert np.max(np.abs(found.G - without.G)) < 1e-12


def test_the_linear_step_is_that_of_the_notes():
    """Steps of m from 1/(z + i t) at U = 0, where G_new = 1/(z - t^2 G)."""
    for m in (1.0, 0.3):
        G, expected = 1 / (COARSE.z + 1j), []
        for _ in range(5):
            G_new = 1 / (COARSE.z - G)
            expected.append(np.max(np.abs(G_new - G)))
            G = (1 - m) * G + m * G_new
        found = hb.solve(alone(0.0), COARSE, "linear", fraction=m, max_iterations=5)
        assert found.changes == pytest.approx(expected, rel=1e-12)


def test_numba_is_loaded_for_lbits_only():
    code = (
        "import sys; from mbltn.theory import hubbard_bubble as hb\n"
        "hb.solve(hb.Bubble(30, 1.0, 2.0, 2.0), hb.FrequencyGrid(1024, 20.0, 0.1))\n"
        "sys.exit('mbltn.theory.hubbard_bubble.lbit_kernel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
