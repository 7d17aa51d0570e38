"""``mpirun -n 8 env LD_PRELOAD=count_traffic.so python traffic_worker.py OUTPUT``: what 2, 4 and 8
ranks send, as the MPI library was told.

Rank 0 leaves a pickle of what every rank has counted, to be judged elsewhere.
"""

import ctypes
import pickle
import sys
from pathlib import Path

import numpy as np
from mpi4py import MPI

import mbltn as mb
from mbltn.network import Traffic
from mbltn.operators.chebyshev import BlockOperator
from mbltn.rows import Rows
from mbltn.solvers.krylov_basis import KrylovBasis
from mbltn.solvers.windowed.frame import Frame
from mbltn.solvers.windowed.near import Near, schur_complement, slope
from mbltn.solvers.windowed.pencil import DeflatedSolve, near_levels
from mbltn.solvers.windowed.precondition import (
    Preconditioner,
    ShiftedSystem,
    factor_solve,
    schur_factor,
)

SIZES = (2, 4, 8)
MODELS = {
    "xx": mb.models.CentralGrain(2, 7, alpha=0.5, coupling="xx"),
    "pm": mb.models.CentralGrain(2, 7, alpha=0.5, coupling="pm"),
    "xxyy": mb.models.CentralGrain(2, 7, alpha=0.5, coupling="xxyy"),
    "sun": mb.models.QuantumSun(3, 6, alpha=0.5),
    "chain": mb.models.GrainChain(3, 6, exchange=0.3),
}
WIDTHS = (5, 16)
N_CORE, OMEGA, COLUMNS = 4, 2.0, 6
FILLED, BLOCK = 12, 4
ITERATIONS = 3
STEPS = (4, 9)
# Whole solves, on this many ranks: what they take is expected from the density of levels.
SOLVING = 4
SOLVES = {
    "windowed": (mb.models.CentralGrain(3, 9, alpha=0.6, coupling="xx"), 50),
    "filtered": (MODELS["xx"], 20),
}

_kinds = 12
_mpi = ctypes.CDLL(None)


def operator(name):
    return operator_of(MODELS[name])


def operator_of(model):
    return model.operator(model.draw(seed=8, realization=1))


def counted(work):
    """What this rank tells MPI while it does this."""
    found = (ctypes.c_double * _kinds)()
    _mpi.traffic_reset()
    result = work()
    _mpi.traffic_read(found)
    return Traffic(*list(found)[:-1]), result


def of_tiles(op, comm):
    h = BlockOperator(op, comm, share=False)
    blocks = {width: np.ones((h.n_local, width)) for width in WIDTHS}
    return {width: counted(lambda b=block: h.apply(b))[0] for width, block in blocks.items()}


def of_shared_tiles(op, comm):
    with BlockOperator(op, comm) as h:
        block = np.ones((h.n_local, 8))
        h.series(block, np.ones(3), 0.0, 10.0)
        return [counted(lambda n=n: h.series(block, np.ones(n), 0.0, 10.0))[0] for n in STEPS]


def of_orthogonalisation(op, comm):
    rows, draw = Rows(op.dimension, comm), np.random.default_rng(comm.rank)
    n = rows.stop - rows.start
    basis = KrylovBasis(draw.normal(size=(n, BLOCK)), 60, 10, rows.sum, None, rows.decide)
    scale = draw.normal(size=(n, 1))
    while basis.filled < FILLED - BLOCK:
        basis.expand(lambda x: scale * x)
    return counted(lambda: basis.expand(lambda x: scale * x))[0]


def of_frame(op, comm):
    frame = Frame.build(op, N_CORE, comm)
    near = Near.around(frame, op.mean_energy(), OMEGA)
    block = np.ones((*frame.shape, COLUMNS))
    found = {"near": near.count, "apply": counted(lambda: frame.applied(block))[0]}
    sigma = near.centre
    factor, schur = schur_factor(near, sigma), schur_complement(near, sigma)
    found["schur"] = counted(lambda: schur_complement(near, sigma))[0]
    levels = near_levels(schur, slope(near, sigma), factor, sigma, COLUMNS)
    for name, solve in {
        "solve": factor_solve(near, factor),
        "deflated": DeflatedSolve(near, factor, levels),
    }.items():
        system = ShiftedSystem(Preconditioner(near, sigma, solve, np.float64), COLUMNS)
        system.right_side[...] = 1.0
        found[name], done = counted(
            lambda s=system: s.solve(np.full(COLUMNS, sigma), ITERATIONS, 0.0)
        )
        assert done == ITERATIONS
    return found


def of_solves(comm):
    found = {}
    for name, (model, k) in SOLVES.items():
        op, target, solver = operator_of(model), mb.Target.middle(k), mb.solvers.SOLVERS[name]()
        found[name], _ = counted(lambda s=solver, o=op, t=target: s.solve(o, t, comm))
    return found


def main(output):
    world, result = MPI.COMM_WORLD, {}
    for size in SIZES:
        comm = world.Split(0 if world.rank < size else MPI.UNDEFINED, world.rank)
        if comm == MPI.COMM_NULL:
            continue
        result[size] = {
            name: {
                "tiles": of_tiles(op, comm),
                "shared": of_shared_tiles(op, comm),
                "orthogonalisation": of_orthogonalisation(op, comm),
                "frame": of_frame(op, comm),
            }
            for name in MODELS
            for op in [operator(name)]
        }
        if size == SOLVING:
            result["solves"] = of_solves(comm)
    every = world.gather(result)
    if world.rank == 0:
        (output / "result.pickle").write_bytes(pickle.dumps(every))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
