"""Figures of a yardstick: a number read off rows, to be compared with a mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .rows import Row, ratio

Read = Callable[[Sequence[Row]], float | None]


@dataclass(frozen=True)
class Figure:
    """A number to reach (`must`) and one to aim at; `larger` says which side is good."""

    what: str
    read: Read
    must: float
    aim: float | None
    unit: str
    larger: bool = True

    def reached(self, value: float, mark: float) -> bool:
        return value >= mark if self.larger else value <= mark


def value(name: str, method: str) -> Read:
    """A number of the row of one method."""
    return lambda rows: _number(rows, name, method)


def gain(name: str, method: str, over: Sequence[str]) -> Read:
    """How many times less of `name` a method takes than the best of some others, in any layout."""

    def read(rows: Sequence[Row]) -> float | None:
        others = [found for other in over for found in _numbers(rows, name, other)]
        return ratio(min(others), _number(rows, name, method)) if others else None

    return read


def speedup(method: str, ranks: int) -> Read:
    """Time on one rank over time on several."""
    return lambda rows: ratio(
        _number(rows, "seconds", method, ranks=1), _number(rows, "seconds", method, ranks=ranks)
    )


def _number(rows: Sequence[Row], name: str, method: str, ranks: int | None = None) -> float | None:
    return next(iter(_numbers(rows, name, method, ranks)), None)


def _numbers(rows: Sequence[Row], name: str, method: str, ranks: int | None = None) -> list[float]:
    """From every row of this method that ended and agrees with the others."""
    found = [
        row.more.get(name) if name in row.more else getattr(row, name, None)
        for row in rows
        if row.method == method and ranks in (None, row.ranks)
        if row.status == "done" and row.agrees is not False
    ]
    return [float(number) for number in found if number is not None]
