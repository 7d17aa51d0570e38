"""Matrix product operators against the oracle, operator Schmidt ranks and closed forms."""

import sys

import numpy as np
import pytest
import quimb.tensor as qtn
import scipy.sparse as sp
from hypothesis import given, settings, strategies as st
from mpirun import run
from oracle import central_grain, grain_chain, quantum_sun

from mbltn.errors import InvalidInput
from mbltn.models import (
    CentralGrain,
    ContinuumGrid,
    DotOnBath,
    GrainChain,
    QuantumDot,
    QuantumSun,
    SpinOnBath,
    SquareLattice,
)
from mbltn.operators import (
    SIGMA_MINUS,
    SIGMA_PLUS,
    SIGMA_X,
    SIGMA_Z,
    HilbertSpace,
    Operator,
    Term,
    to_dense,
    to_mpo,
)

EPS = np.finfo(float).eps


def drawn(model):
    sample = model.draw(seed=5, realization=2)
    return model.operator(sample), sample


def star(kind, spin, n_grain=2, n_lbits=4):
    op, s = drawn(CentralGrain(n_grain, n_lbits, alpha=0.6, coupling=kind, coupled_spin=spin))
    return op, central_grain(s.grain, s.fields, s.couplings, kind, spin)


def sun():
    op, s = drawn(QuantumSun(3, 4, alpha=0.8))
    return op, quantum_sun(s.grain, s.fields, s.couplings, s.coupled_spins)


def chain():
    op, s = drawn(GrainChain(3, 4, exchange=0.3))
    return op, grain_chain(s.grain, s.fields, s.couplings)


STARS = {
    "xx": lambda: star("xx", 1),
    "pm": lambda: star("pm", 2),
    "xxyy": lambda: star("xxyy", 1),
    "one grain spin": lambda: star("pm", 1, n_grain=1),
    "one l-bit": lambda: star("xx", 1, n_lbits=1),
    "sun": sun,
    "chain": chain,
}


def schmidt_ranks(matrix, dims):
    """Ranks of H between the first sites and the others, couplings of order one."""
    ranks = []
    for cut in range(1, len(dims)):
        a, b = int(np.prod(dims[:cut])), int(np.prod(dims[cut:]))
        split = matrix.reshape(a, b, a, b).transpose(0, 2, 1, 3).reshape(a * a, b * b)
        s = np.linalg.svd(split, compute_uv=False)
        ranks.append(int((s > 1e-12 * s[0]).sum()))
    return ranks


def rms(matrix):
    return np.linalg.norm(matrix) / np.sqrt(len(matrix))


@pytest.mark.parametrize("name", STARS)
def test_models_are_the_oracle_with_the_smallest_bonds(name):
    op, oracle = STARS[name]()
    mpo = to_mpo(op)
    np.testing.assert_allclose(mpo.to_dense(), oracle, rtol=0, atol=2e-14)
    assert mpo.bond_sizes() == schmidt_ranks(oracle, op.space.dims)


SITES = {
    "square lattice": (SquareLattice(radius=2, W=10.0), 0),
    "continuum": (ContinuumGrid((12,), dx=0.5, w=1.0), 0),
    "dot": (QuantumDot(4, lam=0.1), 0),
    "spin on bath": (SpinOnBath(n_bath=9, gamma=0.03, splitting=0.1), 3),
    "dot on bath": (DotOnBath(n_levels=4, lam=0.1, n_bath=5, gamma=0.2, bandwidth=1.0), 3),
}


@pytest.mark.parametrize("name", SITES)
def test_one_and_two_large_sites(name):
    """Sparse matrices, one site, and H_dot + H_bath + gamma O X: rank 3."""
    model, bonds = SITES[name]
    op, _ = drawn(model)
    mpo = to_mpo(op)
    np.testing.assert_allclose(mpo.to_dense(), to_dense(op), rtol=1e-14, atol=1e-14)
    assert mpo.bond_sizes() == ([bonds] if bonds else [])
    assert tuple(mpo.phys_dim(k) for k in range(mpo.L)) == op.space.dims


