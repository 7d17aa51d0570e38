"""Entanglement of matrix product states: the functions of dense vectors, and explicit einsum."""

import math

import numpy as np
import pytest
import quimb.tensor as qtn

from mbltn import observables as ob
from mbltn.errors import InvalidInput
from mbltn.observables import mps_blocks, mps_runs

DIMS = (6, 2, 3, 2, 2, 2, 2)


def network(seed, bond, dims=DIMS, real=False):
    """A random state, and its vector."""
    rng = np.random.default_rng(seed)
    bonds = [1, *[bond] * (len(dims) - 1), 1]
    shapes = [(a, b, d) for a, b, d in zip(bonds[:-1], bonds[1:], dims, strict=True)]
    arrays = [rng.standard_normal(s) + (0 if real else 1j) * rng.standard_normal(s) for s in shapes]
    arrays = [arrays[0][0], *arrays[1:-1], arrays[-1][:, 0]]
    mps = qtn.MatrixProductState(arrays, shape="lrp")
    mps /= mps.norm()
    return mps, mps.to_dense().ravel()


# Ends, middle, blocks with holes, all sites, and runs with more levels than their bonds need.
BLOCKS = [[0], [6], [3], [0, 1], [4, 5, 6], [2, 3], [1, 2, 3, 4, 5], [0, 3], [1, 5], [0, 2, 4, 6]]


@pytest.mark.parametrize("bond", [2, 5])
@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_entropies_of_any_block(bond, block):
    mps, vector = network(1, bond)
    wanted = ob.entropy(vector, DIMS, block)
    assert wanted > 0.05
    assert ob.mps_entropy(mps, block) == pytest.approx(wanted, abs=1e-12)
    rest = [site for site in range(len(DIMS)) if site not in block]
    assert ob.mps_entropy(mps, rest) == pytest.approx(wanted, abs=1e-12)


def test_entropy_of_nothing_and_of_all():
    mps, _ = network(1, 2)
    assert ob.mps_entropy(mps, []) == ob.mps_entropy(mps, range(7)) == 0.0
    assert ob.mps_entropy(mps, 3) == ob.mps_entropy(mps, [3])


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize("block", [[2], [0, 4], [4, 0], [5, 1, 3], [3, 2], []], ids=str)
def test_density_matrices_have_the_order_of_the_sites(real, block):
    mps, vector = network(2, 4, real=real)
    before = vector.copy()
    found = ob.mps_block_state(mps, block)
    ket = [*block, *(site for site in range(7) if site not in block)]
    matrix = vector.reshape(DIMS).transpose(ket)
    matrix = matrix.reshape(math.prod(DIMS[site] for site in block), -1)
    np.testing.assert_allclose(found, matrix @ matrix.conj().T, rtol=0, atol=1e-13)
    np.testing.assert_array_equal(mps.to_dense().ravel(), before)


PAIRS = [([0], [3]), ([3], [0]), ([5], [2]), ([0, 1], [4, 6]), ([1, 4], [2]), ([6], [0, 3])]
WHOLE = [([0, 1], [2, 3, 4, 5, 6]), ([3, 4, 5, 6], [0, 1, 2]), ([0, 2, 3, 5], [1, 4, 6])]


@pytest.mark.parametrize("bond", [2, 4])
@pytest.mark.parametrize(("a", "b"), [*PAIRS, *WHOLE], ids=str)
def test_mutual_information_and_negativity_of_two_blocks(bond, a, b):
    mps, vector = network(3, bond)
    wanted = ob.mutual_information(vector, DIMS, a, b), ob.log_negativity(vector, DIMS, a, b)
    assert wanted[0] > 1e-3
    assert ob.mps_mutual_information(mps, a, b) == pytest.approx(wanted[0], abs=1e-12)
    assert ob.mps_log_negativity(mps, a, b) == pytest.approx(wanted[1], abs=1e-11)
    assert ob.mps_log_negativity(mps, b, a) == pytest.approx(wanted[1], abs=1e-11)


@pytest.mark.parametrize(
    ("block", "sites"),
    [([0], range(1, 7)), ([1, 3], [4, 6]), ([3, 1], [5]), ([4], [0, 6, 1]), ([2], [])],
    ids=str,
)
def test_a_block_with_each_site(block, sites):
    mps, vector = network(4, 4)
    found = list(ob.mps_states_with_each(mps, block, sites))
    assert len(found) == len(sites)
    for density, site in zip(found, sites, strict=True):
        (wanted,) = ob.block_states(vector[:, None], DIMS, [*block, site])
        np.testing.assert_allclose(density, wanted, rtol=0, atol=1e-13)


