"""The filtered solver and its parts on 1 to 4 ranks, against numpy on dense matrices."""

from pathlib import Path

import numpy as np
import pytest
from mpi.filtered_worker import COEFFICIENTS, MODELS, TARGETS, operator, whole_block
from mpirun import needs_mpi, on_ranks
from numpy.polynomial.chebyshev import chebval

from mbltn.operators import to_dense

WORKER = Path(__file__).with_name("filtered_worker.py")


@pytest.fixture(scope="module", params=[pytest.param(n, marks=needs_mpi) for n in (1, 2, 3, 4)])
def results(request, tmp_path_factory):
    return on_ranks(request.param, WORKER, tmp_path_factory.mktemp("filtered"))


@pytest.fixture(scope="module")
def exact():
    """Matrices, levels and states; the matrices are judged in tests/contract."""
    return {name: (h, *np.linalg.eigh(h)) for name in MODELS for h in [to_dense(operator(name))]}


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_apply_series_and_moments(results, exact, name, share):
    """Whether the ranks read each other's vectors or send them."""
    h, levels, states = exact[name]
    x = whole_block(len(h))
    filtered = states @ (chebval((levels - 0.1) / 20.0, COEFFICIENTS)[:, None] * (states.T @ x))
    moments = [chebval((levels - 0.1) / 20.0, np.eye(9)[k]) @ (states.T @ x) ** 2 for k in range(9)]
    for result in results:
        parts = result["parts"][name, share]
        assert parts["back"]
        np.testing.assert_allclose(parts["apply"], h @ x, rtol=0, atol=1e-12)
        np.testing.assert_allclose(parts["series"], filtered, rtol=0, atol=1e-12)
        np.testing.assert_allclose(parts["moments"], moments, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", MODELS)
def test_random_vectors_do_not_depend_on_ranks(results, name):
    from mbltn.comm import Serial
    from mbltn.operators.distributed import Deal
    from mbltn.streams import Streams

    deal = Deal(MODELS[name].space(), Serial())
    alone = deal.to_public(deal.random(Streams(1, 0), "test", 0, 3))
    for result in results:
        np.testing.assert_array_equal(result["parts"][name, True]["random"], alone)


def wanted(levels, target, h):
    if target.interval is not None:
        return np.flatnonzero((levels >= target.interval[0]) & (levels <= target.interval[1]))
    sigma = np.trace(h) / len(h) if target.at is None else target.at
    return np.sort(np.argsort(abs(levels - sigma), kind="stable")[: target.k])


@pytest.mark.parametrize("target", TARGETS)
def test_pairs(results, exact, target):
    h, levels, states = exact["star"]
    chosen = wanted(levels, TARGETS[target], h)
    for result in results:
        pairs = result["pairs"][target]
        np.testing.assert_allclose(pairs["energies"], levels[chosen], rtol=0, atol=1e-10)
        own = np.linalg.norm(h @ pairs["vectors"] - pairs["vectors"] * pairs["energies"], axis=0)
        assert own.max() < 1e-9
        np.testing.assert_allclose(pairs["residuals"], own, rtol=0, atol=1e-12)
        overlap = np.linalg.svd(states[:, chosen].T @ pairs["vectors"], compute_uv=False)
        assert overlap.min() > 1 - 1e-9
        assert pairs["complete"] == "estimated"
        assert pairs["counted"] == len(chosen)


def test_another_model(results, exact):
    h, levels, _ = exact["sun"]
    for result in results:
        chosen = wanted(levels, TARGETS["middle"], h)
        np.testing.assert_allclose(result["sun"]["energies"], levels[chosen], rtol=0, atol=1e-10)


def test_every_rank_says_the_same_and_holds_its_rows(results):
    stops = [result["pairs"]["middle"]["rows"][1] for result in results]
    starts = [result["pairs"]["middle"]["rows"][0] for result in results]
    assert starts == [0, *stops[:-1]]
    assert stops[-1] == 512
    for result in results:
        pairs = result["pairs"]["middle"]
        assert pairs["shape"] == (pairs["rows"][1] - pairs["rows"][0], 20)
        for name in ("energies", "residuals"):
            np.testing.assert_array_equal(pairs[name], results[0]["pairs"]["middle"][name])


def test_lanczos_from_equal_columns(results, exact):
    _, levels, _ = exact["star"]
    outermost = levels[np.argsort(-abs(levels))][:6]
    for result in results:
        assert result["lanczos"]["converged"]
        np.testing.assert_allclose(result["lanczos"]["values"], outermost, rtol=0, atol=1e-10)


def test_refusals_reach_every_rank(results):
    for result in results:
        assert "not even one pair fits" in result["refusals"]["memory"]
        assert "block=7" in result["refusals"]["block"]