# One-site matrices, some of them equal up to a factor, some sparse, some not symmetric.
def site_matrices(d):
    rng = np.random.default_rng(d)
    full, some = rng.standard_normal((d, d)), np.diag(np.arange(1.0, d), 1)
    return [np.eye(d), full, -3.0 * full, some, sp.csr_array(some), some.T, 0.1 * np.eye(d)]


@st.composite
def operators(draw):
    """Operator, the oracle's matrix and sum of |terms| by kron, and the sum of their norms."""
    dims = tuple(draw(st.lists(st.integers(2, 4), min_size=1, max_size=5)))
    matrices = [site_matrices(d) for d in dims]
    terms = []
    for _ in range(draw(st.integers(0, 12))):
        sites = draw(st.lists(st.integers(0, len(dims) - 1), max_size=3, unique=True))
        sign, power = draw(st.sampled_from([-1.0, 1.0])), draw(st.floats(-30, 0))
        factors = [(site, draw(st.sampled_from(matrices[site]))) for site in sites]
        terms.append(Term(sign * 10.0**power, factors))
    total = np.zeros((int(np.prod(dims)),) * 2)
    sizes, norms = total.copy(), 0.0
    for term in terms:
        product = np.ones((1, 1))
        for site, d in enumerate(dims):
            given_here = dict(term.factors).get(site, np.eye(d))
            dense = given_here.toarray() if sp.issparse(given_here) else given_here
            product = np.kron(product, dense)
        total += term.coefficient * product
        sizes += abs(term.coefficient * product)
        norms += rms(term.coefficient * product)
    return Operator(HilbertSpace(dims), tuple(terms)), total, sizes, norms


@settings(max_examples=150, derandomize=True)
@given(operators())
def test_every_entry_is_right_to_its_own_terms(case):
    """Terms over 30 decades: no entry is off by more than rounding of what adds up to it."""
    op, oracle, sizes, _ = case
    mpo = to_mpo(op)
    error = abs(mpo.to_dense() - oracle)
    assert (error <= (len(op.space.dims) + 2) * 10 * EPS * sizes).all()
    assert max([1, *mpo.bond_sizes()]) <= max(1, len(op.terms))


@settings(max_examples=60, derandomize=True)
@given(operators(), st.floats(-17, 0))
def test_compressed_error_is_below_its_bound(case, power):
    op, oracle, sizes, norms = case
    tolerance = 10.0**power * rms(oracle)
    mpo, bound = to_mpo(op, compress=tolerance)
    # The oracle adds terms one by one: its own rounding is on the right, too.
    assert rms(mpo.to_dense() - oracle) <= bound + 4 * EPS * rms(sizes)
    assert bound <= tolerance + 50 * EPS * norms


def test_compression_finds_relations_between_terms_and_states_what_it_cuts():
    """1/(1 + |i - j|)^3 between all spins: an error of 0.01 needs few states, none the rank."""
    n = 8
    space = HilbertSpace((2,) * n)
    pairs = [(i, j) for j in range(n) for i in range(j)]
    terms = [Term(1.0 / (1 + j - i) ** 3, ((i, SIGMA_X), (j, SIGMA_X))) for i, j in pairs]
    op = Operator(space, (*terms, *(Term(1.0, ((i, SIGMA_Z),)) for i in range(n))))
    oracle = to_dense(op)
    exact, loose = to_mpo(op, compress=0.0), to_mpo(op, compress=1e-2)
    assert exact.mpo.bond_sizes() == schmidt_ranks(oracle, space.dims)
    assert exact.error < 1e-13 * rms(oracle)
    assert loose.mpo.max_bond() < exact.mpo.max_bond()
    lost = rms(loose.mpo.to_dense() - oracle)
    # The errors of the cuts are orthogonal: the bound is the error itself.
    assert loose.error == pytest.approx(lost, rel=1e-9, abs=0)
    assert 1e-4 < lost <= 1e-2


