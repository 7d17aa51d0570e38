"""What a running job leaves in its folder for `mbltn status`: how far it was when, and failures.

Layout::

    running.json      of the last job: its process, its crews, samples of what was done, its end
    failures.jsonl    realizations that failed in the last job, one a line
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

# Seconds between samples, at first and later on.
_SHORT, _LONG = 1.0, 5.0
# So many samples are kept: ten minutes.
_KEPT = 120
_RUNNING, _FAILURES = "running.json", "failures.jsonl"


class Pulse:
    """Notes every few seconds, from a thread of its own, how much is done.

    Parameters
    ----------
    folder : of the results
    seconds : estimated cost of every task that is needed, by its id
    done : returns the ids of the finished tasks
    at_once : how many tasks are worked on at a time
    """

    def __init__(
        self,
        folder: Path,
        seconds: Mapping[str, float],
        done: Callable[[], set[str]],
        at_once: int,
    ) -> None:
        self._path = folder / _RUNNING
        self._seconds = dict(seconds)
        self._done = done
        self._state: dict[str, Any] = {
            "process": f"{os.getpid()} on {os.uname().nodename}",
            "at_once": at_once,
            "begun": time.time(),
            "ended": None,
            "samples": [],
        }
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Pulse:
        (self._path.parent / _FAILURES).unlink(missing_ok=True)
        self._beat()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._state["ended"] = time.time()
        self._beat()

    def aim(self, seconds: Mapping[str, float]) -> None:
        """More has turned out to be needed: estimated costs of all that is."""
        self._seconds = dict(seconds)

    def _watch(self) -> None:
        period = _SHORT
        while not self._stop.wait(period):
            self._beat()
            period = min(1.1 * period, _LONG)

    def _beat(self) -> None:
        seconds = self._seconds
        finished = self._done() & seconds.keys()
        gained = sum(seconds[task] for task in finished)
        samples = self._state["samples"]
        samples.append([time.time(), len(finished), gained, sum(seconds.values())])
        del samples[:-_KEPT]
        aside = self._path.with_name(_RUNNING + ".part")
        # Nobody's result: a disk that is full is told of where results are written.
        with suppress(OSError):
            aside.write_text(json.dumps(self._state))
            os.replace(aside, self._path)


def note_failure(folder: Path, task: Mapping[str, Any], reason: str) -> None:
    """Add a line; whoever fails, writes."""
    line = json.dumps({"task": dict(task), "reason": reason}) + "\n"
    with suppress(OSError), (folder / _FAILURES).open("a") as file:
        file.write(line)


def failures(folder: Path) -> list[dict[str, Any]]:
    """Of the last job, so far; a line that two nodes have spoilt is left out."""
    found = []
    with suppress(OSError):
        for line in (folder / _FAILURES).read_text().splitlines():
            with suppress(ValueError):
                found.append(json.loads(line))
    return found


def running(folder: Path) -> dict[str, Any] | None:
    """What a job that has not said that it ended, has noted; it may have been killed."""
    try:
        state: dict[str, Any] = json.loads((folder / _RUNNING).read_text())
    except (OSError, ValueError):
        return None
    return state if state["ended"] is None else None


def rate(state: Mapping[str, Any], finished: int, now: float) -> float | None:
    """Realizations an hour since the oldest sample, with so many finished now.

    Examples
    --------
    >>> rate({"samples": [[1000.0, 4, 1.0, 9.0], [1300.0, 9, 3.0, 9.0]]}, 10, 1600.0)
    36.0
    """
    begin, done = state["samples"][0][:2]
    if not now > begin or finished < done:  # the clock was set, or targets have changed
        return None
    return 3600.0 * (finished - done) / (now - begin)


def seconds_left(state: Mapping[str, Any]) -> float | None:
    """Until all is done that is known to be needed, by the work of the samples' time.

    Examples
    --------
    >>> seconds_left({"samples": [[1000.0, 4, 1.0, 9.0], [1300.0, 9, 3.0, 9.0]]})
    900.0
    """
    (begin, _, before, _), (last, _, gained, total) = state["samples"][0], state["samples"][-1]
    if not (last > begin and gained > before):
        return None
    return float((total - gained) * (last - begin) / (gained - before))
