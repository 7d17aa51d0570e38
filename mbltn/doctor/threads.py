"""Cores, ranks and threads: whether they get into each other's way."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from ..comm import node_neighbours
from .finding import Finding


def placement(comm: Any) -> Finding:
    """How this node's ranks of `comm` are placed, and how many threads each will start."""
    masks = node_neighbours(comm, tuple(sorted(os.sched_getaffinity(0))))
    return judged(masks, os.environ.get("OMP_NUM_THREADS"))


def judged(masks: list[tuple[int, ...]], setting: str | None) -> Finding:
    """From the cores that each rank of a node may use, and OMP_NUM_THREADS."""
    cores = set().union(*masks)
    state = f"{len(cores)} cores, OMP_NUM_THREADS {f'is {setting}' if setting else 'not set'}"
    if len(masks) > 1:
        state = f"{len(masks)} ranks on {state}"
    shared, ranks = Counter(masks).most_common(1)[0]
    if ranks > len(shared) and len(shared) < len(cores):
        return Finding(
            "threads",
            f"{state}: {ranks} ranks share {len(shared)} of them",
            "mpirun --bind-to none ...   # or one core for each rank",
        )
    if len(masks) > len(cores):
        return Finding("threads", f"{state}: more ranks than cores", f"mpirun -n {len(cores)} ...")
    each = max(1, len(cores) // len(masks))
    if setting and setting.isdigit() and int(setting) > each:
        return Finding(
            "threads",
            f"{state}: {int(setting) * len(masks)} threads compete",
            f"export OMP_NUM_THREADS={each}",
        )
    return Finding("threads", state)