def test_exponential_and_uniform_couplings_need_one_state():
    """sum_{i<j} a^(j-i) X_i X_j + sum_i Z_i: 3 for any a, as the textbook's automaton."""
    n = 12
    for a in (1.0, 0.7, 1e-3):
        terms = [Term(1.0, ((i, SIGMA_Z),)) for i in range(n)]
        for j in range(n):
            terms += [Term(a ** (j - i), ((i, SIGMA_X), (j, SIGMA_X))) for i in range(j)]
        mpo = to_mpo(Operator(HilbertSpace((2,) * n), tuple(terms)))
        assert mpo.bond_sizes() == [3] * (n - 1)
        flipped = element(mpo, [UP] * n, [DOWN, *[UP] * (n - 2), DOWN])
        assert flipped == pytest.approx(a ** (n - 1), rel=1e-12, abs=0)


def test_disordered_couplings_between_all_need_no_more_than_the_smaller_side():
    """J_ij X_i X_j, J random: rank 2 + min(sites left, sites right) of the couplings."""
    n, rng = 8, np.random.default_rng(3)
    terms = [Term(1.0, ((i, SIGMA_Z),)) for i in range(n)]
    for j in range(n):
        terms += [Term(rng.standard_normal(), ((i, SIGMA_X), (j, SIGMA_X))) for i in range(j)]
    mpo = to_mpo(Operator(HilbertSpace((2,) * n), tuple(terms)))
    assert mpo.bond_sizes() == [2 + min(cut, n - cut) for cut in range(1, n)]


def test_couplings_that_differ_in_the_thirteenth_digit_stay_different():
    n, rng = 6, np.random.default_rng(9)
    couplings = 1.0 + 1e-12 * rng.uniform(-1, 1, (n, n))
    pairs = [(i, j) for j in range(n) for i in range(j)]
    terms = [Term(couplings[i, j], ((i, SIGMA_X), (j, SIGMA_X))) for i, j in pairs]
    mpo = to_mpo(Operator(HilbertSpace((2,) * n), tuple(terms)))
    for i, j in pairs:
        bra = [DOWN if k in (i, j) else UP for k in range(n)]
        assert element(mpo, bra, [UP] * n) == pytest.approx(couplings[i, j], rel=1e-14, abs=0)


UP, DOWN = np.array([1.0, 0.0]), np.array([0.0, 1.0])


def element(mpo, bra, ket):
    """<bra|H|ket> of product states by quimb."""
    bra, ket = qtn.MPS_product_state(bra), qtn.MPS_product_state(ket)
    return float(qtn.expec_TN_1D(bra.H, mpo, ket))


@pytest.mark.parametrize(("kind", "bond"), [("xx", 3), ("pm", 4), ("xxyy", 4)])
@pytest.mark.parametrize("alpha", [0.2, 0.75, 1.0])
def test_fifty_lbits(kind, bond, alpha):
    """Energies of product states, and every coupling down to 1e-35 by itself."""
    model = CentralGrain(3, 50, alpha=alpha, coupling=kind, coupled_spin=2)
    op, sample = drawn(model)
    mpo = to_mpo(op)
    assert mpo.bond_sizes() == [bond] * 50
    rng = np.random.default_rng(11)
    grain = rng.standard_normal(8)
    grain /= np.linalg.norm(grain)
    angles = rng.uniform(0, 2 * np.pi, 50)
    lbits = [np.array([np.cos(t / 2), np.sin(t / 2)]) for t in angles]
    x, z = np.sin(angles), np.cos(angles)
    # <sigma^y> = 0 in real states, so that xxyy is xx here, and pm half of it.
    contact = grain @ np.kron(np.kron(np.eye(2), SIGMA_X), np.eye(2)) @ grain
    exact = grain @ sample.grain @ grain + sample.fields @ z
    exact += (0.5 if kind == "pm" else 1.0) * contact * (sample.couplings @ x)
    assert element(mpo, [grain, *lbits], [grain, *lbits]) == pytest.approx(exact, rel=1e-12, abs=0)
    # |0 0 0> to |0 1 0> of the grain while one l-bit goes from 1 to 0.
    for n, coupling in enumerate(sample.couplings):
        ket = [np.eye(8)[0], *[UP] * n, DOWN, *[UP] * (49 - n)]
        bra = [np.eye(8)[2], *[UP] * 50]
        expected = {"xx": 1.0, "pm": 1.0, "xxyy": 2.0}[kind] * coupling
        assert element(mpo, bra, ket) == pytest.approx(expected, rel=1e-12, abs=0)
    if alpha == 0.2:
        assert sample.couplings[-1] < 1e-34


