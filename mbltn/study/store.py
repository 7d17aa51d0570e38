"""The results folder: a journal for each rank while a job runs, few HDF5 files afterwards.

Layout::

    study.json            what this folder belongs to
    lock                  held by the job that writes here; the kernel frees it with the job
    records/*.journal     finished realizations of a running or killed job; see mbltn.study.journal
    records.h5            finished realizations, packed when a job ends; see mbltn.study.pack
    records-0001.h5       more of them, each of at most about 128 MiB
    *.damaged             what a spoilt file left, beside the records that were saved from it
    table.csv             means and errors; see mbltn.study.statistics

Format 1 had ``records/<id>.h5`` in place of journals (mbltn.study.format1).
"""

from __future__ import annotations

import errno
import fcntl
import heapq
import logging
import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Protocol

from ..errors import FolderBusy, StudyError
from .format1 import FilesOfOne
from .journal import SUFFIX, Journal, JournalReader
from .pack import PACK_BYTES, RECORD_BYTES, image_of, open_pack
from .record import Record
from .schema import Study

log = logging.getLogger(__name__)

# What a job that was killed before it wrote study.json leaves behind.
_OWN_BEFORE_STUDY = {"lock", "records", "study.json.part"}
# How a file system says that it has no locks.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


class Source(Protocol):
    """Some records of a folder: a journal, a pack, or a file of format 1."""

    path: Path
    unreadable: int

    def __enter__(self) -> Source: ...
    def __exit__(self, *_: object) -> None: ...
    def ids(self) -> set[str]: ...
    def records(self) -> Iterator[tuple[str, Record | None]]: ...


class Store:
    """Records of one study in one folder. Reading needs no lock."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.running = self.folder / "records"
        self.packed = self.folder / "records.h5"
        self._journal: Journal | None = None
        self._lock: int | None = None
        # Of a folder that cannot be locked: another job may be writing, so nothing is removed.
        self._shared = False
        self._distrusted: set[str] = set()
        self._seen: dict[Path, tuple[object, set[str]]] = {}
        self._readers: dict[Path, JournalReader] = {}
        self._reading = threading.Lock()

    # -- ownership ---------------------------------------------------------------------------

    def claim(self, study: Study) -> None:
        """Make the folder this study's, lock it for this job, and check every record in it.

        Raises
        ------
        StudyError
            If the folder holds another study or cannot be written.
        FolderBusy
            If another job is writing into it.
        """
        try:
            self._check_ownership()
            self.running.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            self._check_identity(study)
            write_aside(self.folder / "study.json", study.model_dump_json(indent=1).encode())
            if not self._shared:
                for leftover in (*self.running.glob("*.part"), *self.folder.glob("*.part")):
                    leftover.unlink(missing_ok=True)
            self._mend()
        except OSError as error:
            self.release()
            raise StudyError(
                f"the results folder {self.folder} cannot be used: {error}. Mend its permissions, "
                "free disk space, or choose another folder with --out; nothing was computed"
            ) from None
        except StudyError:
            self.release()
            raise

    def close(self) -> Path | None:
        """End the journal of this process and say where it is: all nodes see its records now."""
        journal, self._journal = self._journal, None
        if journal is None:
            return None
        journal.close()
        return journal.path

    def release(self) -> None:
        with suppress(OSError):
            self.close()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take_lock(self) -> None:
        path = self.folder / "lock"
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = path.read_text() or "unknown"
            os.close(handle)
            raise FolderBusy(
                f"another job (process {holder.strip()}) is writing into {self.folder}: wait for "
                "it, or choose another folder with --out"
            ) from None
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(handle)
                raise
            self._shared = True
            log.warning(
                "the file system of %s has no locks (%s): a second job on this folder would not "
                "be refused and do the same work again; records stay in journals",
                *(self.folder, error.strerror),
            )
        self._lock = handle
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()} on {os.uname().nodename}\n".encode())

    def _check_ownership(self) -> None:
        """Raise, before anything is written, if this is somebody's folder of other things."""
        if not self.folder.exists():
            return
        strangers = {path.name for path in self.folder.iterdir()} - _OWN_BEFORE_STUDY
        # Asked for last: a job that began at the same instant may have written it meanwhile.
        if strangers and not (self.folder / "study.json").exists():
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
        """Ids of all finished realizations; quick enough to be asked every second."""
        with self._reading:
            found: set[str] = set()
            for path in self._unpacked():
                with suppress(FileNotFoundError):  # packed meanwhile
                    if path.suffix == SUFFIX:
                        found |= self._readers.setdefault(path, JournalReader(path)).ids()
                    else:
                        found.add(path.stem)
            for path in self._packs():
                with suppress(FileNotFoundError):
                    status = path.stat()
                    state = (status.st_ino, status.st_mtime_ns, status.st_size)
                    if self._seen.get(path, (None,))[0] != state:
                        with open_pack(path) as source:
                            self._seen[path] = (state, source.ids())
                    found |= self._seen[path][1]
            return found - self._distrusted

    def write(self, record: Record) -> None:
        """Store a finished realization; after this call a kill of the job cannot lose it."""
        if self._journal is None:
            self._journal = Journal(self.running)
        self._journal.append(record)

    def discard(self) -> None:
        """Forget what this process wrote since its journal was opened."""
        if self._journal is not None:
            path = self._journal.path
            self.close()
            path.unlink(missing_ok=True)

    def pack(self, journals: Iterable[Path | None] = ()) -> None:
        """Move the records of all journals into few files. Killed at any point, nothing is lost
        or doubled.

        Parameters
        ----------
        journals : those of all ranks of this job, by `close`; a list of files may be a minute old
            where another node has written
        """
        own = [path for path in (self.close(), *journals) if path is not None]
        if unseen := [path for path in own if not path.exists()]:
            raise StudyError(
                f"a rank on another node has written {unseen[0]}, which is not there on "
                f"{os.uname().nodename}: put the results on a file system that all nodes share"
            )
        if unpacked := list(dict.fromkeys([*own, *self._unpacked()])):
            self._repack(unpacked)

    def records(self) -> Iterator[Record]:
        """All stored realizations, in the order of their ids. Damaged ones are left out."""
        with ExitStack() as stack:
            sources = _opened(stack, (*self._unpacked(), *self._packs()))
            damaged: dict[Path, int] = {}
            yield from _merged(sources, damaged)
        for path, count in damaged.items():
            log.warning("%s is damaged: left out %s; run the study again", path, _places(count))

    def written(self, name: str) -> Path | None:
        """NAME.csv, unless it is missing or a job has added records that it may not know."""
        path = self.folder / f"{name}.csv"
        return path if path.exists() and not any(self._unpacked()) else None

    def _unpacked(self) -> Iterator[Path]:
        """Files of jobs that have not ended, or were killed; asked for before the packs, into
        which a job that ends meanwhile moves them."""
        yield from sorted(self.running.glob(f"*{SUFFIX}"))
        yield from sorted(self.running.glob("*.h5"))

    def _packs(self) -> Iterator[Path]:
        if self.packed.exists():
            yield self.packed
        yield from sorted(self.folder.glob("records-*.h5"))

    def _mend(self) -> None:
        """Read all records; where any is damaged, save the others into a new file.

        Work on a damaged file is done again, and the file itself is kept as it was.
        """
        damaged: dict[Path, int] = {}
        with ExitStack() as stack:
            sources = _opened(stack, (*self._unpacked(), *self._packs()))
            good = set()
            for source in sources:
                count = source.unreadable
                for name, record in source.records():
                    if record is not None:
                        good.add(name)
                    count += record is None
                if count:
                    damaged[source.path] = count
            every = {name for source in sources if source.path in damaged for name in source.ids()}
        if self._shared:
            self._distrusted = every - good
        elif damaged:
            self._repack(list(damaged))

    def _repack(self, given: Sequence[Path]) -> None:
        """Records of these files into packs; files that were damaged stay as ``.damaged``."""
        if self._shared:
            return
        paths = [*given, *([self.packed] if self.packed.exists() else [])]
        paths = list(dict.fromkeys(paths))
        others = [path for path in self._packs() if path not in paths]
        study = (self.folder / "study.json").read_text()
        damaged: dict[Path, int] = {}
        with ExitStack() as stack:
            known = {name for source in _opened(stack, others) for name in source.ids()}
            sources = _opened(stack, paths)
            batch: list[Record] = []
            size = 0
            for record in _merged(sources, damaged):
                if record.id in known:
                    continue
                batch.append(record)
                size += RECORD_BYTES + sum(values.nbytes for values in record.arrays.values())
                if size >= PACK_BYTES:
                    write_aside(self._new_pack(), image_of(batch, study))
                    batch, size = [], 0
            for path, count in damaged.items():
                log.warning(
                    "%s is damaged: set aside %s in %s, to be computed anew",
                    *(path, _places(count), _keep(path).name),
                )
            if batch:
                write_aside(self.packed, image_of(batch, study))
            elif self.packed in paths:
                self.packed.unlink()
        _sync_folder(self.folder)
        for path in paths:
            if path != self.packed:
                path.unlink(missing_ok=True)

    def _new_pack(self) -> Path:
        taken = [int(path.stem.rpartition("-")[2]) for path in self.folder.glob("records-*.h5")]
        return self.folder / f"records-{max(taken, default=0) + 1:04d}.h5"


