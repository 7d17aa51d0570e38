"""Words of a job script: what the shell reads is quoted, what the batch system reads is restricted.

The shell takes any text in quotes. Directives (#SBATCH, #PBS) are read by the batch system, each in
its own way with blanks, quotes, % and #, so that only plain words may stand there.
"""

from __future__ import annotations

import math
import re
import shlex
import unicodedata
from collections.abc import Iterable

from ..errors import InvalidInput
from ..times import seconds_of

# Control characters, and what some programs take for the end of a line.
_BREAKING = {"Cc", "Zl", "Zp"}
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,:=+@/*&|()\[\]-]*")
_SHORT = re.compile(r"\d+(:\d+)?", re.ASCII)
_MEMORY = re.compile(r"(\d+(?:\.\d+)?) ?([MGT])B?", re.ASCII)
_BYTES = {"M": 1e6, "G": 1e9, "T": 1e12}


def quoted(text: str) -> str:
    """One word for the shell, whatever is in it.

    Raises
    ------
    InvalidInput
        If it has control characters or ends of lines, which no name needs.

    Examples
    --------
    >>> print(quoted("my study; rm -r *.toml"))
    'my study; rm -r *.toml'
    """
    if bad := {hex(ord(c)) for c in text if unicodedata.category(c) in _BREAKING}:
        raise InvalidInput(
            f"{text!r} has control characters or ends of lines ({', '.join(sorted(bad))}), which a "
            "job script cannot hold safely: choose another name"
        )
    return shlex.quote(text)


def words(texts: Iterable[str]) -> str:
    """Words for the shell, with blanks between them."""
    return " ".join(map(quoted, texts))


def path_word(path: str) -> str:
    """A path that no program takes for an option, not quoted yet.

    Examples
    --------
    >>> path_word("-o.toml"), path_word("a/b.toml")
    ('./-o.toml', 'a/b.toml')
    """
    if not path:
        raise InvalidInput("a path is empty: name a file or a folder")
    return f"./{path}" if path.startswith("-") else path


def plain(what: str, text: str) -> str:
    """A word that can stand in a directive.

    Examples
    --------
    >>> plain("partition", "gpu,long")
    'gpu,long'
    """
    if not _PLAIN.fullmatch(text):
        raise InvalidInput(
            f"{what}={text!r} cannot stand in a job script: it must begin with a letter or digit, "
            "and have no blanks, quotes, backslashes, #, %, $ or other than ASCII characters"
        )
    return text


def job_name(text: str, most: int) -> str:
    """A name of at most `most` letters, digits, _ and -, the first a letter.

    Examples
    --------
    >>> job_name("2022: failed; avalanche", 64), job_name("", 15)
    ('mbltn-2022_failed_avalanche', 'mbltn')
    """
    kept = re.sub(r"[^A-Za-z0-9_-]+", "_", text).strip("_-")
    if not kept or not kept[0].isalpha():
        kept = f"mbltn-{kept}".rstrip("-")
    return kept[:most]


def seconds_of_text(text: str) -> float:
    """As `times.seconds_of`, but in full: batch systems read "90" and "1:30" each in its own way.

    Examples
    --------
    >>> seconds_of_text("1.5h"), seconds_of_text("1-00:00:01")
    (5400.0, 86401.0)
    """
    seconds = 0.0 if _SHORT.fullmatch(text) else seconds_of(text)
    if not 60 <= seconds < 1e8:
        raise InvalidInput(
            f"the time {text!r} must read 90min, 12h, 2d, 1:30:00 or 1-12:00:00, and be a minute "
            "at least"
        )
    return seconds


def bytes_of_text(text: str) -> float:
    """Of "64GB", "500M" or "1.5T"; 1 GB is 1e9 bytes.

    Examples
    --------
    >>> bytes_of_text("64GB"), bytes_of_text("500M")
    (64000000000.0, 500000000.0)
    """
    found = _MEMORY.fullmatch(text)
    if found is None or float(found[1]) == 0:
        raise InvalidInput(f"the memory {text!r} must read 500MB, 64GB or 1.5TB")
    return float(found[1]) * _BYTES[found[2]]


def clock(seconds: float, days: bool) -> str:
    """The time for a batch system, rounded up to minutes.

    Examples
    --------
    >>> clock(100000, days=True), clock(100000, days=False)
    ('1-03:47:00', '27:47:00')
    """
    minutes = math.ceil(seconds / 60)
    if days and minutes >= 24 * 60:
        return f"{minutes // 1440}-{minutes % 1440 // 60:02d}:{minutes % 60:02d}:00"
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"
