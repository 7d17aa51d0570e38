"""Observables of papers C and E on 1 to 4 ranks: those of one process."""

import numpy as np
import pytest
from mpi.worker import probes_of

from mbltn.comm import Serial


@pytest.fixture(scope="module")
def serial():
    return probes_of(Serial())


@pytest.mark.parametrize("partners", ["whole", "windows"])
def test_every_rank_has_what_one_process_has(job, serial, partners):
    assert set(serial["windows"]) < set(serial["whole"])
    for result in job.results:
        for name, values in serial[partners].items():
            found = result["probes"][partners][name]
            np.testing.assert_allclose(found, values, rtol=1e-8, atol=1e-10, err_msg=name)
