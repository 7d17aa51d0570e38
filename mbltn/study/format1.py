"""Results folders of format 1, which are read and continued but no longer written.

``records.h5`` had one group for each realization, ``records/<id>.h5`` held one realization of a
job that had not ended. There were no checksums: a file that HDF5 can read is taken as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import h5py

from .record import Record, is_sound


class FilesOfOne:
    """Records of ``records.h5`` (one group each), or of ``records/<id>.h5``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unreadable = 0

    def __enter__(self) -> FilesOfOne:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ids(self) -> set[str]:
        """Names of the groups; a file of one realization has its name."""
        if self.path.parent.name == "records":
            return {self.path.stem}
        with h5py.File(self.path, "r", locking=False) as file:
            return set(file)

    def records(self) -> Iterator[tuple[str, Record | None]]:
        """Records in the order of their ids; None for one that HDF5 cannot read."""
        try:
            file = h5py.File(self.path, "r", locking=False)
        except FileNotFoundError:  # packed meanwhile
            return
        except OSError:
            yield self.path.stem, None
            return
        with file:
            for name in sorted(file):
                try:
                    yield name, _read(name, file[name])
                except (OSError, KeyError, ValueError):
                    yield name, None


def _read(name: str, group: h5py.Group) -> Record:
    arrays = {key: item[()] for key, item in group.items() if isinstance(item, h5py.Dataset)}
    disorder = group.get("sample", {})
    arrays.update({f"sample/{key}": item[()] for key, item in disorder.items()})
    task, facts = (json.loads(group.attrs[key]) for key in ("task", "facts"))
    record = Record(task, name, arrays, facts)
    if not is_sound(record):
        raise ValueError("it holds a NaN where none can be")
    return record
