"""Schmidt spectra, mutual information and negativity: exact limits, einsum, and quimb's own."""

import math

import numpy as np
import pytest
import quimb
from hypothesis import given, settings, strategies as st

import mbltn as mb
from mbltn import observables as ob
from mbltn.models import CentralGrain
from mbltn.observables.measure import check_measurable
from mbltn.operators import HilbertSpace

BELL = np.array([1, 0, 0, 1]) / np.sqrt(2)
GHZ = np.array([1, 0, 0, 0, 0, 0, 0, 1]) / np.sqrt(2)
LOG2 = np.log(2)
LETTERS = "abcdefgh"


def random_state(rng, dims, real=False):
    state = rng.standard_normal(math.prod(dims)) + (0 if real else 1j) * rng.standard_normal(
        math.prod(dims)
    )
    return state / np.linalg.norm(state)


def density(vector, dims, sites):
    """tr_rest |psi><psi| by einsum, the first of the sites the most significant."""
    ket = LETTERS[: len(dims)]
    bra = "".join(letter.upper() if n in sites else letter for n, letter in enumerate(ket))
    out = "".join(ket[n] for n in sites)
    rho = np.einsum(
        f"{ket},{bra}->{out}{out.upper()}", *[x.reshape(dims) for x in (vector, vector.conj())]
    )
    d = math.prod(dims[n] for n in sites)
    return rho.reshape(d, d)


def von_neumann(rho):
    p = np.linalg.eigvalsh(rho)
    p = p[p > 1e-300]
    return -(p * np.log(p)).sum()


def mutual(vector, dims, a, b):
    s_a, s_b, s_ab = (von_neumann(density(vector, dims, sites)) for sites in (a, b, a + b))
    return s_a + s_b - s_ab


def negativity(vector, dims, a, b):
    """Log of the sum of |eigenvalues| of the partial transpose."""
    d_a, d_b = (math.prod(dims[n] for n in sites) for sites in (a, b))
    rho = density(vector, dims, a + b).reshape(d_a, d_b, d_a, d_b)
    transposed = np.einsum("aibj->ajbi", rho).reshape(d_a * d_b, d_a * d_b)
    return np.log(abs(np.linalg.eigvalsh(transposed)).sum())


# Blocks out of order, grains larger and smaller than the rest, and blocks that are all sites.
CASES = [
    ((3, 2, 2, 2), [0], [2]),
    ((3, 2, 2, 2), [3], [0]),
    ((2, 3, 2, 2), [3, 0], [1]),
    ((16, 2, 2), [0], [2]),
    ((2, 2, 16), [1], [2]),
    ((3, 2, 2), [2, 0], [1]),
    ((2, 3, 2, 2, 2), [4, 1], [0, 3]),
]


@pytest.mark.parametrize("real", [True, False])
@pytest.mark.parametrize(("dims", "a", "b"), CASES)
def test_two_blocks_are_those_of_explicit_density_matrices(rng, dims, a, b, real):
    vector = random_state(rng, dims, real)
    expected = mutual(vector, dims, a, b), negativity(vector, dims, a, b)
    assert min(expected) > 1e-3
    assert ob.mutual_information(vector, dims, a, b) == pytest.approx(expected[0], abs=1e-12)
    assert ob.log_negativity(vector, dims, a, b) == pytest.approx(expected[1], abs=1e-12)
    d_a, d_b = (math.prod(dims[n] for n in sites) for sites in (a, b))
    (rho,) = ob.block_states(vector[:, None], dims, a + b)
    np.testing.assert_allclose(rho, density(vector, dims, a + b), atol=1e-14)
    assert ob.mutual_information_of(rho, d_a, d_b) == pytest.approx(expected[0], abs=1e-12)
    assert ob.log_negativity_of(rho, d_a, d_b) == pytest.approx(expected[1], abs=1e-12)


@pytest.mark.parametrize(("dims", "a", "b"), CASES)
def test_two_blocks_are_quimbs(rng, dims, a, b):
    """quimb counts in bits; it takes blocks in the order of the sites."""
    vector = random_state(rng, dims)
    given = vector[:, None], list(dims), sorted(a), sorted(b)
    bits = quimb.mutinf_subsys(*given), quimb.logneg_subsys(*given)
    assert ob.mutual_information(vector, dims, a, b) == pytest.approx(bits[0] * LOG2, abs=1e-12)
    assert ob.log_negativity(vector, dims, a, b) == pytest.approx(bits[1] * LOG2, abs=1e-12)


