"""The window method on 1 to 4 ranks with states left out of P, against the oracle's matrix."""

import numpy as np
import pytest
from mpi.worker import COUPLINGS, K
from oracle import central_grain

import mbltn as mb

pytestmark = pytest.mark.parametrize("coupling", COUPLINGS)


def oracle(coupling):
    model = mb.models.CentralGrain(2, 6, alpha=0.5, first_coupling=0.4, coupling=coupling)
    sample = model.draw(seed=8, realization=1)
    return central_grain(sample.grain, sample.fields, sample.couplings, coupling, 1)


def test_tail_couplings_of_near_states(job, coupling):
    parts = [result["windowed"][coupling] for result in job.results]
    assert 0 < parts[0]["near"] < parts[0]["D"]
    basis = parts[0]["basis"]
    h = basis.T @ oracle(coupling) @ basis
    tail = h - np.diag(np.diag(h))
    x = sum(part["x"] for part in parts)
    expected = (tail @ x.reshape(-1, 2)).reshape(x.shape)
    for part in parts:
        np.testing.assert_allclose(part["image"], expected[:, part["own"]], atol=1e-12)
    twice = (tail @ expected.reshape(-1, 2)).reshape(x.shape)
    for part in parts:
        levels, positions = part["places"]
        near = twice[levels, part["own"][positions]]
        np.testing.assert_allclose(part["back"], near, atol=1e-12)


def test_pairs(job, coupling):
    levels = np.linalg.eigvalsh(oracle(coupling))
    nearest = np.sort(levels[np.argsort(abs(levels))[:K]])
    for result in job.results:
        found = result["windowed"][coupling]
        np.testing.assert_allclose(found["energies"], nearest, atol=1e-11)
        assert found["residuals"].max() < 1e-11 and found["complete"] == "certified"
