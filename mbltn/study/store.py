"""The results folder: records in HDF5, written aside and renamed, under one lock.

Layout::

    study.json            what this folder belongs to
    lock                  held by the job that writes here; the kernel frees it with the job
    records/<id>.h5       finished realizations of a running or killed job, one file each
    records.h5            finished realizations, packed when a job ends: one group each
    table.csv             means and errors; see mbltn.study.statistics
"""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import h5py

from ..errors import FolderBusy, StudyError
from .record import FORMAT_VERSION, Record
from .schema import Study

log = logging.getLogger(__name__)

# What a job that was killed before it wrote study.json leaves behind.
_OWN_BEFORE_STUDY = {"lock", "records", "study.json.part"}


class Store:
    """Records of one study in one folder. Reading needs no lock."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.singles = self.folder / "records"
        self.packed = self.folder / "records.h5"
        self._lock: int | None = None

    # -- ownership ---------------------------------------------------------------------------

    def claim(self, study: Study) -> None:
        """Make the folder this study's and lock it for this job.

        Raises
        ------
        StudyError
            If the folder holds another study or cannot be written.
        FolderBusy
            If another job is writing into it.
        """
        try:
            self._check_ownership()
            self.singles.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            self._check_identity(study)
            write_aside(self.folder / "study.json", study.model_dump_json(indent=1).encode())
        except OSError as error:
            self.release()
            raise StudyError(f"the results folder {self.folder} cannot be used: {error}") from None
        except StudyError:
            self.release()
            raise
        for leftover in self.singles.glob("*.part"):
            leftover.unlink(missing_ok=True)
        self._set_damaged_aside()

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> None:
        path = self.folder / "lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = path.read_text() or "unknown"
            os.close(handle)
            raise FolderBusy(
                f"another job (process {holder.strip()}) is writing into {self.folder}: wait for "
                "it, or choose another folder with --out"
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()} on {os.uname().nodename}\n".encode())
        self._lock = handle

    def _check_ownership(self) -> None:
        """Raise, before anything is written, if this is somebody's folder of other things."""
        if not self.folder.exists() or (self.folder / "study.json").exists():
            return
        strangers = {path.name for path in self.folder.iterdir()} - _OWN_BEFORE_STUDY
        if strangers:
            raise StudyError(
                f"{self.folder} holds {min(strangers)!r} but no study.json, so it is not a "
                "results folder: choose an empty or new one with --out"
            )

    def _check_identity(self, study: Study) -> None:
        before = self.study()
        if before is None:
            return
        old, new = before.identity(), study.identity()
        different = [key for key in new if old[key] != new[key]]
        if different:
            key = different[0]
            raise StudyError(
                f"{self.folder} holds another study: its {key} is {old[key]!r}, the given one is "
                f"{new[key]!r}. Choose another folder with --out, or another name for the study"
            )

    def study(self) -> Study | None:
        """The study that this folder belongs to, or None for a new folder."""
        try:
            text = (self.folder / "study.json").read_text()
        except FileNotFoundError:
            return None
        try:
            return Study.model_validate_json(text)
        except ValueError as error:
            raise StudyError(f"{self.folder / 'study.json'} is damaged: {error}") from None

    # -- records -----------------------------------------------------------------------------

    def done(self) -> set[str]:
        """Ids of all finished realizations."""
        finished = {path.stem for path in self.singles.glob("*.h5")}
        if self.packed.exists():
            with _open(self.packed) as file:
                finished |= set(file)
        return finished

    def write(self, record: Record) -> None:
        """Store a finished realization; after this call a kill of the job cannot lose it."""
        # In memory first: HDF5 itself crashes (segmentation fault) where the disk is full.
        with h5py.File(record.id, "w", driver="core", backing_store=False) as file:
            _write_group(file.create_group(record.id), record)
            file.flush()
            image = file.id.get_file_image()
        write_aside(self._single(record.id), image)

    def pack(self) -> None:
        """Move all single files into one. Killed at any point, nothing is lost or doubled."""
        singles = sorted(self.singles.glob("*.h5"))
        if not singles:
            return
        sources = [self.packed, *singles] if self.packed.exists() else singles
        aside = self.packed.with_suffix(".part")
        aside.unlink(missing_ok=True)
        _check_space(self.folder, sum(source.stat().st_size for source in sources))
        with h5py.File(aside, "w") as target:
            target.attrs["format"] = FORMAT_VERSION
            for source in sources:
                with _open(source) as file:
                    for name in file:
                        if name not in target:
                            file.copy(name, target)
        os.replace(aside, self.packed)
        for single in singles:
            single.unlink()

    def records(self) -> Iterator[Record]:
        """All stored realizations, in the order of their ids."""
        found = {path.stem: path for path in self.singles.glob("*.h5")}
        with _open(self.packed) if self.packed.exists() else nullcontext({}) as packed:
            found = {**dict.fromkeys(packed, self.packed), **found}
            for name, path in sorted(found.items()):
                if path == self.packed:
                    yield _read_group(name, packed[name])
                    continue
                # A job that ends meanwhile moves its single files into the pack.
                with _open(path if path.exists() else self.packed) as single:
                    yield _read_group(name, single[name])

    def written(self, name: str) -> Path | None:
        """NAME.csv, unless it is missing or a job has added records that it may not know."""
        path = self.folder / f"{name}.csv"
        return path if path.exists() and not any(self.singles.glob("*.h5")) else None

    def _single(self, name: str) -> Path:
        return self.singles / f"{name}.h5"

    def _set_damaged_aside(self) -> None:
        """A power cut can leave a file that is no HDF5; its realization is computed anew."""
        for path in self.singles.glob("*.h5"):
            try:
                _open(path).close()
            except StudyError:
                log.warning("%s is damaged; set aside, to be computed anew", path)
                path.rename(path.with_suffix(".damaged"))


def write_aside(path: Path, content: bytes) -> None:
    """Write a whole file or nothing."""
    aside = path.with_name(path.name + ".part")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(errno.ENOSPC, f"{needed} bytes are needed to pack the records, {free} free")


def _open(path: Path) -> h5py.File:
    try:
        return h5py.File(path, "r", locking=False)
    except OSError as error:
        raise StudyError(
            f"{path} is not a readable record file ({error}): delete it and run the study again, "
            "only what it held is computed anew"
        ) from None


def _write_group(group: h5py.Group, record: Record) -> None:
    group.attrs["task"] = json.dumps(record.task, sort_keys=True)
    group.attrs["facts"] = json.dumps(record.facts, sort_keys=True)
    for name, values in record.arrays.items():
        group.create_dataset(name, data=values)


def _read_group(name: str, group: h5py.Group) -> Record:
    arrays = {key: item[()] for key, item in group.items() if isinstance(item, h5py.Dataset)}
    disorder = group.get("sample", {})
    arrays.update({f"sample/{key}": item[()] for key, item in disorder.items()})
    task, facts = (json.loads(group.attrs[key]) for key in ("task", "facts"))
    return Record(task, name, arrays, facts)
