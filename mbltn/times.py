"""Times as people and batch systems write them."""

from __future__ import annotations

import re

from .errors import InvalidInput

_FIELDS = re.compile(r"(?:(\d+)-(?=\d+:\d+:))?(\d+(?::\d+){0,2})", re.ASCII)
_DURATION = re.compile(r"(\d+(?:\.\d+)?) ?(min|h|d|s)", re.ASCII)
_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds_of(text: str) -> float:
    """Seconds of [days-][hours:]minutes:seconds, of "90min", "12h" or "2d", or of a number of them.

    Raises
    ------
    InvalidInput
        If it is none of these.

    Examples
    --------
    >>> seconds_of("23:50:00"), seconds_of("1-00:00:00"), seconds_of("1.5h"), seconds_of("90")
    (85800.0, 86400.0, 5400.0, 90.0)
    """
    if found := _DURATION.fullmatch(text):
        return float(found[1]) * _UNITS[found[2]]
    found = _FIELDS.fullmatch(text)
    if found is None:
        raise InvalidInput(
            f"the time {text!r} must read 23:50:00, 1-12:00:00, 90min, 12h, 2d or a number of "
            "seconds"
        )
    seconds = 0
    for field in found[2].split(":"):
        seconds = 60 * seconds + int(field)
    return float(86400 * int(found[1] or 0) + seconds)
