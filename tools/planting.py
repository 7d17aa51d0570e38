"""Copies of the package with one error in them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def copied(parts: tuple[str, ...]) -> Iterator[Path]:
    """A folder with copies of these files and folders, as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in parts:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / part)
        yield copy


def plant(copy: Path, file: str, right: str, wrong: str, source: Path) -> None:
    """Put the error into mbltn/FILE of the copy; where it has no place `source` is stale."""
    target = copy / "mbltn" / file
    text = target.read_text()
    if right not in text:
        raise SystemExit(f"{right!r} is no longer in {file}: mend {source.name}")
    target.write_text(text.replace(right, wrong))