def test_bell_ghz_and_product_states():
    assert ob.mutual_information(BELL, [2, 2], 0, 1) == pytest.approx(2 * LOG2, abs=1e-14)
    assert ob.log_negativity(BELL, [2, 2], 0, 1) == pytest.approx(LOG2, abs=1e-14)
    # Two spins of a GHZ state are correlated as a classical bit and not entangled.
    assert ob.mutual_information(GHZ, [2, 2, 2], 2, 0) == pytest.approx(LOG2, abs=1e-14)
    assert ob.log_negativity(GHZ, [2, 2, 2], 2, 0) == pytest.approx(0.0, abs=1e-14)
    assert ob.log_negativity(GHZ, [2, 2, 2], [2, 0], 1) == pytest.approx(LOG2, abs=1e-14)
    np.testing.assert_allclose(ob.schmidt_weights(GHZ, [2, 2, 2], [0, 2]), [0.5, 0.5], atol=1e-15)
    apart = np.kron(BELL, BELL)
    assert ob.mutual_information(apart, [2] * 4, [0, 1], [2, 3]) == pytest.approx(0.0, abs=1e-14)
    assert ob.log_negativity(apart, [2] * 4, [0, 2], [1, 3]) == pytest.approx(2 * LOG2, abs=1e-14)
    assert ob.log_negativity(apart, [2] * 4, [0, 3], [1]) == pytest.approx(LOG2, abs=1e-14)
    product = np.kron([0.6, 0.8], [0.0, 1.0])
    weights = ob.schmidt_weights(product, [2, 2], 1)
    np.testing.assert_allclose(weights, [1.0, 0.0], atol=1e-15)
    assert ob.schmidt_gap(weights) == pytest.approx(1.0, abs=1e-15)
    assert ob.entanglement_gap(np.array([1.0, 0.0])) == math.inf


def test_w_state():
    """Two spins of (|100> + |010> + |001>)/sqrt3: p = 2/3, 1/3 and 1/3, 0, 1/3, 1/3 in T_B."""
    w = np.zeros(8)
    w[[1, 2, 4]] = 1 / np.sqrt(3)
    one = np.log(3) - 2 / 3 * np.log(2)
    assert ob.mutual_information(w, [2, 2, 2], 0, 1) == pytest.approx(one, abs=1e-14)
    # Partial transpose: 1/3, 1/3 and (1 +- sqrt5)/6.
    expected = np.log((2 + np.sqrt(5)) / 3)
    assert ob.log_negativity(w, [2, 2, 2], 0, 1) == pytest.approx(expected, abs=1e-14)


def test_schmidt_weights_of_a_known_state(rng):
    """Weights down to 1e-30 between random orthonormal states, sites out of order."""
    p = np.array([0.9, 0.1 - 1e-10, 1e-10, 1e-30])
    left = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    right = np.linalg.qr(rng.standard_normal((6, 6)))[0][:, :4]
    matrix = (left * np.sqrt(p)) @ right.T
    # A = sites (0, 2), B = sites (1, 3)
    vector = matrix.reshape(2, 2, 3, 2).transpose(0, 2, 1, 3).ravel()
    for sites in ([0, 2], [3, 1]):
        found = ob.schmidt_weights(vector, [2, 3, 2, 2], sites)
        np.testing.assert_allclose(found[:3], p[:3], rtol=1e-5)
        assert found[3] < 1e-29
    assert ob.schmidt_gap(found) == pytest.approx(0.8 + 1e-10, abs=1e-14)
    assert ob.entanglement_gap(found) == pytest.approx(np.log(0.9 / p[1]), abs=1e-13)
    assert ob.entropy(vector, [2, 3, 2, 2], [0, 2]) == pytest.approx(
        -(p * np.log(p)).sum(), abs=1e-13
    )


def test_schmidt_gap_is_quimbs(rng):
    vector = random_state(rng, (3, 2, 4))
    for sites in ([0], [1], [0, 2]):
        found = ob.schmidt_gap(ob.schmidt_weights(vector, (3, 2, 4), sites))
        expected = quimb.schmidt_gap(vector[:, None], [3, 2, 4], sites)
        assert found == pytest.approx(expected, abs=1e-12)


def test_renyi_entropies_of_a_flat_and_a_known_spectrum():
    for order in (0, 0.5, 1, 2, 7.5, math.inf):
        assert ob.renyi_entropy(np.full(5, 0.2), order) == pytest.approx(np.log(5), abs=1e-14)
        assert ob.renyi_entropy(np.array([1.0, 0.0]), order) == 0
    p = np.array([0.5, 0.25, 0.25, 0.0])
    expected = {0: np.log(3), 0.5: 2 * np.log(np.sqrt(0.5) + 1), 1: 1.5 * LOG2}
    expected |= {2: np.log(8 / 3), 3: -np.log(5 / 32) / 2, math.inf: LOG2}
    for order, value in expected.items():
        assert ob.renyi_entropy(p, order) == pytest.approx(value, abs=1e-14)
    assert ob.renyi_entropy(p, 1 + 1e-7) == pytest.approx(1.5 * LOG2, abs=1e-6)


