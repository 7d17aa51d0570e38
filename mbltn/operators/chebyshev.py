"""Matrix-free H on blocks of vectors over ranks and threads, and Chebyshev series of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..comm import Serial, nobody_waits
from .distributed import Deal, Exchange
from .operator import Operator
from .shared import SharedTiles, aligned_zeros
from .tiles import stored_entries, tiles

# Bytes of x that a pass keeps in the second-level cache, and of each run in its other pass.
_CACHED = 2**18
_RUN = 2**14
_TYPICAL_WIDTH = 8
# Up to this many times the cache, reading far neighbours from the next one is cheaper.
_ONE_PASS = 8


class BlockOperator:
    """``y = a H x + e x + f y + g z`` on blocks of vectors, each rank its configurations.

    One pass reads the neighbours that lie near in memory; a second one, in an order in which they
    stay in the cache, those that lie far or came from other ranks. Blocks are (n_local, b), rows as
    in `Deal`; b that is no multiple of eight costs as much as the next one. One application is
    ``2 stored_entries(H)`` floating point operations a vector, a recurrence step with accumulation
    three for each row more: :attr:`flops`.

    Parameters
    ----------
    op : Operator
        Real symmetric.
    comm : mpi4py communicator, optional
    share : bool
        Ranks of one node read each other's vectors instead of sending them. `close` frees them.

    Examples
    --------
    >>> from mbltn.operators import SIGMA_X, HilbertSpace, Term
    >>> op = Operator(HilbertSpace((2, 2)), (Term(0.5, ((1, SIGMA_X),)),))
    >>> h = BlockOperator(op)
    >>> h.apply(np.array([[1.0], [0.0], [0.0], [0.0]])).ravel()
    array([0. , 0.5, 0. , 0. ])
    """

    def __init__(self, op: Operator, comm: Any = None, share: bool = True) -> None:
        self.op = op
        self.deal = deal = Deal(op.space, comm if comm is not None else Serial())
        self.sum, self.decide = deal.public.sum, deal.public.decide
        low, high = deal.configurations.start, deal.configurations.stop
        d, self._own = deal.cut.levels, high - low
        parts = tiles(op, deal.cut, low, high)
        self._core = np.zeros(0) if parts.core is None else parts.core.ravel()
        self._energies = parts.energies
        self._mix = _mix(parts.matrices, d)
        cached = max(1, _CACHED // (8 * d * _TYPICAL_WIDTH))
        if self._own <= _ONE_PASS * cached:
            cached = max(1, self._own)
        entries = [
            (matrix.indptr, matrix.indices.astype(np.int64), matrix.data)
            for matrix in parts.neighbours
        ]
        self._work: dict[int, list[np.ndarray]] = {}
        self._shared = SharedTiles.on(deal.comm) if share else None
        outside = [c[(c < low) | (c >= high)] for _, c, _ in entries]
        needed = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *outside]))
        if self._shared is not None:
            needed = needed[:0]
        self._exchange = Exchange(deal.configurations, needed)
        near: list[Any] = []
        far: list[Any] = []
        for pointers, columns, values in entries:
            rows = np.repeat(np.arange(self._own), np.diff(pointers))
            here = (low <= columns) & (columns < high)
            close = here & (rows // cached == (columns - low) // cached)
            place = columns - low  # in the memory of other ranks if it lies outside of our own
            if self._shared is None:
                place = np.where(here, place, self._own + np.searchsorted(needed, columns))
            elif cached >= self._own:
                close = np.ones_like(here)
            for chosen, target in ((close, near), (~close, far)):
                counts = np.bincount(rows[chosen], minlength=self._own)
                target.append((counts, place[chosen], values[chosen]))
        self._near, self._far = _stacked(near, self._own), _stacked(far, self._own)
        run = max(1, _RUN // (8 * d * _TYPICAL_WIDTH))
        s = np.arange(self._own)
        order = np.lexsort((s % cached % run, s // cached, s % cached // run))
        self._order = order[np.diff(self._far[0], axis=1).any(axis=0)[order]]
        self._entries = stored_entries(op)

    @property
    def dimension(self) -> int:
        return self.op.dimension

    @property
    def n_local(self) -> int:
        return self.deal.n_local

    def flops(self, applies: int, recurrence: bool = True) -> int:
        """Operations of this many applications to single vectors, over all ranks."""
        return applies * (2 * self._entries + (3 * self.dimension if recurrence else 0))

    def bytes(self, width: int) -> int:
        """Memory of this rank for H and for the blocks of a Chebyshev series."""
        index = sum(array.nbytes for part in (self._near, self._far) for array in part)
        tile = 8 * self.deal.cut.levels * _padded(width)
        return index + tile * (4 * self._own + 3 * self._exchange.received)

    def __enter__(self) -> BlockOperator:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        # Freeing waits for the other ranks, and so would whoever fails alone.
        if error is None or nobody_waits(self.deal.comm, error):
            self.close()

    def close(self) -> None:
        """Free the vectors that ranks of one node share; collective. Leaving `with` does it."""
        self._work.clear()
        if self._shared is not None:
            self._shared.close()

    def zeros(self, width: int) -> np.ndarray:
        """A block for `step`, (own tiles + received tiles, d, width), width a multiple of 8.

        Collective.
        """
        shape = (self._own + self._exchange.received, self.deal.cut.levels, width)
        if self._shared is None:
            return aligned_zeros(shape)
        tiles_of_all = self.deal.configurations
        return self._shared.zeros(shape, tiles_of_all.start, tiles_of_all.dimension)

    def step(
        self,
        y: np.ndarray,
        x: np.ndarray,
        z: np.ndarray,
        a: float,
        e: float = 0.0,
        f: float = 0.0,
        g: float = 0.0,
    ) -> None:
        """``y = a H x + e x + f y + g z`` on blocks of `zeros`; fills the received tiles of x."""
        from .chebyshev_kernels import add_far, near_step

        width = x.shape[2]
        if self._shared is not None:
            self._shared.wait()
        requests = self._exchange.start(x)
        flat_x, flat_y = x.reshape(-1), y.reshape(-1)
        near_step(
            flat_y, flat_x, z.reshape(-1), self._core, self._energies, *self._near, *self._mix,
            width, a, e, f, g,
        )  # fmt: skip
        self._exchange.finish(requests)
        if len(self._order):
            add_far(flat_y, flat_x, self._order, *self._far, *self._mix, width, a)

    def _entered(self, *blocks: np.ndarray) -> list[np.ndarray]:
        """What to work with: these blocks, and two more that are zero."""
        b = blocks[0].shape[1]
        width = _padded(b)
        work = self._work.setdefault(width, [])
        if work and self._shared is not None:
            self._shared.wait()  # others may still read what is overwritten now
        work.extend(self.zeros(width) for _ in range(len(blocks) + 2 - len(work)))
        for x, block in zip(work, blocks, strict=False):
            x[: self._own, :, :b] = block.reshape(self._own, self.deal.cut.levels, b)
            x[: self._own, :, b:] = 0.0
        entered = work[: len(blocks) + 2]
        for x in entered[len(blocks) :]:
            x[: self._own] = 0.0
        return entered

    def _left(self, y: np.ndarray, width: int) -> np.ndarray:
        return y[: self._own].reshape(self.n_local, y.shape[2])[:, :width].copy()

    def apply(self, block: np.ndarray) -> np.ndarray:
        """``H @ block`` for this rank's rows of any number of vectors."""
        x, y, _ = self._entered(block)
        self.step(y, x, x, 1.0)
        return self._left(y, block.shape[1])

    def series(
        self,
        block: np.ndarray,
        coefficients: np.ndarray,
        centre: float,
        half: float,
        odd: np.ndarray | None = None,
    ) -> np.ndarray:
        """``sum_k c_k T_k((H - centre) / half) @ block`` by Clenshaw's recurrence.

        ``b_k = c_k x + 2 H' b_{k+1} - b_{k+2}``, result ``c_0 x + H' b_1 - b_2`` (C. W. Clenshaw,
        Math. Tables Aids Comput. 9, 118, 1955): one block less to write in every step than with
        the sum accumulated beside T_k x. With `odd` the terms of odd k act on it instead, at the
        cost of one more block of memory.
        """
        if len(coefficients) == 1:
            return float(coefficients[0]) * np.ascontiguousarray(block)
        *given, newer, older = self._entered(*([block] if odd is None else [block, odd]))
        terms = [(float(c), given[k % len(given)]) for k, c in enumerate(coefficients)]
        c, x = terms.pop()
        newer[: self._own] = c * x[: self._own]
        while len(terms) > 1:
            c, x = terms.pop()
            self.step(older, newer, x, 2.0 / half, -2.0 * centre / half, -1.0, c)
            newer, older = older, newer
        c, x = terms.pop()
        self.step(older, newer, x, 1.0 / half, -centre / half, -1.0, c)
        return self._left(older, block.shape[1])

    def moments(self, block: np.ndarray, count: int, centre: float, half: float) -> np.ndarray:
        """``<x| T_k((H - centre) / half) |x>``, (count, b), from half as many applications.

        ``2 <T_m x, T_n x> = <T_{m+n}> + <T_{m-n}>`` (Weisse et al., Rev. Mod. Phys. 78, 275, 2006).
        """
        width = block.shape[1]
        older, newer, _ = self._entered(block)
        self.step(newer, older, older, 1.0 / half, -centre / half)
        own = slice(0, self._own)

        def dots(a: np.ndarray, b: np.ndarray) -> np.ndarray:
            return np.einsum("sdb,sdb->b", a[own], b[own])[:width]

        found = [dots(older, older), dots(newer, older)]
        first, second = found
        while len(found) < count:
            found.append(2 * dots(newer, newer))
            self.step(older, newer, newer, 2.0 / half, -2.0 * centre / half, -1.0)
            newer, older = older, newer
            found.append(2 * dots(newer, older))
        found = list(self.sum(np.array(found[:count])))
        first, second = found[0].copy(), found[1].copy()
        for k in range(2, count):
            found[k] = found[k] - (first if k % 2 == 0 else second)
        return np.array(found)


def _padded(width: int) -> int:
    return -(-width // 8) * 8


def _mix(matrices: tuple[np.ndarray, ...], d: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all B_k side by side, as the same number of entries for every row."""
    joined = np.hstack([np.zeros((d, 0)), *matrices])
    count = int(np.count_nonzero(joined, axis=1).max(initial=0))
    columns = np.zeros((count, d), dtype=np.int64)
    values = np.zeros((count, d))
    for row in range(d):
        entries = np.flatnonzero(joined[row])
        columns[: len(entries), row] = entries
        values[: len(entries), row] = joined[row, entries]
    return columns, values


def _stacked(
    groups: list[tuple[np.ndarray, np.ndarray, np.ndarray]], n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Compressed rows of several matrices in one array of entries."""
    pointers = np.zeros((len(groups), n + 1), dtype=np.int64)
    filled = 0
    for group, (counts, columns, _) in enumerate(groups):
        pointers[group, 0] = filled
        pointers[group, 1:] = filled + np.cumsum(counts)
        filled += len(columns)
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *(c for _, c, _ in groups)])
    values = np.concatenate([np.zeros(0), *(v for _, _, v in groups)])
    return pointers, columns.astype(np.int32), values
