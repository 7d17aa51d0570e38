"""Fig 3 of paper D from DMRG-X: against all eigenstates, against the mean field, and its counts."""

from dataclasses import replace

import numpy as np
import pytest

from mbltn.models import CentralGrain
from mbltn.operators import to_dense
from mbltn.solvers import DmrgX, Target, product_states
from mbltn.theory import central_grain, resonance
from mbltn.validation.failed_avalanches import exact_chains
from mbltn.validation.failed_avalanches.exact_chains import (
    CONVERGED,
    LIMITED,
    PANELS,
    THEORY,
    Chains,
    chains_table,
)
from mbltn.validation.failed_avalanches.unfitted_field import bare_couplings_of

NO_SHORT = Chains(short_alphas=(), theory_lbits=())


def rows(table, panel, curve):
    return table[(table["panel"] == PANELS[panel]) & (table["curve"] == curve)]


def entropies(vector, n_lbits):
    """Of every l-bit, in units of log 2."""
    found = []
    for n in range(n_lbits):
        parts = vector.reshape(-1, 2, 2 ** (n_lbits - 1 - n)).swapaxes(0, 1).reshape(2, -1)
        weights = np.linalg.svd(parts, compute_uv=False) ** 2
        found.append(-sum(p * np.log2(p) for p in weights if p > 0))
    return np.array(found)


def test_means_are_those_of_the_same_exact_eigenstates():
    """8 l-bits: LAPACK's eigenvector of largest overlap with each start, each one once."""
    n_lbits, alpha = 8, 0.4
    options = DmrgX(variance_tol=1e-18)
    chains = replace(
        NO_SHORT, alphas=(alpha,), realizations=2, states=4, n_lbits=n_lbits, options=options
    )
    table = chains_table(chains)
    assert (table["starts"].dropna() == 8).all() and (table["converged"].dropna() == 8).all()
    means = []
    for realization in range(2):
        model = CentralGrain(n_grain=3, n_lbits=n_lbits, alpha=alpha)
        sample = model.draw(50, realization)
        op = model.operator(sample)
        vectors = np.linalg.eigh(to_dense(op))[1].reshape(8, 2**n_lbits, -1)
        grain = np.linalg.eigh(sample.grain)[1]
        found = set()
        for start in product_states(op, Target.energy(0.0, 4), seed=realization):
            bits = int("".join(map(str, start.levels[1:])), 2)
            found.add(int(np.argmax(abs(grain[:, start.levels[0]] @ vectors[:, bits]))))
        states = [entropies(vectors[..., i].ravel(), n_lbits) for i in found]
        means.append(np.mean(states, axis=0))
    along = rows(table, 0, "alpha = 0.4")
    np.testing.assert_allclose(along["value"], np.mean(means, axis=0), rtol=0, atol=1e-7)
    half = abs(means[0] - means[1]) / 2  # standard deviation over sqrt 2 of two values
    np.testing.assert_allclose(along["error"], half, rtol=0, atol=1e-7)
    size = rows(table, 1, "8 l-bits")
    assert size["value"].item() == pytest.approx(np.sum(means) / 2, abs=1e-6)
    assert size["error"].item() == pytest.approx(abs(np.sum(means[0] - means[1])) / 2, abs=1e-6)
    assert size["distance"].item() == pytest.approx(np.sqrt(0.5) - 0.4)


def test_weak_coupling_agrees_with_the_mean_field():
    """Nothing fitted. The first l-bit is left out: some levels of the grain have no partner."""
    options = DmrgX(variance_tol=1e-10)
    chains = replace(NO_SHORT, alphas=(0.3,), realizations=20, states=4, n_lbits=8, options=options)
    table = chains_table(chains)
    exact, theory = rows(table, 0, "alpha = 0.3"), rows(table, 0, "alpha = 0.3" + THEORY)
    difference = (exact["value"].to_numpy() - theory["value"].to_numpy())[1:4]
    error = exact["error"].to_numpy()[1:4]
    assert error[0] < 0.06 and theory["value"].to_numpy()[1] > 0.3
    assert (abs(difference) < 3 * error).all()
    assert exact["value"].to_numpy()[0] < theory["value"].to_numpy()[0] - 0.05


