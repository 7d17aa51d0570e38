"""Time evolution on 1 to 4 ranks against expm, and everything measured on it against one rank."""

import numpy as np
import pytest
from mpi.worker import evolution_of, problem
from scipy.linalg import expm

from mbltn.comm import Serial
from mbltn.operators import to_dense


@pytest.fixture(scope="module")
def serial():
    return evolution_of(Serial())


def test_states_are_those_of_expm(job):
    model, sample = problem()
    u = expm(-9.5j * to_dense(model.operator(sample)))
    for result in job.results:
        found = result["evolution"]
        np.testing.assert_allclose(found["evolved"], u @ found["random"], rtol=0, atol=1e-11)
        assert abs(found["drifts"]).max() < 1e-10


def test_observables_are_those_of_one_rank(job, serial):
    for result in job.results:
        for name, values in result["evolution"].items():
            np.testing.assert_allclose(values, serial[name], rtol=0, atol=1e-11, err_msg=name)
            np.testing.assert_array_equal(values, job.results[0]["evolution"][name])
    assert serial["entropy_cuts"][1].max() > 0.3


def test_what_one_rank_sees_all_refuse(job):
    for result in job.results:
        assert "NaN or infinity" in result["poor_start"]
