"""H in the eigenbasis of its core: a diagonal that holds all but the tail couplings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from ...comm import by_rank_zero
from ...operators import Operator, to_dense
from ...rows import Rows
from .blas import gemm
from .split import Split, split

_COLUMNS_AT_ONCE = 32


def outer_owners(n_outer: int, size: int) -> list[np.ndarray]:
    """Outer configurations of every rank: by the outermost bits where `size` divides, else dealt.

    The outermost spins are the least significant bits of the configuration's number, so both are
    one rule: configuration s lives on rank ``s % size``. Where `size` is a power of two a flip of
    an outermost spin meets one partner, and every other flip stays at home.
    """
    return [np.arange(rank, n_outer, size) for rank in range(size)]


@dataclass(frozen=True, eq=False)
class TailCoupling:
    """``V (x) X``: V in the core eigenbasis, own rows of X by the rank that they read from."""

    matrix: np.ndarray | None  # (A, A) C order; None for the identity
    transposed: bool
    symmetric: bool
    pieces: dict[int, sp.csr_array]  # rank -> (own configurations, those of that rank)
    readers: tuple[int, ...]  # other ranks that read ours; not those we read if X is not symmetric
    whole: sp.csr_array  # (S, S), in the order of the configuration numbers


@dataclass(frozen=True, eq=False)
class Frame:
    """One Hamiltonian, split after `n_core` sites, over the ranks of `comm`.

    A vector is an array x[a, s, c] on core level a, own outer configuration s and column c:
    ``H x = (E_a + e_s) x + sum_k V_k x X_k^T``.
    """

    op: Operator
    comm: Any
    tail: Split
    core_energies: np.ndarray  # (A,) ascending
    core_vectors: np.ndarray  # (A, A), columns
    couplings: tuple[TailCoupling, ...]
    own: np.ndarray  # own outer configurations
    _single: dict[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def build(cls, op: Operator, n_core: int, comm: Any) -> Frame:
        tail = split(op, n_core)
        energies, vectors = by_rank_zero(comm, lambda: _diagonalise(tail.core))
        owners = outer_owners(len(tail.outer_energies), comm.size)
        own = owners[comm.rank]
        return cls(
            op=op,
            comm=comm,
            tail=tail,
            core_energies=energies,
            core_vectors=vectors,
            couplings=_in_core_basis(tail, vectors, owners, comm.rank),
            own=own,
        )

    def over(self, comm: Any) -> Frame:
        """The same Hamiltonian over other ranks; matrices on the core are shared."""
        if comm is self.comm:
            return self
        owners = outer_owners(self.n_outer, comm.size)
        couplings = tuple(
            replace(coupling, **_pieces(coupling.whole, owners, comm.rank))
            for coupling in self.couplings
        )
        return replace(self, comm=comm, couplings=couplings, own=owners[comm.rank])

    @property
    def n_levels(self) -> int:
        return len(self.core_energies)

    @property
    def n_outer(self) -> int:
        return len(self.tail.outer_energies)

    @property
    def shape(self) -> tuple[int, int]:
        """(core levels, own outer configurations)."""
        return self.n_levels, len(self.own)

    @cached_property
    def diagonal(self) -> np.ndarray:
        """E_a + e_s on this rank."""
        return self.core_energies[:, None] + self.tail.outer_energies[self.own][None, :]

    @cached_property
    def reduction(self) -> Rows:
        """Sums over ranks."""
        return Rows(self.op.dimension, self.comm)

    def sum(self, local: np.ndarray) -> np.ndarray:
        return self.reduction.sum(local)

    def matrix(self, coupling: TailCoupling, dtype: Any) -> np.ndarray:
        """V in this precision."""
        assert coupling.matrix is not None
        if dtype == np.float64:
            return coupling.matrix
        key = id(coupling.matrix)
        if key not in self._single:
            self._single[key] = coupling.matrix.astype(np.float32)
        return self._single[key]

    def levels_of(
        self, coupling: TailCoupling, levels: slice, dtype: Any, mirror: bool = False
    ) -> np.ndarray:
        """Rows of V (of its transpose where `mirror`) that belong to these levels."""
        matrix = self.matrix(coupling, dtype)
        if coupling.symmetric:
            return matrix[levels]
        return matrix[:, levels].T if coupling.transposed != mirror else matrix[levels]

    def flipped(
        self,
        coupling: TailCoupling,
        x: np.ndarray,
        out: np.ndarray,
        add: bool = False,
        layout: str = "levels",
    ) -> np.ndarray:
        """``out (+)= x X^T``: flipped configurations, fetched from other ranks where needed.

        `layout` "levels" has x and out as [a, s, c]; "to outer" writes out as [s, a, c]; "from
        outer" reads x so.
        """
        from .kernels import combine, combine_by_outer, combine_from_outer

        work = {"levels": combine, "to outer": combine_by_outer, "from outer": combine_from_outer}
        if not add:
            out[...] = 0
        partners = [rank for rank in coupling.pieces if rank != self.comm.rank]
        requests, received = self._exchange(coupling, partners, x, layout == "from outer")
        for rank in [self.comm.rank, *partners]:
            piece = coupling.pieces.get(rank)
            if piece is None:
                continue
            if rank != self.comm.rank:
                requests[rank].Wait()
            source = x if rank == self.comm.rank else received[rank]
            work[layout](source, piece.indptr, piece.indices, piece.data.astype(x.dtype), out)
        for request in requests.values():
            request.Wait()
        return out

    def _exchange(
        self, coupling: TailCoupling, partners: list[int], x: np.ndarray, by_outer: bool
    ) -> tuple[dict[Any, Any], dict[int, np.ndarray]]:
        requests: dict[Any, Any] = {}
        received = {}
        for rank in partners:
            n_there = len(range(rank, self.n_outer, self.comm.size))
            shape = (n_there, x.shape[1]) if by_outer else (x.shape[0], n_there)
            received[rank] = np.empty((*shape, x.shape[2]), dtype=x.dtype)
            requests[rank] = self.comm.Irecv(received[rank], source=rank)
        for rank in coupling.readers:
            requests["to", rank] = self.comm.Isend(x, dest=rank)
        return requests, received

    def apply(
        self, x: np.ndarray, shifts: np.ndarray, out: np.ndarray, work: np.ndarray
    ) -> np.ndarray:
        """``out = (H - shifts[c]) x``; all arrays of one shape and precision."""
        from .kernels import add_diagonal

        self.couple(x, out, work)
        add_diagonal(out, x, self.diagonal_as(x.dtype), shifts.astype(x.dtype))
        return out

    def applied(self, rows: np.ndarray) -> np.ndarray:
        """``H x`` for x[a, s, c], or for columns stored flat, (A x own S, c)."""
        x = rows.reshape(*self.shape, rows.shape[-1])
        out = self.apply(x, np.zeros(x.shape[2]), np.empty_like(x), np.empty_like(x))
        return out.reshape(rows.shape)

    def couple(self, x: np.ndarray, out: np.ndarray, work: np.ndarray) -> None:
        """``out = W x``, the tail couplings alone."""
        started = False
        for coupling in self.couplings:
            flipped = self.flipped(coupling, x, work)
            if coupling.matrix is None:
                if started:
                    out += flipped
                else:
                    out[...] = flipped
            else:
                matrix = self.matrix(coupling, x.dtype)
                gemm(matrix, coupling.transposed, flipped, out, started)
            started = True
        if not started:
            out[...] = 0

    def diagonal_as(self, dtype: Any) -> np.ndarray:
        if dtype == np.float64:
            return self.diagonal
        return self._diagonal_single

    @cached_property
    def _diagonal_single(self) -> np.ndarray:
        return self.diagonal.astype(np.float32)

    def to_rows(self, x: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Own rows, in kron order, of these columns of x[a, s, c] (`Rows` of the package)."""
        rows = self.reduction
        local = np.empty((rows.stop - rows.start, len(columns)), order="F")
        owners = outer_owners(self.n_outer, self.comm.size)
        places = [self._row_numbers(outer) for outer in owners]
        mine = places[self.comm.rank]
        for first in range(0, len(columns), _COLUMNS_AT_ONCE):
            part = slice(first, first + _COLUMNS_AT_ONCE)
            block = np.take(x, columns[part], axis=2)
            width = block.shape[2]
            whole = (self.core_vectors @ block.reshape(self.n_levels, -1)).reshape(-1, width)
            if self.comm.size == 1:
                local[:, part] = whole
                continue
            bounds = [rows.bounds(rank) for rank in range(self.comm.size)]
            sent = [whole[(mine >= low) & (mine < high)] for low, high in bounds]
            received = self.comm.alltoall(sent)
            for place, piece in zip(places, received, strict=True):
                here = place[(place >= rows.start) & (place < rows.stop)] - rows.start
                local[here, part] = piece
        return local

    def _row_numbers(self, outer: np.ndarray) -> np.ndarray:
        return (np.arange(self.n_levels)[:, None] * self.n_outer + outer[None, :]).ravel()


