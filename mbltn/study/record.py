"""One realization, from task to record."""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from .._version import __version__
from ..comm import Serial, together
from ..errors import SolverFailure
from ..models import Sample
from ..observables import measure, require_self_checks, trace_checks, value_checks
from ..observables.levels import doublets
from ..operators import Operator
from ..operators.operator import norm_bound
from ..solvers import Eigenpairs, Solver, Target, eigenpairs
from .plan import Task

FORMAT_VERSION = 2
KEPT_BYTES = 65_536


@dataclass(frozen=True)
class Record:
    """Everything known about one realization; nothing is averaged.

    `arrays` holds energies, residuals and the observables of every state, and the disorder as
    ``sample/<name>`` up to 64 kB an array. `facts` holds diagnostics: solver, completeness,
    orthonormality, versions.
    """

    task: dict[str, Any]
    id: str
    arrays: dict[str, np.ndarray]
    facts: dict[str, Any]


def is_sound(record: Record) -> bool:
    """Whether disorder, energies and residuals are numbers: with others nothing was ever solved."""
    return all(
        bool(np.isfinite(values).all())
        for name, values in record.arrays.items()
        if name in ("energies", "residuals") or name.startswith("sample/")
    )


def compute(task: Task, comm: Any = None) -> Record:
    """Solve and measure one task, on one rank or on all ranks of `comm`."""
    comm = comm if comm is not None else Serial()
    started = time.perf_counter()
    sample = together(comm, lambda: task.model.draw(task.seed, task.realization))
    operator = task.model.operator(sample)
    pairs = _all_of(operator, task.target, task.method, comm)
    levels = task.wanted.nearest(pairs.energies, operator)
    if task.whole_spectrum:
        together(comm, lambda: require_self_checks(trace_checks(pairs)))
    n_partners = task.measurement.partners

    def around(energy: float) -> Eigenpairs:
        assert n_partners is not None
        return _all_of(operator, Target.energy(energy, n_partners), task.method, comm)

    measured = measure(
        pairs,
        task.observables,
        task.model,
        sample=sample,
        levels=levels,
        around=around if n_partners is not None else None,
        options=task.measurement,
    )
    checks = value_checks(measured, task.measurement.bin_width)
    together(comm, lambda: require_self_checks(checks))
    arrays = {
        "energies": pairs.energies[levels],
        "residuals": pairs.residuals[levels],
        **measured,
        **_kept(sample),
    }
    facts = {
        "format": FORMAT_VERSION,
        "solver": pairs.solver,
        "complete": pairs.complete,
        "ranks": comm.size,
        "dimension": operator.dimension,
        "orthonormality": pairs.stats["orthonormality"],
        "doublets": doublets(pairs.energies[levels], bandwidth=2 * norm_bound(operator)),
        "sample_digest": sample.digest(),
        "seconds": time.perf_counter() - started,
        **versions(),
    }
    return Record(task.content(), task.id, arrays, facts)


def _all_of(operator: Operator, target: Target, method: Solver, comm: Any) -> Eigenpairs:
    pairs = eigenpairs(operator, target, method, comm)
    together(comm, lambda: _require_all_levels(pairs))
    return pairs


def _require_all_levels(pairs: Eigenpairs) -> None:
    """A record with levels missing would bias every average over states."""
    if pairs.missing:
        raise SolverFailure(f"{pairs.solver}: {pairs.complete}. {pairs.reason}")


def _kept(sample: Sample) -> dict[str, np.ndarray]:
    """The disorder, but for large grains, which seed and realization give back."""
    return {
        f"sample/{name}": values for name, values in sample.items() if values.nbytes <= KEPT_BYTES
    }


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Versions of what took part, as ``version_<library>``."""
    found = {"version_python": platform.python_version(), "version_mbltn": __version__}
    for library in ("numpy", "scipy", "quimb", "petsc4py", "slepc4py", "mpi4py"):
        try:
            found[f"version_{library}"] = version(library)
        except PackageNotFoundError:
            continue
    return found
