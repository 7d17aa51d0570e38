"""DMRG-X against exact eigenvectors, brute-force lists of product states; typed failures."""

import sys
from functools import reduce

import numpy as np
import pytest
import quimb.tensor as qtn

from mbltn import Target
from mbltn.errors import InvalidInput, MissingLibrary, SolverFailure
from mbltn.models import CentralGrain, GrainChain
from mbltn.observables import mps_cut_entropies, mps_reduced_states, mps_schmidt_weights
from mbltn.observables.entanglement import two_level_entropy
from mbltn.operators import SIGMA_PLUS, SIGMA_Z, HilbertSpace, Operator, Term, to_dense, to_mpo
from mbltn.solvers import DmrgX, product_state, product_states
from mbltn.solvers.dmrgx import ProductState, variance_floor
from mbltn.solvers.dmrgx.follow import followed
from mbltn.solvers.dmrgx.network import residual_norm


def star(n_lbits, **changes):
    model = CentralGrain(n_grain=changes.pop("n_grain", 3), n_lbits=n_lbits, **changes)
    return model.operator(model.draw(seed=7, realization=0))


def product_vector(op, state):
    """From the terms: the grain is site 0, l-bits are up (0) or down (1)."""
    (grain,) = [m for term in op.terms for site, m in term.factors if term.sites == (0,)]
    first = np.linalg.eigh(grain)[1][:, state.levels[0]]
    return reduce(np.kron, [first, *(np.eye(2)[level] for level in state.levels[1:])])


def exact_entropies(vector, dims, site):
    """Of one site and of the cut after it, nats."""

    def of(matrix):
        p = np.linalg.svd(matrix, compute_uv=False) ** 2
        p = p[p > 1e-30]
        return -(p @ np.log(p))

    tensor = vector.reshape(dims)
    alone = np.moveaxis(tensor, site, 0).reshape(dims[site], -1)
    cut = tensor.reshape(int(np.prod(dims[: site + 1])), -1)
    return of(alone), of(cut)


@pytest.fixture(scope="module", params=["pm", "xx"])
def solved(request):
    """Eight l-bits, a dozen states, and the whole spectrum by LAPACK."""
    op = star(8, alpha=0.4, coupling=request.param)
    h = to_dense(op)
    starts = product_states(op, Target.energy(0.0, 12))
    states = [DmrgX(variance_tol=1e-20).state(op, start) for start in starts]
    return op, h, *np.linalg.eigh(h), states


def test_a_dozen_states_are_exact_levels(solved):
    _, _, energies, vectors, states = solved
    for state in states:
        level = np.argmin(abs(energies - state.energy))
        assert state.outcome == "converged"
        assert state.variance < 1e-20
        assert abs(energies[level] - state.energy) < 1e-12
        assert abs(vectors[:, level] @ state.mps.to_dense().ravel()) > 1 - 1e-12


def test_entropies_of_every_lbit_and_cut(solved):
    op, _, energies, vectors, states = solved
    lbits = range(1, 9)
    for state in states:
        exact = vectors[:, np.argmin(abs(energies - state.energy))]
        wanted = np.array([exact_entropies(exact, op.space.dims, site) for site in lbits])
        reduced = mps_reduced_states(state.mps, lbits)
        alone = two_level_entropy(reduced.up, reduced.down, reduced.coherence)[0]
        np.testing.assert_allclose(alone, wanted[:, 0], rtol=0, atol=1e-9)
        cuts = mps_cut_entropies(state.mps)
        np.testing.assert_allclose(cuts[1:], wanted[:-1, 1], rtol=0, atol=1e-9)


def test_what_is_reported_is_true(solved):
    op, h, _, vectors, states = solved
    largest = 0
    for state in states:
        psi = state.mps.to_dense().ravel()
        overlaps = (product_vector(op, state.start) @ vectors) ** 2
        assert abs(psi @ psi - 1) < 1e-12
        assert abs(psi @ h @ psi - state.energy) < 1e-12
        exact = np.linalg.norm(h @ psi - state.energy * psi) ** 2
        assert abs(exact - state.variance) < 1e-3 * exact + 10 * state.variance_floor
        assert abs((product_vector(op, state.start) @ psi) ** 2 - state.overlap) < 1e-12
        largest += abs(overlaps.max() - state.overlap) < 1e-6
        assert state.bonds == tuple(state.mps.bond_sizes())
        assert state.discarded == state.sweeps[-1].discarded < state.variance
        assert state.seconds > 0
    assert largest >= 11  # two levels may share a start almost equally


