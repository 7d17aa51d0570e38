"""Many states of one realization: exact levels, states that were found twice, typed failures."""

from dataclasses import replace

import numpy as np
import pytest

import mbltn as mb
from mbltn.errors import InvalidInput, SolverFailure
from mbltn.models import CentralGrain
from mbltn.observables import measure_mps
from mbltn.operators import to_dense
from mbltn.solvers import DmrgX, ProductState, mps_eigenstates, product_states
from mbltn.solvers.dmrgx import states as table
from mbltn.solvers.dmrgx.duplicates import first_of_each, may_be_same

NAMES = [
    *("entropy_lbits", "entropy_cuts", "sigma_z_lbits", "memory_lbits", "schmidt_gap_cuts"),
    *("mutual_information_lbits", "negativity_lbits"),
]
MIDDLE = mb.Target.energy(0.0, 12)


def star(n_lbits, alpha, **changes):
    model = CentralGrain(n_grain=changes.pop("n_grain", 3), n_lbits=n_lbits, alpha=alpha, **changes)
    return model, model.operator(model.draw(seed=7, realization=0))


@pytest.fixture(scope="module", params=[(10, "pm"), (8, "xx")], ids=str)
def dozen(request):
    """A dozen states, and all levels between the lowest and the highest of them."""
    n_lbits, coupling = request.param
    model, op = star(n_lbits, 0.4, coupling=coupling)
    states = mps_eigenstates(op, MIDDLE, DmrgX(variance_tol=1e-20))
    ends = states.energies.min() - 1e-3, states.energies.max() + 1e-3
    exact = mb.eigenpairs(op, mb.Target.window(*ends)).require(complete=True)
    levels = [int(np.argmin(abs(exact.energies - energy))) for energy in states.energies]
    return model, states, exact, levels


def test_energies_are_exact_levels_and_no_state_counts_twice(dozen):
    _, states, exact, levels = dozen
    assert set(states.outcomes) == {"converged"}
    assert len(set(levels)) == 12
    assert states.distinct.all()
    assert not states.unresolved.any()
    np.testing.assert_allclose(states.energies, exact.energies[levels], rtol=0, atol=1e-12)
    for state, level in zip(states.own.values(), levels, strict=True):
        assert abs(exact.vectors[:, level] @ state.mps.to_dense().ravel()) > 1 - 1e-12


def test_observables_are_those_of_exact_vectors(dozen):
    model, states, exact, levels = dozen
    every = mb.measure(exact, NAMES, model)
    wanted = {name: values[levels] for name, values in every.items()}
    found = measure_mps(states, NAMES)
    assert set(found) == set(NAMES)
    for name in NAMES:
        np.testing.assert_allclose(found[name], wanted[name], rtol=0, atol=1e-9, err_msg=name)
    for name in ("entropy_lbits", "mutual_information_lbits", "negativity_lbits"):
        assert wanted[name].max() > 0.1


@pytest.fixture(scope="module")
def thermal():
    """Six l-bits at alpha = 0.6, where several starts lead to one eigenstate."""
    model, op = star(6, 0.6)
    states = mps_eigenstates(op, mb.Target.energy(0.0, 10))
    return model, op, states, np.linalg.eigh(to_dense(op))


def test_starts_that_end_in_one_state_are_told(thermal, caplog):
    _, op, states, (energies, vectors) = thermal
    levels = np.array([np.argmin(abs(energies - energy)) for energy in states.energies])
    first = [levels.tolist().index(level) for level in levels]
    assert len(set(first)) == 8
    assert states.same_as.tolist() == first
    assert states.distinct.sum() == 8
    assert not states.unresolved.any()
    assert states.same_overlaps.min() > 1 - 1e-12
    for i, state in states.own.items():
        assert abs(vectors[:, levels[i]] @ state.mps.to_dense().ravel()) > 1 - 1e-12
    twice = [states.starts[0], states.starts[0]]
    again = mps_eigenstates(op, twice)
    assert again.same_as.tolist() == [0, 0]
    assert "1 of 2 starts led to the state of another" in caplog.text


