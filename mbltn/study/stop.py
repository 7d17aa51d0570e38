"""When a run ends before its work does: told by a signal, or by the clock.

A signal handler in Python waits until the running library call returns, and an eigensolver may
hold the interpreter for hours. The handler here is machine code, compiled by numba, of calls that
are safe in one. It notes that the run was told to stop and sets an alarm; when that rings, what is
in flight is dropped by ending the process. Records are whole at any moment: none is lost.
"""

from __future__ import annotations

import ctypes
import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from ..errors import InvalidInput, RunStopped

GRACE = 30

_SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)
_MESSAGE = b"mbltn: told to stop: what is in flight has %d s to end, nothing new begins\n"
_STDERR = 2
_told = ctypes.c_byte(0)  # signals are the process's, and so is this


class Stop:
    """Whether another realization may begin.

    Parameters
    ----------
    grace : seconds that what is in flight may go on for when the run is told to stop, whole ones
    seconds : that the run may take from now on; the last `grace` of them are for what is in flight

    Raises
    ------
    InvalidInput
        If the grace is shorter than a second.

    Examples
    --------
    >>> stop = Stop(grace=30, seconds=3600.0)
    >>> stop.told, 3569 < stop.room() <= 3570
    (False, True)
    >>> Stop().room()
    inf
    """

    def __init__(self, grace: int = GRACE, seconds: float = math.inf) -> None:
        if not grace >= 1:
            raise InvalidInput(f"a grace of {grace} s is too short: give 1 s or more")
        self.grace = int(grace)
        self._end = time.monotonic() + seconds
        self._listening = False

    @property
    def told(self) -> bool:
        return self._listening and bool(_told.value)

    def tell(self) -> None:
        """As if a signal had come."""
        if self._listening and not self.told:
            os.kill(os.getpid(), signal.SIGUSR1)

    def room(self) -> float:
        """Seconds in which a realization that begins now must end."""
        return self._end - self.grace - time.monotonic()

    @contextmanager
    def listening(self, aloud: bool = True) -> Iterator[Stop]:
        """SIGTERM, SIGUSR1, SIGINT and the time limit are heeded; a second SIGINT ends at once.

        Parameters
        ----------
        aloud : say so on stderr; one rank of a job is enough
        """
        _told.value = 0
        handler = _compiled(self.grace, aloud)
        before = {number: _set_handler(number, handler) for number in (*_SIGNALS, signal.SIGALRM)}
        ignored = before[signal.SIGINT]
        if ignored == int(signal.SIG_IGN):  # a job in the background of a shell
            _set_handler(signal.SIGINT, ignored)
        self._listening = True
        if math.isfinite(self._end):
            signal.setitimer(signal.ITIMER_REAL, max(self._end - time.monotonic(), 1e-3))
        try:
            yield self
        finally:
            self._listening = False
            self.no_alarm()
            for number, previous in before.items():
                _set_handler(number, previous)

    def no_alarm(self) -> None:
        """All that was in flight has ended."""
        signal.setitimer(signal.ITIMER_REAL, 0.0)


def _libc(name: str, result: Any, *arguments: Any) -> Any:
    function = ctypes.CDLL(None)[name]
    function.restype, function.argtypes = result, arguments
    return function


def _set_handler(number: int, handler: int) -> int:
    """In C; returns the one before. Python's own knowledge of handlers is left alone."""
    before: int = _libc("signal", ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t)(number, handler)
    return before


@cache
def _compiled(grace: int, aloud: bool) -> int:
    """Address of the handler; it and what it points to live as long as the process."""
    import numba

    end_process = _libc("_exit", None, ctypes.c_int)
    set_alarm = _libc("alarm", ctypes.c_uint, ctypes.c_uint)
    fill = _libc("memset", ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t)
    write = _libc("write", ctypes.c_ssize_t, ctypes.c_int, ctypes.c_size_t, ctypes.c_size_t)
    set_handler = _libc("signal", ctypes.c_size_t, ctypes.c_int, ctypes.c_size_t)
    message = ctypes.create_string_buffer(_MESSAGE % grace)
    told, words = ctypes.addressof(_told), ctypes.addressof(message)
    length = len(message) - 1 if aloud else 0
    alarm, interrupt = int(signal.SIGALRM), int(signal.SIGINT)
    unfinished = RunStopped.exit_code

    def handle(number: int) -> None:
        if number == alarm:
            end_process(unfinished)
        fill(told, 1, 1)
        left = set_alarm(grace)
        if 0 < left < grace:
            set_alarm(left)
        write(_STDERR, words, length)
        if number == interrupt:
            set_handler(interrupt, 0)

    compiled: Callable[..., Any] = numba.cfunc("void(int32)")(handle)
    _KEPT.append((compiled, message))
    address: int = compiled.address  # type: ignore[attr-defined]
    return address


_KEPT: list[Any] = []
