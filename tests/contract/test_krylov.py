"""Block Lanczos against numpy on dense matrices: random, degenerate, invariant subspaces."""

import numpy as np
import pytest

from mbltn.errors import InvalidInput
from mbltn.solvers.krylov import (
    basis_bytes,
    block_lanczos,
    largest,
    largest_magnitude,
    orthonormalised,
    rayleigh_ritz,
)


def symmetric(rng, n):
    a = rng.standard_normal((n, n))
    return a + a.T


def with_levels(rng, levels):
    q, _ = np.linalg.qr(rng.standard_normal((len(levels), len(levels))))
    return (q * np.asarray(levels)) @ q.T


def check(a, pairs, k, select=largest_magnitude, tol=1e-9):
    exact = np.linalg.eigvalsh(a)
    np.testing.assert_allclose(pairs.values, exact[select(exact)][:k], rtol=0, atol=1e-11)
    assert pairs.converged
    true = np.linalg.norm(a @ pairs.vectors - pairs.vectors * pairs.values, axis=0)
    assert true.max() < 2 * tol
    assert (true <= pairs.residuals + 1e-11).all()
    assert abs(pairs.vectors.T @ pairs.vectors - np.eye(k)).max() < 1e-12


@pytest.mark.parametrize("block", [1, 3, 8, 32])
@pytest.mark.parametrize(("k", "max_vectors"), [(10, 120), (100, 300), (20, 140)])
@pytest.mark.parametrize("select", [largest_magnitude, largest])
def test_random_matrix(rng, block, k, max_vectors, select):
    a = symmetric(rng, 300)
    start = rng.standard_normal((300, block))
    pairs = block_lanczos(
        lambda x: a @ x, start, k, max_vectors=max_vectors, tol=1e-9, select=select
    )
    check(a, pairs, k, select)


def test_applies_are_counted_and_restarts_keep_the_basis_small(rng):
    a = symmetric(rng, 300)
    columns = []

    def apply(x):
        columns.append(x.shape[1])
        return a @ x

    pairs = block_lanczos(apply, rng.standard_normal((300, 8)), 10, max_vectors=60, tol=1e-9)
    check(a, pairs, 10)
    assert sum(columns) == pairs.applies
    assert pairs.restarts > 0
    assert pairs.vectors.base.nbytes == 300 * 60 * 8 < basis_bytes(300, 60, 8)


@pytest.mark.parametrize("block", [1, 4, 8])
def test_exact_doublets_are_found_twice(rng, block):
    a = np.kron(symmetric(rng, 100), np.eye(2))
    pairs = block_lanczos(
        lambda x: a @ x, rng.standard_normal((200, block)), 20, max_vectors=100, tol=1e-9
    )
    check(a, pairs, 20)


@pytest.mark.parametrize("max_vectors", [256, 140])
def test_four_levels_of_64_states_each(rng, max_vectors):
    """Every block but the first few leaves the Krylov space where it was."""
    a = with_levels(rng, np.repeat([3.0, 2.0, 1.0, 0.0], 64))
    start = rng.standard_normal((256, 8))
    pairs = block_lanczos(lambda x: a @ x, start, 100, max_vectors=max_vectors, tol=1e-9)
    check(a, pairs, 100)


@pytest.mark.parametrize("start", ["equal", "zero", "eigenvectors"])
def test_start_blocks_without_rank(rng, start):
    a = symmetric(rng, 150)
    _, vectors = np.linalg.eigh(a)
    blocks = {
        "equal": np.ones((150, 4)),
        "zero": np.zeros((150, 4)),
        "eigenvectors": vectors[:, 70:74],
    }
    pairs = block_lanczos(lambda x: a @ x, blocks[start], 5, max_vectors=60, tol=1e-9)
    check(a, pairs, 5)


@pytest.mark.parametrize(("n", "block", "k"), [(1, 1, 1), (1, 4, 1), (5, 8, 3), (40, 8, 40)])
def test_all_of_a_small_space(rng, n, block, k):
    a = symmetric(rng, n)
    start = rng.standard_normal((n, block))
    check(a, block_lanczos(lambda x: a @ x, start, k, max_vectors=n, tol=1e-12), k)


