"""Sums of products as a finite automaton: the sparse form behind matrix product operators.

Reading the sites from left to right, a state remembers what has to follow (docs/solvers.md, N1).
No number is ever compared with a larger one, so that no term is too small to be kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import maximum_bipartite_matching

from .operator import Operator

# Coefficients that were computed in two ways, as alpha^(i - j) and alpha^i / alpha^j are.
SAME = 8 * float(np.finfo(float).eps)
IDENTITY = 0

# The matrices of a product that are not the identity: (site, number of the matrix on that site).
String = tuple[tuple[int, int], ...]


class SiteMatrix(NamedTuple):
    """Entries of a matrix on one site: ascending places row d + column, values without zeros."""

    place: np.ndarray
    values: np.ndarray


class Step(NamedTuple):
    """One entry of a tensor: ``coefficient * matrix`` leads from state `left` to state `right`."""

    left: int
    right: int
    matrix: int
    coefficient: float


@dataclass(frozen=True, eq=False)
class Automaton:
    """Reads a configuration of the sites once, from the first to the last.

    Attributes
    ----------
    matrices : for every site, those that occur on it; number 0 is the identity
    steps : for every site, what it adds to a product
    bonds : numbers of states between neighbouring sites, one fewer than sites
    """

    matrices: tuple[tuple[SiteMatrix, ...], ...]
    steps: tuple[tuple[Step, ...], ...]
    bonds: tuple[int, ...]


def automaton(op: Operator) -> Automaton:
    """The automaton of all terms of `op`, cut by cut with as few states as `_join` finds."""
    matrices, strings = _strings(op)
    states = [strings]
    steps, bonds = [], []
    for site in range(len(op.space.dims)):
        taken, states = _join(_parallel(_read(states, site)))
        steps.append(taken)
        bonds.append(max(1, len(states)))
    return Automaton(matrices, tuple(steps), tuple(bonds[:-1]))


def _strings(op: Operator) -> tuple[tuple[tuple[SiteMatrix, ...], ...], dict[String, float]]:
    """Distinct matrices of every site, and the coefficient of every product of them."""
    tables = [_Matrices(d) for d in op.space.dims]
    found: dict[String, list[float]] = {}
    for term in op.terms:
        coefficient, string = float(term.coefficient), []
        for site, matrix in term.factors:
            number, factor = tables[site].find(matrix)
            coefficient *= factor
            if number != IDENTITY:
                string.append((site, number))
        found.setdefault(tuple(string), []).append(coefficient)
    summed = {string: math.fsum(parts) for string, parts in found.items()}
    kept = {string: coefficient for string, coefficient in summed.items() if coefficient != 0}
    return tuple(tuple(table.matrices) for table in tables), kept


class _Matrices:
    """The matrices on one site, those that differ by a factor only once."""

    def __init__(self, dimension: int) -> None:
        self.matrices: list[SiteMatrix] = []
        self._by_pattern: dict[bytes, list[int]] = {}
        self._add(SiteMatrix(np.arange(dimension) * (dimension + 1), np.ones(dimension)))

    def _add(self, matrix: SiteMatrix) -> int:
        number = len(self.matrices)
        self.matrices.append(matrix)
        self._by_pattern.setdefault(matrix.place.tobytes(), []).append(number)
        return number

    def find(self, matrix: np.ndarray | sp.csr_array) -> tuple[int, float]:
        """Number of the matrix that is `matrix` up to a factor, and that factor."""
        new = _entries(matrix)
        if not len(new.place):
            return IDENTITY, 0.0
        for number in self._by_pattern.get(new.place.tobytes(), []):
            factor = _ratio(new.values, self.matrices[number].values)
            if factor is not None:
                return number, factor
        return self._add(new), 1.0


def _entries(matrix: np.ndarray | sp.csr_array) -> SiteMatrix:
    coo = sp.coo_array(matrix)
    place = coo.row.astype(np.int64) * matrix.shape[0] + coo.col
    kept = coo.data != 0
    order = np.argsort(place[kept])
    return SiteMatrix(place[kept][order], coo.data[kept][order])


def _ratio(values: np.ndarray, others: np.ndarray) -> float | None:
    """The factor between two arrays if all their entries agree on it to a few last digits."""
    with np.errstate(all="ignore"):
        factor = values[0] / others[0]
        same = abs(values - factor * others) <= SAME * abs(values)
    return float(factor) if np.isfinite(factor) and factor != 0 and same.all() else None


def _read(states: list[dict[String, float]], site: int) -> dict[tuple[int, int], dict]:
    """What may follow, with coefficients, after every state and matrix of this site."""
    after: dict[tuple[int, int], dict[String, float]] = {}
    for state, strings in enumerate(states):
        for string, coefficient in strings.items():
            here = bool(string) and string[0][0] == site
            matrix, rest = (string[0][1], string[1:]) if here else (IDENTITY, string)
            after.setdefault((state, matrix), {})[rest] = coefficient
    return after


class _Group(NamedTuple):
    """Ways to the left, (state, matrix, factor), after which the same things follow."""

    ways: list[tuple[int, int, float]]
    strings: tuple[String, ...]
    weights: np.ndarray


def _parallel(after: dict[tuple[int, int], dict]) -> list[_Group]:
    """Ways whose coefficients are proportional, added up."""
    groups: list[_Group] = []
    alike: dict[tuple[String, ...], list[_Group]] = {}
    for (state, matrix), row in after.items():
        strings = tuple(sorted(row))
        weights = np.array([row[string] for string in strings])
        for group in alike.setdefault(strings, []):
            factor = _ratio(weights, group.weights)
            if factor is not None:
                group.ways.append((state, matrix, factor))
                break
        else:
            groups.append(_Group([(state, matrix, 1.0)], strings, weights))
            alike[strings].append(groups[-1])
    return groups


def _join(groups: list[_Group]) -> tuple[tuple[Step, ...], list[dict[String, float]]]:
    """Steps of a site and the states after it: one for each covered group or string.

    Groups and strings are the two sides of a graph whose edges are the terms. A state is either
    one group and all that follows it, or one string and all that it follows: a set that touches
    every edge, the smallest by Koenig's theorem (Ren et al., J. Chem. Phys. 153, 084118, 2020).
    """
    strings = list(dict.fromkeys(string for group in groups for string in group.strings))
    column = {string: v for v, string in enumerate(strings)}
    edges = [[column[string] for string in group.strings] for group in groups]
    by_group, by_string = _smallest_cover(edges, len(strings))
    new_group = {u: number for number, u in enumerate(by_group)}
    new_string = {strings[v]: len(by_group) + number for number, v in enumerate(by_string)}
    steps = []
    for u, group in enumerate(groups):
        for state, matrix, factor in group.ways:
            if u in new_group:
                steps.append(Step(state, new_group[u], matrix, factor))
                continue
            for string, weight in zip(group.strings, group.weights.tolist(), strict=True):
                steps.append(Step(state, new_string[string], matrix, factor * weight))
    states = [
        dict(zip(groups[u].strings, groups[u].weights.tolist(), strict=True)) for u in by_group
    ]
    states += [{string: 1.0} for string in new_string]
    return tuple(steps), states


def _smallest_cover(edges: list[list[int]], n_columns: int) -> tuple[list[int], list[int]]:
    """Fewest rows and columns that touch all entries (row u, column v in edges[u])."""
    if not edges:
        return [], []
    rows = np.repeat(np.arange(len(edges)), [len(row) for row in edges])
    columns = np.concatenate([np.array(row, dtype=int) for row in edges])
    graph = sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(edges), n_columns))
    partner = maximum_bipartite_matching(graph, perm_type="column")
    holders: list[list[int]] = [[] for _ in range(n_columns)]
    for u, row in enumerate(edges):
        for v in row:
            holders[v].append(u)
    # Koenig: rows that are reached from unmatched columns on alternating paths, and columns that
    # are not. A finished product is a column where the choice is free, as in the textbook form.
    waiting = sorted(set(range(n_columns)) - set(partner.tolist()))
    seen_columns, seen_rows = set(waiting), set()
    while waiting:
        for u in holders[waiting.pop()]:
            if u not in seen_rows:
                seen_rows.add(u)
                seen_columns.add(int(partner[u]))
                waiting.append(int(partner[u]))
    return sorted(seen_rows), [v for v in range(n_columns) if v not in seen_columns]
