"""Every method of the table, on one problem."""

import numpy as np
import pytest
from conftest import needs_slepc

from mbltn.bench.methods import METHODS
from mbltn.bench.problem import Problem
from mbltn.bench.worker import run_solve
from mbltn.comm import Serial
from mbltn.operators import to_dense

PROBLEM = Problem(n_lbits=6, n_pairs=6, seed=3)
NEEDS = {"slepc": needs_slepc}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[m for key, m in NEEDS.items() if n.startswith(key)]) for n in METHODS],
)
def test_levels_and_seconds_of_every_method(name):
    operator = PROBLEM.operator()
    levels = np.linalg.eigvalsh(to_dense(operator))
    nearest = np.sort(levels[np.argsort(abs(levels - operator.mean_energy()))[:6]])
    values = run_solve({"method": name, "problem": PROBLEM.as_dict()}, Serial())
    np.testing.assert_allclose(values["energies"], nearest, atol=1e-9)
    assert 0 <= sum(values["phases"].values()) <= values["seconds"]
    if name in ("slepc-ldlt", "filtered", "windowed"):
        assert sum(values["phases"].values()) > 0
