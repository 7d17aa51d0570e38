"""`mbltn` that may have so many MB of address space beyond its libraries: little_memory.py MB ...

"mumps" in place of a command lets MUMPS run into the limit that would be foreseen.
"""

import contextlib
import resource
import sys

import matplotlib.backends.backend_agg  # noqa: F401
import numba  # noqa: F401
import scipy.linalg  # noqa: F401

import mbltn as mb
import mbltn.report
import mbltn.study
import mbltn.validation
from mbltn.cli import main
from mbltn.comm import world

with contextlib.suppress(ImportError):
    from slepc4py import SLEPc  # noqa: F401  maps some 400 MB


def limit(megabytes):
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + megabytes * 10**6,) * 2)


def mumps():
    model = mb.models.CentralGrain(3, 11, xi=2.0)
    operator = model.operator(model.draw(1, 0))
    solver = mb.solvers.Slepc(memory_limit=1e12)
    try:
        mb.eigenpairs(operator, mb.Target.middle(12), solver)
    except mb.errors.SolverFailure as error:
        print(error)


if __name__ == "__main__":
    comm = world()
    limit(int(sys.argv.pop(1)))
    if sys.argv[1] == "mumps":
        mumps()
    else:
        main()
