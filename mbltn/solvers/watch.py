"""Time of a long solve: its limit, its phases, and how much is left, said through logging."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..errors import InvalidInput

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_LINES = 10.0


class Watch:
    """Rank 0's clock, so that all ranks stop at the same step.

    Examples
    --------
    >>> from mbltn.comm import Serial
    >>> Watch(Serial(), None, "filtered").expired()
    False
    """

    def __init__(self, comm: Any, time_limit: float | None, name: str) -> None:
        if time_limit is not None and not time_limit > 0:
            raise InvalidInput(f"time_limit={time_limit!r} must be a positive number of seconds")
        self._comm = comm
        self._limit = time_limit
        self._name = name
        self._begin = self._said = time.monotonic()
        self._phases: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        """Since the solve began, by this rank's clock."""
        return time.monotonic() - self._begin

    def expired(self) -> bool:
        """Whether the time limit is reached; collective, equal on every rank."""
        if self._limit is None:
            return False
        return bool(self._comm.bcast(self.seconds > self._limit))

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Its time is added to that of other phases of this name."""
        begin = time.monotonic()
        yield
        self._phases[name] = self._phases.get(name, 0.0) + time.monotonic() - begin

    def phases(self) -> dict[str, float]:
        """Seconds of every phase, equal on every rank; collective."""
        return dict(self._comm.bcast(self._phases))

    def step(self, done: float, total: float, what: str) -> None:
        """Say, every ten seconds at most, how far this is and how long it may still take."""
        now = time.monotonic()
        if self._comm.rank != 0 or now - self._said < _SECONDS_BETWEEN_LINES or done <= 0:
            return
        self._said = now
        left = (now - self._begin) * max(total - done, 0.0) / done
        log.info("%s: %s %.0f of %.0f, about %.0f s left", self._name, what, done, total, left)

    @property
    def reason(self) -> str:
        return f"the time limit of {self._limit:g} s was reached"