def test_variance_goes_down_to_rounding():
    op = star(6, alpha=0.4)
    floor = variance_floor(op)
    for start in product_states(op, Target.energy(0.0, 3)):
        state = DmrgX(variance_tol=floor).state(op, start)
        assert state.outcome == "converged"
    levels, vectors = np.linalg.eigh(to_dense(op))
    for n in (100, 256, 500):
        mps = qtn.MatrixProductState.from_dense(vectors[:, n], op.space.dims, cutoff=0.0)
        assert residual_norm(to_mpo(op), mps, levels[n]) ** 2 < floor < 1e-27
    with pytest.raises(InvalidInput, match="below the rounding error"):
        DmrgX(variance_tol=floor / 2).state(op, start)


def test_variance_of_any_state():
    op = star(5, alpha=0.6)
    h, mpo = to_dense(op), to_mpo(op)
    mps = qtn.MPS_rand_state(6, 5, phys_dim=2, seed=3)
    arrays = [np.random.default_rng(4).standard_normal((5, 8)), *mps.arrays[1:]]
    mps = qtn.MatrixProductState(arrays, shape="lrp")
    mps /= mps.norm()
    psi = mps.to_dense().ravel()
    for energy in (0.0, 0.7):
        wanted = np.linalg.norm(h @ psi - energy * psi)
        assert residual_norm(mpo, mps, energy) == pytest.approx(wanted, rel=1e-12)


def test_fifty_lbits_are_eight_and_a_shift_of_second_order():
    """The l-bits from the ninth on add h_n each, up to sum J_n^2 / gap = 1e-9 / 0.03."""
    inner, outer = star(8, alpha=0.3), star(50, alpha=0.3)
    start = product_states(outer, Target.energy(0.0, 1))[0]
    state = DmrgX().state(outer, start).require(max_variance=1e-18)
    first = product_state(inner, start.levels[:9])
    small = DmrgX().state(inner, first).require()
    assert abs((state.energy - start.energy) - (small.energy - first.energy)) < 1e-7
    entropies = []
    for mps in (state.mps, small.mps):
        reduced = mps_reduced_states(mps, range(1, 9))
        entropies.append(two_level_entropy(reduced.up, reduced.down, reduced.coherence)[0])
    np.testing.assert_allclose(*entropies, rtol=0, atol=1e-5)
    assert max(state.bonds) <= 128
    image = to_mpo(outer).apply(state.mps)
    plain = float(image.H @ image) - state.energy**2
    assert abs(plain) < 1e-11  # all that <H^2> - <H>^2 can tell


def resonant():
    """The fourth l-bit is resonant with the grain: 2 h_4 = E_2 - E_1, J_4 = 1.3e-3."""
    model = CentralGrain(n_grain=2, n_lbits=6, alpha=0.4, first_coupling=0.02)
    sample = model.draw(seed=3, realization=0)
    fields, levels = np.array(sample.fields), np.linalg.eigvalsh(sample.grain)
    fields[3] = (levels[2] - levels[1]) / 2
    op = model.operator(model.sample(grain=sample.grain, fields=fields))
    return op, product_state(op, (1, 1, 0, 1, 0, 1, 0))


def test_a_resonance_is_missed_by_one_site_and_found_by_two():
    op, start = resonant()
    energies, vectors = np.linalg.eigh(to_dense(op))
    stuck = DmrgX(sites=1).state(op, start)
    assert stuck.outcome == "variance did not fall"
    assert stuck.variance > 1e-7
    assert set(stuck.bonds) == {1}
    with pytest.raises(SolverFailure, match="use sites=2"):
        stuck.require()
    mended = DmrgX().state(op, start).require()
    level = np.argmin(abs(energies - mended.energy))
    assert abs(energies[level] - mended.energy) < 1e-12
    weights = np.sort((product_vector(op, start) @ vectors) ** 2)[::-1]
    assert weights[1] > 0.1  # it is a resonance
    assert abs(mended.overlap - weights[0]) < 1e-6
    wanted, _ = exact_entropies(vectors[:, level], op.space.dims, 4)
    reduced = mps_reduced_states(mended.mps, [4])
    found = two_level_entropy(reduced.up, reduced.down, reduced.coherence).item()
    assert wanted > 0.3
    assert abs(found - wanted) < 1e-8


def test_the_bond_dimension_limit_is_said():
    op = star(8, alpha=0.7)
    h = to_dense(op)
    state = DmrgX(max_bond=10).state(op, product_states(op, Target.middle(1))[0])
    assert state.outcome == "bond dimension limit reached"
    assert "max_bond=10 cuts off" in state.reason
    assert max(state.bonds) == 10
    psi = state.mps.to_dense().ravel()
    exact = np.linalg.norm(h @ psi - state.energy * psi) ** 2
    assert state.variance == pytest.approx(exact, rel=1e-6)
    assert state.variance > 1e-10
    assert state.variance == min(sweep.variance for sweep in state.sweeps)
    with pytest.raises(SolverFailure, match=r"variance of .* raise it"):
        state.require()
    assert state.require(max_variance=1.0) is state


