"""What ranks send, as formulas say it and as the MPI library was told: 2, 4 and 8 ranks in one job.

Counted between mpi4py and the library by a few lines of C (count_traffic.c).
"""

import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mpi.traffic_worker import (
    BLOCK,
    COLUMNS,
    FILLED,
    ITERATIONS,
    MODELS,
    N_CORE,
    SIZES,
    SOLVES,
    SOLVING,
    STEPS,
    WIDTHS,
    operator,
    operator_of,
)
from mpirun import mpirun, needs_mpi, run

import mbltn as mb
from mbltn.machine import Machine
from mbltn.network import Traffic
from mbltn.operators.traffic import tile_traffic
from mbltn.solvers.choice.costs import WORK, Problem
from mbltn.solvers.filtered.traffic import orthogonalisation
from mbltn.solvers.windowed.split import split
from mbltn.solvers.windowed.traffic import FrameTraffic

HERE = Path(__file__).parent
# Iterations and checks are only expected; a whole solve is right within this factor.
FACTOR = 2.0

pytestmark = [
    needs_mpi,
    pytest.mark.skipif(shutil.which("mpicc") is None, reason="there is no mpicc to count with"),
]
every_size = pytest.mark.parametrize("size", SIZES)
every_model = pytest.mark.parametrize("name", MODELS)


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    """What each of 8 ranks counted; of 2 and 4 ranks the others know nothing."""
    folder = tmp_path_factory.mktemp("traffic")
    library = folder / "count_traffic.so"
    source = HERE / "count_traffic.c"
    subprocess.run(["mpicc", "-shared", "-fPIC", "-o", library, source], check=True)
    # Ranks that wait shall leave the cores to the others.
    settings = [f"LD_PRELOAD={library}", "OMPI_MCA_mpi_yield_when_idle=1"]
    worker = [sys.executable, HERE / "traffic_worker.py", folder]
    done = run(mpirun(max(SIZES), "env", *settings, *worker))
    assert done.returncode == 0, done.stderr
    return pickle.loads((folder / "result.pickle").read_bytes())


@every_model
@every_size
def test_tiles_that_are_sent_in_an_application(counted, name, size):
    model = tile_traffic(operator(name), size)
    for rank in range(size):
        for width in WIDTHS:
            assert counted[rank][size][name]["tiles"][width] == model.of(rank, width)


@every_size
def test_on_one_node_ranks_only_meet(counted, size):
    """Once in a step; what comes before the first is the same in every series."""
    for rank in range(size):
        few, many = counted[rank][size]["xx"]["shared"]
        assert few.messages == many.messages == 0
        assert many.waits - few.waits == STEPS[1] - STEPS[0]


@every_size
def test_sums_of_an_orthogonalisation(counted, size):
    for rank in range(size):
        assert counted[rank][size]["xx"]["orthogonalisation"] == orthogonalisation(FILLED, BLOCK)


@every_model
@every_size
def test_flipped_configurations_that_are_sent(counted, name, size):
    """An application of H, and solves with and without the pencil's levels."""
    model = FrameTraffic(split(operator(name), N_CORE), size)
    for rank in range(size):
        found = counted[rank][size][name]["frame"]
        near = found["near"]
        assert found["apply"] == model.exchange(COLUMNS, 8, rank)
        assert found["schur"] == Traffic(sums=1, summed=8 * near**2)
        assert found["solve"] == model.sqmr(ITERATIONS, COLUMNS, near, 8, rank=rank)
        deflated = model.sqmr(ITERATIONS, COLUMNS, near, 8, COLUMNS, rank)
        assert found["deflated"] == deflated


@pytest.mark.parametrize("method", SOLVES)
def test_whole_solves(counted, method):
    """What the planner counts on, from the density of levels alone."""
    model, k = SOLVES[method]
    problem = Problem.of(operator_of(model), mb.Target.middle(k))
    expected = WORK[method](problem, Machine(ranks=SOLVING)).traffic
    found = counted[0]["solves"][method]
    for kind in ("messages", "sent", "sums", "summed", "gathered", "cast", "waits"):
        real, model = getattr(found, kind), getattr(expected, kind)
        assert real / FACTOR <= model <= FACTOR * real, (kind, real, model)
