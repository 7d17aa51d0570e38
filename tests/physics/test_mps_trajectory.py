"""Memory of product states far beyond exact sizes, against expm of a matrix by kron; refusals."""

from functools import reduce

import numpy as np
import oracle
import pytest
from scipy.linalg import expm

import mbltn as mb
from mbltn.dynamics import Tdvp
from mbltn.errors import InvalidInput
from mbltn.observables import mps_product_memory, mps_trajectory
from mbltn.operators import SIGMA_X, SIGMA_Z, HilbertSpace, Operator, Term
from mbltn.solvers import product_state


def product_vector(grain, start):
    """L-bits are up (0) or down (1)."""
    first = np.linalg.eigh(grain)[1][:, start.levels[0]]
    return reduce(np.kron, [first, *(np.eye(2)[level] for level in start.levels[1:])])


def spins(vector):
    """<sigma^z> of the five l-bits behind four levels."""
    weights = (abs(vector) ** 2).reshape(4, 2, 2, 2, 2, 2)
    ups = [np.moveaxis(weights, n, 0).reshape(2, -1).sum(axis=1) for n in range(1, 6)]
    return np.array([up - down for up, down in ups])


def test_memory_is_of_every_start_in_its_own_sign():
    """The matrix by kron; one start from each end of the spectrum of s."""
    model = mb.models.CentralGrain(2, 5, alpha=0.6, first_coupling=0.6)
    sample = model.draw(seed=4, realization=0)
    op = model.operator(sample)
    h = oracle.central_grain(sample.grain, sample.fields, sample.couplings, "pm", 1)
    starts = [product_state(op, levels) for levels in ((0, 0, 1, 0, 1, 0), (3, 1, 1, 1, 0, 0))]
    times = [0.0, 3.0]
    found = mps_product_memory(op, starts, times, Tdvp(cutoff=1e-13))
    for i, t in enumerate(times):
        for j, start in enumerate(starts):
            vector = expm(-1j * h * t) @ product_vector(sample.grain, start)
            sigma_z = spins(vector)
            signs = 1 - 2 * np.array(start.levels[1:])
            np.testing.assert_allclose(found.samples[i, j], signs * sigma_z, rtol=0, atol=1e-7)
    np.testing.assert_allclose(found.values[0], 1.0, rtol=0, atol=1e-13)
    assert found.values[1].min() < 0.9
    assert 0 < found.error < 1e-4
    assert found.discarded.shape == (2, 2)
    assert np.isnan(found.limited_since).all()
    assert np.isfinite(found.errors).all()


def test_memory_stays_without_coupling():
    model = mb.models.CentralGrain(2, 5, alpha=0.5, first_coupling=0.0)
    op = model.operator(model.draw(seed=4, realization=0))
    found = mps_product_memory(op, [product_state(op, (2, 0, 1, 0, 1, 1))], [30.0])
    np.testing.assert_allclose(found.values, 1.0, rtol=0, atol=1e-13)
    assert np.isnan(found.errors).all()


def test_refusals():
    model = mb.models.CentralGrain(2, 3, alpha=0.5)
    op = model.operator(model.draw(seed=4, realization=0))
    start = product_state(op, (2, 0, 1, 0))
    with pytest.raises(InvalidInput, match="'entropy' is not one of"):
        mps_trajectory(op, start, [1.0], ["entropy"])
    with pytest.raises(InvalidInput, match="at least one"):
        mps_product_memory(op, [], [1.0])
    tilted = HilbertSpace((2, 2), lbits=(1,))
    terms = (Term(1.0, ((0, SIGMA_Z),)), Term(1.0, ((1, SIGMA_X),)))
    tilted = Operator(tilted, terms)
    with pytest.raises(InvalidInput, match="not spins up and down"):
        mps_product_memory(tilted, [product_state(tilted, (0, 0))], [1.0])


def test_one_name_and_no_time():
    model = mb.models.CentralGrain(n_grain=2, n_lbits=4, alpha=0.4)
    op = model.operator(model.draw(seed=3, realization=0))
    starts = mb.solvers.product_states(op, mb.Target.energy(0.0, 2))
    cuts = mps_trajectory(op, starts[0], [0.5], "entropy_cuts")
    assert {name: found.shape for name, found in cuts.values.items()} == {"entropy_cuts": (1, 1, 4)}
    assert mps_product_memory(op, starts, []).samples.shape == (0, 2, 4)