def test_other_outcomes():
    op = star(6, alpha=0.6)
    start = product_states(op, Target.middle(1))[0]
    assert DmrgX(max_sweeps=1).state(op, start).outcome == "sweep limit reached"
    late = DmrgX(time_limit=1e-6).state(op, start)
    assert late.outcome == "time limit reached"
    assert len(late.sweeps) == 1
    lost = DmrgX(min_overlap=0.999).state(op, start)
    assert lost.outcome == "start has no overlap"
    assert lost.overlap < 0.999
    assert lost.variance < 1e-18
    with pytest.raises(SolverFailure, match="take another start"):
        lost.require()


def test_any_operator_with_few_products():
    model = GrainChain(n_grain=2, n_lbits=7, exchange=0.1)
    op = model.operator(model.draw(seed=1, realization=0))
    levels = np.linalg.eigvalsh(to_dense(op))
    for start in product_states(op, Target.middle(3)):
        state = DmrgX().state(op, start).require()
        assert abs(levels - state.energy).min() < 1e-12


@pytest.mark.parametrize("energy", [-1.3, 0.0, 2.4])
def test_product_states_are_the_nearest(energy):
    op = star(6, alpha=0.4)
    grain = next(term for term in op.terms if term.sites == (0,)).factors[0][1]
    fields = [term.coefficient for term in op.terms if len(term.sites) == 1][1:]
    sums = np.linalg.eigvalsh(grain)
    for h in fields:
        sums = np.add.outer(sums, [h, -h])
    wanted = np.argsort(abs(sums - energy), axis=None)[:9]
    found = product_states(op, Target.energy(energy, 9))
    assert [np.ravel_multi_index(s.levels, sums.shape) for s in found] == wanted.tolist()
    np.testing.assert_allclose([s.energy for s in found], sums.ravel()[wanted], atol=1e-13)
    whole = product_states(op, Target.energy(energy, op.dimension))
    assert len({s.levels for s in whole}) == op.dimension


def test_product_states_of_many_lbits():
    op = star(22, alpha=0.4)  # two more levels than are searched
    states = product_states(op, Target.energy(0.5, 40))
    assert len({s.levels for s in states}) == 40
    assert max(abs(s.energy - 0.5) for s in states) < 1e-4
    assert {s.levels[-1] for s in states} == {0, 1}
    assert states == product_states(op, Target.energy(0.5, 40))
    assert states != product_states(op, Target.energy(0.5, 40), seed=1)
    far = star(60, alpha=0.4)
    states = product_states(far, Target.middle(5))
    assert max(abs(s.energy - far.mean_energy()) for s in states) < 1e-4


@pytest.mark.parametrize("seed", [1, 2])
def test_followed_is_the_eigenvector_of_largest_overlap(seed):
    rng = np.random.default_rng(seed)
    a = np.diag(np.linspace(-2, 2, 400)) + 3e-3 * rng.standard_normal((400, 400))
    a = (a + a.T) / 2
    energies, vectors = np.linalg.eigh(a)
    start = np.eye(400)[210]
    options = {"tol": 1e-11, "max_applies": 300}
    state = followed(lambda x: a @ x, a.diagonal(), start, **options)
    best = np.argmax(abs(start @ vectors))
    assert abs(state.energy - energies[best]) < 1e-11
    assert abs(vectors[:, best] @ state.vector) > 1 - 1e-12
    assert state.overlap == pytest.approx((start @ vectors[:, best]) ** 2, rel=1e-9)
    other = np.eye(400)[100]
    moved = followed(lambda x: a @ x, a.diagonal(), start, other, **options)
    assert abs(moved.energy - energies[np.argmax(abs(other @ vectors))]) < 1e-11


