"""Matrix product states dealt to 1 to 4 ranks, against one rank and against LAPACK."""

import numpy as np
import pytest
from mpi.worker import OF_NETWORKS, dmrgx_of, problem

from mbltn.comm import Serial
from mbltn.operators import to_dense

TABLE = ("energies", "variances", "overlaps", *OF_NETWORKS)
FAILED = 5


@pytest.fixture(scope="module")
def serial():
    return dmrgx_of(Serial())


def test_each_rank_holds_its_share(job):
    for rank, result in enumerate(job.results):
        found = result["dmrgx"]
        assert found["ranks"].tolist() == [i % job.ranks for i in range(9)]
        assert found["own"] == [i for i in range(rank, 9, job.ranks) if i != FAILED]


def test_the_table_is_that_of_one_rank(job, serial):
    for result in job.results:
        found = result["dmrgx"]
        for name in TABLE:
            np.testing.assert_allclose(found[name], serial[name], rtol=0, atol=1e-12, err_msg=name)
            np.testing.assert_array_equal(found[name], job.results[0]["dmrgx"][name])
        for name in ("outcomes", "reasons"):
            assert found[name] == serial[name]
        for name in ("same_as", "distinct"):
            np.testing.assert_array_equal(found[name], serial[name])


def test_an_error_on_one_rank_stops_nobody(job):
    for result in job.results:
        found = result["dmrgx"]
        assert [i for i, word in enumerate(found["outcomes"]) if word != "converged"] == [FAILED]
        assert found["reasons"][FAILED] == "LinAlgError: SVD did not converge"
        assert found["refusal"] == f"start {FAILED} led to no state: {found['reasons'][FAILED]}"
        assert np.isnan(found["entropy_cuts"][FAILED]).all()


def test_copies_are_found_across_ranks(job):
    """Starts 2 and 3 never share a rank of several."""
    model, sample = problem()
    levels, vectors = np.linalg.eigh(to_dense(model.operator(sample)))
    for result in job.results:
        found = result["dmrgx"]
        good = np.delete(np.arange(9), FAILED)
        nearest = np.array([np.argmin(abs(levels - e)) for e in found["energies"][good]])
        np.testing.assert_allclose(found["energies"][good], levels[nearest], rtol=0, atol=1e-12)
        first = good[[nearest.tolist().index(level) for level in nearest]]
        np.testing.assert_array_equal(found["same_as"][good], first)
        assert found["same_as"][3] == 2
        assert found["distinct"].sum() == 7
        assert abs(vectors[:, nearest[3]] @ found["third"]) > 1 - 1e-12


def test_their_dense_vectors_are_eigenvectors(job):
    model, sample = problem()
    h = to_dense(model.operator(sample))
    for result in job.results:
        found = result["dmrgx"]
        vectors, energies = found["vectors"], found["pair_energies"]
        assert vectors.shape == (len(h), 7)
        assert (np.diff(energies) > 0).all()
        assert abs(h @ vectors - energies * vectors).max() < 1e-9
        assert found["orthonormality"] < 1e-8
