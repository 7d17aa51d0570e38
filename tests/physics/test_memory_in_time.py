"""Memory and entanglement in time against sums over eigenstates, and their long-time means."""

from types import SimpleNamespace

import numpy as np
import oracle
import pytest
from scipy.linalg import expm

import mbltn as mb
from mbltn import observables as ob
from mbltn.dynamics import random_states
from mbltn.errors import InvalidInput
from mbltn.models import CentralGrain, GrainChain, QuantumSun, uncoupled_states
from mbltn.operators import to_dense
from mbltn.streams import Streams

SIGMAS = 4


def system(n_grain, n_lbits, **given):
    model = CentralGrain(n_grain, n_lbits, **{"alpha": 0.6, "first_coupling": 0.5, **given})
    sample = model.draw(seed=11, realization=0)
    matrix = oracle.central_grain(sample.grain, sample.fields, sample.couplings, "pm", 1)
    levels, vectors = np.linalg.eigh(matrix)
    n = n_grain + n_lbits
    spins = [oracle.real(oracle.on_spin(oracle.Z, n_grain + j + 1, n)) for j in range(n_lbits)]
    op = model.operator(sample)
    return SimpleNamespace(**locals())


@pytest.fixture(scope="module")
def small():
    return system(2, 3)


@pytest.fixture(scope="module")
def large():
    """D = 256."""
    return system(3, 5)


def heisenberg(s, z, t):
    u = s.vectors * np.exp(-1j * s.levels * t) @ s.vectors.T
    return u.conj().T @ z @ u


def test_correlator_of_random_vectors_and_of_all_of_a_basis(small):
    """tr[Z(t) Z]/D itself from 32 basis states; <r|Z(t) Z|r> of random ones."""
    times = [0.0, 3.0, 55.0]
    states = random_states(small.op.space, 3, Streams(1, 0))
    found = ob.memory_in_time(small.op, 2.0 * states, times, tolerance=1e-10)
    trace = ob.memory_in_time(small.op, np.eye(32), times, tolerance=1e-10)
    for at, t in enumerate(times):
        for n, z in enumerate(small.spins):
            product = heisenberg(small, z, t) @ z
            exact = np.einsum("ij,ik,kj->j", states.conj(), product, states).real
            np.testing.assert_allclose(found.samples[at, :, n], exact, rtol=0, atol=2e-10)
            assert trace.values[at, n] == pytest.approx(np.trace(product).real / 32, abs=2e-10)
    np.testing.assert_allclose(found.values, found.samples.mean(axis=1))
    spread = np.std(found.samples[2], axis=0, ddof=1) / np.sqrt(3)
    np.testing.assert_allclose(found.errors[2], spread)
    assert found.error <= 2e-10
    assert max(found.norm_drift, found.energy_drift) < 1e-9


def test_error_of_typicality_is_that_of_the_trace(large):
    """Ten vectors at one time, and a deviation of at most 1/sqrt(D + 1) each."""
    states = random_states(large.op.space, 10, Streams(2, 0))
    found = ob.memory_in_time(large.op, states, [7.0])
    for n, z in enumerate(large.spins):
        exact = np.trace(heisenberg(large, z, 7.0) @ z).real / 256
        assert abs(found.values[0, n] - exact) < SIGMAS / np.sqrt(257 * 10)
        assert found.errors[0, n] < 2 / np.sqrt(257 * 10)


def window_of_vectors(s, left, right, z, length):
    """Bound of what a window leaves out of <left|Z(t)|right> beside its infinite-time mean."""
    gaps = abs(np.subtract.outer(s.levels, s.levels))
    np.fill_diagonal(gaps, np.inf)
    elements = s.vectors.T @ z @ s.vectors
    a, b = s.vectors.T @ left, s.vectors.T @ right
    return (abs(np.outer(a, b) * elements) * np.minimum(1, 2 / (gaps * length))).sum()


LENGTH, COUNT, VECTORS = 1e4, 150, 6