def test_bonds_do_not_depend_on_where_the_grain_is_or_on_the_order_of_terms():
    rng = np.random.default_rng(2)
    n, dims = 9, (2, 2, 2, 2, 4, 2, 2, 2, 2)
    grain, contact = np.diag(rng.standard_normal(4)), rng.standard_normal((4, 4))
    terms = [Term(1.0, ((4, grain),))]
    for i in (0, 1, 2, 3, 5, 6, 7, 8):
        terms.append(Term(rng.standard_normal(), ((i, SIGMA_Z),)))
        terms.append(Term(10.0 ** (-4 * i), ((i, SIGMA_X), (4, contact))))
    for order in (np.arange(len(terms)), rng.permutation(len(terms))):
        mpo = to_mpo(Operator(HilbertSpace(dims), tuple(terms[k] for k in order)))
        assert mpo.bond_sizes() == [3] * (n - 1)


def test_rows_are_the_upper_indices():
    """The operator of apply is H and not its transpose."""
    rng = np.random.default_rng(4)
    op = Operator(HilbertSpace((3, 2)), (Term(1.0, ((0, np.triu(np.ones((3, 3)), 1)),)),))
    op = op + Operator(op.space, (Term(0.5, ((1, SIGMA_PLUS),)),))
    states = [rng.standard_normal(3), rng.standard_normal(2)]
    applied = to_mpo(op).apply(qtn.MPS_product_state(states)).to_dense().ravel()
    by_hand = np.kron(np.kron(np.triu(np.ones((3, 3)), 1), np.eye(2)) @ np.eye(6), [[1.0]])
    by_hand += 0.5 * np.kron(np.eye(3), [[0.0, 1.0], [0.0, 0.0]])
    np.testing.assert_allclose(applied, by_hand @ np.kron(*states), atol=1e-14)


def test_terms_that_cancel_and_operators_of_nothing():
    space = HilbertSpace((2, 3, 2))
    tiny = Term(1e-30, ((0, SIGMA_X), (2, SIGMA_MINUS)))
    large = [Term(sign, ((0, -2.0 * SIGMA_X), (2, SIGMA_MINUS))) for sign in (1.0, -1.0)]
    expected = 1e-30 * np.kron(np.kron(SIGMA_X, np.eye(3)), SIGMA_MINUS)
    one = to_mpo(Operator(space, (large[0], tiny, large[1])))
    np.testing.assert_allclose(one.to_dense(), expected, rtol=1e-15, atol=0)
    assert one.bond_sizes() == [1, 1]
    for terms in ((), large, [Term(0.0, ((1, np.eye(3)),))], [Term(1.0, ((0, np.zeros((2, 2))),))]):
        nothing = Operator(space, tuple(terms))
        assert not to_mpo(nothing).to_dense().any()
        assert to_mpo(nothing, compress=1.0).error == 0.0
    constant = to_mpo(Operator(space, (Term(2.5, ()), Term(-1.0, ((1, np.eye(3)),)))))
    np.testing.assert_array_equal(constant.to_dense(), 1.5 * np.eye(12))


def test_refusals():
    op, _ = STARS["xx"]()
    for compress in (-1.0, np.nan, np.inf):
        with pytest.raises(InvalidInput, match="compress="):
            to_mpo(op, compress=compress)
    huge = HilbertSpace((10**6, 2))
    wide = Operator(huge, (Term(1.0, ((0, sp.eye_array(10**6, format="csr")), (1, SIGMA_X))),))
    with pytest.raises(InvalidInput, match="to_linear_operator"):
        to_mpo(wide)


def test_without_quimb_it_says_how_to_get_it():
    code = (
        "import sys; sys.modules['quimb'] = None\n"
        "from mbltn.operators import *\n"
        "from mbltn.errors import MissingLibrary\n"
        "op = Operator(HilbertSpace((2,)), (Term(1.0, ((0, SIGMA_X),)),))\n"
        "try:\n    to_mpo(op)\nexcept MissingLibrary as error:\n    print(error)\n"
    )
    job = run([sys.executable, "-c", code])
    assert "pip install quimb" in job.stdout, job.stderr
