"""Observables of papers C and E on 1 to 4 ranks: those of one process."""

import numpy as np
import pytest
from mpi.worker import hybridization_of_few, probes_of

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


def test_ranks_without_a_state_have_the_bins_of_the_others(job):
    """2.1 in bins of 0.3 are seven, though the quotient of these numbers is above 7."""
    expected, message = hybridization_of_few(Serial())
    assert expected.shape == (1, 14)
    assert "a state of weight 1.21" in message
    for result in job.results:
        found, heard = result["hybridization_of_few"]
        np.testing.assert_allclose(found, expected, atol=1e-12)
        assert heard == message
