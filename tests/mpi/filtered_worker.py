"""``mpirun -n N python filtered_worker.py OUTPUT``: the filtered solver and its parts on N ranks.

Rank 0 leaves a pickle of plain numpy arrays, one entry for each rank, to be judged elsewhere.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

import mbltn as mb
from mbltn.comm import Serial, world
from mbltn.errors import MbltnError
from mbltn.operators.chebyshev import BlockOperator
from mbltn.operators.distributed import Deal
from mbltn.solvers.filtered import Filtered
from mbltn.solvers.krylov import block_lanczos
from mbltn.streams import Streams

COEFFICIENTS = np.array([0.3, -1.0, 0.7, 0.2, 0.5])
MODELS = {
    "star": mb.models.CentralGrain(3, 6, alpha=0.75, coupling="xx"),
    "sun": mb.models.QuantumSun(2, 6, alpha=0.8),
    "chain": mb.models.GrainChain(3, 5, exchange=0.6),
    "two_configurations": mb.models.CentralGrain(3, 1, alpha=0.6),
}
TARGETS = {
    "middle": mb.Target.middle(20),
    "energy": mb.Target.energy(0.7, 13),
    "window": mb.Target.window(-0.4, 0.5),
}


def operator(name):
    model = MODELS[name]
    return model.operator(model.draw(seed=8, realization=1))


def whole_block(dimension):
    return np.random.default_rng(dimension).normal(size=(dimension, 5))


def parts_of(name, comm, share):
    h = BlockOperator(operator(name), comm, share)
    rows = h.deal.public
    x = whole_block(h.dimension)[rows.start : rows.stop]
    mine = h.deal.from_public(x)
    result = {
        "back": np.array_equal(h.deal.to_public(mine), x),
        "apply": rows.gather(h.deal.to_public(h.apply(mine))),
        "series": rows.gather(h.deal.to_public(h.series(mine, COEFFICIENTS, 0.1, 20.0))),
        "moments": h.moments(mine, 9, 0.1, 20.0),
        "random": rows.gather(h.deal.to_public(h.deal.random(Streams(1, 0), "test", 0, 3))),
    }
    h.close()
    return result


def pairs_of(name, target, comm):
    solver = Filtered()
    pairs = mb.eigenpairs(operator(name), TARGETS[target], solver, comm)
    return {
        "energies": pairs.energies,
        "residuals": pairs.residuals,
        "complete": pairs.complete,
        "counted": pairs.certificate.counted,
        "shape": pairs.vectors.shape,
        "rows": (pairs.rows.start, pairs.rows.stop),
        "vectors": pairs.gather(),
    }


def lanczos_of(comm):
    deal = Deal(operator("star").space, comm)
    h = BlockOperator(operator("star"), comm)
    streams = Streams(2, 0)
    drawn = 0

    def random(count):
        nonlocal drawn
        drawn += count
        return deal.random(streams, "lanczos", drawn - count, count)

    # Equal columns have no rank: the others must come from `random`, different on every rank.
    start = np.ones((h.n_local, 4))
    pairs = block_lanczos(h.apply, start, 6, max_vectors=100, tol=1e-9, sum=h.sum, random=random)
    return {"values": pairs.values, "converged": pairs.converged}


def refusals_of(comm):
    caught = {}
    for name, solver in {
        "memory": Filtered(max_memory=1000.0),
        "block": Filtered(block=7),
    }.items():
        try:
            mb.eigenpairs(operator("star"), mb.Target.middle(30), solver, comm)
        except MbltnError as error:
            caught[name] = str(error).splitlines()[0]
    return caught


def main(output):
    comm = world()
    result = {
        "parts": {
            (name, share): parts_of(name, comm, share) for name in MODELS for share in (True, False)
        },
        "pairs": {target: pairs_of("star", target, comm) for target in TARGETS},
        "sun": pairs_of("sun", "middle", comm),
        "lanczos": lanczos_of(comm),
        "refusals": refusals_of(comm),
    }
    every = [result] if isinstance(comm, Serial) else comm.gather(result)
    if comm.rank == 0:
        (output / "result.pickle").write_bytes(pickle.dumps(every))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