def test_dense_vectors_of_the_distinct_states(thermal, monkeypatch):
    model, op, states, (energies, vectors) = thermal
    pairs = states.eigenpairs()
    levels = [int(np.argmin(abs(energies - energy))) for energy in pairs.energies]
    assert levels == sorted(set(levels))
    assert pairs.complete == "unknown"
    assert pairs.stats["orthonormality"] < 1e-8
    for column, level in enumerate(levels):
        assert abs(vectors[:, level] @ pairs.vectors[:, column]) > 1 - 1e-12
    rest = to_dense(op) @ pairs.vectors - pairs.energies * pairs.vectors
    assert np.linalg.norm(rest, axis=0).max() < 2e-9
    wanted = mb.measure(pairs, ["entropy_lbits"], model)["entropy_lbits"]
    order = np.argsort(np.where(states.distinct, states.energies, np.inf))[: len(pairs)]
    found = measure_mps(states, "entropy_lbits")["entropy_lbits"][order]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    monkeypatch.setattr(table, "available_bytes", lambda: 1000)
    with pytest.raises(InvalidInput, match="8 dense vectors of D=512 need"):
        states.eigenpairs()


def test_whatever_may_be_one_state_is_compared():
    """Random states near random product states: all pairs that overlap by more than half."""
    rng = np.random.default_rng(5)
    seen = left_out = 0
    for _ in range(200):
        h = rng.standard_normal((6, 6))
        h = h + h.T
        basis = np.linalg.qr(rng.standard_normal((6, 6)))[0]
        starts = rng.integers(6, size=5)
        psi = basis[:, starts] + rng.uniform(0.0, 0.8) * rng.standard_normal((6, 5))
        psi /= np.linalg.norm(psi, axis=0)
        energies = np.einsum("ij,ij->j", psi, h @ psi)
        residuals = np.linalg.norm(h @ psi - energies * psi, axis=0)
        overlaps = np.einsum("ij,ij->j", psi, basis[:, starts]) ** 2
        pairs = may_be_same(energies, residuals, overlaps, [(int(s),) for s in starts])
        same = np.argwhere(np.triu((psi.T @ psi) ** 2 > 0.5, 1)).tolist()
        assert {tuple(pair) for pair in same} <= set(pairs)
        seen += len(same)
        left_out += 10 - len(pairs)
    assert seen > 100
    assert left_out > 100


def test_levels_apart_and_rotated_starts_are_not_compared():
    starts = [(0,), (1,), (1,)]
    close, high = np.array([0.0, 1e-9, 0.0]), np.full(3, 0.9)
    assert may_be_same(close, np.full(3, 1e-9), high, starts) == [(1, 2)]
    assert may_be_same(close, np.full(3, 1e-10), np.full(3, 0.5), starts) == [(0, 2)]
    assert may_be_same(np.array([0.0, np.nan, 0.0]), np.ones(3), high, starts) == []


def test_one_of_many_copies_stands_for_all():
    squares = {(0, 1): 0.6, (0, 2): 0.9, (1, 2): 0.55, (1, 3): 0.2}
    assert first_of_each([0, 1, 2, 3], squares) == {0: (0, 1), 1: (0, 0.6), 2: (0, 0.9), 3: (3, 1)}
    assert first_of_each([1, 3, 2, 0], squares)[0] == (1, 0.6)


def test_levels_within_the_residuals_are_not_resolved(thermal):
    _, _, states, _ = thermal
    energies = np.sort(states.energies[states.distinct])
    closest = np.argmin(np.diff(energies))
    near, gap = energies[closest : closest + 2], np.diff(energies)[closest]
    for share, count in ((0.51, 2), (0.49, 0)):
        variances = np.full(len(states), (share * gap) ** 2)
        pair = np.isin(states.energies, near) & states.distinct
        blurred = replace(states, variances=np.where(pair, variances, states.variances))
        assert blurred.unresolved.sum() == count


class Interrupted(DmrgX):
    """Its searches from up in the last site end with an error."""

    def state(self, op, start):
        if start.levels[-1] == 0:
            raise np.linalg.LinAlgError("SVD did not converge")
        return super().state(op, start)