def test_purity_of_random_states(rng):
    """<sum p^2> = (d_A + d_B)/(D + 1), for real states (d_A + d_B + 1)/(D + 2)."""
    for real, mean in ((False, 7 / 13), (True, 8 / 14)):
        states = [random_state(rng, (3, 4), real) for _ in range(2000)]
        purities = [np.exp(-ob.renyi_entropy(ob.schmidt_weights(s, [3, 4], 1))) for s in states]
        error = np.std(purities) / np.sqrt(len(states))
        assert abs(np.mean(purities) - mean) < 4 * error < 0.02 * mean


def test_mutual_information_of_random_states_is_pages(rng):
    dims = (4, 2, 4)
    states = [random_state(rng, dims) for _ in range(1500)]
    found = [ob.mutual_information(state, dims, 0, 1) for state in states]
    error = np.std(found) / np.sqrt(len(found))
    mean = ob.page_mutual_information(4, 2, 4)
    assert abs(np.mean(found) - mean) < 4 * error < 0.03 * mean


@st.composite
def three_blocks(draw):
    """A state of 3 to 5 sites, real or complex, each site in A, B or C."""
    dims = draw(st.lists(st.integers(1, 4), min_size=3, max_size=5))
    side = draw(st.lists(st.sampled_from("ABC"), min_size=len(dims), max_size=len(dims)))
    side[0], side[1] = "A", "B"
    order = draw(st.permutations(range(len(dims))))
    blocks = [[order[n] for n, letter in enumerate(side) if letter == name] for name in "ABC"]
    seed, real = draw(st.integers(0, 2**32 - 1)), draw(st.booleans())
    return random_state(np.random.default_rng(seed), dims, real), dims, *blocks


@given(three_blocks())
@settings(max_examples=150, derandomize=True)
def test_inequalities(case):
    vector, dims, a, b, c = case
    s_a, s_b, s_ab = (ob.entropy(vector, dims, sites) for sites in (a, b, a + b))
    assert s_ab == pytest.approx(ob.entropy(vector, dims, c), abs=1e-12)
    assert abs(s_a - s_b) - 1e-12 <= s_ab <= s_a + s_b + 1e-12
    information = ob.mutual_information(vector, dims, a, b)
    assert information <= 2 * min(s_a, s_b) + 1e-12
    found = ob.log_negativity(vector, dims, a, b)
    assert found == pytest.approx(ob.log_negativity(vector, dims, b, a), abs=1e-12)
    weights = ob.schmidt_weights(vector, dims, a)
    half = ob.renyi_entropy(weights, 0.5)
    assert found <= half + 1e-12  # what B and C together have
    if not c:
        assert found == pytest.approx(negativity(vector, dims, a, b), abs=1e-7)
        assert information == pytest.approx(2 * s_a, abs=1e-12)
    np.testing.assert_array_equal(weights, np.sort(weights)[::-1])
    assert ob.renyi_entropy(weights, 1) == pytest.approx(s_a, abs=1e-12)
    falling = [ob.renyi_entropy(weights, q) for q in (0, 0.5, 1, 2, math.inf)]
    assert np.diff(falling).max() < 1e-12


@given(three_blocks(), st.integers(0, 2**32 - 1))
@settings(max_examples=30, derandomize=True)
def test_nothing_changes_under_local_unitaries(case, seed):
    vector, dims, a, b, _ = case
    rng = np.random.default_rng(seed)
    turned = vector.reshape(dims).astype(complex)
    for site, d in enumerate(dims):
        unitary = np.linalg.qr(rng.standard_normal((d, d)) + 1j * rng.standard_normal((d, d)))[0]
        turned = np.moveaxis(np.tensordot(unitary, turned, axes=(1, site)), 0, site)
    for quantity in (ob.mutual_information, ob.log_negativity):
        before, after = (quantity(v, dims, a, b) for v in (vector, turned.ravel()))
        assert after == pytest.approx(before, abs=1e-12)


NAMES = ["schmidt_gap_cuts", "mutual_information_lbits", "negativity_lbits"]


