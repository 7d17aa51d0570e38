"""exp(-iHt) by Chebyshev series against scipy's expm and against exact eigenstates."""

import logging
import re

import numpy as np
import oracle
import pytest
from hypothesis import given, strategies as st
from scipy.linalg import expm

import mbltn as mb
from mbltn.dynamics import (
    Propagator,
    evolution_coefficients,
    evolve,
    propagator as propagator_module,
    random_states,
)
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.operators import HilbertSpace, Operator, Term
from mbltn.solvers import watch
from mbltn.streams import Streams


def problem(n_lbits=4, coupling="pm", **given):
    """A star whose energies are far from symmetric about 0, and its matrix by kron."""
    model = mb.models.CentralGrain(2, n_lbits, alpha=0.7, coupling=coupling, **given)
    sample = model.draw(seed=4, realization=0)
    shift = Term(3.0, ())
    op = Operator(model.space(), (*model.terms(sample), shift))
    arrays = sample.grain, sample.fields, sample.couplings
    matrix = oracle.central_grain(*arrays, coupling, 1)
    return op, matrix + 3.0 * np.eye(len(matrix))


def complex_states(rng, dimension, k):
    states = rng.standard_normal((dimension, k)) + 1j * rng.standard_normal((dimension, k))
    return states / np.linalg.norm(states, axis=0)


def exact(matrix, states, t):
    levels, vectors = np.linalg.eigh(matrix)
    return vectors @ (np.exp(-1j * levels * t)[:, None] * (vectors.T @ states))


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("k", [1, 3, 5])
def test_states_are_those_of_expm(rng, real, k):
    """At time 0 first, in unequal steps, twice at the same time, and back to the past."""
    op, matrix = problem()
    states = complex_states(rng, len(matrix), k)
    if real:
        states = states.real / np.linalg.norm(states.real, axis=0)
    times = [0.0, 0.3, 0.3, 17.0, 2.5, -40.0]
    found = list(evolve(op, states, times, 1e-11))
    assert [now.time for now in found] == times
    np.testing.assert_allclose(found[0].vectors, states, rtol=0, atol=1e-15)
    for now in found:
        np.testing.assert_allclose(
            now.vectors, expm(-1j * matrix * now.time) @ states, rtol=0, atol=1e-11
        )


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6, 1e-9])
def test_the_bound_holds_and_the_tolerance_is_kept_for_long_times(rng, tolerance):
    op, matrix = problem()
    states = complex_states(rng, len(matrix), 2)
    for now in evolve(op, states, [1.0, 30.0, 1e3, 1.1e4], tolerance):
        off = np.linalg.norm(now.vectors - exact(matrix, states, now.time), axis=0).max()
        assert off <= now.error <= tolerance
        assert abs(now.norm_drift).max() <= now.error
        # <H> of states that are off by the error, H between its ends
        assert abs(now.energy_drift).max() <= 2 * now.error * abs(matrix).sum(axis=0).max()


def test_rounding_grows_with_energies_far_from_zero(rng):
    """A shift c of H is the phase exp(-ict), and c t = 1e8 is exact in floating point."""
    op, matrix = problem()
    far = Operator(op.space, (*op.terms, Term(1e4 - 3.0, ())))
    states = complex_states(rng, len(matrix), 2)
    (now,) = evolve(far, states, [1e4], 2e-7)
    shifted = np.exp(-1e8j) * exact(matrix - 3.0 * np.eye(len(matrix)), states, 1e4)
    off = np.linalg.norm(now.vectors - shifted, axis=0).max()
    assert 1e-9 < off <= now.error
    with pytest.raises(InvalidInput, match="with energies up to"):
        next(evolve(far, states, [1e4], 1e-9))


def test_neither_norm_nor_energy_drifts(rng):
    op, matrix = problem()
    states = 7.0 * complex_states(rng, len(matrix), 2)
    *_, last = evolve(op, states, np.linspace(0, 2e3, 21), 1e-10)
    norms = np.linalg.norm(last.vectors, axis=0)
    energies = np.einsum("ij,ij->j", last.vectors.conj(), matrix @ last.vectors).real / norms**2
    start = np.einsum("ij,ij->j", states.conj(), matrix @ states).real / 49
    np.testing.assert_allclose(last.norm_drift, norms / 7 - 1, rtol=0, atol=1e-14)
    np.testing.assert_allclose(last.energy_drift, energies - start, rtol=0, atol=1e-13)
    assert abs(last.norm_drift).max() < 1e-11
    assert abs(last.energy_drift).max() < 1e-10


def test_there_and_back_again(rng):
    """Unitary and reversible; the way back takes as many steps."""
    op, matrix = problem(coupling="xx")
    states = complex_states(rng, len(matrix), 2)
    there, back = evolve(op, states, [100.0, 0.0], 1e-11)
    assert abs(there.vectors - states).max() > 0.1
    np.testing.assert_allclose(back.vectors, states, rtol=0, atol=1e-11)
    np.testing.assert_allclose(
        there.vectors.conj().T @ there.vectors, states.conj().T @ states, rtol=0, atol=1e-11
    )
    assert back.applications == 2 * there.applications


def test_an_eigenstate_turns_its_phase(rng):
    op, matrix = problem()
    levels, vectors = np.linalg.eigh(matrix)
    (now,) = evolve(op, vectors[:, [0, 31, -1]], [12.5])
    phases = np.exp(-12.5j * levels[[0, 31, -1]])
    np.testing.assert_allclose(now.vectors, vectors[:, [0, 31, -1]] * phases, rtol=0, atol=1e-10)
    np.testing.assert_allclose(now.energy_drift, 0.0, atol=1e-10)


