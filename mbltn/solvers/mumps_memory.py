"""What a factorisation will need, from MUMPS's analysis, beside what the nodes have."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..comm import node_neighbours
from ..errors import SolverFailure
from .mumps import Factor

_CGROUPS = Path("/sys/fs/cgroup")
# Names of limit, use and reclaimable cache in the two versions of control groups.
_FILES = {
    2: ("memory.max", "memory.current", "inactive_file"),
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that one solve will need beyond what is allocated already.

    Attributes
    ----------
    factor : MUMPS's own estimate, all ranks together, with its workspace
    factor_out_of_core : the same if the factor is written to disk
    vectors : Krylov basis and eigenvectors, all ranks together
    busiest : need of the node that has least to spare; of the whole job if there is a limit
    available : what that node (or the limit) has
    """

    factor: float
    factor_out_of_core: float
    vectors: float
    busiest: float
    available: float

    @property
    def total(self) -> float:
        return self.factor + self.vectors

    @property
    def fits(self) -> bool:
        return self.busiest <= self.available

    def require(self, dimension: int, limited: bool) -> None:
        """Raise `SolverFailure` with these numbers unless it fits."""
        if self.fits:
            return
        where = "memory_limit allows" if limited else "are available on the fullest node"
        saving = (
            f", {_gb(self.factor_out_of_core)} with Slepc(out_of_core=True)"
            if self.factor_out_of_core < self.factor
            else ""
        )
        raise SolverFailure(
            f"slepc needs about {_gb(self.busiest)} for D={dimension} (factor "
            f"{_gb(self.factor)}{saving}; vectors {_gb(self.vectors)}), but "
            f"{_gb(self.available)} {where}: use more ranks on more nodes, fewer l-bits, or "
            "solver='windowed' or 'filtered', which store no factor"
        )


def estimate(
    factor: Factor, comm: Any, vectors: float, memory_limit: float | None
) -> MemoryEstimate:
    """After the analysis of `factor`; `vectors` are the bytes of this rank's Krylov basis.

    Collective; equal on every rank.
    """
    in_core, on_disk = (1e6 * megabytes for megabytes in factor.megabytes_needed())
    mine = (on_disk if factor.options.out_of_core else in_core) + vectors
    here = sum(node_neighbours(comm, mine))
    free = min(node_neighbours(comm, available_bytes()))
    shares = comm.allgather((in_core, on_disk, vectors, mine, here, free))
    totals = [sum(column) for column in zip(*shares, strict=True)]
    if memory_limit is not None:
        here, free = totals[3], memory_limit
    else:
        *_, here, free = max(shares, key=lambda share: share[4] / max(share[5], 1.0))
    return MemoryEstimate(totals[0], totals[1], totals[2], here, free)


def available_bytes() -> float:
    """Memory that processes of this node can still take, by the kernel and the control groups.

    Examples
    --------
    >>> available_bytes() > 0
    True
    """
    return min([_kernel_says(), *_groups_say(Path("/proc/self/cgroup"), _CGROUPS)])


def _kernel_says() -> float:
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
    except OSError:
        pass  # no /proc: not Linux
    return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _groups_say(membership: Path, root: Path) -> list[float]:
    """Limit minus use of every control group that this process is in, from both versions."""
    try:
        lines = membership.read_text().splitlines()
    except OSError:
        return []
    left = []
    for line in lines:
        number, controllers, path = line.split(":", 2)
        if number == "0":
            version, top = 2, root
        elif "memory" in controllers.split(","):
            version, top = 1, root / "memory"
        else:
            continue
        group = top / path.lstrip("/")
        # A container sees its own group at the top, whatever the path says.
        folders = [group, *group.parents]
        left += [_left(folder, version) for folder in folders if folder.is_relative_to(top)]
    return [value for value in left if value is not None]


def _left(group: Path, version: int) -> float | None:
    limit, use, cache = _FILES[version]
    try:
        most = (group / limit).read_text().strip()
        if most == "max":
            return None
        statistics = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        used = float((group / use).read_text()) - float(statistics.get(cache, 0))
        return max(float(most) - used, 0.0)
    except (OSError, ValueError):
        return None


def _gb(number: float) -> str:
    return f"{number / 1e9:.3g} GB"