def test_schmidt_weights_and_reduced_states_of_a_network():
    mps = qtn.MPS_rand_state(7, 6, phys_dim=2, seed=11)
    mps /= mps.norm()
    before = mps.to_dense().ravel()
    for i, weights in enumerate(mps_schmidt_weights(mps)):
        exact = np.linalg.svd(before.reshape(2 ** (i + 1), -1), compute_uv=False)[:6] ** 2
        np.testing.assert_allclose(weights, exact[: len(weights)], atol=1e-13)
    reduced = mps_reduced_states(mps, [5, 0, 5])
    for column, site in enumerate((5, 0, 5)):
        alone = np.moveaxis(before.reshape([2] * 7), site, 0).reshape(2, -1)
        density = alone @ alone.conj().T
        assert reduced.up[0, column] == pytest.approx(density[0, 0].real, abs=1e-13)
        assert reduced.coherence[0, column] == pytest.approx(density[0, 1], abs=1e-13)
    np.testing.assert_array_equal(mps.to_dense().ravel(), before)
    with pytest.raises(InvalidInput, match="two-level sites"):
        mps_reduced_states(mps, [7])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_bond": 0}, "max_bond=0"),
        ({"max_sweeps": 2.5}, "max_sweeps=2.5"),
        ({"max_applies": True}, "max_applies=True"),
        ({"sites": 3}, "sites=3 must be 2 or 1"),
        ({"variance_tol": 0.0}, "variance_tol=0.0"),
        ({"variance_tol": "a"}, "variance_tol='a'"),
        ({"time_limit": -1}, "time_limit=-1 must be a positive number"),
        ({"time_limit": float("nan")}, "time_limit=nan"),
        ({"min_overlap": 1.5}, "min_overlap=1.5"),
    ],
)
def test_options_are_checked(options, words):
    with pytest.raises(InvalidInput, match=words):
        DmrgX(**options)


def test_inputs_are_checked():
    op = star(6, alpha=0.4)
    start = product_states(op, Target.middle(1))[0]
    with pytest.raises(InvalidInput, match="dimension 8, and its bonds may need 8 states"):
        DmrgX(max_bond=7).state(op, start)
    with pytest.raises(InvalidInput, match="belongs to another operator"):
        DmrgX().state(op, ProductState(start.levels, start.energy + 1e-3))
    with pytest.raises(InvalidInput, match="one level for each"):
        DmrgX().state(op, ProductState(start.levels[1:], start.energy))
    with pytest.raises(InvalidInput, match="counted from 0"):
        product_state(op, (8, 0, 0, 0, 0, 0, 0))
    with pytest.raises(InvalidInput, match="does not say how many"):
        product_states(op, Target.window(-0.1, 0.1))
    space = HilbertSpace((2, 2))
    skew = Operator(space, (Term(1.0, ((0, SIGMA_Z), (1, SIGMA_PLUS))),))
    with pytest.raises(InvalidInput, match="not symmetric"):
        DmrgX().state(skew, product_state(skew, (0, 0)))


def test_quimb_is_asked_for_by_name(monkeypatch):
    op = star(4, alpha=0.4)
    start = product_states(op, Target.middle(1))[0]
    monkeypatch.setitem(sys.modules, "quimb", None)
    with pytest.raises(MissingLibrary, match="pip install quimb"):
        DmrgX().state(op, start)


@pytest.mark.parametrize("unit", [1e-3, 1e5])
def test_the_unit_of_energy_does_not_matter(unit):
    op = star(8, alpha=0.4)
    scaled = Operator(op.space, tuple(Term(unit * t.coefficient, t.factors) for t in op.terms))
    levels = np.linalg.eigvalsh(to_dense(op))
    for start in product_states(scaled, Target.energy(0.0, 4)):
        state = DmrgX(variance_tol=1e-18 * unit**2).state(scaled, start)
        assert state.outcome == "converged"
        assert abs(levels - state.energy / unit).min() < 1e-12


@pytest.mark.parametrize("first_coupling", [0.0, 1e-30, 1e-200])
def test_starts_that_are_eigenstates_already(first_coupling):
    """A diagonal grain: nothing is left to correct, and no direction to correct it in."""
    model = CentralGrain(4, 3, alpha=0.4, first_coupling=first_coupling)
    sample = model.sample(grain=np.diag(np.arange(16.0)), fields=[1.0, 0.9, 1.1])
    op = model.operator(sample)
    for start in product_states(op, Target.energy(0.0, 3)):
        state = DmrgX().state(op, start)
        assert (state.outcome, set(state.bonds)) == ("converged", {1})
        assert state.overlap == pytest.approx(1.0, abs=1e-14)
        assert state.energy == pytest.approx(start.energy, abs=1e-13)


def test_of_a_degenerate_level_the_state_is_what_resembles_the_start_most():
    """A grain of equal levels: every level is four times there, and the projection is wanted."""
    model = CentralGrain(2, 5, alpha=0.4, first_coupling=0.3)
    sample = model.sample(grain=np.zeros((4, 4)), fields=[1.0, 0.9, 1.1, 0.8, 1.2])
    op = model.operator(sample)
    energies, vectors = np.linalg.eigh(to_dense(op))
    for start in product_states(op, Target.energy(0.0, 4)):
        state = DmrgX().state(op, start)
        level = vectors[:, abs(energies - state.energy) < 1e-9]
        assert state.outcome == "converged" and level.shape[1] > 1
        largest = np.linalg.norm(level.T @ product_vector(op, start)) ** 2
        assert state.overlap == pytest.approx(largest, abs=1e-9)
