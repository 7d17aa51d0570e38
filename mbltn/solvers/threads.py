"""How many threads a rank may use: numba's and those of the linear algebra library alike."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..comm import node_neighbours


@contextmanager
def threads_of_rank(wanted: int | None, comm: Any) -> Iterator[int]:
    """Set them while the body runs.

    By default what numba and OMP_NUM_THREADS allow, at most the cores of the node divided by the
    ranks of `comm` on it: more threads than cores wait for each other.

    Examples
    --------
    >>> from mbltn.comm import Serial
    >>> with threads_of_rank(1, Serial()) as threads:
    ...     threads
    1
    """
    # Read when the thread library is loaded. Threads that spin at the end of a loop slow each other
    # down tenfold where anything else runs on the machine; sleeping ones cost a hundredth.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    import numba
    from threadpoolctl import threadpool_limits

    ranks = len(node_neighbours(comm, 0))
    before = int(numba.get_num_threads())
    said = os.environ.get("OMP_NUM_THREADS", "")
    share = max(1, len(os.sched_getaffinity(0)) // ranks)
    own = min(before, share, int(said) if said.isdigit() and int(said) > 0 else share)
    threads = min(wanted, int(numba.config.NUMBA_NUM_THREADS)) if wanted else own  # type: ignore
    numba.set_num_threads(threads)
    try:
        with threadpool_limits(threads):
            yield threads
    finally:
        numba.set_num_threads(before)