def _diagonalise(core: Operator) -> tuple[np.ndarray, np.ndarray]:
    energies, vectors = scipy.linalg.eigh(
        to_dense(core), driver="evd", overwrite_a=True, check_finite=False
    )
    return energies, np.ascontiguousarray(vectors)


def _in_core_basis(
    tail: Split, vectors: np.ndarray, owners: list[np.ndarray], rank: int
) -> tuple[TailCoupling, ...]:
    found: list[tuple[sp.csr_array, np.ndarray]] = []
    couplings = []
    for coupling in tail.couplings:
        matrix, transposed = None, False
        if coupling.core is not None:
            matrix, transposed = _seen_before(found, coupling.core)
            if matrix is None:
                matrix = np.ascontiguousarray(vectors.T @ (coupling.core @ vectors))
                found.append((coupling.core, matrix))
        symmetric = coupling.core is not None and abs(coupling.core - coupling.core.T).max() == 0
        couplings.append(
            TailCoupling(
                matrix,
                transposed,
                symmetric,
                whole=coupling.outer,
                **_pieces(coupling.outer, owners, rank),
            )
        )
    return tuple(couplings)


def _pieces(outer: sp.csr_array, owners: list[np.ndarray], rank: int) -> dict[str, Any]:
    """What a rank reads of every other, and which ranks read of its own: `TailCoupling`."""
    rows = outer[owners[rank]]
    pieces = {other: sp.csr_array(rows[:, columns]) for other, columns in enumerate(owners)}
    ours = sp.csc_array(outer)[:, owners[rank]]
    readers = tuple(other for other, rows in enumerate(owners) if other != rank and ours[rows].nnz)
    return {
        "pieces": {other: piece for other, piece in pieces.items() if piece.nnz},
        "readers": readers,
    }


def _seen_before(
    found: list[tuple[sp.csr_array, np.ndarray]], core: sp.csr_array
) -> tuple[np.ndarray | None, bool]:
    """The matrix of this core operator's transpose, already transformed: half the memory."""
    for other, matrix in found:
        if other.nnz == core.nnz and abs(other.T - core).max() == 0:
            return matrix, True
    return None, False
