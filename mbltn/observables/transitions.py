"""Matrix elements of one spin between eigenstates: what spectral functions are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..comm import agreed
from ..errors import SolverFailure
from ..operators.operator import norm_bound
from ..solvers import Eigenpairs
from .pauli import Pauli

# An eigenvector with more of its weight than this in others of one H is one of them.
_SAME = 0.5
_SUM_RULE = 1e-8
# Of energies, over the norm of H.
_ROUNDING = 1e-8


@dataclass(frozen=True, eq=False)
class Transitions:
    """<m|O|n> from some eigenstates n to their partners m, for O^2 = 1.

    Attributes
    ----------
    energies : (k,) E_n
    partners : (p,) E_m
    elements : (p, k) <m|O|n>
    own : (k,) number of n among its partners; -1 if it is not one of them
    expectation : (k,) <n|O|n>
    whole : the partners are all eigenstates
    """

    energies: np.ndarray
    partners: np.ndarray
    elements: np.ndarray
    own: np.ndarray
    expectation: np.ndarray
    whole: bool

    @cached_property
    def weights(self) -> np.ndarray:
        """(p, k) |<m|O|n>|^2, 0 for m = n."""
        weights = self.elements**2
        there = np.flatnonzero(self.own >= 0)
        weights[self.own[there], there] = 0.0
        return weights

    @property
    def available(self) -> np.ndarray:
        """(k,) sum of the weights over all m != n, known or not: 1 - <n|O|n>^2."""
        return 1.0 - self.expectation**2

    @property
    def captured(self) -> np.ndarray:
        """(k,) share of the available weight that these partners have; NaN where there is none."""
        found = self.weights.sum(axis=0)
        some = self.available > _SUM_RULE
        return np.divide(found, self.available, out=np.full_like(found, np.nan), where=some)

    def frequencies(self, part: slice = slice(None)) -> np.ndarray:
        """(p, k) E_m - E_n for these states n."""
        return self.partners[:, None] - self.energies[None, part]


def transitions_within(
    spectrum: Eigenpairs, pauli: Pauli, levels: slice | np.ndarray | None = None
) -> Transitions:
    """From the states `levels` to all pairs of `spectrum`, the states themselves among them.

    One product of a (D, D) with a (D, k) matrix; no larger array than (D, k) is made.

    Parameters
    ----------
    spectrum : Eigenpairs
        All of them, or a window, whose other states are then the only partners.
    pauli : Pauli
    levels : which of them are n; all by default

    Raises
    ------
    SolverFailure
        If the partners are the whole spectrum and sum_m |<m|O|n>|^2 is not 1 within 1e-8.

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=2, alpha=0.6)
    >>> op = model.operator(model.draw(seed=1, realization=0))
    >>> spectrum = mb.eigenpairs(op, mb.Target.all())
    >>> found = transitions_within(spectrum, Pauli("x", 2), slice(12, 20))
    >>> found.elements.shape, bool(abs(found.captured - 1).max() < 1e-12)
    ((32, 8), True)
    """
    own = np.arange(len(spectrum))[slice(None) if levels is None else levels]
    states = spectrum if levels is None else spectrum.select(own)
    elements, expectation = _elements(states, [spectrum], pauli)
    whole = len(spectrum) == spectrum.operator.dimension
    found = Transitions(states.energies, spectrum.energies, elements, own, expectation, whole)
    if whole:
        _require_sum_rule(found)
    return found


def transitions_between(
    states: Eigenpairs, partners: Sequence[Eigenpairs], pauli: Pauli
) -> Transitions:
    """From `states` to windows of pairs elsewhere in the spectrum.

    A level that several windows hold is one partner, as where the splitting of an l-bit is small
    and its two windows overlap.
    """
    windows = _each_level_once([part for part in partners if len(part)])
    elements, expectation = _elements(states, windows, pauli)
    energies = np.concatenate([np.zeros(0), *(part.energies for part in windows)])
    own = _own(states, windows)
    return Transitions(states.energies, energies, elements, own, expectation, whole=False)


def _each_level_once(windows: Sequence[Eigenpairs]) -> list[Eigenpairs]:
    """The windows in ascending order, each without what those before it hold, orthonormal to them.

    Two solutions of one multiplet are two bases of it, and a window may end within it: what a
    window adds is therefore counted in directions of each multiplet, not in vectors.
    """
    kept: list[Eigenpairs] = []
    for part in sorted(windows, key=lambda part: part.energies[0]):
        known = [other for other in kept if _meet(other, part)]
        new = _beside(known, part) if known else part
        if len(new):
            kept.append(new)
    return kept


def _beside(known: Sequence[Eigenpairs], part: Eigenpairs) -> Eigenpairs:
    """What `part` holds that `known` does not."""
    rows = part.rows
    overlaps = [rows.sum(other.vectors.T @ part.vectors) for other in known]
    rest = part.vectors.copy()
    for other, overlap in zip(known, overlaps, strict=True):
        rest -= other.vectors @ overlap
    inside = sum(overlap.T @ overlap for overlap in overlaps)
    levels, directions = [], []
    for multiplet in _multiplets(part):
        shares, turn = np.linalg.eigh(inside[np.ix_(multiplet, multiplet)])
        outside = shares < _SAME
        levels.append(multiplet[: int(outside.sum())])
        # 1 - shares are the squared norms of what is left of these directions.
        directions.append(rest[:, multiplet] @ (turn[:, outside] / np.sqrt(1.0 - shares[outside])))
    return replace(part.select(np.concatenate(levels)), vectors=np.hstack(directions))


def _multiplets(part: Eigenpairs) -> list[np.ndarray]:
    """Numbers of the levels that are equal within the rounding of two solutions."""
    apart = np.flatnonzero(np.diff(part.energies) > _rounding(part)) + 1
    return np.split(np.arange(len(part)), apart)


def _elements(
    states: Eigenpairs, partners: Sequence[Eigenpairs], pauli: Pauli
) -> tuple[np.ndarray, np.ndarray]:
    rows = states.rows
    turned = pauli.apply(states.vectors, states.operator.space, rows)
    parts = [rows.sum(part.vectors.T @ turned) for part in partners]
    expectation = rows.sum(np.einsum("ik,ik->k", states.vectors, turned))
    return np.concatenate([np.zeros((0, len(states))), *parts]), expectation


def _own(states: Eigenpairs, windows: Sequence[Eigenpairs]) -> np.ndarray:
    """States that also lie in a window of partners are found by their overlap."""
    own = np.full(len(states), -1)
    first = 0
    for part in windows:
        if _meet(part, states):
            overlaps = states.rows.sum(part.vectors.T @ states.vectors) ** 2
            nearest = overlaps.argmax(axis=0)
            same = overlaps[nearest, np.arange(len(states))] > _SAME
            own[same] = first + nearest[same]
        first += len(part)
    return own


def _meet(one: Eigenpairs, other: Eigenpairs) -> bool:
    """Whether these windows may hold one level, which two solutions give with two roundings."""
    first = max(one.energies[0], other.energies[0])
    return bool(first <= min(one.energies[-1], other.energies[-1]) + _rounding(one))


def _rounding(pairs: Eigenpairs) -> float:
    return _ROUNDING * norm_bound(pairs.operator)


def _require_sum_rule(found: Transitions) -> None:
    worst = float(abs((found.elements**2).sum(axis=0) - 1.0).max(initial=0.0))
    if not worst < _SUM_RULE:
        raise agreed(
            SolverFailure(
                f"the weights |<m|O|n>|^2 of a state add up to 1 within {worst:.2g} only, so that "
                "these are not all eigenstates, or not orthonormal ones: solve with 'dense'"
            )
        )
