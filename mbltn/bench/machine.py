"""What the numbers were measured on; nothing that names the machine or its folders."""

from __future__ import annotations

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .._version import __version__
from ..machine import physical_memory

MEGABYTE = 1e6
_LIBRARIES = ("numpy", "scipy", "numba", "quimb", "petsc4py", "slepc4py", "mpi4py")


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> dict[str, Any]:
    """CPU model, cores, memory, the day, and the libraries that numbers depend on.

    Examples
    --------
    >>> {"blas", "cores", "cpu", "date", "mbltn", "numba", "numpy", "python"} <= set(describe())
    True
    """
    libraries = {name: _version(name) for name in _LIBRARIES}
    return {
        "date": time.strftime("%Y-%m-%d"),
        "mbltn": __version__,
        "cpu": _cpu(),
        "cores": cores(),
        "memory_gb": round(physical_memory() / 1e9, 1),
        "python": platform.python_version(),
        **{name: found for name, found in libraries.items() if found},
        "blas": [name for name, _ in loaded_blas()],
    }


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def loaded_blas() -> list[tuple[str, int]]:
    """BLAS libraries that this process has loaded, with their threads."""
    import scipy.linalg  # noqa: F401  loads the BLAS that is looked for
    from threadpoolctl import threadpool_info

    found = {
        (
            f"{info.get('internal_api', 'blas')} {info.get('version') or '?'} "
            f"{info.get('architecture') or ''}".strip(),
            int(info["num_threads"]),
        )
        for info in threadpool_info()
        if info.get("user_api") == "blas"
    }
    return sorted(found)


def text(machine: dict[str, Any]) -> str:
    """One line."""
    libraries = [f"{name} {machine[name]}" for name in _LIBRARIES if name in machine]
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:g} GB; "
        f"mbltn {machine['mbltn']}, Python {machine['python']}, {', '.join(libraries)}, "
        f"{', '.join(machine['blas']) or 'no optimised BLAS'}; {machine['date']}"
    )


def own_peak_mb() -> float:
    """The most memory that this process ever held, MB."""
    # ru_maxrss survives exec: a child would report its parent's size if that was larger.
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / MEGABYTE
    except OSError:
        pass
    import resource

    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / MEGABYTE


def busy_core_seconds() -> float | None:
    """Seconds that our cores together were busy since the machine started; None if unknown."""
    try:
        lines = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
        ours = {f"cpu{number}" for number in os.sched_getaffinity(0)}
        numbers = [[int(n) for n in line[1:9]] for line in lines if line[0] in ours]
    except (OSError, ValueError, AttributeError):
        return None
    busy = 0
    for user, nice, system, _idle, _wait, irq, softirq, stolen in numbers:
        busy += user + nice + system + irq + softirq + stolen
    return busy / os.sysconf("SC_CLK_TCK")


def own_core_seconds() -> float:
    """Seconds that this process and all its ended children were busy."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
