"""Finished realizations of a running job: a file that only grows, one for each rank that writes.

HDF5 that is being written can be spoilt as a whole by a kill, so a record first goes, in one piece
with its length and its checksum, to the end of a journal. Whatever happens then, the pieces
before the last are as they were, and a piece that is not whole is known by its checksum. Journals
become HDF5 when a job ends (mbltn.study.pack).

A piece is a header (magic, id, length of the body, checksum of the body, checksum of the header)
and a body (length of a JSON text, the text, then the arrays that it lists, one after another).
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from .record import Record, is_sound

MAGIC = b"\x89mbltnR\n"
SUFFIX = ".journal"
_HEADER = struct.Struct("<8s20sQ16s")
_CHECK = struct.Struct("<I")
_HEADER_BYTES = _HEADER.size + _CHECK.size
_SEARCHED_AT_ONCE = 1 << 20

# Seconds. A record is on the disk before the next one is computed, unless they come faster.
SYNC_PERIOD = 1.0


def encode(record: Record) -> bytes:
    """One record as bytes, the same for the same content: what a checksum is taken of."""
    arrays = [(name, np.asarray(values)) for name, values in sorted(record.arrays.items())]
    text = json.dumps(
        {
            "id": record.id,
            "task": record.task,
            "facts": record.facts,
            "arrays": [(name, values.dtype.str, values.shape) for name, values in arrays],
        },
        sort_keys=True,
    ).encode()
    return b"".join([_CHECK.pack(len(text)), text, *(values.tobytes() for _, values in arrays)])


def decode(body: bytes) -> Record:
    """The record that `encode` was given."""
    (length,) = _CHECK.unpack_from(body)
    start = _CHECK.size + length
    content = json.loads(body[_CHECK.size : start])
    arrays = {}
    for name, dtype, shape in content["arrays"]:
        values = np.frombuffer(body, dtype, int(np.prod(shape)), start).reshape(shape).copy()
        arrays[name] = values
        start += values.nbytes
    return Record(content["task"], content["id"], arrays, content["facts"])


def checksum(body: bytes) -> bytes:
    """16 bytes of BLAKE2b."""
    return hashlib.blake2b(body, digest_size=16).digest()


class Journal:
    """The journal that this process writes; its file appears with the first record."""

    def __init__(self, folder: Path) -> None:
        name = f"{os.uname().nodename}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = folder / (name + SUFFIX)
        self._handle: int | None = None
        self._end = 0
        self._synced = -SYNC_PERIOD

    def append(self, record: Record) -> None:
        """Write one record; after this call a kill of the job cannot lose it.

        A power cut can lose what was written in the last `SYNC_PERIOD`, and no more than that.

        Raises
        ------
        OSError
            If the disk is full or fails. What was there before is as it was.
        """
        body = encode(record)
        header = _HEADER.pack(MAGIC, record.id.encode(), len(body), checksum(body))
        piece = memoryview(header + _CHECK.pack(zlib.crc32(header)) + body)
        if self._handle is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        try:
            written = 0
            while written < len(piece):
                written += os.pwrite(self._handle, piece[written:], self._end + written)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._handle, self._end)
            raise
        self._end += len(piece)
        if time.monotonic() - self._synced >= SYNC_PERIOD:
            self.sync()

    def sync(self) -> None:
        if self._handle is not None:
            os.fsync(self._handle)
            self._synced = time.monotonic()

    def close(self) -> None:
        """Nothing written is in this machine's memory alone afterwards; other nodes see it."""
        if self._handle is None:
            return
        try:
            self.sync()
        finally:
            os.close(self._handle)
            self._handle = None


class _Piece(NamedTuple):
    start: int
    length: int
    checksum: bytes


class JournalReader:
    """Records of a journal, also while it is being written.

    The last piece may be unfinished: its realization was in flight, and is not there. `unreadable`
    counts damaged places from which reading could only go on at a later piece.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unreadable = 0
        self._next = 0
        self._pieces: dict[str, _Piece] = {}
        self._file: BinaryIO | None = None

    def __enter__(self) -> JournalReader:
        self._file = self.path.open("rb")
        self.scan(self._file)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._file is not None
        self._file.close()

    def ids(self) -> set[str]:
        """Ids of all whole pieces, by their headers; reads only what was added since."""
        with self.path.open("rb") as file:
            self.scan(file)
        return set(self._pieces)

    def records(self) -> Iterator[tuple[str, Record | None]]:
        """Records in the order of their ids; None for one whose checksum does not fit, or
        that holds a NaN where none can be."""
        assert self._file is not None
        for name, piece in sorted(self._pieces.items()):
            self._file.seek(piece.start)
            body = self._file.read(piece.length)
            record = decode(body) if checksum(body) == piece.checksum else None
            fits = record is not None and record.id == name and is_sound(record)
            yield name, record if fits else None

    def scan(self, file: BinaryIO) -> None:
        size = os.fstat(file.fileno()).st_size
        while self._next + _HEADER_BYTES <= size:
            file.seek(self._next)
            header = file.read(_HEADER_BYTES)
            magic, name, length, found = _HEADER.unpack_from(header)
            (check,) = _CHECK.unpack_from(header, _HEADER.size)
            start = self._next + _HEADER_BYTES
            intact = magic == MAGIC and check == zlib.crc32(header[: _HEADER.size])
            if intact and start + length <= size:
                self._pieces[name.decode()] = _Piece(start, length, found)
                self._next = start + length
                continue
            later = _find(file, MAGIC, self._next + 1)
            if later is None:  # in flight
                return
            self.unreadable += 1
            self._next = later


def _find(file: BinaryIO, wanted: bytes, start: int) -> int | None:
    """Where `wanted` begins, at or after `start`."""
    file.seek(start)
    kept = b""
    while block := file.read(_SEARCHED_AT_ONCE):
        window = kept + block
        position = window.find(wanted)
        if position >= 0:
            return start - len(kept) + position
        start += len(block)
        kept = window[-(len(wanted) - 1) :]
    return None
