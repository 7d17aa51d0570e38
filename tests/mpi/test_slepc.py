"""SLEPc over several ranks against numpy on the oracle's matrix; every rank hears the same."""

from pathlib import Path

import numpy as np
import pytest
from conftest import needs_slepc
from mpi.slepc_worker import N_SPINS, ON_LEVEL, WINDOW, sample, scenarios
from mpirun import needs_mpi, on_ranks
from oracle import Z, central_grain, on_spin, real

pytestmark = [needs_mpi, needs_slepc]

WORKER = Path(__file__).with_name("slepc_worker.py")
FOUND = ["middle", "lu", "out of core", "blr", "window", "on a level", "workspace", "multiplets"]
INCOMPLETE = ["restarts", "time"]
REFUSED = {
    "empty": ("InvalidInput", "no level lies in"),
    "memory": ("SolverFailure", "GB memory_limit allows"),
    "mumps": ("SolverFailure", "(INFOG(1)=-19"),
    "ncv": ("InvalidInput", "ncv=5"),
}


@pytest.fixture(scope="module")
def exact():
    """Matrix, energies."""
    drawn = sample()
    h = central_grain(drawn.grain, drawn.fields, drawn.couplings, "pm", 1)
    return h, np.linalg.eigvalsh(h)


@pytest.fixture(scope="module", params=[1, 2, 3])
def ranks(request, exact, tmp_path_factory):
    """What each rank got."""
    level = repr(float(exact[1][ON_LEVEL]))
    return on_ranks(request.param, WORKER, tmp_path_factory.mktemp("slepc"), level)


def nearest(levels, centre, k):
    return np.sort(levels[np.argsort(abs(levels - centre), kind="stable")[:k]])


def wanted(name, h, levels):
    """Levels that the scenario asks for, all levels, matrix."""
    if name == "window":
        inside = (levels >= WINDOW[0]) & (levels <= WINDOW[1])
        return levels[inside], levels, h
    if name == "on a level":
        return nearest(levels, levels[ON_LEVEL], 15), levels, h
    if name == "multiplets":
        h = sum(real(on_spin(Z, spin, N_SPINS)) for spin in range(1, N_SPINS + 1))
        levels = np.sort(np.diag(h))
        return nearest(levels, 0.9, 6), levels, h
    return nearest(levels, np.trace(h) / len(h), 15), levels, h


@pytest.mark.parametrize("name", FOUND)
def test_pairs_are_those_of_numpy(ranks, exact, name):
    energies, _, h = wanted(name, *exact)
    for rank in ranks:
        found = rank[name]
        np.testing.assert_allclose(found["energies"], energies, rtol=0, atol=1e-11)
        vectors = found["vectors"]
        own = np.linalg.norm(h @ vectors - vectors * found["energies"], axis=0)
        np.testing.assert_allclose(found["residuals"], own, rtol=0, atol=1e-12)
        assert own.max() < 1e-9
        assert abs(vectors.T @ vectors - np.eye(len(energies))).max() < 1e-10


@pytest.mark.parametrize("name", FOUND)
def test_counts_are_those_of_numpy(ranks, exact, name):
    _, levels, _ = wanted(name, *exact)
    for rank in ranks:
        found = rank[name]
        if name == "blr":
            assert (found["complete"], found["certificate"]) == ("unknown", None)
            continue
        assert found["complete"] == "certified"
        seen = found["certificate"]
        assert seen.counted == np.count_nonzero((levels > seen.low) & (levels < seen.high))


def test_what_happened_on_the_way_is_told(ranks, exact):
    for rank in ranks:
        assert rank["on a level"]["stats"]["shift"] != exact[1][ON_LEVEL]
        assert rank["multiplets"]["stats"]["repairs"] >= 1
        assert rank["workspace"]["stats"]["workspace"] == 100
        assert rank["middle"]["stats"]["ranks"] == len(ranks)


@pytest.mark.parametrize("name", INCOMPLETE)
def test_incomplete_results_are_levels(ranks, exact, name):
    _, levels, _ = wanted(name, *exact)
    for rank in ranks:
        found = rank[name]
        count = len(found["energies"])
        assert 0 < count < 15
        assert found["complete"] == f"missing {15 - count}"
        assert f"{count} of 15 levels" in found["reason"]
        assert abs(found["energies"][:, None] - levels).min(axis=1).max() < 1e-11


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_reach_every_rank(ranks, name):
    kind, words = REFUSED[name]
    for rank in ranks:
        assert rank[name]["error"] == kind
        assert words in rank[name]["text"]
        assert rank[name]["text"] == ranks[0][name]["text"]
        assert rank[name]["everywhere"]


def test_ranks_agree_to_the_last_bit(ranks):
    assert set(FOUND) | set(INCOMPLETE) | set(REFUSED) == set(scenarios(0.0))
    for rank in ranks[1:]:
        assert rank["memory_estimate"] == ranks[0]["memory_estimate"]
        for name in FOUND + INCOMPLETE:
            for key in ("energies", "residuals", "vectors"):
                np.testing.assert_array_equal(rank[name][key], ranks[0][name][key])
            for key in ("complete", "reason", "certificate", "stats"):
                assert rank[name][key] == ranks[0][name][key]


def test_the_estimate_adds_up_over_ranks(ranks):
    """Fifteen pairs and four more: 38 Krylov vectors and two copies of nineteen, D = 512."""
    need = ranks[0]["memory_estimate"]
    assert need.vectors == 8 * 512 * (38 + 2 * 19)
    assert need.busiest == pytest.approx(need.total)
    assert need.fits
