"""Many spins on a grain, against tabulated values, exact limits and the equations themselves.

Rows are those of section 7 of the theory notes ("reference values"); T-numbers are those of
docs/physics.md.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy.optimize import brentq

from mbltn.errors import InvalidInput, SolverFailure
from mbltn.theory import avalanche_extent as ae, central_grain as cg, symmetric_grain as sg
from mbltn.theory.resonance import eta_exact

LOG2 = np.log(2)
ALPHA_C = cg.CRITICAL_ALPHA
bare_lists = st.lists(st.floats(min_value=1e-6, max_value=2.0), min_size=1, max_size=8)


def residual(field):
    """Largest violation of (T10) in log g, with the enhancement by quadrature, not the table."""
    enhancement = eta_exact(field.couplings)
    expected = np.log(field.bare_couplings) + (enhancement.sum() - enhancement) / 2
    return np.abs(field.log_couplings - expected).max()


def test_two_spins_row_7():
    field = cg.solve([0.1, 0.05])
    assert field.couplings == pytest.approx([0.132104762578, 0.068901614690], rel=1e-6)
    assert field.total == pytest.approx(1.198163370599, rel=1e-6)


def test_localised_chain_row_8():
    field = cg.solve(cg.bare_couplings(0.5, 0.6, 10))
    assert field.couplings[[0, -1]] == pytest.approx([10.7322155, 0.111953264], rel=1e-6)
    assert field.total == pytest.approx(6.82594156, rel=1e-6)


def test_near_critical_chain_row_9():
    field = cg.solve(cg.bare_couplings(0.5, ALPHA_C - 0.07, 50))
    assert field.total == pytest.approx(22.7540231, rel=1e-5)
    assert field.couplings[[28, 49]] == pytest.approx([0.105639037, 1.11212917e-5], rel=1e-5)
    # D Fig 3a: thermal for n <= 29, then an exponential decay at the bare rate
    assert np.array_equal(field.mean_entropies > LOG2 / 2, np.arange(1, 51) <= 29)
    tail = np.diff(np.log(field.mean_entropies[40:]))
    assert tail == pytest.approx(np.log(ALPHA_C - 0.07), abs=0.01)
    assert np.all(np.diff(field.correlators) > 0)


def test_symmetric_threshold_row_10():
    assert sg.symmetric_critical(100) == pytest.approx(1.570056e-4, rel=2e-6)
    assert sg.symmetric_critical(1000) == pytest.approx(1.061331e-5, rel=2e-6)
    assert sg.symmetric_critical(11) == np.inf


def test_stability_radius_row_18():
    found = ae.stability_radius(10.0 ** -np.arange(6), np.arange(6), 8, 3 * LOG2)
    assert (found.radius, found.resolved) == (2, True)


def test_size_of_a_failed_avalanche_diverges_with_exponent_one():
    distances = [0.14, 0.07, 0.035, 0.0175, 0.00875]
    fields = [cg.solve(cg.bare_couplings(0.5, ALPHA_C - d, 400)) for d in distances]
    scaled = [d * f.total / LOG2 for d, f in zip(distances, fields, strict=True)]
    assert scaled[:3] == pytest.approx([2.21, 2.30, 2.34], abs=0.005)
    assert scaled[3:] == pytest.approx([2.363, 2.373], abs=0.0005)
    assert all(f.converged for f in fields)


@pytest.mark.parametrize(
    ("n_lbits", "first", "expected"),
    [
        (5, 0.246, [0.103, 0.280, 0.520, 0.736, 0.824]),
        (4, 0.097, [0.078, 0.172, 0.302, 0.451, 0.535]),
        (7, 0.069, [0.003, 0.016, 0.077, 0.256, 0.411]),
    ],
)
def test_end_entropies_of_the_fitted_chains(n_lbits, first, expected):
    """Mean-field lines of the comparison with exact diagonalisation (D Fig 2), section 4."""
    alphas = (0.35, 0.45, 0.55, 0.65, ALPHA_C)
    fields = [cg.solve(cg.bare_couplings(first, alpha, n_lbits)) for alpha in alphas]
    ends = [field.mean_entropies[-1] / LOG2 for field in fields]
    assert ends == pytest.approx(expected, abs=0.0025)  # g_{1,0} is quoted to three digits


def test_bare_chain_and_the_critical_decay():
    assert cg.bare_couplings(0.5, 0.6, 3) == pytest.approx([0.5, 0.3, 0.18])
    assert abs(cg.CRITICAL_ALPHA**2 - 0.5) < 1e-15
    thermal = cg.solve(cg.bare_couplings(0.5, ALPHA_C + 0.02, 300))
    assert thermal.total == pytest.approx(300 * LOG2, rel=1e-4)


def test_strong_partner_multiplies_by_the_root_of_two():
    field = cg.solve([1e5, 1e-13])
    assert field.couplings[1] == pytest.approx(np.sqrt(2) * 1e-13, rel=1e-12, abs=0)
    assert field.couplings[0] == pytest.approx(1e5, rel=1e-10)


def test_one_spin_keeps_its_bare_coupling():
    field = cg.solve([0.3])
    assert (field.couplings[0], field.iterations, field.converged) == (pytest.approx(0.3), 0, True)
    assert field.total == pytest.approx(eta_exact(0.3), rel=1e-11)


@given(bare_lists)
@settings(deadline=None, max_examples=30)
def test_solutions_satisfy_the_equations(g0):
    smallest, largest = cg.solve(g0), cg.solve(g0, start="saturated")
    assert residual(smallest) < 1e-10 and residual(largest) < 1e-10
    assert np.all(smallest.log_couplings >= np.log(g0) - 1e-12)
    assert np.all(largest.log_couplings >= smallest.log_couplings - 1e-9)


def test_a_long_chain_satisfies_the_equations():
    assert residual(cg.solve(cg.bare_couplings(0.5, ALPHA_C - 0.07, 50))) < 1e-10


@given(bare_lists, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_order_of_the_spins_is_immaterial(g0, random):
    order = list(range(len(g0)))
    random.shuffle(order)
    straight, shuffled = cg.solve(g0), cg.solve([g0[k] for k in order])
    assert shuffled.log_couplings == pytest.approx(straight.log_couplings[order], abs=1e-9)


@given(bare_lists, st.floats(min_value=1e-6, max_value=1.0))
@settings(deadline=None, max_examples=30)
def test_a_further_spin_can_only_help_the_others(g0, extra):
    before, after = cg.solve(g0), cg.solve([*g0, extra])
    assert np.all(after.log_couplings[:-1] >= before.log_couplings - 1e-9)


def test_decoupled_spins_take_no_part():
    field = cg.solve([0.0, 0.1, 0.0, 0.05])
    assert field.couplings[[1, 3]] == pytest.approx(cg.solve([0.1, 0.05]).couplings, rel=1e-12)
    assert field.couplings[[0, 2]].tolist() == [0, 0]
    assert field.enhancements[[0, 2]].tolist() == [0, 0]
    assert field.mean_entropies[[0, 2]].tolist() == [0, 0]
    assert field.correlators[[0, 2]].tolist() == [1, 1]
    nothing = cg.solve([0.0, 0.0])
    assert (nothing.total, nothing.converged) == (0, True)


def test_avalanche_of_three_thousand_spins_leaves_the_range_of_a_float():
    field = cg.solve(np.full(3000, 0.5))
    assert field.converged and np.isinf(field.couplings).all()
    assert field.log_couplings == pytest.approx(np.log(0.5) + 2999 * LOG2 / 2)
    assert field.total == pytest.approx(3000 * LOG2)
    assert field.mean_entropies == pytest.approx(LOG2)
    assert field.correlators == pytest.approx(0)


def test_result_is_frozen_and_carries_its_distribution():
    field = cg.solve([0.1, 0.05])
    with pytest.raises(ValueError, match="read-only"):
        field.log_couplings[0] = 0
    edges = np.linspace(0, 1, 11)
    density = field.entropy_density(edges)
    assert density.shape == (2, 10)
    assert density.sum(axis=1) * 0.1 == pytest.approx(1)


def test_ended_early_says_so_and_bounds_the_solution():
    g0 = cg.bare_couplings(0.5, ALPHA_C - 0.07, 50)
    early, done = cg.solve(g0, max_iterations=20), cg.solve(g0)
    assert (early.converged, early.iterations, done.converged) == (False, 20, True)
    assert np.all(early.log_couplings < done.log_couplings)


def test_bistability_of_equal_couplings_below_the_fold():
    critical = sg.symmetric_critical(100)
    below, above = (cg.bistable(np.full(100, f * critical)) for f in (0.5, 1.5))
    assert below.bistable and not above.bistable
    assert below.smallest.total < 10 * LOG2 < below.largest.total == pytest.approx(100 * LOG2)
    assert not cg.bistable(np.full(11, 0.006)).bistable
    assert not cg.bistable(cg.bare_couplings(0.5, ALPHA_C - 0.07, 50)).bistable
    assert not cg.bistable([0.0, 0.0]).bistable


def test_fit_finds_the_quoted_first_couplings():
    fit = cg.fit_first_coupling
    assert fit(0.824 * LOG2, ALPHA_C ** np.arange(5)) == pytest.approx(0.246, abs=0.001)
    assert fit(0.535 * LOG2, ALPHA_C ** np.arange(4)) == pytest.approx(0.097, abs=0.0006)
    assert fit(0.411 * LOG2, ALPHA_C ** np.arange(7)) == pytest.approx(0.069, abs=0.0005)


@given(
    st.floats(min_value=1e-8, max_value=1 - 1e-8),
    st.floats(min_value=0.2, max_value=0.7),
    st.integers(min_value=1, max_value=10),
)
@settings(deadline=None, max_examples=20)
def test_fit_reproduces_the_measured_entropy(fraction, alpha, n_lbits):
    relative = alpha ** np.arange(n_lbits)
    first = cg.fit_first_coupling(fraction * LOG2, relative)
    assert cg.solve(first * relative).mean_entropies[-1] == pytest.approx(fraction * LOG2, rel=1e-8)


def test_symmetric_fold_numbers():
    """First fold at N = 12 and the slow approach to 1/(4 e N log N), section 4."""
    assert sg.symmetric_critical(1) == np.inf
    assert sg.symmetric_critical(12) == pytest.approx(3.237e-3, rel=2e-4)
    assert sg.symmetric_critical(30) == pytest.approx(7.444e-4, rel=1e-4)
    sizes = np.array([1e2, 1e3, 1e4, 1e5])
    scaled = [sg.symmetric_critical(int(n)) * 4 * np.e * n * np.log(n) for n in sizes]
    assert scaled == pytest.approx([0.786, 0.797, 0.818, 0.836], abs=6e-4)
    assert 0.836 < sg.symmetric_critical(10**6) * 4e6 * np.e * np.log(1e6) < 1


@pytest.mark.parametrize("n_lbits", [12, 100])
def test_threshold_is_where_the_solution_jumps(n_lbits):
    critical = sg.symmetric_critical(n_lbits)
    below, above = (cg.solve(np.full(n_lbits, f * critical)) for f in (0.999, 1.001))
    assert above.total - below.total > 0.3
    # the end of the localised branch is stationary: the spectral radius of the iteration is 1
    g = sg.symmetric_solve(critical * (1 - 1e-12), n_lbits)
    step = 1e-4
    slope = (eta_exact(g * np.exp(step)) - eta_exact(g * np.exp(-step))) / (2 * step)
    assert (n_lbits - 1) * slope / 2 == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("n_lbits", [1, 2, 5, 12, 100, 1000])
@pytest.mark.parametrize("factor", [0.1, 0.9, 1.1, 3.0])
def test_symmetric_solution_is_that_of_equal_couplings(n_lbits, factor):
    g0 = factor * min(sg.symmetric_critical(n_lbits), 0.05)
    field = cg.solve(np.full(n_lbits, g0))
    with np.errstate(divide="ignore"):
        found = np.log(sg.symmetric_solve(g0, n_lbits))
    assert found == pytest.approx(field.log_couplings[0], abs=1e-9)


def test_symmetric_solution_at_its_limits():
    assert sg.symmetric_solve(0.0, 100) == 0
    assert sg.symmetric_solve(1.0, 10**6) == np.inf
    n_lbits = 10**6
    g0 = 0.5 * sg.symmetric_critical(n_lbits)

    def violation(log_g):
        return log_g - np.log(g0) - (n_lbits - 1) * eta_exact(np.exp(log_g)) / 2

    expected = brentq(violation, np.log(g0), np.log(2.5 * g0), xtol=1e-13)
    assert np.log(sg.symmetric_solve(g0, n_lbits)) == pytest.approx(expected, abs=1e-9)


def test_bottleneck_is_the_minimum_of_the_estimate():
    xi = 0.4
    n = np.linspace(1, 60, 200_001)
    g = 0.7 * np.exp(-np.sqrt(n) / xi + (n - 1) * LOG2 / 2)
    pinch = ae.bottleneck(0.7, xi)
    assert pinch.n_lbits == pytest.approx(n[np.argmin(g)], abs=1e-3)
    assert pinch.coupling == pytest.approx(g.min(), rel=1e-8)
    # a long decay length leaves no bottleneck: the first l-bit is the weakest
    assert ae.bottleneck(0.7, 10.0).n_lbits == 1


def test_stability_radius_counts_shells_and_says_when_it_is_not_resolved():
    # two l-bits at distance 1, one at 2: 1/d = 1/4 at eta_tot = 0
    assert ae.stability_radius([1, 0.2, 0.2, 0.1], [0, 1, 1, 2], 4, 0).radius == 1
    assert ae.stability_radius([0.1, 1, 0.2, 0.2], [2, 0, 1, 1], 4, 0).radius == 1
    assert ae.stability_radius([1, 0.1, 0.1, 0.01], [0, 1, 1, 2], 4, 0).radius == 0
    unresolved = ae.stability_radius([1, 1, 1], [0, 1, 2], 4, 0)
    assert (unresolved.radius, unresolved.resolved) == (2, False)
    # beyond the range of a float: d = 8 e^2000
    assert not ae.stability_radius([1, 1e-200], [0, 1], 8, 2000).resolved
    assert ae.stability_radius([1, 0.0], [0, 1], 8, 2000).resolved


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cg.solve([0.1, -0.1]), "g0=-0.1 must be"),
        (lambda: cg.solve([0.1, np.nan]), "g0=nan must be"),
        (lambda: cg.solve([0.1, np.inf]), "infinite"),
        (lambda: cg.solve([]), r"shape \(0,\)"),
        (lambda: cg.solve(0.1), r"shape \(\)"),
        (lambda: cg.solve([[0.1]]), "one number per l-bit"),
        (lambda: cg.solve([0.1], start="hot"), "start='hot'"),
        (lambda: cg.solve([0.1], tol=0), "tol=0"),
        (lambda: cg.solve([0.1], tol=np.nan), "tol=nan"),
        (lambda: cg.solve([0.1], max_iterations=0), "max_iterations=0"),
        (lambda: cg.bistable([0.1], rtol=0), "rtol=0"),
        (lambda: cg.bare_couplings(-1, 0.5, 3), "first=-1"),
        (lambda: cg.bare_couplings(np.inf, 0.5, 3), "first=inf must be a finite number"),
        (lambda: cg.bare_couplings(0.5, 1.2, 3), r"alpha=1.2 must lie in \(0, 1\]"),
        (lambda: cg.bare_couplings(0.5, 0.5, 0), "n_lbits=0"),
        (lambda: sg.symmetric_critical(2.5), "n_lbits=2.5"),
        (lambda: sg.symmetric_critical(True), "n_lbits=True"),
        (lambda: sg.symmetric_solve(-1.0, 5), "g0=-1.0"),
        (lambda: sg.symmetric_solve(1.0, 0), "n_lbits=0"),
        (lambda: ae.bottleneck(1.0, 0.0), "xi=0.0"),
        (lambda: ae.bottleneck(np.nan, 1.0), "first=nan"),
        (lambda: cg.fit_first_coupling(0.0, [1, 0.5]), "between 0 and log 2"),
        (lambda: cg.fit_first_coupling(LOG2, [1, 0.5]), "between 0 and log 2"),
        (lambda: cg.fit_first_coupling(np.nan, [1, 0.5]), "between 0 and log 2"),
        (lambda: cg.fit_first_coupling(0.3, [0.5, 0.25]), "divide the couplings by the first"),
        (lambda: cg.fit_first_coupling(0.3, [1, 0.0]), "decoupled"),
        (lambda: cg.fit_first_coupling(0.3, [1, -0.5]), "must be"),
        (lambda: cg.fit_first_coupling(0.5 * LOG2, np.ones(30)), "not reachable"),
        (lambda: ae.stability_radius([1, 1], [0], 8, 0), "one entry per l-bit"),
        (lambda: ae.stability_radius([1], [-1], 8, 0), "radius is a distance"),
        (lambda: ae.stability_radius([1], [0], 0.5, 0), "grain_dimension=0.5"),
        (lambda: ae.stability_radius([1], [0], 8, -1), "total=-1"),
        (lambda: ae.stability_radius([1], [0], 8, np.nan), "total=nan"),
    ],
)
def test_refusals_say_what_and_why(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()


def test_fit_refuses_an_unconverged_answer(monkeypatch):
    monkeypatch.setattr(cg, "FIT_ITERATIONS", 3)
    with pytest.raises(SolverFailure, match="3 iterations"):
        cg.fit_first_coupling(0.5 * LOG2, 0.6 ** np.arange(20))


def test_grains_that_do_not_overlap():
    """Diamonds of radius 3 tile the plane with 18 sites each; discs pack hexagonally."""
    assert ae.grain_spacing([3, 1, 2], [True] * 3) == ae.GrainSpacing(6.0, 1 / 18)
    discs = ae.grain_spacing([3.0], [True], distance="euclidean")
    assert discs.density * np.pi * 3.0**2 == pytest.approx(np.pi / np.sqrt(12), rel=1e-14)
    assert ae.grain_spacing([0.0], [True]).density == 1
    assert ae.grain_spacing([3, 9], [True, False]) == ae.GrainSpacing(np.inf, 0.0)
    for radii, harmless, distance in (([], [], "lattice"), ([1], [True, True], "lattice")):
        with pytest.raises(InvalidInput):
            ae.grain_spacing(radii, harmless, distance)
    with pytest.raises(InvalidInput, match="distance='taxi'"):
        ae.grain_spacing([1], [True], "taxi")