def test_a_step_takes_little_more_than_its_phase():
    op, matrix = problem()
    half = 0.5 * np.ptp(np.linalg.eigvalsh(matrix))
    (now,) = evolve(op, np.eye(len(matrix))[:, [0]], [900.0 / half], 1e-8)
    assert 900 < now.applications < 900 + 10 * 900 ** (1 / 3)


@given(
    st.floats(-300, 300),
    st.sampled_from([1e-4, 1e-9, 1e-14]),
)
def test_coefficients_are_those_of_the_exponential(z, tolerance):
    """On a grid of x; the order is the lowest one for which the bound is met."""
    c, bounds = evolution_coefficients(np.array([z]), tolerance)
    x = np.cos(np.linspace(0, np.pi, 101))
    phases = (-1j) ** (np.arange(len(c)) % 2)
    found = np.polynomial.chebyshev.chebval(x, c[:, 0] * phases)
    off = abs(found - np.exp(-1j * z * x)).max()
    assert bounds[0] <= tolerance
    rounding = 1e-13 + 1e-15 * abs(z)  # of numpy's series
    assert off <= bounds[0] + rounding
    assert off <= rounding or off > 1e-3 * bounds[0]


def test_random_states_give_traces():
    """Variance of <r|A|r>: (tr A^2/D - (tr A/D)^2)/(D + 1), here of A = diag(1, 0, 0, ...)."""
    space = HilbertSpace((4, 2))
    states = random_states(space, 4000, Streams(3, 0))
    weights = abs(states[0]) ** 2
    np.testing.assert_allclose((abs(states) ** 2).sum(axis=0), 1.0, atol=1e-14)
    variance = (1 / 8 - 1 / 64) / 9
    assert weights.mean() == pytest.approx(1 / 8, abs=4 * np.sqrt(variance / 4000))
    assert weights.var() == pytest.approx(variance, rel=0.15)
    np.testing.assert_array_equal(random_states(space, 2, Streams(3, 0), first=5), states[:, 5:7])
    assert abs(random_states(space, 2, Streams(3, 1)) - states[:, :2]).max() > 0.1


def test_refusals(rng):
    op, matrix = problem()
    start = np.eye(len(matrix))[:, :2]

    def refused(match, states=start, times=(1.0,), tolerance=1e-8):
        with pytest.raises(InvalidInput, match=match):
            next(evolve(op, states, times, tolerance))

    refused(r"shape \(64,\).*v\[:, None\]", states=start[:, 0])
    refused(r"shape \(63, 2\); they must be columns of 64", states=start[1:])
    refused("NaN or infinity", states=np.where(start > 0, np.nan, 0))
    refused("state 1 is zero", states=start * [1, 0])
    refused("list of finite numbers", times=[1.0, np.inf])
    refused("must lie between 0 and 1", tolerance=0.0)
    refused("rounding alone", times=[1e4], tolerance=1e-12)
    lopsided = Operator(HilbertSpace((2,)), (Term(1.0, ((0, np.array([[0, 1], [0, 0]])),)),))
    with pytest.raises(InvalidInput, match="symmetric H"):
        Propagator(lopsided)
    with pytest.raises(InvalidInput, match="count=0"):
        random_states(op.space, 0, Streams(0, 0))


def test_a_propagator_works_inside_of_with():
    op = mb.models.CentralGrain(2, 2, alpha=0.5)
    op = op.operator(op.draw(seed=1, realization=0))
    propagator, start = Propagator(op), np.eye(16)[:, :1]
    with pytest.raises(InvalidInput, match=r"inside of `with Propagator\(op\)"):
        propagator.evolve(start, [1.0])
    with propagator:
        (now,) = propagator.evolve(start, [1.0])
    assert abs(np.linalg.norm(now.vectors) - 1) < 1e-12
    with pytest.raises(InvalidInput, match="inside of"):
        propagator.evolve(start, [1.0])


def test_long_runs_say_how_far_they_are(monkeypatch, caplog):
    monkeypatch.setattr(watch, "_SECONDS_BETWEEN_LINES", 0.0)
    op, matrix = problem()
    with caplog.at_level(logging.INFO, logger="mbltn"):
        list(evolve(op, np.eye(len(matrix))[:, :1], [500.0, 500.0, 250.0], 1e-8))
    said = [r.getMessage() for r in caplog.records if r.getMessage().startswith("evolution")]
    done, total = np.array([re.findall(r"phase (\d+) of (\d+)", line)[0] for line in said], float).T
    np.testing.assert_allclose(total, 750 * 0.5 * np.ptp(np.linalg.eigvalsh(matrix)), rtol=0.01)
    expected = np.array([2, 4, 6, 7.5, 9]) / 9 * total  # steps of at most 1000
    np.testing.assert_allclose(done, expected, atol=1)


def test_a_level_outside_of_the_interval_is_noticed(monkeypatch):
    op, matrix = problem()
    levels = np.linalg.eigvalsh(matrix)
    monkeypatch.setattr(
        propagator_module, "enclosing_energies", lambda *_: (levels[0] - 0.1, levels[-1] - 0.5)
    )
    with pytest.raises(SolverFailure, match="a level lies outside"):
        next(evolve(op, np.eye(len(matrix))[:, :2], [50.0]))