def test_an_error_of_one_start_is_an_entry():
    _, op = star(4, 0.4)
    starts = product_states(op, mb.Target.energy(0.0, 4))
    lost = [i for i, start in enumerate(starts) if start.levels[-1] == 0]
    assert 0 < len(lost) < 4
    states = mps_eigenstates(op, starts, Interrupted())
    found = measure_mps(states, ["entropy_cuts"])["entropy_cuts"]
    levels = np.linalg.eigvalsh(to_dense(op))
    for i in range(4):
        if i in lost:
            assert states.outcomes[i] == "failed"
            assert states.reasons[i] == "LinAlgError: SVD did not converge"
            assert np.isnan([states.energies[i], states.variances[i], *found[i]]).all()
            with pytest.raises(SolverFailure, match=f"start {i} led to no state: LinAlgError"):
                states.state(i)
        else:
            assert states.outcomes[i] == "converged"
            assert abs(levels - states.energies[i]).min() < 1e-12
            assert states.state(i) is states.own[i]
    assert states.distinct.tolist() == [i not in lost for i in range(4)]
    assert len(states.eigenpairs()) == 4 - len(lost)
    with pytest.raises(SolverFailure, match=f"{len(lost)} of 4 starts did not come"):
        states.require(max_variance=1.0)
    with pytest.raises(InvalidInput, match="no start led to a state"):
        mps_eigenstates(op, [starts[lost[0]]], Interrupted()).eigenpairs()
    with pytest.raises(InvalidInput, match="number=4 must be that of one of 4 starts"):
        states.state(4)


def test_outcomes_come_with_the_states():
    """Bonds too small, and starts that are lost: the others and their variances are there."""
    _, op = star(7, 0.7)
    h, starts = to_dense(op), product_states(op, mb.Target.energy(0.0, 2))
    limited = mps_eigenstates(op, starts, DmrgX(max_bond=9))
    assert set(limited.outcomes) == {"bond dimension limit reached"}
    assert limited.max_bonds.tolist() == [9, 9]
    for i, state in limited.own.items():
        psi = state.mps.to_dense().ravel()
        exact = np.linalg.norm(h @ psi - limited.energies[i] * psi) ** 2
        assert limited.variances[i] == pytest.approx(exact, rel=1e-6)
        assert limited.variances[i] > 1e-10
    assert not limited.converged.any()
    with pytest.raises(SolverFailure, match=r"start 0 \(bond dimension limit reached\) has a var"):
        limited.require()
    assert limited.require(max_variance=1.0) is limited
    lost = mps_eigenstates(op, starts[:1], DmrgX(min_overlap=0.999, variance_tol=1e-12))
    assert lost.outcomes == ("start has no overlap",)
    assert 0 < lost.overlaps[0] < 0.999


class FirstStopsEarly:
    """A solver whose first search has one sweep only."""

    def __init__(self, count):
        self.count = count

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def check(self, op, start):
        DmrgX().check(op, start)

    def state(self, op, start):
        self.count.append(start)
        return DmrgX(max_sweeps=1 if len(self.count) == 1 else 30).state(op, start)


def test_a_converged_copy_stands_for_one_that_is_not():
    _, op = star(4, 0.6)
    (start,) = product_states(op, mb.Target.energy(0.0, 1))
    states = mps_eigenstates(op, [start, start], FirstStopsEarly(count=[]))
    assert states.outcomes == ("sweep limit reached", "converged")
    assert states.same_as.tolist() == [1, 1]
    assert 0.5 < states.same_overlaps[0] < 1


def test_inputs_are_refused_before_any_work():
    _, op = star(4, 0.4)
    starts = product_states(op, mb.Target.energy(0.0, 2))
    with pytest.raises(InvalidInput, match="dimension 8, and its bonds may need 8 states"):
        mps_eigenstates(op, starts, DmrgX(max_bond=7))
    with pytest.raises(InvalidInput, match="belongs to another operator"):
        other = ProductState(starts[0].levels, starts[0].energy + 1e-3)
        mps_eigenstates(op, [starts[0], other], Interrupted())
    for nothing in ([], [(0, 1)]):
        with pytest.raises(InvalidInput, match="must be a Target or product states"):
            mps_eigenstates(op, nothing)
    with pytest.raises(InvalidInput, match="does not say how many"):
        mps_eigenstates(op, mb.Target.window(-0.1, 0.1))
    states = mps_eigenstates(op, starts[:1])
    with pytest.raises(InvalidInput, match="did you mean 'entropy_cuts'"):
        measure_mps(states, ["entropy_cut"])
    with pytest.raises(InvalidInput, match="is not an observable of matrix product states"):
        measure_mps(states, ["gap_ratio"])
