"""The quantum dot against second quantisation on the whole Fock space."""

from itertools import combinations

import numpy as np
import pytest

import mbltn as mb
from mbltn.errors import InvalidInput
from mbltn.models import QuantumDot


def annihilators(n):
    """Jordan-Wigner matrices; level 0 is the lowest bit of the number of a basis state."""
    lower, sign, one = np.array([[0.0, 1.0], [0.0, 0.0]]), np.diag([1.0, -1.0]), np.eye(2)
    found = []
    for level in range(n):
        matrix = np.ones((1, 1))
        for site in range(n):
            factor = lower if site == level else (sign if site < level else one)
            matrix = np.kron(factor, matrix)  # later levels are more significant
        found.append(matrix)
    return found


@pytest.mark.parametrize(("n", "electrons"), [(4, 2), (5, 3), (6, 3), (5, 1), (4, 4)])
def test_the_sector_is_that_of_fock_space(n, electrons):
    dot = QuantumDot(n_levels=n, lam=0.7, n_electrons=electrons)
    sample = dot.draw(seed=3, realization=1)
    c = annihilators(n)
    pairs = list(combinations(range(n), 2))
    whole = sum(e * a.T @ a for e, a in zip(sample.levels, c, strict=True))
    removed = [c[second] @ c[first] for first, second in pairs]
    for i, a in enumerate(removed):
        for j, b in enumerate(removed):
            whole = whole + dot.lam / n * sample.interactions[i, j] * a.T @ b
    states = [s for s in range(2**n) if s.bit_count() == electrons]
    exact = whole[np.ix_(states, states)]
    found = mb.operators.to_dense(dot.operator(sample))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-13)
    occupied = [[(s >> a) & 1 for a in range(n)] for s in states]
    np.testing.assert_array_equal(dot.occupations(), occupied)


@pytest.mark.parametrize(("n", "electrons"), [(4, 2), (5, 3), (5, 1), (3, 3)])
def test_hopping_is_that_of_fock_space(n, electrons):
    c = annihilators(n)
    whole = sum(c[a].T @ c[b] for a in range(n) for b in range(n) if a != b)
    states = [s for s in range(2**n) if s.bit_count() == electrons]
    found = QuantumDot(n_levels=n, lam=0.0, n_electrons=electrons).hopping().toarray()
    np.testing.assert_array_equal(found, whole[np.ix_(states, states)])


def test_large_and_small_pieces_add_up_to_the_same(monkeypatch):
    dot = QuantumDot(n_levels=8, lam=0.3)
    sample = dot.draw(seed=1, realization=0)
    once = mb.operators.to_csr(dot.operator(sample))
    monkeypatch.setattr("mbltn.models.quantum_dot._AT_ONCE", 1000)
    pieces = mb.operators.to_csr(dot.operator(sample))
    assert abs(once - pieces).max() < 1e-14


def test_variances_of_the_disorder():
    dot = QuantumDot(n_levels=12, lam=0.1, spacing=2.0)
    sample = dot.draw(seed=5, realization=0)
    V = sample.interactions
    upper = V[np.triu_indices(len(V))]
    assert upper.var() == pytest.approx(1.0, abs=5 * np.sqrt(2 / len(upper)))
    assert abs(sample.levels / 2.0 - np.arange(12)).max() <= 0.5
    more = QuantumDot(n_levels=13, lam=0.1, spacing=2.0).draw(seed=5, realization=0)
    np.testing.assert_array_equal(more.levels[:12], sample.levels)


@pytest.mark.parametrize("solver", ["dense", "shift_invert", "auto"])
def test_mid_spectrum_states_of_a_sparse_site(solver):
    dot = QuantumDot(n_levels=10, lam=0.3)
    op = dot.operator(dot.draw(seed=2, realization=0))
    pairs = mb.eigenpairs(op, mb.Target.middle(10), solver)
    exact = np.linalg.eigvalsh(mb.operators.to_dense(op))
    nearest = np.sort(exact[np.argsort(abs(exact - op.mean_energy()))[:10]])
    np.testing.assert_allclose(pairs.energies, nearest, rtol=0, atol=1e-10)
    assert op.mean_energy() == pytest.approx(exact.mean())


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: QuantumDot(n_levels=4, lam=-1.0), "lam=-1.0 must be"),
        (lambda: QuantumDot(n_levels=4, lam=1.0, n_electrons=5), "n_electrons=5 do not fit"),
        (lambda: QuantumDot(n_levels=4, lam=1.0).sample(levels=[1.0]), "levels has shape"),
        (
            lambda: QuantumDot(n_levels=3, lam=1.0).sample(interactions=np.triu(np.ones((3, 3)))),
            "interactions is not symmetric",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
