"""TDVP against scipy's expm, mean-field equations, and limits; what it loses is said."""

import itertools
from functools import reduce

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.linalg import expm

import mbltn as mb
from mbltn.dynamics import Tdvp, evolve_mps
from mbltn.dynamics.mps.chain import Chain, Losses, SweepOptions
from mbltn.dynamics.mps.enrich import enrich
from mbltn.dynamics.mps.exponential import exponential
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.observables import mps_trajectory
from mbltn.operators import (
    SIGMA_PLUS,
    SIGMA_X,
    SIGMA_Z,
    HilbertSpace,
    Operator,
    Term,
    to_dense,
    to_mpo,
)
from mbltn.operators.blocks import mpo_tensors
from mbltn.solvers import product_state, product_states


def star(n_lbits, couplings=None, **given):
    model = mb.models.CentralGrain(given.pop("n_grain", 2), n_lbits, **given)
    sample = model.draw(seed=4, realization=0)
    if couplings is not None:
        sample = model.sample(grain=sample.grain, fields=sample.fields, couplings=couplings)
    return model.operator(sample)


def middle(op, k=1):
    return product_states(op, mb.Target.energy(0.0, k))[-1]


def product_vector(op, start):
    return reduce(np.kron, site_vectors(op, start))


def site_vectors(op, start):
    """From the terms: the grain is site 0, l-bits are up (0) or down (1)."""
    grain = np.zeros((op.space.dims[0],) * 2)
    for term in op.terms:
        if term.sites == (0,):
            grain += term.coefficient * term.factors[0][1]
    first = np.linalg.eigh(grain)[1][:, start.levels[0]]
    return [first, *(np.eye(2)[level] for level in start.levels[1:])]


def site_density(vector, dims, site):
    alone = np.moveaxis(vector.reshape(dims), site, 0).reshape(dims[site], -1)
    return alone @ alone.conj().T


def entropy(p):
    p = p[p > 1e-30]
    return -(p @ np.log(p))


def exact_values(vector, dims):
    lbits = range(1, len(dims))
    densities = [site_density(vector, dims, n) for n in lbits]
    cuts = [vector.reshape(int(np.prod(dims[:n])), -1) for n in lbits]
    return {
        "sigma_z_lbits": [(rho[0, 0] - rho[1, 1]).real for rho in densities],
        "entropy_lbits": [entropy(np.linalg.eigvalsh(rho)) for rho in densities],
        "entropy_cuts": [entropy(np.linalg.svd(m, compute_uv=False) ** 2) for m in cuts],
    }


def distance(now, vector):
    return np.linalg.norm(now.mps.to_dense().ravel() - vector)


PROBLEMS = {
    "pm": lambda: star(6, alpha=0.4),
    "xx": lambda: star(6, alpha=0.7, coupling="xx"),
    "eight levels": lambda: star(6, alpha=0.6, n_grain=3),
    "sixteen levels": lambda: star(5, alpha=0.4, n_grain=4),
    "chain": lambda: operator(mb.models.GrainChain(n_grain=2, n_lbits=6, exchange=0.3)),
    "sun": lambda: operator(mb.models.QuantumSun(n_grain=3, n_lbits=6, alpha=0.7)),
}


def operator(model):
    return model.operator(model.draw(seed=1, realization=0))


@pytest.mark.parametrize("name", PROBLEMS)
def test_states_and_what_is_measured_are_exact(name):
    """States within the estimate, expectation values within twice that; entropies d log d."""
    op = PROBLEMS[name]()
    h, start, method = to_dense(op), middle(op, 3), Tdvp(cutoff=1e-14)
    psi = product_vector(op, start)
    times = [0.0, 1.0, 7.0]
    names = ("sigma_z_lbits", "entropy_lbits", "entropy_cuts")
    found = mps_trajectory(op, start, times, names, method)
    for i, now in enumerate(evolve_mps(op, start, times, method)):
        exact = expm(-1j * h * now.time) @ psi
        assert distance(now, exact) <= now.error + 1e-13
        assert now.error < 1e-4
        assert now.outcome == "within the cutoff"
        assert found.errors[i] == now.error
        assert tuple(found.bonds[i]) == now.bonds == tuple(now.mps.bond_sizes())
        for quantity, values in exact_values(exact, op.space.dims).items():
            np.testing.assert_allclose(found.values[quantity][i, 0], values, rtol=0, atol=1e-6)
    assert found.values["entropy_cuts"][-1].max() > 0.1
    assert found.norm_drift < 1e-12
    assert found.energy_drift < 1e-10
    assert found.limited_since is None