@pytest.fixture(scope="module")
def long_run(large):
    """The smallest gap is 0.00265; the window is 26 times as long as its inverse."""
    assert LENGTH * np.diff(large.levels).min() > 26
    times = ob.window_times(500.0, LENGTH, COUNT, Streams(3, 0))
    states = random_states(large.op.space, VECTORS, Streams(3, 0))
    return states, ob.memory_in_time(large.op, states, times, tolerance=1e-7)


def test_long_time_mean_of_the_vectors(large, long_run):
    """sum_a <r|a> Z_aa <a|Z r> of the same vectors: only times are random."""
    states, found = long_run
    mean = found.time_mean()
    assert mean.of_times.max() < 2e-3
    for n, z in enumerate(large.spins):
        diagonal = np.einsum("ia,ij,ja->a", large.vectors, z, large.vectors, optimize=True)
        left, right = large.vectors.T @ states, large.vectors.T @ (z @ states)
        exact = np.einsum("ak,a,ak->k", left.conj(), diagonal, right).real.mean()
        outside = np.mean([window_of_vectors(large, r, z @ r, z, LENGTH) for r in states.T])
        assert abs(mean.mean[n] - exact) < SIGMAS * mean.of_times[n] + outside
        assert outside < 0.01


def test_long_time_mean_is_the_infinite_time_correlator(large, long_run):
    """Averaged over the trace: within the stated error, which the vectors make."""
    _, found = long_run
    pairs = mb.eigenpairs(large.op, mb.Target.all(), "dense")
    space = large.op.space
    exact = ob.infinite_time_correlator(pairs.energies, pairs.vectors, space, space.lbits)
    given = pairs.energies, pairs.vectors, space, space.lbits
    outside = ob.window_deviation(*given, LENGTH)
    mean = found.time_mean()
    assert mean.error.max() < 0.03
    assert outside.max() < 0.005
    assert np.all(abs(mean.mean - exact.mean(axis=0)) < SIGMAS * mean.error + outside)
    assert exact.mean(axis=0).min() < 0.4  # something is forgotten, and something is not
    assert exact.mean(axis=0).max() > 0.6


def test_long_time_mean_of_the_whole_trace(small):
    """All of a basis: the times alone are random, and the agreement is in the third digit."""
    length = 4e3  # 200 times the inverse of the smallest gap
    times = ob.window_times(0.0, length, 60, Streams(5, 0))
    found = ob.memory_in_time(small.op, np.eye(32), times, tolerance=1e-6)
    space = small.op.space
    given = small.levels, small.vectors, space, space.lbits
    outside = ob.window_deviation(*given, length)
    exact = ob.infinite_time_correlator(*given).mean(axis=0)
    mean = found.time_mean()
    assert outside.max() < 0.005
    assert np.all(abs(mean.mean - exact) < SIGMAS * mean.of_times + outside)


def test_product_states_keep_the_diagonal_ensemble(large):
    """Long-time mean of s_n <sigma^z_n>: s_n sum_a |<a|b,s>|^2 <a|sigma^z_n|a>."""
    starts = uncoupled_states(large.model, large.sample, 3)
    length = 3000.0
    times = ob.window_times(500.0, length, COUNT, Streams(6, 0))
    found = ob.product_memory(large.op, starts, np.append([0.0], times), 1e-7)
    np.testing.assert_allclose(found.samples[0], 1.0, atol=1e-12)
    vectors = starts.vectors()
    for n, z in enumerate(large.spins):
        diagonal = np.einsum("ia,ij,ja->a", large.vectors, z, large.vectors, optimize=True)
        for k, start in enumerate(vectors.T):
            exact = starts.configurations[k, n] * (large.vectors.T @ start) ** 2 @ diagonal
            mean = ob.time_mean(found.samples[1:, [k]])
            outside = window_of_vectors(large, start, start, z, length)
            assert abs(mean.mean[n] - exact) < SIGMAS * mean.error[n] + outside


def test_memory_of_all_product_states_is_the_trace(small):
    starts = uncoupled_states(small.model, small.sample, 32)
    found = ob.product_memory(small.op, starts, [6.0], 1e-10)
    exact = [np.trace(heisenberg(small, z, 6.0) @ z).real / 32 for z in small.spins]
    np.testing.assert_allclose(found.values[0], exact, rtol=0, atol=1e-9)


