"""Every model in every representation is the matrix that the oracle builds by kron."""

import numpy as np
import pytest
from conftest import needs_slepc
from oracle import central_grain, grain_chain, quantum_sun

import mbltn as mb
from mbltn.models import (
    CentralGrain,
    CosineGrain,
    GOEGrain,
    GrainChain,
    LocalChainGrain,
    QuantumSun,
)
from mbltn.operators import to_csr, to_dense, to_linear_operator, to_petsc


def _star(model):
    sample = model.draw(seed=3, realization=1)
    factor = 0.5 if model.field_half else 1.0
    oracle = central_grain(
        sample.grain, sample.fields, sample.couplings, model.coupling, model.coupled_spin, factor
    )
    return model.operator(sample), oracle


def _sun(model):
    sample = model.draw(seed=3, realization=1)
    oracle = quantum_sun(sample.grain, sample.fields, sample.couplings, sample.coupled_spins)
    return model.operator(sample), oracle


def _chain(model):
    sample = model.draw(seed=3, realization=1)
    return model.operator(sample), grain_chain(sample.grain, sample.fields, sample.couplings)


CASES = {
    "pm": lambda: _star(CentralGrain(3, 4, alpha=0.6)),
    "xxyy": lambda: _star(CentralGrain(2, 3, alpha=0.7, coupling="xxyy", coupled_spin=2)),
    "xx": lambda: _star(CentralGrain(2, 4, xi=2.0, coupling="xx", field_half=True)),
    "one grain spin": lambda: _star(CentralGrain(1, 5, alpha=0.75, coupling="xx")),
    "one l-bit": lambda: _star(CentralGrain(3, 1, alpha=0.5)),
    "stretch1d": lambda: _star(CentralGrain(2, 4, xi=0.6, geometry="stretch1d")),
    "layers2d": lambda: _star(CentralGrain(2, 4, xi=1.0, geometry="layers2d", coupled_spin=-1)),
    "symmetric": lambda: _star(CentralGrain(2, 3, geometry="symmetric")),
    "goe radius": lambda: _star(CentralGrain(3, 2, alpha=0.5, grain=GOEGrain(3.0, "radius"))),
    "cosine": lambda: _star(CentralGrain(3, 2, alpha=0.5, grain=CosineGrain(2.1, "bandwidth"))),
    "local chain": lambda: _star(CentralGrain(4, 2, alpha=0.5, grain=LocalChainGrain())),
    "paper E": lambda: _star(CentralGrain.from_paper("E", n_lbits=2)),
    "sun": lambda: _sun(QuantumSun(3, 4, alpha=0.8)),
    "no-liom chain": lambda: _chain(GrainChain(3, 4, exchange=0.3)),
}


@pytest.fixture(params=CASES, scope="module")
def case(request):
    return CASES[request.param]()


def test_dense_is_the_oracle(case):
    op, oracle = case
    np.testing.assert_allclose(to_dense(op), oracle, rtol=0, atol=1e-14)


def test_csr_rows_are_rows_of_the_oracle(case):
    op, oracle = case
    d = op.dimension
    for start, stop in ((0, d), (0, 1), (d - 1, d), (d // 3, d // 3), (d // 3, 2 * d // 3 + 1)):
        rows = to_csr(op, (start, stop))
        assert rows.shape == (stop - start, d)
        np.testing.assert_allclose(rows.toarray(), oracle[start:stop], rtol=0, atol=1e-14)
        assert rows.has_sorted_indices


def test_matrix_free_is_the_oracle(case, rng):
    op, oracle = case
    h = to_linear_operator(op)
    x = rng.standard_normal(op.dimension)
    block = rng.standard_normal((op.dimension, 3))
    np.testing.assert_allclose(h @ x, oracle @ x, rtol=0, atol=1e-12)
    np.testing.assert_allclose(h @ block, oracle @ block, rtol=0, atol=1e-12)
    np.testing.assert_allclose(h @ (x + 2j * block[:, 0]), oracle @ (x + 2j * block[:, 0]))
    np.testing.assert_allclose(h @ np.asfortranarray(block), oracle @ block, rtol=0, atol=1e-12)


@needs_slepc
def test_petsc_is_the_oracle(case):
    op, oracle = case
    matrix = to_petsc(op)
    pointers, columns, values = matrix.getValuesCSR()
    dense = np.zeros_like(oracle)
    rows = np.repeat(np.arange(op.dimension), np.diff(pointers))
    dense[rows, columns] = values
    np.testing.assert_allclose(dense, oracle, rtol=0, atol=1e-14)


def test_structure_read_off_the_terms(case):
    op, oracle = case
    assert op.is_symmetric()
    assert op.mean_energy() == pytest.approx(np.trace(oracle) / op.dimension, abs=1e-13)
    entries = (oracle != 0).sum(axis=1).max()
    from mbltn.operators.operator import entries_per_row

    assert entries <= entries_per_row(op) <= entries + op.space.dims[0]


def test_norm_bound_is_above_the_norm_and_near(case):
    op, oracle = case
    from mbltn.operators.operator import norm_bound

    norm = np.linalg.norm(oracle, 2)
    assert norm <= norm_bound(op) <= 4 * norm


def test_operator_algebra_and_digest():
    op, oracle = CASES["pm"]()
    np.testing.assert_allclose(to_dense(op + 2.0 * op), 3 * oracle, atol=1e-13)
    assert op.digest() == CASES["pm"]()[0].digest()
    assert op.digest() != (2.0 * op).digest()
    assert op.digest() != CASES["xx"]()[0].digest()


def test_a_lone_ladder_term_is_not_symmetric():
    space = mb.operators.HilbertSpace((2, 2))
    up, down = mb.operators.SIGMA_PLUS, mb.operators.SIGMA_MINUS
    one = mb.operators.Operator(space, (mb.operators.Term(1.0, ((0, up), (1, down))),))
    both = one + mb.operators.Operator(space, (mb.operators.Term(1.0, ((0, down), (1, up))),))
    assert not one.is_symmetric()
    assert both.is_symmetric()
    with pytest.raises(mb.errors.InvalidInput, match="not symmetric"):
        mb.eigenpairs(one, mb.Target.all())


def test_three_site_terms_of_uneven_dimensions(rng):
    """Sites need not be spins, and a term may touch any number of them."""
    dims = (3, 2, 4, 2)
    a, b, c = (rng.standard_normal((d, d)) for d in (3, 4, 2))
    space = mb.operators.HilbertSpace(dims)
    op = mb.operators.Operator(
        space,
        (
            mb.operators.Term(0.7, ((3, c), (0, a), (2, b))),
            mb.operators.Term(-0.2, ((2, b),)),
            mb.operators.Term(1.5, ()),
        ),
    )
    oracle = 0.7 * np.kron(np.kron(np.kron(a, np.eye(2)), b), c)
    oracle += -0.2 * np.kron(np.kron(np.eye(6), b), np.eye(2)) + 1.5 * np.eye(48)
    x = rng.standard_normal((48, 2))
    np.testing.assert_allclose(to_dense(op), oracle, atol=1e-14)
    np.testing.assert_allclose(to_linear_operator(op) @ x, oracle @ x, atol=1e-13)