def test_gaps_and_entropies_of_cuts_and_sites():
    mps, vector = network(5, 3)
    cuts = range(1, 7)
    weights = [ob.schmidt_weights(vector, DIMS, range(cut)) for cut in cuts]
    gaps = [w[0] - w[1] for w in weights]
    np.testing.assert_allclose(ob.mps_schmidt_gaps(mps), gaps, rtol=0, atol=1e-12)
    sites = [6, 1, 4]
    wanted = [ob.entropy(vector, DIMS, site) for site in sites]
    np.testing.assert_allclose(ob.mps_lbit_entropies(mps, sites), wanted, rtol=0, atol=1e-12)


def test_sixty_sites():
    """More tensors between two sites than numpy has axes. Two entangled pairs."""
    p = 0.3
    rotation = np.eye(4)
    rotation[np.ix_([0, 3], [0, 3])] = [
        [math.sqrt(1 - p), -math.sqrt(p)],
        [math.sqrt(p), math.sqrt(1 - p)],
    ]
    mps = qtn.MPS_computational_state("0" * 60)
    for pair in ((5, 50), (11, 20)):
        mps = mps.gate(rotation, pair, contract="swap+split")
    entropy = -p * math.log(p) - (1 - p) * math.log(1 - p)
    negativity = 2 * math.log(math.sqrt(p) + math.sqrt(1 - p))
    assert ob.mps_entropy(mps, [5]) == pytest.approx(entropy, abs=1e-12)
    assert ob.mps_entropy(mps, [5, 11]) == pytest.approx(2 * entropy, abs=1e-12)
    assert ob.mps_entropy(mps, range(6, 49)) == pytest.approx(0.0, abs=1e-12)
    assert ob.mps_entropy(mps, range(3, 30)) == pytest.approx(entropy, abs=1e-12)
    assert ob.mps_mutual_information(mps, 5, 50) == pytest.approx(2 * entropy, abs=1e-12)
    assert ob.mps_mutual_information(mps, 5, 20) == pytest.approx(0.0, abs=1e-12)
    assert ob.mps_log_negativity(mps, [50, 20], [5, 11]) == pytest.approx(2 * negativity, abs=1e-12)


def test_tensors_in_another_order():
    """Gates leave tensors in an order of their own."""
    mps = qtn.MPS_computational_state("000000")
    mps = mps.gate_nonlocal(np.linalg.qr(np.arange(16.0).reshape(4, 4) ** 2 % 7)[0], (1, 4))
    wanted = ob.entropy(mps.to_dense().ravel(), [2] * 6, 1)
    assert wanted > 0.05
    assert ob.mps_entropy(mps, 1) == pytest.approx(wanted, abs=1e-12)


def test_what_cannot_be_measured_is_refused(monkeypatch):
    mps, _ = network(6, 3)
    with pytest.raises(InvalidInput, match="must be different numbers"):
        ob.mps_block_state(mps, [1, 1])
    with pytest.raises(InvalidInput, match="must be different numbers"):
        ob.mps_entropy(mps, [7])
    for a, b in (([0], [0, 1]), ([], [1])):
        with pytest.raises(InvalidInput, match="none in common"):
            ob.mps_mutual_information(mps, a, b)
    with pytest.raises(InvalidInput, match="none of sites"):
        list(ob.mps_states_with_each(mps, [1], [1, 2]))
    with pytest.raises(InvalidInput, match="has norm 2; normalise it"):
        ob.mps_block_state(2 * mps, [3])
    with pytest.raises(InvalidInput, match="has norm 2; normalise it"):
        ob.mps_entropy(2 * mps, [2, 4])
    monkeypatch.setattr(mps_runs, "available_bytes", lambda: 100)
    with pytest.raises(InvalidInput, match="levels before its last sites needs"):
        ob.mps_block_state(mps, [1, 3])
    with pytest.raises(InvalidInput, match="levels before its last sites needs"):
        list(ob.mps_states_with_each(mps, [1], [3, 4]))
    monkeypatch.undo()
    monkeypatch.setattr(mps_blocks, "require_fit", _refuse)
    with pytest.raises(InvalidInput, match="4 states"):
        ob.mps_entropy(mps, [3, 5])


def _refuse(d):
    raise InvalidInput(f"{d} states")
