"""Times of the inner loops, by pytest-benchmark; not collected by name, so no part of the tests.

    python -m pytest tests/bench/kernel_timings.py --benchmark-columns=min,median,rounds

Compare two versions with --benchmark-save=NAME and --benchmark-compare.
"""

import numpy as np
import pytest

from mbltn.bench import Problem
from mbltn.bench.kernel import flops_per_row
from mbltn.operators import to_csr, to_linear_operator
from mbltn.operators.chebyshev import BlockOperator
from mbltn.solvers.verify import residuals


@pytest.fixture(scope="module", params=[9, 11], ids=lambda n: f"D=2^{n + 3}")
def operator(request):
    return Problem(n_lbits=request.param, n_pairs=1).operator()


def block(operator, columns):
    return np.random.default_rng(0).standard_normal((operator.dimension, columns))


def say_rate(benchmark, flops):
    benchmark.extra_info["gflops"] = flops / benchmark.stats.stats.min / 1e9


@pytest.mark.parametrize("columns", [1, 16])
def test_apply(benchmark, operator, columns):
    h, x = to_linear_operator(operator), block(operator, columns)
    np.testing.assert_allclose(h @ x, to_csr(operator) @ x, atol=1e-11)  # and compiled
    benchmark(lambda: h @ x)
    say_rate(benchmark, flops_per_row(operator) * x.size)


@pytest.mark.parametrize("columns", [8, 16, 32])
def test_filter_step(benchmark, operator, columns):
    h = BlockOperator(operator)
    x, y, z = (h.zeros(columns) for _ in range(3))
    x[...] = np.random.default_rng(0).standard_normal(x.shape)
    flat = block(operator, columns)
    np.testing.assert_allclose(h.apply(flat), to_csr(operator) @ flat, atol=1e-11)  # and compiled
    benchmark(lambda: h.step(y, x, z, 0.1, 0.1, -1.0, 1.0))
    say_rate(benchmark, flops_per_row(operator) * x.size)


def test_assembly_of_the_sparse_matrix(benchmark, operator):
    matrix = benchmark(lambda: to_csr(operator))
    assert matrix.shape == (operator.dimension,) * 2


def test_residuals(benchmark, operator):
    vectors = block(operator, 50)
    found = benchmark(lambda: residuals(operator, np.zeros(50), vectors))
    np.testing.assert_allclose(found, np.linalg.norm(to_csr(operator) @ vectors, axis=0))