def test_states_that_the_bond_dimension_limits_are_counted_and_kept():
    """Their entropies are those of more bonds: 24 are not enough for any, 64 for all of them."""
    chains = replace(NO_SHORT, alphas=(0.5,), realizations=2, states=3, n_lbits=9)
    tables, ticks = {}, []
    for bond in (24, 64):
        options = DmrgX(max_bond=bond, variance_tol=1e-10)
        given = replace(chains, options=options)
        tables[bond] = chains_table(given, tick=lambda *t: ticks.append(t))
    assert ticks[-1] == (2, 2)
    limited, converged = (rows(table, 1, "9 l-bits") for table in tables.values())
    assert limited["starts"].item() == 6 and limited["limited"].item() >= 4
    assert converged["converged"].item() == 6 and converged["limited"].item() == 0
    assert limited["value"].item() == pytest.approx(converged["value"].item(), abs=1e-3)
    alone = rows(tables[64], 1, "9 l-bits" + CONVERGED)
    assert alone["value"].item() == converged["value"].item()
    share = rows(tables[24], 2, LIMITED)["value"].item()
    assert share == limited["limited"].item() / 6


def test_means_over_realizations_with_copies_and_failures():
    """By hand: copies count once, a realization without converged states has no mean of them."""
    first = exact_chains.Followed(
        np.array([[1.0, 0.2], [0.6, 0.0], [0.6, 0.0]]),
        ("converged", LIMITED, LIMITED),
        np.array([True, True, False]),
        np.array([True, False, False]),
    )
    second = exact_chains.Followed(
        np.array([[0.4, 0.1], [np.nan, np.nan], [0.2, 0.3]]),
        (LIMITED, "failed", "sweep limit reached"),
        np.array([True, False, True]),
        np.array([False, False, False]),
    )
    made = exact_chains.rows_of(0.5, [first, second])
    found = {}
    for row in made:
        found.setdefault((row["panel"], row["curve"]), []).append(row)
    along = found[PANELS[0], "alpha = 0.5"]
    assert [row["value"] for row in along] == pytest.approx([(0.8 + 0.3) / 2, (0.1 + 0.2) / 2])
    assert [row["error"] for row in along] == pytest.approx([0.25, 0.05])
    alone = found[PANELS[1], "2 l-bits" + CONVERGED]
    assert alone[0]["value"] == pytest.approx(1.2) and np.isnan(alone[0]["error"])
    shares = {name: row[0]["value"] for (panel, name), row in found.items() if panel == PANELS[2]}
    names = ("converged", LIMITED, "others", "copies or failures")
    assert [shares[name] * 6 for name in names] == pytest.approx([1, 3, 2, 2])


def test_sizes_of_short_chains_and_of_the_mean_field():
    """The eigenstates nearest to energy 0, by LAPACK; T10 iterated by hand."""
    chains = Chains(
        alphas=(), short_alphas=(0.6,), short_lbits=4, short_realizations=3, short_states=6,
        theory_lbits=(4,),
    )  # fmt: skip
    table = chains_table(chains)
    sizes = []
    for realization in range(3):
        model = CentralGrain(n_grain=3, n_lbits=4, alpha=0.6)
        levels, vectors = np.linalg.eigh(to_dense(model.operator(model.draw(50, realization))))
        chosen = np.argsort(abs(levels))[:6]
        sizes.append(np.mean([entropies(vectors[:, i], 4).sum() for i in chosen]))
    short = rows(table, 1, "4 l-bits")
    assert short["value"].item() == pytest.approx(np.mean(sizes), abs=1e-7)
    assert short["error"].item() == pytest.approx(np.std(sizes, ddof=1) / np.sqrt(3), abs=1e-7)
    theory = rows(table, 1, "4 l-bits, mean field")
    bare = bare_couplings_of(CentralGrain(n_grain=3, n_lbits=1, alpha=0.5))[0]
    for distance, value in theory[["distance", "value"]].iloc[::15].to_numpy():
        start = g = bare * (central_grain.CRITICAL_ALPHA - distance) ** np.arange(4)
        for _ in range(500):
            gains = np.asarray(resonance.eta(g))
            g = start * np.exp((gains.sum() - gains) / 2)
        assert value == pytest.approx(np.sum(resonance.mean_entropy(g)) / np.log(2), rel=1e-8)