def _opened(stack: ExitStack, paths: Iterable[Path]) -> list[Source]:
    """All of these files that are still there."""
    sources: list[Source] = []
    for path in paths:
        with suppress(FileNotFoundError):
            source: Source
            if path.suffix == SUFFIX:
                source = JournalReader(path)
            elif path.parent.name == "records":
                source = FilesOfOne(path)
            else:
                source = open_pack(path)
            stack.enter_context(source)
            sources.append(source)
    return sources


def _merged(sources: Sequence[Source], damaged: dict[Path, int]) -> Iterator[Record]:
    """Every record once, in the order of their ids; counts what is damaged in which file."""
    for source in sources:
        if source.unreadable:
            damaged[source.path] = source.unreadable

    def labelled(source: Source) -> Iterator[tuple[str, Path, Record | None]]:
        for name, record in source.records():
            yield name, source.path, record

    seen = set()  # a spoilt file may be out of order
    for name, path, record in heapq.merge(*map(labelled, sources), key=lambda found: found[0]):
        if record is None:
            damaged[path] = damaged.get(path, 0) + 1
        elif name not in seen:
            seen.add(name)
            yield record


def _places(count: int) -> str:
    return "what is in 1 place" if count == 1 else f"what is in {count} places"


def _keep(path: Path) -> Path:
    """A second name for a damaged file, which the first one's removal leaves behind."""
    number, kept = 1, path.with_suffix(".damaged")
    while kept.exists():
        number += 1
        kept = path.with_suffix(f".{number}.damaged")
    try:
        os.link(path, kept)
    except OSError:  # a file system without hard links
        shutil.copy2(path, kept)
    return kept


def write_aside(path: Path, content: bytes) -> None:
    """Write a whole file or nothing."""
    aside = path.with_name(path.name + ".part")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError:
        with suppress(OSError):  # a folder that is read-only has not even a file to remove
            aside.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """New names are on the disk before old ones are removed, where the file system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
