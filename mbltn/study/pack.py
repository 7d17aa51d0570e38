"""``records.h5``, format 2: many realizations in a few HDF5 arrays, which describe themselves.

Layout, for n realizations in the order of their ids::

    attributes                    format (2), about (these lines), mbltn, study (JSON)
    id          (n,)              text
    task        (n,)              JSON: parameters, seed, realization, states, ...
    facts       (n,)              JSON: solver, completeness, versions, seconds, ...
    checksum    (n,)              BLAKE2b of everything of this realization (mbltn.study.journal)
    arrays/NAME/record  (m,)      which of the n realizations have this array
    arrays/NAME/shape   (m, r)    its shape in each of them: numbers of states may differ
    arrays/NAME/values  (sum,)    its values, one realization after another, each in C order

NAME is energies, residuals, an observable, or sample/... for the disorder. A second type or rank
of the same array would be a group of its own, NAME~2, whose attribute `name` says NAME.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from .._version import __version__
from ..errors import StudyError
from .format1 import FilesOfOne
from .journal import checksum, encode
from .record import FORMAT_VERSION, Record, is_sound

# Bytes of records in one file, which is made in memory; of a record beside its arrays, there; and
# read at once.
PACK_BYTES = 128 * 2**20
RECORD_BYTES = 4096
_BLOCK_BYTES = 8 * 2**20
_TEXTS_IN_CHUNK = 256
_IMAGE_GROWTH = 2**20

# What h5py and numpy raise on a spoilt file.
_SPOILT = (OSError, RuntimeError, LookupError, ValueError, TypeError, OverflowError)


def image_of(records: Sequence[Record], study: str) -> bytes:
    """The HDF5 file that holds these records, as bytes.

    In memory, since HDF5 itself crashes (segmentation fault) where the disk is full.
    """
    with h5py.File(
        "image", "w", driver="core", backing_store=False, block_size=_IMAGE_GROWTH, libver="v108"
    ) as file:
        file.attrs["format"] = FORMAT_VERSION
        for key, text in (("about", __doc__ or ""), ("mbltn", __version__), ("study", study)):
            file.attrs[key] = _fixed(text.strip())
        _write_texts(file, "id", [record.id for record in records])
        _write_texts(file, "task", [_json(record.task) for record in records])
        _write_texts(file, "facts", [_json(record.facts) for record in records])
        _write_texts(file, "checksum", [checksum(encode(record)).hex() for record in records])
        for (name, _, rank), members in _columns(records).items():
            place, number = f"arrays/{name}", 1
            while place in file and "name" in file[place].attrs:
                number += 1
                place = f"arrays/{name}~{number}"
            group = file.require_group(place)
            group.attrs["name"] = _fixed(name)
            shapes = np.array([values.shape for _, values in members], np.int64)
            group["record"] = np.array([index for index, _ in members], np.int64)
            group["shape"] = shapes.reshape(len(members), rank)
            group["values"] = np.concatenate([values.ravel() for _, values in members])
        file.flush()
        image: bytes = file.id.get_file_image()
    return image


def _columns(records: Sequence[Record]) -> dict[tuple[str, str, int], list[Any]]:
    columns: dict[tuple[str, str, int], list[Any]] = defaultdict(list)
    for index, record in enumerate(records):
        for name, given in sorted(record.arrays.items()):
            values = np.asarray(given)
            columns[name, values.dtype.str, values.ndim].append((index, values))
    return columns


def _fixed(text: str) -> np.bytes_:
    """Of fixed length: HDF5 can loop for ever on a spoilt file with texts of variable length."""
    return np.bytes_(text.encode())


def _write_texts(file: h5py.File, name: str, texts: Sequence[str]) -> None:
    content = np.array([text.encode() for text in texts])
    chunks = (min(len(texts), _TEXTS_IN_CHUNK),)
    file.create_dataset(name, data=content, chunks=chunks, compression=4)


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, sort_keys=True)


class Pack:
    """Records of one file of format 2. `unreadable` is 1 if it tells not even what it held."""

    def __init__(self, path: Path, file: h5py.File) -> None:
        self.path = path
        self.unreadable = 0
        self._file = file
        try:
            self._ids = [name.decode() for name in file["id"][()]]
            self._columns = [_Column(group, len(self._ids)) for group in _groups(file["arrays"])]
        except _SPOILT:
            self.unreadable, self._ids, self._columns = 1, [], []

    def __enter__(self) -> Pack:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def ids(self) -> set[str]:
        return set(self._ids)

    def records(self) -> Iterator[tuple[str, Record | None]]:
        """Records in the order of their ids; None for one whose checksum does not fit."""
        sizes = np.ones(len(self._ids), np.int64)
        for column in self._columns:
            sizes[column.record] += np.diff(column.starts) * column.values.dtype.itemsize
        blocks = np.cumsum(sizes) // _BLOCK_BYTES
        edges = [0, *(np.flatnonzero(np.diff(blocks)) + 1), len(self._ids)]
        for first, last in pairwise(edges):
            yield from self._block(int(first), int(last))

    def _block(self, first: int, last: int) -> Iterator[tuple[str, Record | None]]:
        try:
            found = self._read(first, last)
        except _SPOILT:
            if last - first > 1:
                for index in range(first, last):
                    yield from self._block(index, index + 1)
            elif last > first:
                yield self._ids[first], None
            return
        yield from found

    def _read(self, first: int, last: int) -> list[tuple[str, Record | None]]:
        texts = [self._file[name][first:last] for name in ("task", "facts", "checksum")]
        arrays: list[dict[str, np.ndarray]] = [{} for _ in range(last - first)]
        for column in self._columns:
            for index, values in column.between(first, last):
                arrays[index - first][column.name] = values
        found: list[tuple[str, Record | None]] = []
        for index, (task, facts, given) in enumerate(zip(*texts, strict=True)):
            name = self._ids[first + index]
            try:
                record = Record(json.loads(task), name, arrays[index], json.loads(facts))
                fits = checksum(encode(record)).hex().encode() == given
                fits = fits and is_sound(record)
            except _SPOILT:
                fits = False
            found.append((name, record if fits else None))
        return found


class _Column:
    """One array of the realizations that have it."""

    def __init__(self, group: h5py.Group, n_records: int) -> None:
        self.name = group.attrs["name"].decode()
        self.values = group["values"]
        self.record = group["record"][()]
        self.shape = group["shape"][()]
        sizes = self.shape.prod(axis=1, dtype=np.int64)
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        inside = (self.record >= 0) & (self.record < n_records)
        if not inside.all() or (np.diff(self.record) <= 0).any() or (self.shape < 0).any():
            raise ValueError(f"the index of {self.name} is spoilt")
        if self.starts[-1] != len(self.values) or len(self.record) != len(self.shape):
            raise ValueError(f"the shapes of {self.name} do not fit its values")

    def between(self, first: int, last: int) -> Iterator[tuple[int, np.ndarray]]:
        low, high = np.searchsorted(self.record, [first, last])
        slab = self.values[self.starts[low] : self.starts[high]]
        for k in range(low, high):
            part = slab[self.starts[k] - self.starts[low] : self.starts[k + 1] - self.starts[low]]
            yield int(self.record[k]), part.reshape(self.shape[k]).copy()


def _groups(group: h5py.Group) -> Iterator[h5py.Group]:
    for part in group.values():
        if isinstance(part, h5py.Group):
            if "name" in part.attrs:
                yield part
            yield from _groups(part)


class Unreadable:
    """A file of which HDF5 can tell nothing."""

    unreadable = 1

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Unreadable:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ids(self) -> set[str]:
        return set()

    def records(self) -> Iterator[tuple[str, Record | None]]:
        return iter(())


def open_pack(path: Path) -> Pack | FilesOfOne | Unreadable:
    """A file of records of any format that was ever written.

    Raises
    ------
    StudyError
        If it was written by a later version of the package.
    FileNotFoundError
    """
    try:
        file = h5py.File(path, "r", locking=False)
    except FileNotFoundError:
        raise
    except OSError:  # cut off, or spoilt where it begins
        return Unreadable(path)
    try:
        version = int(file.attrs["format"])
    except _SPOILT:
        file.close()
        return Unreadable(path)
    if version == 1:
        file.close()
        return FilesOfOne(path)
    if version > FORMAT_VERSION:
        file.close()
        raise StudyError(
            f"{path} is of format {version}, and this is mbltn {__version__}, which knows formats "
            f"up to {FORMAT_VERSION}: update mbltn"
        )
    return Pack(path, file)