def test_a_star_is_missed_by_two_sites_and_found_with_the_states_that_h_leads_to():
    """A far l-bit behind weak ones: the flipped grain is in no basis between, so that H psi lies
    outside of all that two neighbours can reach."""
    op = star(6, couplings=[0.3, 1e-3, 1e-3, 1e-3, 0.05, 0.05], alpha=0.5)
    h, start = to_dense(op), middle(op)
    times = [2.0, 8.0]
    psi = product_vector(op, start)
    exact = [expm(-1j * h * t) @ psi for t in times]
    flipped = [1 - abs(exact_values(v, op.space.dims)["sigma_z_lbits"][-1]) for v in exact]
    assert min(flipped) > 1e-4
    plain = list(evolve_mps(op, start, times, Tdvp(orders=(0, 0))))
    assert min(distance(now, v) for now, v in zip(plain, exact, strict=True)) > 0.01
    assert plain[-1].error < 0.003  # what is cut off does not tell
    for method in (Tdvp(), Tdvp(orders=(1, 1))):
        for now, v in zip(evolve_mps(op, start, times, method), exact, strict=True):
            assert distance(now, v) < now.error < 0.003
    found = mps_trajectory(op, start, times, ["sigma_z_lbits"], Tdvp(cutoff=1e-14))
    for i in range(2):
        lost = 1 - abs(found.values["sigma_z_lbits"][i, 0, -1])
        assert lost == pytest.approx(flipped[i], rel=1e-4)


def test_one_site_from_a_product_state_solves_the_mean_field_equations_to_second_order():
    """i d/dt v_n = <H>_n v_n with <H>_n of all other sites, by scipy; entanglement stays zero."""
    op = star(3, alpha=0.8)
    h, dims, start = to_dense(op), op.space.dims, middle(op)
    rng = np.random.default_rng(2)
    vectors = [v + 0.3 * rng.standard_normal(len(v)) for v in site_vectors(op, start)]
    vectors = [v / np.linalg.norm(v) for v in vectors]
    places = np.cumsum([0, *dims])

    def slope(_, y):
        v = [y[a:b] for a, b in itertools.pairwise(places)]
        energy = np.vdot(reduce(np.kron, v), h @ reduce(np.kron, v)).real
        found = []
        for n, d in enumerate(dims):
            others = [np.eye(d) if m == n else w[:, None] for m, w in enumerate(v)]
            frame = reduce(np.kron, others)
            image = frame.conj().T @ (h @ (frame @ v[n]))
            share = energy * (len(dims) - 1) / len(dims)  # so that phases add up to that of H
            found.append(-1j * (image - share * v[n]))
        return np.concatenate(found)

    y = np.concatenate(vectors).astype(complex)
    y = solve_ivp(slope, (0.0, 2.0), y, rtol=1e-11, atol=1e-12, method="DOP853").y[:, -1]
    wanted = reduce(np.kron, [y[a:b] for a, b in itertools.pairwise(places)])
    errors = []
    for steps in (10, 20, 40):
        chain = Chain(mpo_tensors(to_mpo(op)), [v.reshape(1, -1, 1) for v in vectors])
        for _ in range(2 * steps):
            chain.sweep(1.0 / steps, SweepOptions(1, 1, 0.0, 1e-13), Losses())
        errors.append(np.linalg.norm(chain.mps().to_dense().ravel() - wanted))
        assert set(chain.bonds) == {1}
    assert errors[0] < 0.05
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4.0, rtol=0.1)


def test_the_error_of_one_step_is_of_third_order():
    """From a product state, one site at a time, in bases that hold H psi."""
    op = star(6, alpha=0.7)
    h, start = to_dense(op), middle(op)
    psi = product_vector(op, start)
    errors = []
    for dt in (0.4, 0.2, 0.1):
        chain, losses = (
            Chain(mpo_tensors(to_mpo(op)), [v.reshape(1, -1, 1) for v in site_vectors(op, start)]),
            Losses(),
        )
        enrich(chain, dt, 1, 1e-12, 64, losses)
        for _ in range(2):
            chain.sweep(dt / 2, SweepOptions(1, 64, 0.0, 1e-13), losses)
        errors.append(np.linalg.norm(chain.mps().to_dense().ravel() - expm(-1j * h * dt) @ psi))
        assert losses.error < 1e-10
    assert errors[0] > 1e-4
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), 3.0, atol=0.15)


