"""What observables of papers C and E cost beside the diagonalisation that they are made from."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from ..observables import Measurement, measure
from ..operators import to_dense
from ..operators.operator import norm_bound
from ..solvers import Target, eigenpairs
from .machine import own_peak_mb
from .problem import Problem

NAMES = (
    *("line_ratio", "line_captured", "thouless", "log_ipr_probe", "log_ipr_lbits"),
    *("spectral_contact", "spectral_last_lbit", "entropy_lbits", "gap_ratio"),
)


def run_probes(job: dict[str, Any], comm: Any) -> dict[str, Any]:
    """Everything that is measured on a full spectrum against LAPACK's time for the spectrum alone.

    `overhead` = (time from the operator to all observables)/(time of `numpy.linalg.eigh` on the
    dense matrix) - 1, of D/log2 D states in the middle; both in this process, one after the other.
    """
    problem = Problem.from_dict(job["problem"])
    tiny = problem.tiny()
    _measured(tiny)
    baseline = own_peak_mb()
    begin = time.perf_counter()
    np.linalg.eigh(to_dense(problem.operator()))
    alone = time.perf_counter() - begin
    begin = time.perf_counter()
    energies = _measured(problem)
    seconds = time.perf_counter() - begin
    return {
        "energies": [float(energy) for energy in energies],
        "scale": norm_bound(problem.operator()),
        "seconds": seconds,
        "overhead": seconds / alone - 1,
        "eigh_seconds": alone,
        "baseline_mb": baseline,
        "peak_mb": own_peak_mb(),
        "solver": "dense",
    }


def _measured(problem: Problem) -> np.ndarray:
    model = problem.make_model()
    sample = model.draw(problem.seed, problem.realization)
    spectrum = eigenpairs(model.operator(sample), Target.all(), "dense")
    D = len(spectrum)
    wanted = Target.rank(int(D // np.log2(D))).nearest(spectrum.energies, spectrum.operator)
    spacing = float(np.ptp(spectrum.energies[wanted])) / len(wanted)
    options = Measurement(bin_width=spacing, reach=float(np.ptp(spectrum.energies)))
    measure(spectrum, NAMES, model, sample=sample, levels=wanted, options=options)
    return spectrum.energies
