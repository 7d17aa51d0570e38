"""Distributed eigenpairs and what is measured on them, against numpy on the oracle's matrix."""

import numpy as np
import pytest
from conftest import needs_slepc
from mpi.worker import OBSERVABLES, K, problem
from study.exact import hamiltonian, observables, selected

pytestmark = pytest.mark.parametrize(
    "solver",
    [
        *("auto", "dense", "reduced", "shift_invert", "windowed", "filtered"),
        pytest.param("slepc", marks=needs_slepc),
    ],
)


@pytest.fixture(scope="module")
def exact():
    """Matrix, energies, states and their observables."""
    _, sample = problem()
    h = hamiltonian({f"sample/{name}": values for name, values in sample.items()})
    energies, vectors = selected(h, K)
    return h, energies, vectors, observables(energies, vectors, n_lbits=4)


def test_energies_and_residuals_on_every_rank(job, solver, exact):
    h, energies, _, _ = exact
    for result in job.results:
        pairs = result["pairs"][solver]
        np.testing.assert_allclose(pairs["energies"], energies, rtol=0, atol=1e-10)
        own = np.linalg.norm(h @ pairs["vectors"] - pairs["vectors"] * pairs["energies"], axis=0)
        assert own.max() < 1e-9
        np.testing.assert_allclose(pairs["residuals"], own, rtol=0, atol=1e-12)


def test_vectors_are_dealt_by_rows_and_span_the_same_space(job, solver, exact):
    _, _, states, _ = exact
    assert sum(result["pairs"][solver]["local_shape"][0] for result in job.results) == len(states)
    for result in job.results:
        pairs = result["pairs"][solver]
        overlap = np.linalg.svd(states.T @ pairs["vectors"], compute_uv=False)
        assert overlap.min() > 1 - 1e-9
        gram = pairs["vectors"].T @ pairs["vectors"]
        assert pairs["orthonormality"] == pytest.approx(abs(gram - np.eye(K)).max(), abs=1e-14)


@pytest.mark.parametrize("name", OBSERVABLES)
def test_observables_on_every_rank(job, solver, exact, name):
    for result in job.results:
        measured = result["pairs"][solver][name]
        np.testing.assert_allclose(measured, exact[3][name], rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", ["energies", "residuals", *OBSERVABLES])
def test_ranks_agree_to_the_last_bit(job, solver, name):
    first = job.results[0]["pairs"][solver][name]
    for result in job.results[1:]:
        np.testing.assert_array_equal(result["pairs"][solver][name], first)


def test_an_empty_window_is_refused_on_all_ranks(job, solver):
    if solver == "shift_invert":
        pytest.skip("shift_invert takes no windows")
    for result in job.results:
        message, on_all = result["empty"][solver]
        assert message.startswith("no level lies in the window") and on_all