def test_the_estimate_holds_for_long_steps_and_small_cutoffs():
    """The error of steps, which it does not know, is made while the bases are poor."""
    op = star(6, alpha=0.7, coupling="xx")
    h, start = to_dense(op), middle(op)
    psi = product_vector(op, start)
    for step, cutoff in ((0.8, 1e-10), (0.4, 1e-14)):
        (now,) = evolve_mps(op, start, [6.4], Tdvp(step=step, cutoff=cutoff))
        assert distance(now, expm(-6.4j * h) @ psi) < now.error


@pytest.mark.parametrize("method", [Tdvp(), Tdvp(step=0.8, cutoff=1e-12)])
def test_a_product_state_that_comes_back_is_left_as_well_as_at_first(method):
    """At t = 0 all bonds are cut to one again; what H leads to next is a third order away."""
    model = mb.models.QuantumSun(3, 5, alpha=0.8)
    op = model.operator(model.draw(seed=1, realization=475))
    h, start = to_dense(op), middle(op)
    psi = product_vector(op, start)
    for now in evolve_mps(op, start, [4.0, -4.0, 4.0], method):
        assert distance(now, expm(-1j * now.time * h) @ psi) < now.error


def test_norm_and_energy_are_kept_for_long():
    op = star(5, alpha=0.4)
    h, start = to_dense(op), middle(op)
    levels, vectors = np.linalg.eigh(h)
    psi = product_vector(op, start)
    for now in evolve_mps(op, start, [20.0, 200.0], Tdvp(step=0.8)):
        exact = vectors @ (np.exp(-1j * levels * now.time) * (vectors.T @ psi))
        vector = now.mps.to_dense().ravel()
        assert abs(np.linalg.norm(vector) - 1 - now.norm_drift) < 1e-13
        energy = np.vdot(vector, h @ vector).real
        assert abs(energy - psi @ h @ psi - now.energy_drift) < 1e-12
        assert abs(now.norm_drift) < 1e-11
        assert abs(now.energy_drift) < 1e-7
        assert distance(now, exact) < 1e-3
        assert 0.1 * now.discarded < distance(now, exact) ** 2 < now.error**2


def test_there_and_back_again_and_on_from_a_state():
    op = star(5, alpha=0.6, coupling="xx")
    h, start = to_dense(op), middle(op)
    psi = product_vector(op, start)
    method = Tdvp(cutoff=1e-16)
    there, here, back = evolve_mps(op, start, [-1.5, -1.5, 0.5], method)
    assert distance(there, expm(1.5j * h) @ psi) < 1e-6
    assert here.applies == there.applies
    assert distance(back, expm(-0.5j * h) @ psi) < 2e-6
    before = there.mps.to_dense()
    (on,) = evolve_mps(op, there.mps, [2.0], method)
    assert distance(on, expm(-0.5j * h) @ psi) < 2e-6
    np.testing.assert_array_equal(there.mps.to_dense(), before)
    phase = there.mps * np.exp(0.3j)
    (turned,) = evolve_mps(op, phase, [2.0], method)
    assert distance(turned, np.exp(0.3j) * (expm(-0.5j * h) @ psi)) < 2e-6


@pytest.mark.parametrize("when_full", ["cut", "one_site"])
def test_the_bond_dimension_limit_is_said(when_full):
    op = star(7, alpha=0.8)
    h, start = to_dense(op), middle(op)
    psi = product_vector(op, start)
    method = Tdvp(max_bond=6, when_full=when_full)
    first, last = evolve_mps(op, start, [0.4, 8.0], method)
    assert (first.outcome, first.limited_since) == ("within the cutoff", None)
    assert first.require(0.1) is first
    assert last.outcome == "bond dimension limit reached"
    assert 0.4 < last.limited_since < 4.0
    assert max(last.bonds) == 6
    off = distance(last, expm(-8j * h) @ psi)
    assert 0.01 < off < last.error
    assert (abs(last.energy_drift) < 1e-7) == (when_full == "one_site")
    assert abs(last.energy_drift) < 1e-2
    assert abs(last.norm_drift) < 1e-12
    with pytest.raises(SolverFailure, match=r"max_bond has cut since t=.*raise it"):
        last.require(0.1)
    found = mps_trajectory(op, start, [0.4, 8.0], ["entropy_cuts"], method)
    assert found.limited_since == last.limited_since
    assert found.discarded[1] == last.discarded > 1e-9


