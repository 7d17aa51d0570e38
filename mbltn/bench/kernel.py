"""Rate of the polynomial filter's inner loop: apply H, step the recurrence, accumulate."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np

from ..operators import Operator
from ..operators.chebyshev import BlockOperator
from ..operators.operator import norm_bound
from ..operators.tiles import stored_entries
from .machine import own_peak_mb
from .problem import Problem

# Recurrence and accumulation; what else they multiply belongs to the entries of H.
_FLOPS_BESIDE_APPLY = 3
# Clenshaw's step reads b_(k+1), b_(k+2) and x, and writes b_k: four doubles a row and column.
_BYTES = 4 * 8
_TRIAD_DOUBLES = 2**24


def run_kernel(job: dict[str, Any], comm: Any) -> dict[str, Any]:
    """GFlop/s of a Chebyshev series of H on a block of vectors, the best of some repetitions.

    `job`: `problem`, `columns` of the block, `steps` of the recurrence, `repetitions`.
    """
    operator = Problem.from_dict(job["problem"]).operator()
    columns, steps = int(job["columns"]), int(job["steps"])
    baseline = own_peak_mb()
    h = BlockOperator(operator, comm)
    block = np.random.default_rng(0).standard_normal((h.n_local, columns))
    centre, half = operator.mean_energy(), 2 * norm_bound(operator)
    h.series(block, np.ones(3), centre, half)
    comm.allgather(None)
    times, processor = [], math.inf
    for _ in range(int(job["repetitions"])):
        begin, busy = time.perf_counter(), time.process_time()
        h.series(block, np.ones(steps + 1), centre, half)
        processor = min(processor, max(comm.allgather(time.process_time() - busy)))
        times.append(max(comm.allgather(time.perf_counter() - begin)))
    h.close()
    seconds, middle = min(times), float(np.median(times))
    peak = float(sum(comm.allgather(own_peak_mb())))
    flops = flops_per_row(operator) * operator.dimension * columns * steps
    # All ranks at once, as they share the memory.
    triad = sum(comm.allgather(triad_bytes_per_second()))
    return {
        "seconds": seconds,
        "processor_seconds": processor,
        "baseline_mb": baseline,
        "peak_mb": peak,
        "gflops": flops / seconds / 1e9,
        "median_gflops": flops / middle / 1e9,
        "triad_gbs": triad / 1e9,
        "triad_gflops": triad * flops_per_row(operator) / _BYTES / 1e9,
        "solver": "chebyshev series",
    }


def flops_per_row(op: Operator) -> float:
    """Fewest operations a row and column of one filter step: 2 an entry of H, and 3.

    Examples
    --------
    >>> from mbltn.operators import HilbertSpace, Operator, Term, SIGMA_X, SIGMA_Z
    >>> op = Operator(HilbertSpace((2,)), (Term(1.0, ((0, SIGMA_X),)), Term(1.0, ((0, SIGMA_Z),))))
    >>> flops_per_row(op)
    7.0
    """
    return 2 * stored_entries(op) / op.dimension + _FLOPS_BESIDE_APPLY


def triad_bytes_per_second(doubles: int = _TRIAD_DOUBLES) -> float:
    """What main memory gives all threads of BLAS together: ``y += a x``, 24 bytes a number."""
    from scipy.linalg.blas import daxpy

    x, y = np.ones(doubles), np.zeros(doubles)
    best = math.inf
    for _ in range(3):
        begin = time.perf_counter()
        daxpy(x, y, a=0.5)
        best = min(best, time.perf_counter() - begin)
    return 24 * doubles / best
