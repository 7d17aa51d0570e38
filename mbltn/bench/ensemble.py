"""Throughput of a disorder ensemble: levels, l-bit entropies and gap ratios of many realizations.

``ours``  `eigenpairs` with the solver that is chosen once, as in a study, and `measure`
``numpy`` `numpy.linalg.eigh`, and quimb's entropy of every l-bit in every state
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from multiprocessing.synchronize import Barrier
from typing import Any

import numpy as np

from ..observables import measure
from ..observables.entanglement import LOG2
from ..observables.levels import gap_ratio
from ..operators import to_dense
from ..operators.mpo import import_quimb
from ..operators.operator import norm_bound
from ..solvers import Solver, choose_solver, eigenpairs
from .machine import own_peak_mb
from .problem import Problem

# Energies, and entropies of every state and l-bit, of one realization.
Measured = tuple[np.ndarray, np.ndarray, np.ndarray]


def run_ensemble(job: dict[str, Any], comm: Any) -> dict[str, Any]:
    """Solve and measure `realizations` of `problem` by `route` on `processes` processes.

    The clock starts when all processes have warmed up. Energies and entropies of all states are
    returned together, to be compared between the routes.
    """
    problem = Problem.from_dict(job["problem"])
    measure_one, processes = ROUTES[job["route"]], int(job["processes"])
    baseline = own_peak_mb()
    tasks = [
        (job["route"], replace(problem, realization=problem.realization + i))
        for i in range(int(job["realizations"]))
    ]
    if processes == 1:
        measure_one(problem)
        begin = time.perf_counter()
        results = [_measure_one(task) for task in tasks]
        seconds = time.perf_counter() - begin
    else:
        # Forked processes would share the state of BLAS threads and of MPI.
        context = multiprocessing.get_context("spawn")
        ready = context.Barrier(processes + 1)
        with context.Pool(processes, _warm_up, (job["route"], problem, ready)) as pool:
            ready.wait()
            begin = time.perf_counter()
            results = pool.map(_measure_one, tasks, chunksize=1)
            seconds = time.perf_counter() - begin
    parts = [np.concatenate([result[i].ravel() for result in results]) for i in range(3)]
    return {
        # Entropies beside energies: both routes must agree on both.
        "energies": [float(x) for x in np.concatenate(parts[:2])],
        "scale": norm_bound(problem.operator()),
        "mean_entropy": float(parts[1].mean()),
        "mean_gap_ratio": float(parts[2].mean()),
        "realizations_per_second": len(tasks) / seconds,
        "n_pairs": problem.n_pairs * len(tasks),
        "seconds": seconds,
        "baseline_mb": baseline,
    }


def measure_ours(problem: Problem) -> Measured:
    solver = _chosen(replace(problem, realization=0))
    pairs = eigenpairs(problem.operator(), problem.target(), solver)
    found = measure(pairs, ["entropy_lbits", "gap_ratio"])
    return pairs.energies, found["entropy_lbits"], found["gap_ratio"]


@cache
def _chosen(problem: Problem) -> Solver:
    return choose_solver(problem.operator(), problem.target())


def measure_numpy(problem: Problem) -> Measured:
    """The same by numpy and quimb, as a user would write it."""
    quimb = import_quimb()
    operator = problem.operator()
    energies, vectors = np.linalg.eigh(to_dense(operator))
    wanted = problem.target().nearest(energies, operator)
    energies, vectors = energies[wanted], vectors[:, wanted]
    dims, lbits = list(operator.space.dims), operator.space.lbits
    entropies = [
        [quimb.entropy_subsys(vector.reshape(-1, 1), dims, [site]) for site in lbits]
        for vector in np.ascontiguousarray(vectors.T)
    ]
    return energies, np.array(entropies) * LOG2, gap_ratio(energies)


ROUTES: dict[str, Callable[[Problem], Measured]] = {"ours": measure_ours, "numpy": measure_numpy}


def _warm_up(route: str, problem: Problem, ready: Barrier) -> None:
    ROUTES[route](problem)
    ready.wait()


def _measure_one(task: tuple[str, Problem]) -> Measured:
    route, problem = task
    return ROUTES[route](problem)
