"""``mpirun -n N python slepc_worker.py OUTPUT``: what every rank gets from SLEPc, or catches."""

import pickle
import sys
from pathlib import Path

import mbltn as mb
from mbltn.comm import Serial, raised_on_all_ranks, world
from mbltn.errors import MbltnError
from mbltn.operators import SIGMA_Z, HilbertSpace, Operator, Term
from mbltn.solvers import Slepc
from mbltn.solvers.slepc import memory_estimate

MODEL = mb.models.CentralGrain(3, 6, alpha=0.7)
WINDOW = (-0.4, 0.5)
ON_LEVEL = 200
N_SPINS = 7


def sample():
    return MODEL.draw(seed=3, realization=4)


def equal_spins():
    terms = tuple(Term(1.0, ((site, SIGMA_Z),)) for site in range(N_SPINS))
    return Operator(HilbertSpace((2,) * N_SPINS), terms)


def scenarios(level):
    """Name, operator (None: the star), target, options."""
    middle = mb.Target.middle(15)
    one_megabyte = "st_mat_mumps_icntl_23 1"
    large = mb.models.CentralGrain(3, 9, alpha=0.6, coupling="xx")
    return {
        "middle": (None, middle, {}),
        "lu": (None, middle, {"factor": "lu"}),
        "out of core": (None, middle, {"out_of_core": True}),
        "blr": (None, middle, {"blr": 1e-8}),
        "window": (None, mb.Target.window(*WINDOW), {}),
        "on a level": (None, mb.Target.energy(level, 15), {}),
        "multiplets": (equal_spins(), mb.Target.energy(0.9, 6), {}),
        "workspace": (None, middle, {"petsc_options": {"st_mat_mumps_icntl_14": -70}}),
        "restarts": (None, middle, {"max_restarts": 1, "ncv": 30}),
        "time": (None, middle, {"time_limit": 1e-9}),
        "empty": (None, mb.Target.window(level + 1e-6, level + 2e-6), {}),
        "memory": (None, middle, {"memory_limit": 1e4}),
        "mumps": (large.operator(large.draw(0, 0)), middle, {"petsc_options": one_megabyte}),
        "ncv": (None, middle, {"ncv": 5}),
    }


def outcome(op, target, options, comm):
    try:
        pairs = mb.eigenpairs(op, target, Slepc(**options), comm)
    except MbltnError as error:
        return {
            "error": type(error).__name__,
            "text": str(error),
            "everywhere": raised_on_all_ranks(error),
        }
    return {
        "energies": pairs.energies,
        "residuals": pairs.residuals,
        "vectors": pairs.gather(),
        "complete": pairs.complete,
        "reason": pairs.reason,
        "certificate": pairs.certificate,
        "stats": dict(pairs.stats),
    }


def main(folder, level):
    comm = world()
    star = MODEL.operator(sample())
    result = {
        name: outcome(op or star, target, options, comm)
        for name, (op, target, options) in scenarios(level).items()
    }
    result["memory_estimate"] = memory_estimate(star, comm, k=15)
    every = [result] if isinstance(comm, Serial) else comm.gather(result)
    if comm.rank == 0:
        (folder / "result.pickle").write_bytes(pickle.dumps(every))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
