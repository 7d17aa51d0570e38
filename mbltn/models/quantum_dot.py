"""A quantum dot: electrons on a few levels with random two-body interactions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import scipy.sparse as sp

from ..errors import InvalidInput
from ..operators import HilbertSpace, Term
from ..streams import Streams
from .base import (
    DisorderedModel,
    Draw,
    Sample,
    check_count,
    check_finite,
    check_matrix,
    check_positive,
)

# Entries that are added up at once: the indices of all would take several times the matrix.
_AT_ONCE = 1 << 21


@dataclass(frozen=True)
class QuantumDot(DisorderedModel):
    """Altshuler, Gefen, Kamenev and Levitov's dot (docs/physics.md, eq M8).

    ``H = sum_a e_a n_a + (lam/N) sum_{a<b, c<d} V_ab,cd c+_a c+_b c_d c_c`` in the sector of
    `n_electrons`, e_a = spacing (a + U[-1/2, 1/2]), V real symmetric in the pairs, of unit
    variance. One site of dimension C(N, n), a sparse matrix on it.

    Parameters
    ----------
    n_levels : int, >= 2
        N; 16 levels, half filled, have dimension 12870.
    lam : float, >= 0
        Strength of the interaction.
    n_electrons : int, optional
        Half of the levels by default.
    spacing : float, > 0
        Mean distance of the levels.

    Examples
    --------
    >>> dot = QuantumDot(n_levels=6, lam=0.1)
    >>> dot.operator(dot.draw(seed=1, realization=0)).dimension
    20
    """

    n_levels: int
    lam: float
    n_electrons: int | None = None
    spacing: float = 1.0

    def __post_init__(self) -> None:
        check_count("n_levels", self.n_levels, 2)
        check_finite("lam", self.lam)
        if self.lam < 0:
            raise InvalidInput(f"lam={self.lam} must be zero or positive")
        check_positive("spacing", self.spacing)
        if self.n_electrons is not None:
            check_count("n_electrons", self.n_electrons, 1)
        if not self.electrons <= self.n_levels:
            raise InvalidInput(
                f"n_electrons={self.electrons} do not fit into {self.n_levels} levels"
            )

    @property
    def electrons(self) -> int:
        return self.n_levels // 2 if self.n_electrons is None else self.n_electrons

    @property
    def dimension(self) -> int:
        return math.comb(self.n_levels, self.electrons)

    def space(self) -> HilbertSpace:
        return HilbertSpace((self.dimension,))

    def ingredients(self) -> dict[str, Draw]:
        """`levels` e_a (N,) and `interactions` V (P, P) over the P = N (N - 1)/2 pairs a < b.

        Pairs are ordered as `itertools.combinations` does.
        """
        n_pairs = math.comb(self.n_levels, 2)

        def levels(streams: Streams, _: dict[str, np.ndarray]) -> np.ndarray:
            shifts = [streams("levels", a).uniform(-0.5, 0.5) for a in range(self.n_levels)]
            return self.spacing * (np.arange(self.n_levels) + np.array(shifts))

        def interactions(streams: Streams, _: dict[str, np.ndarray]) -> np.ndarray:
            drawn = streams("interactions").standard_normal((n_pairs, n_pairs))
            return np.asarray(np.triu(drawn) + np.triu(drawn, 1).T)

        return {"levels": levels, "interactions": interactions}

    def check_array(self, name: str, values: np.ndarray) -> None:
        n = self.n_levels
        if name == "interactions":
            n_pairs = math.comb(n, 2)
            check_matrix(name, values, n_pairs, f"the {n_pairs} pairs of {n} levels")
        elif values.shape != (n,):
            raise InvalidInput(f"{name} has shape {values.shape}; {n} levels need ({n},)")

    def occupations(self) -> np.ndarray:
        """Which levels hold an electron in each basis state, (D, N) of bool.

        States are ordered by the binary number whose bit a is level a.
        """
        return _occupied(_states(self.n_levels, self.electrons), self.n_levels)

    def hopping(self) -> sp.csr_array:
        """``sum_{a != b} c+_a c_b`` in the basis of `occupations`, sparse (D, D)."""
        return _one_body(self.n_levels, self.electrons)

    def terms(self, sample: Sample) -> list[Term]:
        energies = self.occupations() @ sample.levels
        found = [Term(1.0, ((0, sp.diags_array(energies, format="csr")),))]
        if self.lam and self.electrons >= 2:
            matrix = _two_body(self.n_levels, self.electrons, sample.interactions)
            found.append(Term(self.lam / self.n_levels, ((0, matrix),)))
        return found


def _states(n_levels: int, n_electrons: int) -> np.ndarray:
    """Binary numbers of `n_levels` digits of which `n_electrons` are 1, ascending."""
    numbers = [sum(1 << a for a in chosen) for chosen in combinations(range(n_levels), n_electrons)]
    return np.sort(np.array(numbers, dtype=np.int64))


def _occupied(states: np.ndarray, n_levels: int) -> np.ndarray:
    return np.asarray((states[:, None] >> np.arange(n_levels)) & 1, dtype=bool)


def _one_body(n_levels: int, n_electrons: int) -> sp.csr_array:
    """``sum_{a != b} c+_a c_b``: c_b leaves a state with one electron less, c+_a fills it again."""
    states, fewer = _states(n_levels, n_electrons), _states(n_levels, n_electrons - 1)
    below, empty = _below_and_empty(fewer, n_levels)
    joined = np.searchsorted(states, fewer[:, None] | (1 << empty))
    signs = 1.0 - 2.0 * (np.take_along_axis(below, empty, 1) & 1)
    whole = _joining(signs[:, :, None] * signs[:, None, :], joined, len(states))
    return sp.csr_array(whole - n_electrons * sp.eye_array(len(states)))


def _two_body(n_levels: int, n_electrons: int, interactions: np.ndarray) -> sp.csr_array:
    """``sum V_PQ A_P^+ A_Q`` with ``A_(c<d) = c_d c_c``.

    Each state with two electrons less is reached from one state by every pair of its empty levels,
    and joins all these states with each other.
    """
    states, fewer = _states(n_levels, n_electrons), _states(n_levels, n_electrons - 2)
    below, empty = _below_and_empty(fewer, n_levels)
    first, second = (np.array(list(combinations(range(empty.shape[1]), 2)), dtype=int)).T
    c, d = empty[:, first], empty[:, second]
    numbers = np.zeros((n_levels, n_levels), dtype=int)
    numbers[np.triu_indices(n_levels, 1)] = np.arange(math.comb(n_levels, 2))
    pairs = numbers[c, d]
    joined = np.searchsorted(states, fewer[:, None] | (1 << c) | (1 << d))
    # c_c passes the electrons below c, then c_d those below d, of which c is one no longer.
    odd = (np.take_along_axis(below, c, 1) + np.take_along_axis(below, d, 1)) & 1
    signs = 1.0 - 2.0 * odd
    total = sp.csr_array((len(states), len(states)))
    width = pairs.shape[1]
    for start in range(0, len(fewer), max(1, _AT_ONCE // width**2)):
        part = slice(start, start + max(1, _AT_ONCE // width**2))
        p, s, f = pairs[part], signs[part], joined[part]
        values = interactions[p[:, :, None], p[:, None, :]] * s[:, :, None] * s[:, None, :]
        total = total + _joining(values, f, len(states))
    return total


def _below_and_empty(states: np.ndarray, n_levels: int) -> tuple[np.ndarray, np.ndarray]:
    """Electrons on levels lower than each, and the numbers of the empty levels."""
    filled = _occupied(states, n_levels)
    return np.cumsum(filled, axis=1) - filled, np.nonzero(~filled)[1].reshape(len(states), -1)


def _joining(values: np.ndarray, states: np.ndarray, dimension: int) -> sp.csr_array:
    """Matrix with values[i, j, k] added to its entry (states[i, j], states[i, k])."""
    rows = np.broadcast_to(states[:, :, None], values.shape)
    columns = np.broadcast_to(states[:, None, :], values.shape)
    entries = (values.ravel(), (rows.ravel(), columns.ravel()))
    return sp.coo_array(entries, shape=(dimension, dimension)).tocsr()
