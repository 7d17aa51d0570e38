"""The tiled apply, its Chebyshev series and its moments, against numpy on kron matrices."""

import numpy as np
import pytest
from numpy.polynomial.chebyshev import chebval
from oracle import central_grain, grain_chain, quantum_sun

import mbltn as mb
from mbltn.operators import (
    SIGMA_X,
    SIGMA_Z,
    HilbertSpace,
    Operator,
    Term,
    chebyshev as chebyshev_module,
)
from mbltn.operators.chebyshev import BlockOperator
from mbltn.operators.tiles import Cut, stored_entries


def _star(coupling, n_grain=3, spin=1):
    model = mb.models.CentralGrain(n_grain, 6, alpha=0.7, coupling=coupling, coupled_spin=spin)
    s = model.draw(3, 0)
    return model.operator(s), central_grain(s.grain, s.fields, s.couplings, coupling, spin)


def _sun(n_grain):
    model = mb.models.QuantumSun(n_grain, 5, alpha=0.8)
    s = model.draw(3, 0)
    return model.operator(s), quantum_sun(s.grain, s.fields, s.couplings, s.coupled_spins)


def _chain(n_grain, n_lbits):
    model = mb.models.GrainChain(n_grain, n_lbits, exchange=0.7)
    s = model.draw(3, 0)
    return model.operator(s), grain_chain(s.grain, s.fields, s.couplings)


def _odd():
    """Sites of 3, 2, 9 and 5 levels; the core in the middle, its matrices dense and diagonal."""
    rng = np.random.default_rng(5)
    a, b, c, d = (x + x.T for x in (rng.standard_normal((n, n)) for n in (3, 2, 9, 5)))
    levels = np.diag(np.arange(9.0))
    terms = (
        Term(0.7, ((3, d), (0, a), (2, c))),
        Term(-0.2, ((2, c),)),
        Term(1.5, ()),
        Term(0.3, ((3, d),)),
        Term(0.4, ((1, b), (0, a))),
        Term(0.6, ((1, SIGMA_Z), (2, levels))),
        Term(-1.1, ((2, levels), (3, d))),
    )

    def kron(**at):
        result = np.eye(1)
        for site, n in enumerate((3, 2, 9, 5)):
            result = np.kron(result, at.get(f"s{site}", np.eye(n)))
        return result

    oracle = 0.7 * kron(s0=a, s2=c, s3=d) - 0.2 * kron(s2=c) + 1.5 * kron() + 0.3 * kron(s3=d)
    oracle += 0.4 * kron(s0=a, s1=b) + 0.6 * kron(s1=SIGMA_Z, s2=levels)
    oracle += -1.1 * kron(s2=levels, s3=d)
    return Operator(HilbertSpace((3, 2, 9, 5)), terms), oracle


def _diagonal():
    fields = [1.0, 0.5, 0.25, 0.125, 0.0625]
    terms = tuple(Term(h, ((i, SIGMA_Z),)) for i, h in enumerate(fields))
    signs = 1 - 2 * ((np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1)
    return Operator(HilbertSpace((2,) * 5), terms), np.diag(signs @ fields)


CASES = {
    "xx": lambda: _star("xx"),
    "pm": lambda: _star("pm"),
    "xxyy": lambda: _star("xxyy", spin=2),
    "one_grain_spin": lambda: _star("pm", n_grain=1),
    "sun": lambda: _sun(3),
    "sun_of_one_spin": lambda: _sun(1),
    "chain": lambda: _chain(4, 4),
    "chain_of_spins": lambda: _chain(1, 3),
    "odd": _odd,
    "diagonal": _diagonal,
    "one_level": lambda: (Operator(HilbertSpace((1,)), (Term(2.0, ()),)), 2.0 * np.eye(1)),
    "one_spin": lambda: (Operator(HilbertSpace((2,)), (Term(2.0, ((0, SIGMA_X),)),)), 2 * SIGMA_X),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]()


@pytest.fixture(params=["one_pass", "two_passes"], autouse=True)
def passes(request, monkeypatch):
    """A cache so small that nearly every neighbour is far."""
    if request.param == "two_passes":
        monkeypatch.setattr(chebyshev_module, "_CACHED", 2**11)
        monkeypatch.setattr(chebyshev_module, "_ONE_PASS", 1)
        monkeypatch.setattr(chebyshev_module, "_RUN", 2**9)


def in_kron_order(h, f, x):
    return h.deal.to_public(f(h.deal.from_public(x)))


@pytest.mark.parametrize("width", [1, 8, 11, 16, 32])
def test_apply_is_the_oracle(case, rng, width):
    op, oracle = case
    x = rng.standard_normal((op.dimension, width))
    h = BlockOperator(op)
    np.testing.assert_allclose(in_kron_order(h, h.apply, x), oracle @ x, rtol=0, atol=1e-12)


def scaled(oracle):
    levels, states = np.linalg.eigh(oracle)
    centre, half = 0.5 * (levels[0] + levels[-1]), 0.51 * max(levels[-1] - levels[0], 1.0)
    return levels, states, centre, half


@pytest.mark.parametrize("order", [0, 1, 2, 31])
def test_series_is_that_function_of_the_matrix(case, rng, order):
    op, oracle = case
    levels, states, centre, half = scaled(oracle)
    coefficients = rng.standard_normal(order + 1)
    x = rng.standard_normal((op.dimension, 3))
    h = BlockOperator(op)
    found = in_kron_order(h, lambda y: h.series(y, coefficients, centre, half), x)
    exact = states @ (chebval((levels - centre) / half, coefficients)[:, None] * (states.T @ x))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-11)