def test_fifty_lbits_are_eight_while_the_others_have_had_no_time():
    """The ninth flips with a probability of (J_9 t)^2 = 1e-8."""
    inner, outer = star(8, alpha=0.3), star(50, alpha=0.3)
    start = middle(outer)
    first = product_state(inner, start.levels[:9])
    vector = expm(-4j * to_dense(inner)) @ product_vector(inner, first)
    exact = exact_values(vector, inner.space.dims)
    found = mps_trajectory(outer, start, [4.0], exact, Tdvp(cutoff=1e-13))
    for quantity, values in exact.items():
        tolerance = 1e-7 if quantity == "sigma_z_lbits" else 1e-6
        value = found.values[quantity][0, 0]
        np.testing.assert_allclose(value[:8], values, rtol=0, atol=tolerance)
    far = found.values["sigma_z_lbits"][0, 0, 20:]
    np.testing.assert_allclose(far, 1 - 2 * np.array(start.levels[21:]), rtol=0, atol=1e-12)
    assert found.bonds.max() < 64


def test_nothing_happens_without_coupling():
    op = star(5, alpha=0.5, first_coupling=0.0)
    start = middle(op)
    (now,) = evolve_mps(op, start, [30.0])
    phase = np.exp(-30j * start.energy)
    assert distance(now, phase * product_vector(op, start)) < 1e-12
    assert (set(now.bonds), now.discarded) == ({1}, pytest.approx(0.0, abs=1e-28))


@pytest.mark.parametrize("max_vectors", [30, 8])
@pytest.mark.parametrize("time", [0.5, -20.0])
def test_the_local_exponential_is_as_good_as_it_says(time, max_vectors):
    """Times that the space of eight vectors cannot hold are halved."""
    rng = np.random.default_rng(5)
    a = rng.standard_normal((40, 40)) + 1j * rng.standard_normal((40, 40))
    h = (a + a.conj().T) / 20
    x = 3.0 * rng.standard_normal((8, 5))
    wanted = expm(-1j * h * time) @ x.ravel()
    for tol in (1e-4, 1e-10):
        found = exponential(lambda v: (h @ v.ravel()).reshape(8, 5), x, time, tol, max_vectors)
        off = np.linalg.norm(found.vector.ravel() - wanted) / np.linalg.norm(x)
        assert off < tol
        assert off < 2 * found.error + 1e-13
    assert found.applies >= max_vectors or max_vectors == 30


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": 0.0}, "step=0.0"),
        ({"cutoff": 0.0}, "where rounding begins"),
        ({"max_bond": 0}, "max_bond=0"),
        ({"orders": (3, -1)}, "orders="),
        ({"orders": (3,)}, "must be two"),
        ({"when_full": "stop"}, "when_full='stop'"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(InvalidInput, match=words):
        Tdvp(**options)


def test_refusals():
    op = star(4, alpha=0.4)
    start = middle(op)
    (now,) = evolve_mps(op, start, [0.5])
    with pytest.raises(InvalidInput, match="list of finite numbers"):
        evolve_mps(op, start, [np.nan])
    with pytest.raises(InvalidInput, match="belongs to another operator"):
        evolve_mps(star(4, alpha=0.4, n_grain=3), start, [1.0])
    with pytest.raises(InvalidInput, match=r"sites of \(4, 2, 2, 2, 2\) levels"):
        evolve_mps(star(5, alpha=0.4), now.mps, [1.0])
    with pytest.raises(InvalidInput, match="normalise it first"):
        evolve_mps(op, now.mps * 2.0, [1.0])
    with pytest.raises(SolverFailure, match="lower the cutoff"):
        now.require(1e-9)
    skew = Operator(HilbertSpace((2, 2)), (Term(1.0, ((0, SIGMA_Z), (1, SIGMA_PLUS))),))
    with pytest.raises(InvalidInput, match="symmetric H"):
        evolve_mps(skew, product_state(skew, (0, 0)), [1.0])
    alone = Operator(HilbertSpace((2,)), (Term(1.0, ((0, SIGMA_X),)),))
    with pytest.raises(InvalidInput, match="use evolve"):
        evolve_mps(alone, product_state(alone, (0,)), [1.0])
