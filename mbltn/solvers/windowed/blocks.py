"""Columns of a large block, a few at a time, on as many threads as the BLAS was given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from ...machine import blas_threads

T = TypeVar("T")


def n_threads(comm: Any) -> int:
    """Threads for column blocks: those of the BLAS on one rank, one where ranks share the work."""
    if comm.size > 1:
        return 1
    return blas_threads()


def column_blocks(count: int, width: int, threads: int = 1) -> list[slice]:
    """Slices of at most `width` columns, of nearly equal size, as many for each thread.

    Examples
    --------
    >>> column_blocks(10, 4)
    [slice(0, 4, None), slice(4, 7, None), slice(7, 10, None)]
    >>> len(column_blocks(10, 4, threads=2)), len(column_blocks(1, 4, threads=2))
    (4, 1)
    """
    n = min(count, threads * -(-count // (threads * width)))
    base, extra = divmod(count, n) if n else (0, 0)
    blocks, start = [], 0
    for number in range(n):
        stop = start + base + (number < extra)
        blocks.append(slice(start, stop))
        start = stop
    return blocks


@contextmanager
def pool_of(threads: int) -> Iterator[Callable[[Callable[[Any], T], list[Any]], list[T]]]:
    """A ``map`` over independent pieces of work; each thread's BLAS calls stay on that thread."""
    if threads == 1:
        yield lambda work, items: [work(item) for item in items]
        return
    with threadpool_limits(1), ThreadPoolExecutor(threads) as pool:
        yield lambda work, items: list(pool.map(work, items))