@pytest.mark.parametrize("order", [0, 1, 2, 31])
def test_series_with_odd_terms_of_another_block(case, rng, order):
    op, oracle = case
    levels, states, centre, half = scaled(oracle)
    coefficients = rng.standard_normal(order + 1)
    x, y = rng.standard_normal((2, op.dimension, 3))
    h = BlockOperator(op)
    odd = h.deal.from_public(y)
    found = in_kron_order(h, lambda x: h.series(x, coefficients, centre, half, odd), x)
    exact = np.zeros_like(x)
    for k, c in enumerate(coefficients):
        term = chebval((levels - centre) / half, np.eye(order + 1)[k])[:, None]
        exact += c * states @ (term * (states.T @ (y if k % 2 else x)))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-11)
    again = in_kron_order(h, h.apply, x)
    np.testing.assert_allclose(again, oracle @ x, rtol=0, atol=1e-12)


@pytest.mark.parametrize("count", [2, 3, 16, 17])
def test_moments(case, rng, count):
    op, oracle = case
    levels, states, centre, half = scaled(oracle)
    x = rng.standard_normal((op.dimension, 3))
    h = BlockOperator(op)
    found = h.moments(h.deal.from_public(x), count, centre, half)
    weights = (states.T @ x) ** 2
    exact = [chebval((levels - centre) / half, np.eye(count)[k]) @ weights for k in range(count)]
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-10)


def test_layout_and_back(case, rng):
    op, _ = case
    deal = BlockOperator(op).deal
    x = rng.standard_normal((op.dimension, 40))
    moved = deal.from_public(x)
    np.testing.assert_array_equal(deal.to_public(moved), x)
    assert sorted(moved[:, 0]) == sorted(x[:, 0])


def test_stored_entries_are_those_of_the_matrix(case):
    op, oracle = case
    off_diagonal = np.count_nonzero(oracle - np.diag(oracle.diagonal()))
    if op.space.dims != (3, 2, 9, 5):  # there terms of different sites meet in one entry
        assert stored_entries(op) == off_diagonal + op.dimension
        assert BlockOperator(op).flops(5) == 5 * (2 * stored_entries(op) + 3 * op.dimension)


@pytest.mark.parametrize(
    ("dims", "levels"),
    [((8, 2, 2), 8), ((2, 2, 2, 2), 8), ((2, 2, 16, 2), 16), ((3, 2, 9, 5), 9), ((2, 3, 2), 12)],
)
def test_core(dims, levels):
    cut = Cut.of(HilbertSpace(dims))
    assert cut.levels == levels
    assert cut.levels * cut.configurations == np.prod(dims)
    rows = cut.basis_rows(0, cut.configurations)
    assert sorted(rows) == list(range(np.prod(dims)))


def test_random_columns_do_not_depend_on_where_they_begin():
    deal = BlockOperator(_star("xx")[0]).deal
    streams = mb.streams.Streams(1, 0)
    four = deal.random(streams, "test", 0, 4)
    np.testing.assert_array_equal(deal.random(streams, "test", 2, 2), four[:, 2:])
    assert abs(np.corrcoef(four.T) - np.eye(4)).max() < 0.2
