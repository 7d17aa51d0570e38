"""Python libraries: versions, binaries that fit one another, room for compiled kernels."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .finding import COMPILED_STACK, Finding, built_for_numpy

_COMPILED = {
    "scipy.linalg": "pip install --force-reinstall scipy",
    "numba": "pip install --force-reinstall numba",
    "h5py": "pip install --force-reinstall h5py",
    "pandas": "pip install --force-reinstall pandas",
    "petsc4py.PETSc": COMPILED_STACK,
    "slepc4py.SLEPc": COMPILED_STACK,
}
_SECONDS = 60


def library(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "missing", f"pip install {name}")


def compiled_modules(alone: bool) -> Finding:
    """Whether modules in C load beside this numpy; each in a process of its own, since a module
    that was built for another numpy may crash it."""
    part = "binaries"
    here = [name for name in _COMPILED if importlib.util.find_spec(name.partition(".")[0])]
    if not alone:
        return Finding(part, "not tried inside an MPI job")
    with ThreadPoolExecutor() as pool:
        troubles = dict(zip(here, pool.map(_trouble, here), strict=True))
    numpy = f"numpy {version('numpy')}"
    for name, trouble in troubles.items():
        if trouble:
            state = f"{name} does not load beside {numpy}: {trouble}"
            return Finding(part, state, built_for_numpy(_COMPILED[name]))
    return Finding(part, f"{', '.join(name.partition('.')[0] for name in here)} fit {numpy}")


def _trouble(module: str) -> str:
    """Why this module does not load; nothing if it does."""
    command = [sys.executable, "-c", f"import {module}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return f"its import takes more than {_SECONDS} s"
    if done.returncode < 0:
        return f"its import ends by signal {-done.returncode}"
    lines = done.stderr.strip().splitlines()
    return lines[-1] if done.returncode and lines else ""


def kernel_cache() -> Finding:
    """Where numba keeps compiled kernels; without a place every run compiles for a minute."""
    part = "kernels"
    fix = "export NUMBA_CACHE_DIR=$HOME/.cache/numba"
    try:
        from ..operators.kernels import add_local_block
    except ImportError:
        return Finding(part, "numba is missing", "pip install numba")
    except RuntimeError as error:  # numba finds no folder at all
        return Finding(part, f"compiled kernels cannot be kept: {error}", fix)
    folder = Path(str(add_local_block.stats.cache_path))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(part, f"compiled kernels cannot be kept in {folder}: {error.strerror}", fix)
    return Finding(part, f"compiled once, kept in {folder}")
