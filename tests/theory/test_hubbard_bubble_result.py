"""What a solution of the Hubbard bubble says of itself, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from mbltn.errors import InvalidInput, SolverFailure
from mbltn.theory import hubbard_bubble as hb

GRID = hb.FrequencyGrid(n=2**12, w_max=20.0, eta_0=0.05)
PAIR = {"squared_couplings": [0.3, 0.3], "energies": [0.7, -0.7]}

NORM, SIGN = "int rho = 1, with its tail", "Im G < 0"
RESIDUAL = "residual of the equations"
SIGN_S, NORM_S = "Im Sigma <= 0", "int rho_S = U^2 (nbar^2 n + n^2 nbar)"
DIRECT = "rho_S(0) by the double sum"
EVEN, REAL = "rho even", "Re Sigma(0) = 0"
SEMICIRCLE = "semicircle"
ALWAYS = {NORM, SIGN, RESIDUAL, SIGN_S}


def bubble(U=2.0, **changes):
    return hb.Bubble(**{"N": 30, "t": 1.0, "U": U, "T": 2.0, **PAIR, **changes})


def failed(solution):
    return {row.name for row in solution.checks if not row.passed}


# -- checks ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (bubble(), {NORM_S, DIRECT, EVEN, REAL}),
        (bubble(energies=[0.7, 0.2]), {NORM_S, DIRECT}),
        (bubble(0.0), {EVEN, REAL}),
        (bubble(0.0, squared_couplings=[0.0, 0.0]), {EVEN, REAL, SEMICIRCLE}),
        (hb.Bubble(30, 0.0, 2.0, 0.05), {NORM_S, DIRECT, EVEN, REAL}),
        (bubble(squared_couplings=[20.0, 9.0]), {NORM_S, DIRECT}),
    ],
)
def test_every_check_that_applies_is_passed(system, expected):
    found = hb.solve(system, GRID)
    names = {row.name for row in found.checks}
    newton = {name for name in names if name.startswith("Newton")}
    assert names - newton == ALWAYS | expected and bool(newton) == (system.U == 0)
    assert failed(found) == set()
    for row in found.checks:
        assert row.value <= row.bound


@settings(max_examples=20)
@given(
    N=st.integers(1, 200),
    t=st.floats(0.05, 2.0),
    U=st.sampled_from([0.0, 0.5, 2.0, 5.0, 8.0]),
    T=st.floats(0.1, 10.0),
    lbits=st.lists(st.tuples(st.floats(0.0, 8.0), st.floats(-3.0, 3.0)), max_size=12),
    c=st.sampled_from([0.5, 1.0]),
    broad=st.floats(1.001, 10.0),
)
def test_whatever_the_parameters(N, t, U, T, lbits, c, broad):
    squared, energies = [v for v, _ in lbits], [e for _, e in lbits]
    system = hb.Bubble(N, t, U, T, squared, energies, c)
    # the levels also repel each other, by as much as twice the root of this
    repulsion = max([c * sum(squared) / np.sqrt(N), *(v * np.sqrt(N) for v in squared)])
    w_max = 3.01 * (system.reach + 2 * np.sqrt(repulsion))
    grid = hb.FrequencyGrid(n=2048, w_max=w_max, eta_0=broad * 4 * w_max / 2048)
    found = hb.solve(system, grid).require_converged()
    assert failed(found) == set()
    linear = hb.solve(system, grid, mixing="linear", max_iterations=5000).require_converged()
    # further from the limit than 1e-8 where the slope of the equations is near 1
    assert np.max(np.abs(found.G - linear.G)) < 1e-6 * max(1.0, np.max(np.abs(found.G)))


@settings(max_examples=15)
@given(
    N=st.integers(1, 200),
    t=st.floats(0.05, 2.0),
    U=st.floats(0.01, 10.0),
    T=st.floats(0.01, 1.0),
    lbits=st.lists(st.tuples(st.floats(0.0, 8.0), st.floats(0.0, 3.0)), max_size=4),
    broad=st.floats(1.001, 10.0),
)
def test_particles_and_holes_stay_alike_whatever_the_parameters(N, t, U, T, lbits, broad):
    """Low temperatures included; the grid may then be too coarse for int rho = 1."""
    squared = [v for v, _ in lbits] * 2
    energies = [e for _, e in lbits] + [-e for _, e in lbits]
    system = hb.Bubble(N, t, U, T, squared, energies)
    repulsion = max([sum(squared) / 2 / np.sqrt(N), *(v * np.sqrt(N) for v in squared)])
    w_max = 3.01 * (system.reach + 2 * np.sqrt(repulsion))
    grid = hb.FrequencyGrid(n=2048, w_max=w_max, eta_0=broad * 4 * w_max / 2048)
    found = hb.solve(system, grid).require_converged()
    assert {EVEN, REAL} <= {row.name for row in found.checks} and failed(found) <= {NORM}
    assert found.electrons == pytest.approx((0.5, 0.5), abs=1e-9)
    linear = hb.solve(system, grid, mixing="linear", max_iterations=5000).require_converged()
    assert np.max(np.abs(found.G - linear.G)) < 1e-6 * max(1.0, np.max(np.abs(found.G)))


def test_each_check_sees_what_it_is_for():
    found = hb.solve(bubble(), GRID)
    assert failed(replace(found, G=1.01 * found.G)) >= {NORM, RESIDUAL}
    assert failed(replace(found, G=found.G.conj())) >= {NORM, SIGN, RESIDUAL}
    assert failed(replace(found, Sigma=found.Sigma.conj())) == {SIGN_S}
    assert failed(replace(found, Sigma=found.Sigma + 1e-4)) == {REAL}
    assert failed(replace(found, rho_S=found.rho_S * (1 + 1e-9))) == {DIRECT, NORM_S}
    elsewhere = found.rho_S + 1e-6 * np.exp(-((found.w - 5) ** 2))
    assert failed(replace(found, rho_S=elsewhere)) == {NORM_S}
    shifted = replace(found, G=np.roll(found.G, 3))
    assert failed(shifted) == {RESIDUAL, EVEN}
    free = hb.solve(bubble(0.0, squared_couplings=[0.0, 0.0]), GRID)
    wrong = failed(replace(free, G=free.G * (1 + 1e-4 * np.exp(-(free.w**2)))))
    assert {SEMICIRCLE, RESIDUAL} < wrong and any(name.startswith("Newton") for name in wrong)


def test_what_fails_is_among_the_warnings():
    """Levels at +-sqrt(V_a^2 sqrt(N)) = +-47 are beyond w_max = 20."""
    found = hb.solve(bubble(squared_couplings=[400.0, 400.0], energies=[0.5, -0.5]), GRID)
    (norm,) = (row for row in found.checks if not row.passed)
    assert norm.name == NORM and norm.value == pytest.approx(0.033, abs=0.001)
    (warning,) = found.warnings
    assert NORM in warning and "0.033" in warning and "w_max" in warning
    assert "warnings=1" in repr(found)
    uneven = replace(found, G=np.roll(found.G, 1))
    assert any(EVEN in sentence for sentence in uneven.warnings)


def test_an_lbit_that_tips_the_spectrum_is_among_the_warnings():
    """V_a^2 = 1e-6 cannot empty levels of the bubble; at large U and low T the iteration does."""
    grid = hb.FrequencyGrid(n=2**12, w_max=36.0, eta_0=0.05)
    one = {"squared_couplings": [1e-6], "energies": [0.5]}
    tipped = hb.solve(bubble(7.0, T=0.02, **one), grid).require_converged()
    f = (1 - np.tanh(tipped.w / 0.04)) / 2
    by_hand = [(A * f)[1:].sum() / A[1:].sum() for A in (tipped.rho, -tipped.G_0.imag)]
    assert tipped.electrons == pytest.approx(by_hand, rel=1e-12)
    assert abs(by_hand[0] - by_hand[1]) > 0.05
    assert any("n_0=" in sentence for sentence in tipped.warnings)
    for U, T in ((7.0, 0.5), (2.0, 0.02)):
        found = hb.solve(bubble(U, T=T, **one), grid).require_converged()
        assert found.electrons == pytest.approx((0.5, 0.5), abs=1e-5)
        assert not any("n_0=" in sentence for sentence in found.warnings)


@pytest.mark.parametrize(
    ("squared", "energies", "symmetric"),
    [
        ([], [], True),
        ([0.1, 0.2, 0.1, 0.2], [0.3, 0.1 + 0.2, -0.3, -0.3], True),
        ([0.2, 0.1, 0.1, 0.2], [0.3, 0.1 + 0.2, -0.1 - 0.2, -0.3], True),
        ([0.1, 0.2, 0.1 + 1e-16, 0.2], [0.5, 0.7, -0.5, -0.7], True),
        ([0.1, 0.2, 0.2, 0.1], [0.5, 0.7, -0.5, -0.7], False),
        ([0.1, 0.1], [0.3, 0.3], False),
        ([0.1, 0.1], [0.3, -0.3 - 1e-9], False),
        ([0.1, 0.1 + 1e-8], [0.3, -0.3], False),
        ([0.1, 0.1, 0.1], [0.3, 0.3, -0.3], False),
        ([0.1], [0.0], True),
        ([0.1, 0.0], [0.0, 0.7], True),
    ],
)
def test_which_lbits_are_symmetric(squared, energies, symmetric):
    assert hb.Bubble(30, 1.0, 2.0, 2.0, squared, energies).symmetric is symmetric


def test_a_finer_and_a_wider_grid():
    found = hb.solve(bubble(), GRID)
    rows = hb.refinement(found)
    assert [row.name for row in rows] == ["dw/2", "dw 2", "w_max 2"]
    assert all(row.passed and row.bound == 1e-4 for row in rows)
    wider = hb.solve(bubble(), hb.FrequencyGrid(2**13, 40.0, 0.05))
    middle = slice(2**11, 3 * 2**11)
    change = np.max(np.abs(wider.rho[middle] - found.rho))
    assert rows[2].value == pytest.approx(change, rel=1e-6)
    short = hb.solve(hb.Bubble(30, 1.0, 0.0, 2.0), hb.FrequencyGrid(2**11, 14.0, 0.03))
    assert [row.name for row in hb.refinement(short)] == ["dw/2", "w_max 2", "w_max/2"]


def test_what_depends_on_the_grid_is_seen():
    found = hb.solve(bubble(), GRID)
    rows = hb.refinement(replace(found, G=found.G * (1 + 1e-3j)))
    assert len(rows) == 3 and not any(row.passed for row in rows)


# -- how it ended ----------------------------------------------------------------------------------


def test_too_few_rounds():
    seen = []
    found = hb.solve(bubble(), GRID, max_iterations=3, tick=lambda *now: seen.append(now))
    assert found.status == "iteration limit" and found.iterations == 3
    assert seen == list(enumerate(found.changes, start=1))
    assert RESIDUAL in failed(found)
    assert any("iteration limit after 3 rounds" in sentence for sentence in found.warnings)
    with pytest.raises(SolverFailure, match=r"after 3 rounds.*max_iterations"):
        found.require_converged()


def test_what_did_not_converge_is_the_nearest():
    """Between a metal that is not stable to the iteration and the solution where this arrives."""
    grid = hb.FrequencyGrid(n=2**12, w_max=30.0, eta_0=0.05)
    system = bubble(6.5, T=0.02, squared_couplings=[1e-6], energies=[0.5])
    found = hb.solve(system, grid, mixing="linear", max_iterations=110)
    assert found.status == "iteration limit"
    assert found.change == found.changes.min() < found.changes[-1] / 100
    (residual,) = (row.value for row in found.checks if row.name == RESIDUAL)
    assert residual == pytest.approx(found.change, rel=1e-6)
    with pytest.raises(SolverFailure, match=f"best changed G by {found.change:.2g}"):
        found.require_converged()


@pytest.mark.parametrize("rounds", [150, 400])
def test_stalled_is_half_of_the_rounds_but_100_without_progress(rounds):
    found = hb.solve(bubble(), GRID, tolerance=1e-18, max_iterations=rounds)
    # How long the last digits go on to fall depends on the order of sums, the rule does not: a
    # change that is less by under 1 % is no progress.
    best, since, patience = np.inf, 0, max(100, rounds / 2)
    for number, change in enumerate(found.changes, start=1):
        since = 0 if change < 0.99 * best else since + 1
        best = min(best, change)
        assert since < patience or number == len(found.changes)
    assert found.status == ("stalled" if since >= patience else "iteration limit")
    assert found.status == "stalled" or len(found.changes) == rounds


@pytest.mark.parametrize("mixing", ["anderson", "linear"])
def test_a_tolerance_below_rounding(mixing):
    found = hb.solve(bubble(), GRID, mixing=mixing, tolerance=1e-18)
    assert found.status == "stalled" and found.changes.min() < 1e-14
    with pytest.raises(SolverFailure, match=r"stalled.*rounding"):
        found.require_converged()


def test_the_end():
    found = hb.solve(bubble(), GRID)
    assert found.require_converged() is found
    assert found.changes[-1] < 1e-8 <= found.changes[:-1].min()
    assert found.eta_0 == 0.05 and "converged" in repr(found)
    for array in (found.G, found.Sigma, found.rho_S, found.changes, found.bubble.energies):
        assert not array.flags.writeable


def test_lbits_that_are_not_resolved_are_named():
    found = hb.solve(bubble(squared_couplings=[0.3, 0.001]), GRID)
    assert found.unresolved.tolist() == [False, True]
    assert any("1 of 2 l-bits have widths below eta_0=0.05" in s for s in found.warnings)
    assert hb.solve(hb.Bubble(30, 1.0, 2.0, 2.0), GRID).warnings == ()


# -- refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"N": 0}, "N=0"),
        ({"N": 2.5}, r"N=2\.5"),
        ({"t": -1.0}, r"t=-1\.0"),
        ({"U": float("nan")}, "U=nan"),
        ({"U": float("inf")}, "U=inf"),
        ({"T": 0.0}, "T=0"),
        ({"T": -2.0}, r"T=-2\.0"),
        ({"c_hyb": -0.5}, r"c_hyb=-0\.5"),
        ({"U": [1.0, 2.0]}, r"U has shape \(2,\)"),
        ({"T": float("inf")}, "T=inf"),
        ({"squared_couplings": [-0.1, 0.1]}, r"squared_couplings=-0\.1"),
        ({"squared_couplings": [0.1]}, r"one entry for each l-bit"),
        ({"squared_couplings": 0.1, "energies": 0.1}, r"shape \(\)"),
        ({"energies": [0.0, np.inf]}, "energies=inf"),
    ],
)
def test_a_bubble_that_cannot_be(changes, message):
    with pytest.raises(InvalidInput, match=message):
        hb.Bubble(**{"N": 30, "t": 1.0, "U": 2.0, "T": 2.0, **PAIR, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n": 15}, "must be even"),
        ({"n": 8}, "must be even"),
        ({"w_max": 0.0}, "w_max=0"),
        ({"w_max": float("inf")}, "w_max=inf"),
        ({"eta_0": -0.1}, r"eta_0=-0\.1"),
        ({"eta_0": 0.019}, r"below 2 dw=0\.0195312.*n >= 4211"),
    ],
)
def test_a_grid_that_cannot_be(changes, message):
    with pytest.raises(InvalidInput, match=message):
        hb.FrequencyGrid(**{"n": 4096, "w_max": 20.0, "eta_0": 0.02, **changes})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mixing": "broyden"}, "'anderson' or 'linear'"),
        ({"fraction": 0.0}, "fraction=0"),
        ({"fraction": 1.5}, r"fraction=1\.5"),
        ({"tolerance": 0.0}, "tolerance=0"),
        ({"max_iterations": 0}, "max_iterations=0"),
    ],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(InvalidInput, match=message):
        hb.solve(bubble(), GRID, **options)


def test_a_grid_that_ends_too_early():
    with pytest.raises(InvalidInput, match=r"w_max=14 is below .* = 14\.1"):
        hb.solve(bubble(), hb.FrequencyGrid(2**12, 14.0, 0.05))


@pytest.mark.parametrize(
    "arguments",
    [(0, 1.0, 1.0), (2, -1.0, 1.0), (2, 1.0, 0.0), (2, 1.0, 1.0, 0.0), (2, 1.0, 1.0, 1.0, "m")],
)
def test_circles_that_cannot_be(arguments):
    with pytest.raises(InvalidInput):
        hb.circles(*arguments)


def test_the_real_axis_is_refused():
    with pytest.raises(InvalidInput, match="eta_0"):
        hb.algebraic_green(bubble(0.0), np.zeros(1), 0.0)
    with pytest.raises(InvalidInput, match="w=nan"):
        hb.algebraic_green(bubble(0.0), [np.nan], 0.1)