def test_zero_and_identity(rng):
    for a in (np.zeros((50, 50)), np.eye(50)):
        start = rng.standard_normal((50, 4))
        check(a, block_lanczos(lambda x, a=a: a @ x, start, 7, max_vectors=30, tol=1e-9), 7)


def test_a_wanted_set_given_by_its_values(rng):
    a = symmetric(rng, 200)
    exact = np.linalg.eigvalsh(a)
    edge = 0.5 * (exact[-14] + exact[-13])
    pairs = block_lanczos(
        lambda x: a @ x,
        rng.standard_normal((200, 4)),
        lambda values: int((values > edge).sum()) + 1,
        max_vectors=150,
        tol=1e-9,
        select=largest,
    )
    check(a, pairs, 14, largest)


def test_more_pairs_than_wanted_come_with_honest_residuals(rng):
    a = symmetric(rng, 300)
    start = rng.standard_normal((300, 4))
    pairs = block_lanczos(
        lambda x: a @ x, start, 5, max_vectors=100, tol=1e-9, returned=30, select=largest
    )
    assert len(pairs.values) == pairs.vectors.shape[1] == 30
    true = np.linalg.norm(a @ pairs.vectors - pairs.vectors * pairs.values, axis=0)
    np.testing.assert_allclose(pairs.residuals, true, atol=1e-11)
    assert pairs.residuals[:5].max() < 1e-9 < pairs.residuals[-1]


@pytest.mark.parametrize("stop", ["go_on", "max_applies"])
def test_ended_early_it_says_so(rng, stop):
    a = symmetric(rng, 300)
    options = {
        "go_on": {"go_on": lambda converged, applies: applies < 60},
        "max_applies": {"max_applies": 60},
    }
    start = rng.standard_normal((300, 4))
    pairs = block_lanczos(lambda x: a @ x, start, 20, max_vectors=120, tol=1e-9, **options[stop])
    assert not pairs.converged
    assert pairs.applies == 60
    assert pairs.residuals.max() > 1e-9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"wanted": 10, "max_vectors": 20}, "give at least 26"),
        ({"wanted": 0, "max_vectors": 30}, "wanted=0"),
        ({"wanted": 101, "max_vectors": 200}, "wanted=101"),
        ({"wanted": 2, "max_vectors": 90, "block": 33}, "1 to 32"),
    ],
)
def test_refused(rng, arguments, message):
    start = rng.standard_normal((100, arguments.pop("block", 8)))
    with pytest.raises(InvalidInput, match=message):
        block_lanczos(lambda x: x, start, tol=1e-9, **arguments)


@pytest.mark.parametrize("condition", [1.0, 1e4, 1e8, 1e12])
def test_orthonormalised(rng, condition):
    u, _ = np.linalg.qr(rng.standard_normal((500, 8)))
    v, _ = np.linalg.qr(rng.standard_normal((8, 8)))
    block = (u * np.geomspace(1, 1 / condition, 8)) @ v
    q, r = orthonormalised(block)
    assert q.shape == (500, 8)
    assert abs(q.T @ q - np.eye(8)).max() < 1e-13
    np.testing.assert_allclose(q @ r, block, rtol=0, atol=1e-14)


def test_orthonormalised_block_of_lower_rank(rng):
    block = rng.standard_normal((500, 3)) @ rng.standard_normal((3, 8))
    q, r = orthonormalised(block)
    assert q.shape == (500, 3)
    assert abs(q.T @ q - np.eye(3)).max() < 1e-13
    np.testing.assert_allclose(q @ r, block, rtol=0, atol=1e-13)
    assert orthonormalised(np.zeros((5, 2)))[0].shape == (5, 0)


def test_rayleigh_ritz_is_eigh_of_the_projection(rng):
    a = symmetric(rng, 100)
    q, _ = np.linalg.qr(rng.standard_normal((100, 40)))
    values, rotation = rayleigh_ritz(lambda x: a @ x, q, columns_at_once=7)
    np.testing.assert_allclose(values, np.linalg.eigvalsh(q.T @ a @ q), atol=1e-12)
    ritz = q @ rotation
    np.testing.assert_allclose(ritz.T @ a @ ritz, np.diag(values), atol=1e-12)