def test_a_decoupled_lbit_remembers_all():
    s = system(2, 3, last_coupling=0.0)
    states = random_states(s.op.space, 2, Streams(1, 0))
    found = ob.memory_in_time(s.op, states, [10.0, 1e3], tolerance=1e-10)
    np.testing.assert_allclose(found.samples[:, :, -1], 1.0, rtol=0, atol=1e-11)
    assert found.values[:, 0].max() < 0.9
    starts = uncoupled_states(s.model, s.sample, 2)
    found = ob.product_memory(s.op, starts, [10.0, 1e3], 1e-10)
    np.testing.assert_allclose(found.samples[:, :, -1], 1.0, rtol=0, atol=1e-11)


def von_neumann(state, d):
    """From the eigenvalues of the density matrix of the first d levels."""
    block = state.reshape(d, -1)
    p = np.linalg.eigvalsh(block @ block.conj().T)
    p = p[p > 1e-30]
    return -(p * np.log(p)).sum()


def test_entanglement_in_time(small):
    """Of every cut and l-bit, on expm's states; none at time 0."""
    starts = uncoupled_states(small.model, small.sample, 3)
    times, names = [0.0, 2.0, 40.0], ("entropy_lbits", "entropy_cuts", "sigma_z_lbits")
    found = ob.trajectory(small.op, starts.vectors(), times, names, 1e-11)
    assert found.values["entropy_cuts"].shape == (3, 3, 3)
    for at, t in enumerate(times):
        states = expm(-1j * small.matrix * t) @ starts.vectors()
        for k, state in enumerate(states.T):
            cuts = [von_neumann(state, d) for d in (4, 8, 16)]
            lbits = [
                von_neumann(np.moveaxis(state.reshape(4, 2, 2, 2), n, 0), 2) for n in (1, 2, 3)
            ]
            spins = [(state.conj() @ z @ state).real for z in small.spins]
            for name, exact in zip(names, (lbits, cuts, spins), strict=True):
                np.testing.assert_allclose(found.values[name][at, k], exact, rtol=0, atol=1e-9)
    assert found.values["entropy_cuts"][0].max() < 1e-12
    assert found.values["entropy_cuts"][2].max() > 0.5
    assert found.norm_drift <= found.errors.max() <= 1e-11


def test_the_mean_of_a_window(small):
    """The bound, beside the exact mean of tr[Z(t) Z]/D over [t_0, t_0 + T]."""
    space = small.op.space
    given = small.levels, small.vectors, space, space.lbits
    infinite = ob.infinite_time_correlator(*given).mean(axis=0)
    w = np.subtract.outer(small.levels, small.levels)
    for t_0, length in ((0.0, 5.0), (30.0, 400.0), (1e3, 1e5)):
        bound = ob.window_deviation(*given, length)
        kernel = np.exp(1j * w * (t_0 + 0.5 * length)) * np.sinc(w * length / (2 * np.pi))
        for n, z in enumerate(small.spins):
            weights = abs(small.vectors.T @ z @ small.vectors) ** 2 / 32
            assert abs((weights * kernel).sum().real - infinite[n]) <= bound[n]
    assert bound.max() < 1e-3


@pytest.mark.parametrize("name", ["star", "half", "sun", "chain"])
def test_product_states_are_eigenstates_without_coupling(name):
    """Of the model's own Hamiltonian with its couplings set to zero."""
    model = {
        "star": lambda: CentralGrain(2, 3, alpha=0.6),
        "half": lambda: CentralGrain(2, 3, alpha=0.6, field_half=True),
        "sun": lambda: QuantumSun(n_grain=2, n_lbits=3, alpha=0.7),
        "chain": lambda: GrainChain(n_grain=2, n_lbits=3, exchange=0.3),
    }[name]()
    sample = model.draw(seed=2, realization=0)
    free = model.sample(**{**sample, "couplings": np.zeros(3)})
    starts = uncoupled_states(model, sample, 32, energy=0.2)
    vectors = starts.vectors()
    h_0, h = to_dense(model.operator(free)), to_dense(model.operator(sample))
    np.testing.assert_allclose(h_0 @ vectors, vectors * starts.energies, rtol=0, atol=1e-12)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(32), rtol=0, atol=1e-12)
    np.testing.assert_allclose((vectors.T @ h @ vectors).diagonal(), starts.energies, atol=1e-12)
    assert (np.diff(abs(starts.energies - 0.2)) >= 0).all()
    for n in range(3):
        z = oracle.real(oracle.on_spin(oracle.Z, 3 + n, 5)).diagonal()
        np.testing.assert_allclose(z @ vectors**2, starts.configurations[:, n], atol=1e-12)
    levels = np.linalg.eigvalsh(sample.grain)
    np.testing.assert_array_equal(np.unique(starts.levels), np.arange(4))
    energies = np.einsum("bk,bc,ck->k", starts.grain_vectors, sample.grain, starts.grain_vectors)
    np.testing.assert_allclose(energies, levels[starts.levels], atol=1e-12)


