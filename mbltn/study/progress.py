"""How far a running study is, on stderr: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

_BAR_PERIOD = 0.5
_LINE_PERIOD = 5.0
# A log of a long run stays readable: so many lines for the second half of any time.
_LINES_TO_DOUBLE = 60


class Progress:
    """Watches the set of finished tasks from a thread of its own while the work goes on.

    Parameters
    ----------
    seconds : estimated cost of every task that is needed, by its id
    done : returns the ids of the finished tasks; asked every half second or less often
    style : "bar", "lines", "none", or "auto" (bar on a terminal, lines elsewhere)
    """

    def __init__(
        self,
        name: str,
        seconds: Mapping[str, float],
        done: Callable[[], set[str]],
        style: str = "auto",
        stream: TextIO | None = None,
    ) -> None:
        self._name = name
        self._seconds = dict(seconds)
        self._done = done
        self._stream = stream if stream is not None else sys.stderr
        self._style = _style_for(style, self._stream)
        self._started = time.monotonic()
        self._before = self._state()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Progress:
        if self._style != "none":
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def aim(self, seconds: Mapping[str, float]) -> None:
        """More has turned out to be needed: estimated costs of all that is."""
        self._seconds = dict(seconds)

    @property
    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _state(self) -> tuple[int, float]:
        """Finished tasks of this study, and the estimated seconds in them."""
        seconds = self._seconds
        finished = self._done() & seconds.keys()
        return len(finished), sum(seconds[i] for i in finished)

    def _watch(self) -> None:
        if self._style == "bar":
            self._watch_bar()
        else:
            self._watch_lines()

    def _watch_lines(self) -> None:
        while not self._stop.wait(max(_LINE_PERIOD, self._elapsed / _LINES_TO_DOUBLE)):
            print(self.line(), file=self._stream, flush=True)
        print(self.line(), file=self._stream, flush=True)

    def _watch_bar(self) -> None:
        from tqdm import tqdm

        bar = tqdm(
            desc=self._name,
            total=sum(self._seconds.values()),
            initial=self._before,
            file=self._stream,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
        )
        running = True
        while running:
            running = not self._stop.wait(_BAR_PERIOD)
            finished, bar.n = self._state()
            bar.total = sum(self._seconds.values())
            bar.set_postfix_str(f"{finished}/{len(self._seconds)} realizations")
        bar.close()

    def line(self) -> str:
        """One line: realizations done, share of the work, time elapsed and left."""
        total = sum(self._seconds.values())
        finished, work = self._state()
        elapsed = self._elapsed
        gained = work - self._before
        left = _time_left(elapsed, gained, total - work)
        share = 100 * work / total if total else 100
        return (
            f"{self._name}: {finished}/{len(self._seconds)} realizations, {share:.0f} % of the "
            f"work, {_clock(elapsed)} elapsed, {left} left"
        )


@contextmanager
def counted(
    name: str, style: str = "auto", stream: TextIO | None = None
) -> Iterator[Callable[[int, int], None]]:
    """``tick(done, total)`` for work that says itself how far it is; styles as in `Progress`."""
    stream = stream if stream is not None else sys.stderr
    style = _style_for(style, stream)
    if style == "bar":
        from tqdm import tqdm

        with tqdm(desc=name, unit="point", leave=False, delay=1.0, file=stream) as bar:

            def draw(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            yield draw
        return
    started = time.monotonic()
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        elapsed = time.monotonic() - started
        if style == "none" or elapsed - told < max(_LINE_PERIOD, elapsed / _LINES_TO_DOUBLE):
            return
        told = elapsed
        left = _time_left(elapsed, done, total - done)
        print(
            f"{name}: {done}/{total} points, {_clock(elapsed)} elapsed, {left} left",
            file=stream,
            flush=True,
        )

    yield tell


def _style_for(style: str, stream: TextIO) -> str:
    if style != "auto":
        return style
    return "bar" if stream.isatty() else "lines"


def _time_left(elapsed: float, gained: float, rest: float) -> str:
    if rest <= 0:
        return _clock(0)
    return _clock(elapsed * rest / gained) if gained > 0 else "unknown"


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
