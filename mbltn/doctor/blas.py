"""The two BLAS libraries: that of numpy's wheels, and that which PETSc is linked with."""

from __future__ import annotations

import math
import time
from pathlib import Path

from ..errors import MissingLibrary
from ..machine import dgemm_gflops
from .finding import APT, Finding

# A reference BLAS reaches 1 to 3 on processors where an optimised one reaches 20 to 100.
_SLOW = 5.0
_SIZE = 512
_PRODUCTS = 3
_FIX = f"{APT} libopenblas0-pthread"


def numpy_blas() -> Finding:
    import scipy.linalg  # noqa: F401  loads the BLAS that is looked for
    from threadpoolctl import threadpool_info

    found = {
        f"{info.get('internal_api', '?')} {info.get('version') or '?'} "
        f"({Path(info['filepath']).name}, {info['num_threads']} threads)"
        for info in threadpool_info()
        if info.get("user_api") == "blas"
    }
    rate = dgemm_gflops()
    state = f"{', '.join(sorted(found)) or 'reference BLAS'}, {rate:.3g} GFlop/s"
    if rate < _SLOW:
        return Finding("blas", f"{state}: as slow as the reference BLAS", "pip install numpy scipy")
    return Finding("blas", state)


def petsc_blas() -> Finding:
    """MUMPS runs on it: the reference BLAS makes factorisations ten times as slow."""
    part = "petsc blas"
    try:
        rate = _petsc_gflops()
    except MissingLibrary:
        return Finding(part, "no usable PETSc, none needed")
    if rate < _SLOW:
        return Finding(part, f"{rate:.2g} GFlop/s: the slow reference BLAS", _FIX)
    return Finding(part, f"{rate:.3g} GFlop/s on one rank")


def _petsc_gflops() -> float:
    from ..operators.petsc import import_petsc

    petsc = import_petsc()
    a = petsc.Mat().createDense((_SIZE, _SIZE), comm=petsc.COMM_SELF)
    a.setUp()
    a.getDenseArray()[:] = 1.0
    a.assemble()
    best = math.inf
    for _ in range(_PRODUCTS):
        begin = time.perf_counter()
        a.matMult(a).destroy()
        best = min(best, time.perf_counter() - begin)
    a.destroy()
    return 2e-9 * _SIZE**3 / best
