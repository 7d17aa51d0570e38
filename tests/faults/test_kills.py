"""kill -9 of a rank, of mpirun, of the whole job: once, and a hundred times by `make faults`."""

import numpy as np
import pytest
from faults.kills import WHOM, Undisturbed, kills
from mpirun import needs_mpi

pytestmark = needs_mpi


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    return Undisturbed(tmp_path_factory.mktemp("right") / "results")


def nothing_is_lost(tally):
    print(tally)
    assert tally.lost == 0 and tally.wrong == 0 and tally.folders > 0


@pytest.mark.parametrize("whom", WHOM)
def test_a_kill_loses_nothing(whom, right, tmp_path):
    nothing_is_lost(kills(tmp_path, whom, 1, np.random.default_rng(7), right))


@pytest.mark.faults
@pytest.mark.parametrize("whom", WHOM)
def test_a_hundred_kills_lose_nothing(whom, right, tmp_path):
    tally = kills(tmp_path, whom, 100, np.random.default_rng(1), right)
    nothing_is_lost(tally)
    assert tally.finished > 1000
    assert tally.said == (100 if whom == "one rank" else 0)
