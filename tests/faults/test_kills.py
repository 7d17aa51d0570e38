"""kill -9 of a part of a job, signals: once, and a hundred times each by `make faults`."""

import numpy as np
import pytest
from faults.kills import FAULTS, ONE_RANK, Undisturbed, again_and_again
from mpirun import needs_mpi

pytestmark = needs_mpi


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    return Undisturbed(tmp_path_factory.mktemp("right") / "results")


def nothing_is_lost(tally):
    print(tally)
    assert tally.lost == 0 and tally.wrong == 0 and tally.folders > 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_loses_nothing(fault, right, tmp_path):
    nothing_is_lost(again_and_again(tmp_path, fault, 1, np.random.default_rng(7), right))


@pytest.mark.faults
@pytest.mark.parametrize("fault", FAULTS)
def test_a_hundred_faults_lose_nothing(fault, right, tmp_path):
    tally = again_and_again(tmp_path, fault, 100, np.random.default_rng(1), right)
    nothing_is_lost(tally)
    assert tally.finished > 1000
    if fault == ONE_RANK:
        assert tally.said == 100
