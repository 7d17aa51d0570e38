"""Dynamical moments on 1 to 4 ranks against sums over the whole spectrum."""

import numpy as np
from mpi.worker import K, problem
from numpy.polynomial.chebyshev import chebvander

from mbltn.operators import to_dense


def test_moments_and_lines_of_distributed_states(job):
    model, sample = problem()
    levels, vectors = np.linalg.eigh(to_dense(model.operator(sample)))
    near = np.sort(np.argsort(abs(levels - levels.mean()), kind="stable")[:K])
    sigma_x, sigma_z, rows = np.array([[0, 1], [1, 0]]), np.diag([1, -1]), len(levels)
    matrices = (np.kron(sigma_x, np.eye(rows // 2)), np.kron(np.eye(rows // 2), sigma_z))
    for result in job.results:
        for matrix, found in zip(matrices, result["dynamical"].values(), strict=True):
            elements = vectors.T @ matrix @ vectors[:, near]
            expectation = elements[near, np.arange(K)].copy()
            elements[near, np.arange(K)] = 0.0
            x = (levels - found["scale"].centre) / found["scale"].half
            exact = chebvander(x, len(found["moments"]) - 1).T @ elements**2
            np.testing.assert_allclose(found["moments"], exact, rtol=0, atol=1e-11)
            np.testing.assert_allclose(found["expectation"], expectation, rtol=0, atol=1e-12)
            w = levels - levels[near[3]]
            for p in range(12):
                scale = (abs(w) ** p) @ elements[:, 3] ** 2
                line = found["w"] ** p @ found["weights"]
                assert abs(line - w**p @ elements[:, 3] ** 2) < 1e-11 * scale


def test_every_rank_has_the_same(job):
    first = job.results[0]["dynamical"]
    for result in job.results:
        for pauli, found in result["dynamical"].items():
            for name in ("moments", "expectation", "w", "weights"):
                np.testing.assert_array_equal(found[name], first[pauli][name])
