"""What the numbers were measured on; nothing that names the machine or its folders."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..machine import physical_memory

MEGABYTE = 1e6


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe() -> dict[str, Any]:
    """CPU model, cores, memory and the libraries that numbers depend on.

    Examples
    --------
    >>> sorted(describe())
    ['blas', 'cores', 'cpu', 'memory_gb', 'numpy', 'python', 'scipy']
    """
    return {
        "cpu": _cpu(),
        "cores": cores(),
        "memory_gb": round(physical_memory() / 1e9, 1),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "scipy": version("scipy"),
        "blas": [name for name, _ in loaded_blas()],
    }


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
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']:g} GB; Python "
        f"{machine['python']}, numpy {machine['numpy']}, scipy {machine['scipy']}, "
        f"{', '.join(machine['blas']) or 'no optimised BLAS'}"
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
    """Seconds that all cores together were busy since the machine started; None if unknown."""
    try:
        numbers = [int(n) for n in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    except (OSError, ValueError, IndexError):
        return None
    user, nice, system, _idle, _wait, irq, softirq, stolen = numbers
    return (user + nice + system + irq + softirq + stolen) / os.sysconf("SC_CLK_TCK")


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
