"""Memory in time beside eigenstates and the mean field: cosines of all gaps, and statistics."""

import numpy as np
import pytest

from mbltn.models import CentralGrain
from mbltn.operators import to_dense
from mbltn.theory import resonance
from mbltn.validation.failed_avalanches.lbit_memory import (
    BELOW,
    BOUND,
    DEPARTURE,
    EIGENSTATES,
    LONG,
    PANELS,
    THEORY,
    Memory,
    memory_table,
)
from mbltn.validation.failed_avalanches.unfitted_field import mean_field_of

SMALL = Memory(
    n_lbits=4, realizations=4, vectors=8, n_times=25, window=(300.0, 3e3), n_window=40, shown=(1, 4)
)


@pytest.fixture(scope="module")
def table():
    return memory_table(SMALL)


@pytest.fixture(scope="module")
def exact():
    """Gaps and |<a|sigma^z_n|b>|^2/D of every realization."""
    found = []
    for realization in range(4):
        model = CentralGrain(n_grain=3, n_lbits=4, alpha=0.5)
        levels, vectors = np.linalg.eigh(to_dense(model.operator(model.draw(51, realization))))
        weights = []
        for n in range(4):
            sign = 1.0 - 2.0 * (np.arange(128) >> (3 - n) & 1)
            weights.append((vectors.T @ (sign[:, None] * vectors)) ** 2 / 128)
        found.append((levels[:, None] - levels, np.array(weights)))
    return found


def values(table, panel, curve):
    part = table[(table["panel"] == PANELS[panel]) & (table["curve"] == curve)]
    return part["value"].to_numpy(), part["error"].to_numpy()


def test_the_curve_is_the_sum_over_all_gaps(table, exact):
    """C_n(t) = sum_ab |<a|sigma^z|b>|^2 cos((E_a - E_b) t)/D; 32 vectors of variance < 1/129."""
    times = table["t"].dropna().unique()
    assert len(times) == 25
    for n in (1, 4):
        sums = np.mean(
            [[(w[n - 1] * np.cos(gaps * t)).sum() for t in times] for gaps, w in exact], axis=0
        )
        curve, _ = values(table, 0, f"n = {n}")
        assert abs(curve - sums).max() < 3.5 / np.sqrt(32 * 129)
    first, _ = values(table, 0, "n = 1")
    assert first[0] > 0.9 > 0.7 > first[-1]


def test_the_infinite_time_value_is_that_of_the_diagonal(table, exact):
    diagonal = [np.einsum("naa->n", w) for _, w in exact]
    found, error = values(table, 1, EIGENSTATES)
    np.testing.assert_allclose(found, np.mean(diagonal, axis=0), rtol=0, atol=1e-9)
    np.testing.assert_allclose(error, np.std(diagonal, axis=0, ddof=1) / 2, rtol=0, atol=1e-9)


def test_long_times_are_the_infinite_time_value_within_their_error(table):
    departure, error = values(table, 2, DEPARTURE)
    bound, _ = values(table, 2, BOUND)
    assert (bound > 0).all() and values(table, 2, BOUND + BELOW)[0] == pytest.approx(-bound)
    assert (error < 0.012).all() and (bound < 0.012).all()
    assert (abs(departure) < 3 * error + bound).all()
    late, _ = values(table, 1, LONG)
    assert np.allclose(late - values(table, 1, EIGENSTATES)[0], departure, rtol=0, atol=1e-12)


def test_the_mean_field_is_that_of_its_dressed_couplings(table):
    found, _ = values(table, 1, THEORY)
    bare = mean_field_of(CentralGrain(n_grain=3, n_lbits=4, alpha=0.5)).bare_couplings
    g = bare
    for _ in range(200):
        gains = np.asarray(resonance.eta(g))
        g = bare * np.exp((gains.sum() - gains) / 2)
    assert found == pytest.approx(np.asarray(resonance.mean_correlator(g)), rel=1e-8)
    # it forgets more than eigenstates do at the first l-bit, since it has partners for all levels
    assert found[0] < values(table, 1, EIGENSTATES)[0][0] - 0.1
