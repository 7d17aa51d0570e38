"""``mpirun -n R python counter_worker.py FOLDER``: who gets which numbers, while rank 0 is busy."""

import pickle
import sys
import time
from pathlib import Path

from mbltn.comm import world
from mbltn.counters import shared_counters


def main(output):
    comm = world()
    counters = shared_counters(comm, 2)
    result = {"shared": counters is not None}
    if counters is not None:
        comm.Barrier()
        begin = time.monotonic()
        if comm.rank == 0:
            time.sleep(1.0)
        numbers = []
        while (number := counters.next(0)) < 500:
            numbers.append(number)
        result |= {"numbers": numbers, "seconds": time.monotonic() - begin}
        comm.Barrier()
        if comm.rank == comm.size - 1:
            counters.close(1)
        comm.Barrier()
        result["reasons"] = [counters.reason(counters.next(which)) for which in (0, 1)]
        counters.free()
    every = comm.gather(result)
    if comm.rank == 0:
        (output / "result.pickle").write_bytes(pickle.dumps(every))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