@pytest.mark.parametrize(("n_grain", "n_lbits"), [(1, 5), (2, 4), (3, 2), (2, 1)])
def test_measured_eigenstates(n_grain, n_lbits):
    """By density matrices of rows (small grain), by whole states (large one), of two sites."""
    model = CentralGrain(n_grain, n_lbits, alpha=0.9, first_coupling=1.0)
    pairs = mb.eigenpairs(model.operator(model.draw(3, 0)), mb.Target.middle(4))
    found = mb.measure(pairs, NAMES, model)
    dims = model.space().dims
    for k, v in enumerate(pairs.vectors.T):
        for n in range(1, n_lbits + 1):
            p = np.linalg.eigvalsh(density(v, dims, list(range(n))))
            expected = [p[-1] - p[-2], mutual(v, dims, [0], [n]), negativity(v, dims, [0], [n])]
            measured = [found[name][k, n - 1] for name in NAMES]
            np.testing.assert_allclose(measured, expected, atol=1e-12)
    assert all(found[name].max() > 0.05 for name in NAMES)


def test_a_decoupled_lbit_shares_nothing():
    model = CentralGrain(2, 4, alpha=0.6)
    sample = model.sample(couplings=[0.4, 0.2, 0.3, 0.0], seed=2)
    pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(6))
    found = mb.measure(pairs, NAMES)
    for name in NAMES[1:]:
        np.testing.assert_allclose(found[name][:, 3], 0.0, atol=1e-12)
    np.testing.assert_allclose(found["schmidt_gap_cuts"][:, 3], 1.0, atol=1e-12)


def test_a_bath_behind_the_lbit():
    """SpinOnBath has its l-bit first; the two are all there is."""
    model = mb.models.SpinOnBath(n_bath=20, gamma=0.2, splitting=0.5)
    pairs = mb.eigenpairs(model.operator(model.draw(1, 0)), mb.Target.middle(5))
    found = mb.measure(pairs, [*NAMES, "entropy_lbits"], model)
    np.testing.assert_allclose(
        found["mutual_information_lbits"], 2 * found["entropy_lbits"], atol=1e-12
    )


def test_a_grain_without_lbits_has_no_component():
    model = CentralGrain(3, 0, alpha=0.5)
    pairs = mb.eigenpairs(model.operator(model.draw(1, 0)), mb.Target.middle(3))
    for values in mb.measure(pairs, NAMES, model).values():
        assert values.shape == (3, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ob.mutual_information(GHZ, [2, 2, 2], [0, 1], 1), "none in common"),
        (lambda: ob.log_negativity(GHZ, [2, 2, 2], [], 1), "must have sites"),
        (lambda: ob.log_negativity(2 * GHZ, [2, 2, 2], 0, 1), "norm 2"),
        (lambda: ob.schmidt_weights(GHZ, [2, 2, 3], 0), "do not fit"),
        (lambda: ob.schmidt_weights(GHZ, [2, 2, 2], 3), "sites=\\[3\\]"),
        (lambda: ob.renyi_entropy(np.array([0.5, 0.4])), "sum 0.9"),
        (lambda: ob.renyi_entropy(np.array([0.5, 0.5]), -1), "order=-1"),
        (lambda: ob.log_negativity_of(np.eye(4) / 4, 2, 3), "not that of 2 x 3"),
        (lambda: ob.mutual_information_of(np.eye(4), 2, 2), "trace 4"),
        (lambda: ob.block_states(GHZ[:, None], [2, 2, 2], [0, 0]), "different numbers"),
        (lambda: ob.block_states(GHZ[:, None], [2, 2], [0]), "do not fit"),
    ],
)
def test_impossible_questions(call, message):
    with pytest.raises(mb.errors.InvalidInput, match=message):
        call()


def test_what_would_not_fit_is_refused_before_the_work():
    """Partial transpose of 2^8 x 2^7 levels; grains of 14 spins with as many l-bits."""
    state = np.zeros(2**17)
    state[0] = 1
    with pytest.raises(mb.errors.InvalidInput, match="32768 x 32768"):
        ob.log_negativity(state, [2**8, 2**7, 4], 0, 1)
    space = HilbertSpace((2**14, *(2,) * 15), tuple(range(1, 16)))
    with pytest.raises(mb.errors.InvalidInput, match=r"'negativity_lbits' needs .* 32768 x 32768"):
        check_measurable(["negativity_lbits"], space, None, n_states=1)
    check_measurable(["entropy_cuts"], space, None, n_states=1)
    # A grain so large is no obstacle beside few l-bits.
    few = HilbertSpace((2**16, 2, 2), (1, 2))
    check_measurable(["negativity_lbits"], few, None, n_states=1)
    state = np.zeros((2**16, 2, 2))
    state[0, 0, 0] = state[5, 1, 1] = np.sqrt(0.5)
    assert ob.log_negativity(state.ravel(), few.dims, 0, [1, 2]) == pytest.approx(LOG2, abs=1e-14)
    assert ob.log_negativity(state.ravel(), few.dims, 0, 2) == pytest.approx(0.0, abs=1e-14)