def test_product_states_of_a_window(small):
    draw = {"model": small.model, "sample": small.sample, "count": 4, "energy": 0.5, "window": 1.0}
    one = uncoupled_states(**draw, streams=Streams(1, 0))
    np.testing.assert_array_equal(
        one.energies, uncoupled_states(**draw, streams=Streams(1, 0)).energies
    )
    assert len(np.unique(one.energies)) == 4
    assert abs(one.energies - 0.5).max() <= 1.0
    others = [uncoupled_states(**draw, streams=Streams(s, 0)).energies for s in range(2, 7)]
    assert any(abs(other - one.energies).max() > 0 for other in others)


def test_refusals(small):
    model, sample, op = small.model, small.sample, small.op
    with pytest.raises(InvalidInput, match="33 product states were asked and 32 are there in all"):
        uncoupled_states(model, sample, 33)
    with pytest.raises(InvalidInput, match="widen the window"):
        uncoupled_states(model, sample, 3, window=1e-9)
    with pytest.raises(InvalidInput, match="count=0"):
        uncoupled_states(model, sample, 0)
    with pytest.raises(InvalidInput, match="energy=nan"):
        uncoupled_states(model, sample, 1, energy=np.nan)
    dot = mb.models.QuantumDot(n_levels=4, lam=0.3)
    with pytest.raises(InvalidInput, match="QuantumDot has no grain"):
        uncoupled_states(dot, dot.draw(0, 0), 1)
    states = np.eye(32)[:, :2]
    with pytest.raises(InvalidInput, match="'entropy' is not one of sigma_z_lbits"):
        ob.trajectory(op, states, [1.0], ("entropy",))
    with pytest.raises(InvalidInput, match="normalise"):
        ob.trajectory(op, 2 * states, [1.0])
    with pytest.raises(InvalidInput, match="columns of 32 numbers"):
        ob.trajectory(op, states[:, 0], [1.0])
    with pytest.raises(InvalidInput, match="columns of 32 numbers"):
        ob.memory_in_time(op, states[:, 0], [1.0])
    with pytest.raises(InvalidInput, match="site=5"):
        ob.memory_in_time(op, states, [1.0], sites=(0, 5))
    bare = CentralGrain(2, 0, alpha=0.6)
    bare_op = bare.operator(bare.draw(0, 0))
    with pytest.raises(InvalidInput, match="no l-bits"):
        ob.memory_in_time(bare_op, np.eye(4), [1.0])
    with pytest.raises(InvalidInput, match="needs l-bits"):
        ob.trajectory(bare_op, np.eye(4), [1.0])
    with pytest.raises(InvalidInput, match="several sites"):
        ob.trajectory(bare_op, np.eye(4), [1.0], ("entropy_cuts",))
    starts = uncoupled_states(model, sample, 1)
    with pytest.raises(InvalidInput, match="3 l-bits and the operator 0"):
        ob.product_memory(bare_op, starts, [1.0])
    with pytest.raises(InvalidInput, match="positive length"):
        ob.window_times(0.0, -1.0, 3, Streams(0, 0))
    with pytest.raises(InvalidInput, match="two times or more"):
        ob.time_mean(np.zeros((1, 3)))
    with pytest.raises(InvalidInput, match="whole spectrum of D=32"):
        ob.window_deviation(small.levels[1:], small.vectors[:, 1:], op.space, (1,), 10.0)
