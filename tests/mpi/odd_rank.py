"""``mpirun -n 3 python odd_rank.py FOLDER``: rank 1 has drawn another realization.

Every rank leaves what it caught on every route, and asks for exit code 3.
"""

import pickle
import sys
from pathlib import Path

import mbltn as mb
from mbltn.comm import together, world
from mbltn.errors import MbltnError


def stumble(comm):
    """An error on rank 1 that cannot be sent to the others as it is."""

    class LocalError(Exception):
        pass

    if comm.rank == 1:
        raise LocalError("only here")


def main(folder):
    comm = world()
    model = mb.models.CentralGrain(2, 4, alpha=0.6)
    operator = model.operator(model.draw(seed=8, realization=int(comm.rank == 1)))
    routes = {
        "to_petsc": lambda: mb.operators.to_petsc(operator, comm),
        "unpicklable": lambda: together(comm, lambda: stumble(comm)),
    }
    for solver in ("dense", "reduced", "shift_invert", "windowed", "slepc"):
        routes[solver] = lambda name=solver: mb.eigenpairs(
            operator, mb.Target.middle(5), name, comm
        )
    caught = {}
    for name, route in routes.items():
        try:
            route()
        except MbltnError as error:
            caught[name] = (type(error).__name__, str(error))
    (folder / str(comm.rank)).write_bytes(pickle.dumps(caught))
    sys.exit(3)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
